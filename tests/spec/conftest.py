"""Every scenario of the spec is refolded: what was recorded gives the state that was had."""

from collections.abc import Iterator

import pytest

from engine.digest import state_digest
from tests.spec.scenario import SCENARIOS, refold


@pytest.fixture(autouse=True)
def law_2_holds() -> Iterator[None]:
    """Fold the frames of each scenario of the test once more, and compare the digests."""
    SCENARIOS.clear()
    yield
    for scenario in SCENARIOS:
        assert state_digest(refold(scenario)) == state_digest(scenario.state), "law 2"
    SCENARIOS.clear()
