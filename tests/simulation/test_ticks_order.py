"""Ticks and books that are out of the ordinary, and the times of what they do."""

import pytest

from engine.domain.order import BUY, SELL
from engine.errors import InvariantError
from engine.messages.runs import MatchedOn
from engine.messages.venue import OrderFilled
from tests.simulation.given import order
from tests.simulation.given_ticks import TickSession, depth, long_of_one, market, ms, quoted, traded

BOOK = "98 x 9, 97 x 9, 90 x 99"


# Times.


def test_a_fill_is_dated_as_its_tick_and_reported_when_that_is_heard_of() -> None:
    """The tick of 50 ms is heard of at 120 ms: its report would else have come at 80 ms."""
    session = long_of_one("trades")
    session.see(traded(50, "90 x 1"), late=70)
    session.take()
    at, fill = next(one for one in reversed(session.reports) if isinstance(one[1], OrderFilled))

    assert isinstance(fill, OrderFilled)
    assert (fill.venue_ns, at) == (ms(50), ms(120))


def test_a_tick_that_is_dated_later_than_it_is_heard_of_counts_as_of_then() -> None:
    session = long_of_one("trades")
    session.see(traded(90, "90 x 1"), late=-30)
    fill = session.take()[0]

    assert isinstance(fill, OrderFilled)
    assert fill.venue_ns == ms(60)


@pytest.mark.parametrize("matched_on", ["trades", "quotes"])
def test_a_tick_older_than_the_last_one_is_left_out(matched_on: MatchedOn) -> None:
    session = long_of_one(matched_on)
    session.see(market(matched_on, 60, "99", "101"), market(matched_on, 59, "80", "82"))

    assert session.take() == []


def test_changes_of_a_book_are_taken_in_the_order_they_come() -> None:
    """A book is what the sequence makes it, whatever its dates say."""
    session = TickSession("depth")
    session.see(depth(50, "99 x 1", "101 x 1", True), depth(49, "", "101 x 0, 102 x 1"))
    session.ask(60, order("a", BUY, "1"))

    assert session.fills() == ["a 1 @ 102"]


# Books that are out of the ordinary.


def test_changes_before_the_first_snapshot_are_left_out() -> None:
    session = TickSession("depth")
    session.see(depth(0, "98 x 1", "99 x 1"), depth(1, "99 x 1", "101 x 1", True))
    session.ask(2, order("a", BUY, "2"))

    assert session.fills() == ["a 1 @ 101"]


def test_a_level_that_is_not_there_can_be_removed() -> None:
    session = TickSession("depth")
    session.see(depth(0, "99 x 1", "101 x 1", True), depth(1, "50 x 0", "50 x 0, 200 x 0"))
    session.ask(2, order("a", BUY, "1"))

    assert session.fills() == ["a 1 @ 101"]


def test_a_book_may_become_empty_and_come_back() -> None:
    """While it is empty the last price stays and takers get nothing."""
    session = TickSession("depth")
    session.see(depth(0, "99 x 1", "101 x 1", True), depth(1, "99 x 0", "101 x 0"))
    session.ask(2, order("a", BUY, "1"))
    assert session.take_kinds() == ["OrderAccepted", "OrderCancelled"]

    session.see(depth(40, "100 x 1", "102 x 1"))
    session.ask(50, order("b", BUY, "1"))
    assert session.fills() == ["b 1 @ 102"]


def test_a_snapshot_in_the_middle_is_the_whole_book_anew() -> None:
    session = TickSession("depth")
    session.see(depth(0, BOOK, "101 x 1, 102 x 1", True), depth(1, "99 x 1", "103 x 1", True))
    session.ask(2, order("a", BUY, "3"))

    assert session.fills() == ["a 1 @ 103"]


@pytest.mark.parametrize("matched_on", ["quotes", "depth"])
def test_a_locked_or_crossed_market_is_traded_as_it_is_told(matched_on: MatchedOn) -> None:
    session = TickSession(matched_on)
    session.see(market(matched_on, 0, "102", "101"))
    session.ask(1, order("a", BUY, "1"), order("b", SELL, "1"))

    assert session.fills() == ["a 1 @ 101", "b 1 @ 102"]


def test_a_tick_of_an_unknown_symbol_breaks_an_invariant() -> None:
    session = TickSession("quotes")
    with pytest.raises(InvariantError, match="XRPUSDT has no instrument"):
        session.see(quoted(0, "1 x 1", "2 x 1", "XRPUSDT"))


def test_each_symbol_has_a_market_of_its_own() -> None:
    session = long_of_one("quotes")
    session.see(quoted(50, "10 x 1", "11 x 1", "ETHUSDT"))

    assert session.take() == []
