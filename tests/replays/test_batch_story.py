"""Closes that leave together are explained one by one: each has its own answer and end (F12)."""

import pytest

from adapters.strategy_source import StrategyShelf
from engine.digest import state_digest
from engine.messages.commands import FlattenAccount
from engine.timebase import SECOND
from journal.reader import JournalReader
from journal.store import SqliteJournal
from replays.order_story import find_order, order_story
from tests.spec.test_batches import three

Told = dict[str, tuple[list[str], str]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Lines and end by account: one close is filled, one refused, and one not heard of at first."""
    run = three()
    run.when(FlattenAccount("", "told"))
    alpha, beta, gamma = closes = run.orders[-3:]
    run.when(run.filled(order=alpha), run.rejected(order=beta), run.unknown(order=gamma))
    run.when_time_passes(2 * SECOND)
    run.when(run.filled(order=gamma), run.filled(order=run.orders[-1]))
    path = tmp_path_factory.mktemp("batch") / "batch.journal"
    journal = SqliteJournal.create(path, *run.frames[0])
    for stamped, decisions in run.frames[1:]:
        journal.append(stamped, decisions)
    journal.seal(state_digest(run.state), "")
    with JournalReader(path) as reader:
        found = [find_order(reader, close.client_id) for close in closes]
        stories = [order_story(reader, StrategyShelf(), one) for one in found]
    lines = [([line["what"] for line in story["story"]], story["end"]) for story in stories]
    return dict(zip(("alpha", "beta", "gamma"), lines, strict=True))


def test_the_one_that_filled_ends_in_its_trade(told: Told) -> None:
    lines, end = told["alpha"]
    assert [line.split()[1] for line in lines] == ["requests", "filled:", "1"]
    assert end.startswith("a long trade of 50 BTCUSDT")


def test_the_refused_one_tells_its_code_the_incident_and_when_it_is_tried_again(told: Told) -> None:
    """The position that the other close left in the same contract is of nobody's concern here."""
    lines, end = told["beta"]
    assert "110007" in lines[1]
    assert "close_failed" in lines[2]
    assert end.startswith("closing BTCUSDT of beta failed 1 times; again")


def test_the_silent_one_tells_that_nobody_knew_and_that_it_was_looked_for(told: Told) -> None:
    lines, end = told["gamma"]
    assert ["no answer to place" in lines[1], "unknown now" in lines[2]] == [True, True]
    assert "the venue is asked" in lines[3]
    assert end.startswith("a long trade of 50 ETHUSDT")
