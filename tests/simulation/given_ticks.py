"""Ticks by hand, and a session that is matched on them.

Ticks come ``ms`` milliseconds after the start, and are dated so; a request that is sent then
arrives 20 ms later. Sizes are written ``"99.9 x 5"``.
"""

from typing import Literal

from attrs import evolve

from adapters.simulated.exchange import SimulatedExchange
from engine.domain.order import BUY, Side
from engine.messages.effects import Effect
from engine.messages.market import DepthChanged, MarketEvent, Quoted, Traded
from engine.messages.runs import MatchedOn, QueueModel, TargetFill
from engine.messages.venue import OrderFilled
from engine.money import Price, Quantity, Rate, render
from engine.timebase import MILLISECOND, Nanos
from tests.simulation.given import START, Session, e8, order, terms

LEVEL = tuple[Price, Quantity]


def ms(count: int) -> Nanos:
    """So many milliseconds after the start."""
    return Nanos(START + count * MILLISECOND)


def level(text: str) -> LEVEL:
    """``"99.9 x 5"``: five at 99.9."""
    price, _, quantity = text.partition(" x ")
    return Price(e8(price)), Quantity(e8(quantity))


def quoted(at: int, bid: str, ask: str, symbol: str = "BTCUSDT") -> Quoted:
    """The best bid and ask; ``"0 x 0"`` is a side that is not there."""
    return Quoted(symbol, ms(at), *level(bid), *level(ask))


def traded(at: int, print_: str, side: Literal[-1, 0, 1] = 0, symbol: str = "BTCUSDT") -> Traded:
    """A public trade; ``side`` is the taker's."""
    return Traded(symbol, ms(at), *level(print_), side)


def depth(at: int, bids: str = "", asks: str = "", snapshot: bool = False) -> DepthChanged:
    """Levels of the book, with commas between them."""
    sides = [tuple(level(one) for one in text.split(", ") if one) for text in (bids, asks)]
    return DepthChanged("BTCUSDT", ms(at), snapshot, *sides)


class TickSession(Session):
    """A session on ticks; neither spread nor slippage, and a queue that we join at the back."""

    def __init__(
        self,
        matched_on: MatchedOn,
        queue: QueueModel = "back",
        impact: str = "0",
        target_fill: TargetFill = "level",
        **told: object,
    ) -> None:
        super().__init__()
        base = terms(**told)  # type: ignore[arg-type]
        simulation = evolve(
            base.simulation,
            matched_on=matched_on,
            queue=queue,
            impact=Rate(e8(impact)),
            target_fill=target_fill,
        )
        self.exchange = SimulatedExchange(evolve(base, simulation=simulation))

    def see(self, *events: MarketEvent, late: int = 0) -> None:
        """Ticks reach us ``late`` milliseconds after the venue's time."""
        for event in events:
            at = getattr(event, "venue_ns", START) + late * MILLISECOND
            self.exchange.observe(event, Nanos(at))

    def ask(self, at: int, *effects: Effect) -> None:
        """Send effects at a time; they arrive 20 ms later."""
        self.send(*effects, at=ms(at))

    def fills(self) -> list[str]:
        """The fills under way: ``"a 2 @ 100"``, with ``maker`` where it was one."""
        return [
            f"{one.client_id or one.cause} {render(one.quantity)} @ {render(one.price)}"
            + (" maker" if one.is_maker else "")
            for one in self.take()
            if isinstance(one, OrderFilled)
        ]


FIRST: dict[MatchedOn, MarketEvent] = {
    "trades": traded(0, "100 x 1"),
    "quotes": quoted(0, "99 x 10", "101 x 10"),
    "depth": depth(0, "99 x 10, 98 x 5, 96 x 5", "101 x 10, 102 x 5, 104 x 5", True),
}


def resting(
    matched_on: MatchedOn,
    queue: QueueModel,
    price: str = "99",
    side: Side = BUY,
    quantity: str = "4",
) -> TickSession:
    """``a`` rests in a market of 99 and 101."""
    session = TickSession(matched_on, queue)
    session.see(FIRST[matched_on])
    session.ask(1, order("a", side, quantity, order_type="limit", price=price))
    assert session.take_kinds() == ["OrderAccepted"]
    return session


def market(matched_on: MatchedOn, at: int, bid: str, ask: str) -> MarketEvent:
    """The best bid and ask of 9, as the run sees them; of trades their middle."""
    if matched_on == "quotes":
        return quoted(at, f"{bid} x 9", f"{ask} x 9")
    if matched_on == "depth":
        return depth(at, f"{bid} x 9", f"{ask} x 9", True)
    return traded(at, f"{(int(bid) + int(ask)) // 2} x 9")


def long_of_one(matched_on: MatchedOn, target_fill: TargetFill = "level") -> TickSession:
    """Long 1 where the market is 100, with a stop at 95 and a target at 110."""
    session = TickSession(matched_on, target_fill=target_fill, leverage="1")
    session.see(market(matched_on, 0, "99", "101"))
    session.ask(1, order("a", BUY, "1", stop="95", target="110"))
    session.take()
    return session
