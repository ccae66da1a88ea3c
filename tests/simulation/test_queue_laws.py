"""Laws of matching on ticks, over random markets: who fills first, and how much there is.

A market is a best bid of 99, 98 and 97 that moves a tick at a time, with sizes, trades and
changes that do not fit together: a feed owes us nothing.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.simulated.markets import UNREACHED_HIGH, UNREACHED_LOW
from adapters.simulated.place import Place
from engine.domain.order import BUY, SELL, Side
from engine.messages.effects import Effect
from engine.messages.market import DepthChanged, MarketEvent, Quoted, Traded
from engine.messages.runs import MatchedOn, QueueModel
from engine.messages.venue import OrderFilled
from engine.money import Price, Quantity
from engine.timebase import Nanos
from tests.simulation.given import START, cancel, e8, order
from tests.simulation.given_ticks import TickSession

MODELS: tuple[QueueModel, ...] = ("through", "back", "pro_rata", "front")
"""The more pessimistic first."""
ONE = 100_000_000
SIZES = st.integers(1, 12).map(lambda n: Quantity(n * ONE))
LATE = st.integers(0, 12)
TakerSide = Literal[-1, 0, 1]
TAKERS: st.SearchStrategy[TakerSide] = st.sampled_from([-1, 0, 1])


@st.composite
def trades(draw: st.DrawFn, at: int, mid: int) -> Traded:
    """A trade near the middle."""
    price = mid + draw(st.integers(-2, 2))
    return Traded("BTCUSDT", Nanos(at), Price(price * ONE), draw(SIZES), draw(TAKERS))


@st.composite
def levels(draw: st.DrawFn, mid: int) -> tuple[tuple[Price, Quantity], ...]:
    """Up to three levels near the middle; some of them are removed."""
    prices = draw(st.lists(st.integers(mid - 3, mid + 3), unique=True, max_size=3))
    return tuple(
        (Price(price * ONE), Quantity(draw(st.integers(0, 6)) * ONE)) for price in sorted(prices)
    )


@st.composite
def markets(draw: st.DrawFn, matched_on: MatchedOn, count: int = 25) -> list[MarketEvent]:
    """Ticks of 10 ms distance around 100; some are told of the time of the one before."""
    events: list[MarketEvent] = []
    mid, at = 100, int(START)
    for n in range(count):
        mid += draw(st.sampled_from([-1, 0, 0, 0, 1]))
        at += draw(st.sampled_from([0, 10_000_000]))
        if matched_on == "trades" or draw(st.booleans()):
            events.append(draw(trades(at, mid)))
        elif matched_on == "quotes":
            bid, ask = Price((mid - 1) * ONE), Price((mid + draw(st.integers(-1, 1))) * ONE)
            events.append(Quoted("BTCUSDT", Nanos(at), bid, draw(SIZES), ask, draw(SIZES)))
        else:
            events.append(
                DepthChanged(
                    "BTCUSDT",
                    Nanos(at),
                    n % 8 == 0,
                    draw(levels(mid - 2)),
                    draw(levels(mid + 2)),
                )
            )
    return events


def filled_over_time(
    matched_on: MatchedOn, queue: QueueModel, market: list[MarketEvent], asked: Effect
) -> list[int]:
    """How much of an order that comes after the third tick is filled after each tick."""
    session = TickSession(matched_on, queue, wallet="1000000")
    filled, course = 0, []
    for n, event in enumerate(market):
        session.see(event)
        if n == 2:
            session.send(asked, at=getattr(event, "venue_ns", 0))
        filled += sum(one.quantity for one in session.take() if isinstance(one, OrderFilled))
        course.append(filled)
    return course


@pytest.mark.parametrize("matched_on", ["trades", "quotes", "depth"])
@given(draw=st.data())
@settings(max_examples=60, deadline=None)
def test_a_more_pessimistic_queue_never_fills_earlier_or_more(
    matched_on: MatchedOn, draw: st.DataObject
) -> None:
    """At no moment has ``back`` filled more than ``pro_rata`` or less than ``through``, nor
    ``front`` less than any.
    """
    market = draw.draw(markets(matched_on))
    side: Side = draw.draw(st.sampled_from([BUY, SELL]))
    price = str(100 - side * draw.draw(st.integers(0, 3)))
    asked = order("a", side, "7", order_type="limit", price=price, time_in_force="PostOnly")
    courses = [filled_over_time(matched_on, model, market, asked) for model in MODELS]

    for worse, better in pairwise(courses):
        assert all(w <= b for w, b in zip(worse, better, strict=True)), courses


@st.composite
def wishes(draw: st.DrawFn, n: int) -> list[Effect]:
    """What we ask between two ticks: to make, to take, to take back."""
    asked: list[Effect] = []
    for k in range(draw(st.integers(0, 2))):
        side: Side = draw(st.sampled_from([BUY, SELL]))
        name, quantity = f"o{n}-{k}", draw(st.sampled_from(["0.5", "1", "3", "7"]))
        kind = draw(st.sampled_from(["limit", "limit", "market", "stop", "cancel"]))
        if kind == "limit":
            price = str(100 + draw(st.integers(-4, 4)))
            asked.append(order(name, side, quantity, order_type="limit", price=price))
        elif kind == "market":
            asked.append(order(name, side, quantity))
        elif kind == "stop":
            trigger = str(100 + side * draw(st.integers(0, 4)))
            asked.append(order(name, side, quantity, order_type="stop_market", trigger=trigger))
        else:
            asked.append(cancel(f"o{n - 1}-{k}"))
    return asked


@pytest.mark.parametrize("queue", MODELS)
@pytest.mark.parametrize("matched_on", ["trades", "quotes", "depth"])
@given(draw=st.data())
@settings(max_examples=25, deadline=None)
def test_makers_share_what_was_traded_or_offered_and_takers_what_was_shown(
    matched_on: MatchedOn, queue: QueueModel, draw: st.DataObject
) -> None:
    """After each tick: makers had no more than the trade, or than the other side's told sizes;
    after each request takers had no more of a book than its told sizes. Times never run back.
    """
    market = draw.draw(markets(matched_on))
    session = TickSession(matched_on, queue, wallet="10000000")
    shown: dict[int, dict[int, int]] = {BUY: {}, SELL: {}}
    times: list[int] = []
    for n, event in enumerate(market):
        session.see(event)
        tell(shown, event)
        fills = [one for one in session.take() if isinstance(one, OrderFilled)]
        times += [one.venue_ns for one in fills]
        for side in (BUY, SELL):
            had = sum(one.quantity for one in fills if one.side == side and one.is_maker)
            if isinstance(event, Traded):
                assert had <= event.quantity
            else:
                assert had <= sum(shown[-side].values())
        session.send(*draw.draw(wishes(n)), at=getattr(event, "venue_ns", 0))
        fills = [one for one in session.take() if isinstance(one, OrderFilled)]
        times += [one.venue_ns for one in fills]
        if matched_on == "depth":
            for side in (BUY, SELL):
                had = sum(one.quantity for one in fills if one.side == side)
                assert had <= sum(shown[-side].values())
    assert times == sorted(times)


def tell(shown: dict[int, dict[int, int]], event: MarketEvent) -> None:
    """The book in a few obvious lines: the sizes that were told last, by side and price."""
    if isinstance(event, Quoted):
        shown[BUY] = {event.bid: event.bid_quantity}
        shown[SELL] = {event.ask: event.ask_quantity}
    elif isinstance(event, DepthChanged):
        for side, changes in ((BUY, event.bids), (SELL, event.asks)):
            if event.snapshot:
                shown[side] = {}
            shown[side].update(changes)


@pytest.mark.parametrize("queue", MODELS)
@pytest.mark.parametrize("matched_on", ["trades", "quotes", "depth"])
@given(draw=st.data())
@settings(max_examples=25, deadline=None)
def test_the_quick_way_past_a_tick_hides_nothing(
    matched_on: MatchedOn, queue: QueueModel, draw: st.DataObject
) -> None:
    """A venue that looks at every tick in full reports the same as one that looks at two levels."""
    quick = TickSession(matched_on, queue, wallet="10000000")
    thorough = TickSession(matched_on, queue, wallet="10000000")
    market = thorough.exchange._state.markets["BTCUSDT"]
    for n, event in enumerate(draw.draw(markets(matched_on))):
        quick.see(event)
        market.floor, market.ceiling = UNREACHED_HIGH, UNREACHED_LOW
        thorough.see(event)
        asked = draw.draw(wishes(n))
        for session in (quick, thorough):
            session.send(*asked, at=getattr(event, "venue_ns", 0))
        assert quick.take() == thorough.take()
    assert quick.exchange.equity == thorough.exchange.equity


# The queue's twin: everybody in it by name.


@dataclass
class Line:
    """People in a line, one lot each: ``they`` and, somewhere among them, ``we``."""

    people: list[str]

    def eat(self, lots: int) -> int:
        """A trade serves people from the front; how many of us were."""
        served, self.people = self.people[:lots], self.people[lots:]
        return served.count("we")

    def told(self, lots: int) -> None:
        """So many of them are there: new ones come to the end, and from there they leave."""
        while self.people.count("they") < lots:
            self.people.append("they")
        while self.people.count("they") > lots:
            del self.people[len(self.people) - 1 - self.people[::-1].index("they")]


STEPS = st.lists(
    st.tuples(st.sampled_from(["eat", "told"]), st.integers(0, 9)), min_size=1, max_size=20
)


@given(ahead=st.integers(0, 9), steps=STEPS)
@settings(max_examples=300, deadline=None)
def test_at_the_back_a_place_is_where_a_line_of_people_would_have_us(
    ahead: int, steps: list[tuple[str, int]]
) -> None:
    """Each step at a time of its own. What a trade leaves for us of a place is how many of us the
    line serves, as long as there are enough of us: we are 500.
    """
    place = Place(e8("99"), 0, ahead, 0, False)
    line = Line(["they"] * ahead + ["we"] * 500)
    for n, (what, lots) in enumerate(steps, start=1):
        if what == "told":
            place.told(lots, n)
            line.told(lots)
        else:
            assert place.eat(lots, n) == line.eat(lots)
        assert place.ahead == line.people.index("we")
