"""Random sessions: bars that walk around 100, and what somebody asks of the venue in each.

Sense and nonsense: every type of order, protection of every kind, amendments and cancels of orders
that may or may not be there.
"""

from collections.abc import Callable

from hypothesis import strategies as st

from engine.domain.candle import Candle
from engine.domain.order import OrderType, Side, TimeInForce
from engine.messages.effects import Effect
from engine.money import render
from tests.simulation.asked import amend, guarded, trailing
from tests.simulation.given import bar, cancel, e8, order, set_stop

SIDES: st.SearchStrategy[Side] = st.sampled_from([1, -1])
FORCES: st.SearchStrategy[TimeInForce] = st.sampled_from(["GTC", "IOC", "FOK", "PostOnly"])
TYPES: st.SearchStrategy[OrderType] = st.sampled_from(
    ["stop_market", "stop_limit", "take_profit_market", "take_profit_limit"]
)
QUANTITIES = st.sampled_from(["0.5", "1", "2.345", "7"])


@st.composite
def bars(draw: st.DrawFn, count: int = 12) -> list[Candle]:
    """A walk of bars around 100, with gaps."""
    made, last = [], e8("100")
    for n in range(count):
        opened = last + draw(st.integers(-8, 8)) * e8("0.1")
        close = opened + draw(st.integers(-15, 15)) * e8("0.1")
        high = max(opened, close) + draw(st.integers(0, 15)) * e8("0.1")
        low = min(opened, close) - draw(st.integers(0, 15)) * e8("0.1")
        volume = draw(st.sampled_from(["0", "3.5", "50", "1000"]))
        made.append(bar(n, " ".join(render(p) for p in (opened, high, low, close)), volume))
        last = close
    return made


class Moment:
    """Where a wish is made: in which bar, near which price, by which name."""

    def __init__(self, draw: st.DrawFn, n: int, k: int, base: int) -> None:
        self.draw = draw
        self.name = f"o{n}-{k}"
        self.other = f"o{draw(st.integers(0, n))}-{k}"
        """An order that may have been asked for before."""
        self.base = base
        self.side = draw(SIDES)

    def price(self, most: int = 30, way: int = 0) -> str:
        """So many ticks of 0.1 off the base, on either side or on that of ``way``."""
        ticks = self.draw(st.integers(1 if way else -most, most))
        return render(self.base + (way or 1) * ticks * e8("0.1"))


def _market(at: Moment) -> Effect:
    stop, target = at.price(way=-at.side), at.price(way=at.side)
    return order(at.name, at.side, at.draw(QUANTITIES), stop=stop, target=target)


def _limit(at: Moment) -> Effect:
    quantity, force = at.draw(QUANTITIES), at.draw(FORCES)
    return order(
        at.name, at.side, quantity, order_type="limit", price=at.price(), time_in_force=force
    )


def _conditional(at: Moment) -> Effect:
    order_type = at.draw(TYPES)
    way = at.side if order_type.startswith("stop") else -at.side
    limit = at.price() if order_type.endswith("limit") else "0"
    trigger, quantity = at.price(way=way), at.draw(QUANTITIES)
    return order(at.name, at.side, quantity, order_type=order_type, trigger=trigger, price=limit)


def _partial(at: Moment) -> Effect:
    stop, target = at.price(way=-at.side), at.price(way=at.side)
    return guarded(at.name, at.side, at.draw(QUANTITIES), stop=stop, target=target)


def _reduce(at: Moment) -> Effect:
    if at.draw(st.booleans()):
        return order(at.name, at.side, at.draw(QUANTITIES), reduce_only=True)
    price, quantity = at.price(way=at.side), at.draw(QUANTITIES)
    return order(at.name, at.side, quantity, order_type="limit", price=price, reduce_only=True)


def _set_stop(at: Moment) -> Effect:
    return set_stop(at.price(), "0")


def _trail(at: Moment) -> Effect:
    return trailing(at.draw(st.sampled_from(["0.5", "1.5"])))


def _amend(at: Moment) -> Effect:
    return amend(at.other, quantity=at.draw(st.sampled_from(["0", "0.4"])), price=at.price())


def _cancel(at: Moment) -> Effect:
    return cancel(at.other)


WISHES: tuple[Callable[[Moment], Effect], ...] = (
    _market,
    _limit,
    _conditional,
    _partial,
    _reduce,
    _set_stop,
    _trail,
    _amend,
    _cancel,
)


@st.composite
def wishes(draw: st.DrawFn, n: int, base: int) -> list[Effect]:
    """What somebody asks of the venue in one bar."""
    count = draw(st.integers(0, 3))
    return [draw(st.sampled_from(WISHES))(Moment(draw, n, k, base)) for k in range(count)]


@st.composite
def sessions(draw: st.DrawFn) -> list[tuple[Candle, list[Effect]]]:
    """Bars, and what is asked in each."""
    return [(one, draw(wishes(n, one.open))) for n, one in enumerate(draw(bars()))]
