"""A liquidation is explained: from the entry to the takeover, the kill and the trade."""

import pytest

from adapters.strategy_source import StrategyShelf
from journal.reader import JournalReader
from replays.order_story import find_order, order_story
from replays.queries import rows_of
from tests.golden.make_deeper_run import DEEPER_RUN


@pytest.fixture(scope="module")
def told() -> tuple[list[str], str]:
    """What is told of the entry of the first position that was liquidated, and its end."""
    with JournalReader(DEEPER_RUN) as journal:
        query = (
            "SELECT orders.client_id FROM trades JOIN orders USING (account, symbol) "
            "WHERE exit_reason = 'liquidation' AND purpose = 'entry' AND requested_seq < seq "
            "AND filled_quantity > 0 ORDER BY seq, requested_seq DESC LIMIT 1"
        )
        ((client_id,),) = rows_of(journal, query)
        story = order_story(journal, StrategyShelf(), find_order(journal, client_id))
    return [line["what"] for line in story["story"]], story["end"]


@pytest.mark.parametrize(
    "words",
    [
        "the venue liquidates",
        ": liquidated (quantity",
        "is killed (liquidated)",
        "liquidation filled",
    ],
)
def test_every_step_of_a_liquidation_is_told(told: tuple[list[str], str], words: str) -> None:
    assert any(words in line for line in told[0])


def test_it_ends_in_the_trade_that_it_made(told: tuple[list[str], str]) -> None:
    assert told[1].endswith("(liquidation)")
