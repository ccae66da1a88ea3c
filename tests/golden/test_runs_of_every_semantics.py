"""A run is folded and decided the same for ever, or its engine semantics have a new number.

When a test here fails, the same inputs now give another state or other decisions than before. If
that is meant, raise ``ENGINE_SEMANTICS`` (and ``STATE_SCHEMA`` for another form of state), make
the golden run of the new number, and keep the old ones.
"""

from pathlib import Path

import pytest

from adapters.strategy_source import StrategyShelf
from engine.messages.decisions import (
    AmendRequested,
    CancelRequested,
    CloseDelayed,
    IncidentOpened,
    IntentRefused,
    OrderNotPlaced,
    OrderUnknown,
    StopMoved,
    TradeClosed,
)
from engine.messages.runs import ENGINE_SEMANTICS
from engine.messages.venue import (
    AmendRejected,
    FundingPaid,
    OrderAmended,
    OrderTriggered,
    PositionLiquidated,
)
from journal.frame import Frame
from journal.reader import JournalReader
from journal.upcast import FORMAT
from replays.reproduce import can_redecide, digests, redecide, refold, schema_of
from tests.golden.make_deeper_run import DEEPER_RUN, PLAN
from tests.golden.make_run import FOLDER, GOLDEN_RUN, make

SHELF = StrategyShelf()


def test_there_is_a_golden_run_of_this_engines_semantics() -> None:
    assert GOLDEN_RUN.is_file()
    with JournalReader(GOLDEN_RUN) as reader:
        assert reader.started.terms.semantics == ENGINE_SEMANTICS
        assert reader.started.provenance == (), "a golden file tells nothing of a machine"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("semantics-*.journal")), ids=lambda p: p.stem)
def test_a_golden_run_folds_to_the_digests_it_was_sealed_with(path: Path) -> None:
    with JournalReader(path) as reader:
        sealed = reader.head.state_digest, reader.head.strategy_digest
        schema = schema_of(reader.head)
        assert digests(refold(reader, SHELF.build), schema) == sealed


def test_the_golden_run_is_decided_the_same_again() -> None:
    with JournalReader(GOLDEN_RUN) as reader:
        again = redecide(reader, SHELF.build)
        assert again.divergence is None
        assert again.frames == reader.head.last_seq


OLDER = [
    path
    for path in sorted(FOLDER.glob("semantics-*.journal"))
    if path.stem != f"semantics-{ENGINE_SEMANTICS}"
]


@pytest.mark.parametrize("path", OLDER, ids=lambda p: p.stem)
def test_a_run_of_older_semantics_is_not_decided_again_and_that_is_told(path: Path) -> None:
    with JournalReader(path) as reader:
        terms = reader.started.terms
    at_hand = {each.strategy.name: each.strategy.source_digest for each in terms.accounts}
    told = f"the journal has engine semantics {terms.semantics}, this is {ENGINE_SEMANTICS}"
    assert can_redecide(terms, at_hand) == told


def test_there_is_a_golden_run_of_every_semantics() -> None:
    numbers = [path.stem.split("-")[1] for path in OLDER]
    assert numbers == [str(number) for number in range(1, ENGINE_SEMANTICS)]


def test_the_golden_run_comes_out_the_same_from_its_config_and_seed(tmp_path: Path) -> None:
    """Its kinds of frames and their times: ids carry the run's name, and that the source's."""
    make(tmp_path / "again.journal")
    with JournalReader(tmp_path / "again.journal") as now, JournalReader(GOLDEN_RUN) as then:
        assert list(map(_outline, now.frames())) == list(map(_outline, then.frames()))


def _outline(frame: Frame) -> tuple[int, str, list[str]]:
    stamped, decisions = frame
    kinds = [type(decision).__name__ for decision in decisions]
    return stamped.at, type(stamped.input).__name__, kinds


@pytest.mark.parametrize("path", sorted(FOLDER.glob("deeper-*.journal")), ids=lambda p: p.stem)
def test_a_golden_run_of_the_deeper_exchange_folds_to_its_digests(path: Path) -> None:
    with JournalReader(path) as reader:
        sealed = reader.head.state_digest, reader.head.strategy_digest
        assert digests(refold(reader, PLAN.strategy), schema_of(reader.head)) == sealed


@pytest.mark.parametrize("path", sorted(FOLDER.glob("deeper-*.journal")), ids=lambda p: p.stem)
def test_a_golden_run_of_the_deeper_exchange_is_decided_the_same_again(path: Path) -> None:
    with JournalReader(path) as reader:
        if reader.started.terms.semantics == ENGINE_SEMANTICS:
            again = redecide(reader, PLAN.strategy)
            assert again.divergence is None
            assert again.frames == reader.head.last_seq


def test_the_deeper_golden_run_has_all_of_it() -> None:
    with JournalReader(DEEPER_RUN) as reader:
        assert reader.head.format == FORMAT
        seen = {type(stamped.input) for stamped, _ in reader.frames()}
        seen |= {type(decision) for _, decisions in reader.frames() for decision in decisions}
    reports = {FundingPaid, PositionLiquidated, OrderAmended, AmendRejected, OrderTriggered}
    assert reports | {AmendRequested, CancelRequested, CloseDelayed, OrderNotPlaced} <= seen


def test_the_golden_run_has_a_little_of_everything() -> None:
    """Else it would guard little."""
    with JournalReader(GOLDEN_RUN) as reader:
        seen = {type(decision) for _, decisions in reader.frames() for decision in decisions}
    assert {TradeClosed, OrderUnknown, IncidentOpened, IntentRefused, StopMoved} <= seen
