"""Orders by the dice among recorded ticks, and what must hold of every fill.

The book that the fills are held against is kept here, in a few obvious lines: the sizes that were
told last, by side and price.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

import attrs

from adapters.history.feed import Group
from adapters.simulated.exchange import SimulatedExchange
from engine.domain.order import BUY, SELL, OrderType, Side, TimeInForce
from engine.ids import ClientId, PositionKey
from engine.messages.effects import CancelOrder, Effect, PlaceOrder
from engine.messages.market import DepthChanged, MarketEvent, Quoted, Traded
from engine.messages.runs import MatchedOn, QueueModel, Terms
from engine.messages.venue import ExecutionReport, OrderFilled
from engine.money import NO_PRICE, Money, Price, Quantity, parse, round_down
from engine.timebase import NEVER, Nanos
from tests.realdata.places import HOUSE, recorded
from tests.realdata.runs import plan_of

CONFIG = HOUSE / "examples/volatility_breakout.toml"
EVERY = 25
"""So many ticks between two wishes."""


@attrs.frozen
class Tape:
    """Recorded files of one symbol; ``tick`` where it is finer than the contract's."""

    symbol: str
    files: tuple[str, ...]
    tick: str = ""

    def play(self, matched_on: MatchedOn, ticks: int) -> tuple[Terms, tuple[Group, ...]]:
        """The terms of a run, with a rich wallet, and about the first so many ticks."""
        return _opened(self, matched_on, ticks)


@cache
def _opened(tape: Tape, matched_on: MatchedOn, ticks: int) -> tuple[Terms, tuple[Group, ...]]:
    listed = [f"{tape.symbol}={recorded(name)}" for name in tape.files]
    sets = [f'accounts.va1.symbols=["{tape.symbol}"]', f"simulation.matched_on={matched_on}"]
    sets += ["simulation.request_latency=1ms", "simulation.report_latency=1ms"]
    if tape.tick:
        sets.append(f"instruments.{tape.symbol}.tick={tape.tick}")
    plan = plan_of(CONFIG, listed, sets)
    venue = attrs.evolve(plan.terms.venue, wallet=Money(parse("1000000000")))
    terms = attrs.evolve(plan.terms, venue=venue)
    return terms, tuple(_first(iter(plan.session().feed), ticks))


def _first(groups: Iterator[Group], ticks: int) -> Iterator[Group]:
    for group in groups:
        yield group
        ticks -= len(group[2])
        if ticks <= 0:
            return


class Dice:
    """The same numbers on every machine."""

    def __init__(self, seed: int) -> None:
        self._state = seed

    def roll(self, sides: int) -> int:
        """0 … sides - 1."""
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self._state >> 33) % sides


class Table:
    """The recorded ticks, an exchange among them, and the one who asks."""

    def __init__(self, terms: Terms, queue: QueueModel, seed: int = 1) -> None:
        terms = attrs.evolve(terms, simulation=attrs.evolve(terms.simulation, queue=queue))
        self.terms = terms
        self.matched_on = terms.simulation.matched_on
        self.exchange = SimulatedExchange(terms)
        self.dice = Dice(seed)
        instrument = terms.instruments[0]
        self.tick, self.lot = instrument.tick, instrument.lot
        self.key = PositionKey(terms.venue.venue_account, instrument.symbol, 0)
        self.shown: dict[int, dict[int, int]] = {BUY: {}, SELL: {}}
        self.last = 0
        self.asked: list[str] = []
        self.fills: list[OrderFilled] = []

    def tell(self, event: MarketEvent) -> None:
        """What was told last, of the kinds that the run is matched on."""
        if isinstance(event, Traded):
            self.last = event.price
        elif isinstance(event, Quoted) and self.matched_on == "quotes":
            self.shown[BUY] = {event.bid: event.bid_quantity}
            self.shown[SELL] = {event.ask: event.ask_quantity}
        elif isinstance(event, DepthChanged) and self.matched_on == "depth":
            for side, changes in ((BUY, event.bids), (SELL, event.asks)):
                if event.snapshot:
                    self.shown[side] = {}
                for price, quantity in changes:
                    self.shown[side][price] = quantity
                    if quantity == 0:
                        del self.shown[side][price]

    def best(self, side: int) -> int:
        """The best price shown on a side, else the last one."""
        prices = self.shown[side]
        return (max(prices) if side == BUY else min(prices)) if prices else self.last

    def take(self) -> list[OrderFilled]:
        """The fills that were made since the last call."""
        reports: list[ExecutionReport] = []
        while self.exchange.next_report_ns < NEVER:
            reports.append(self.exchange.take_report()[1])
        fills = [report for report in reports if isinstance(report, OrderFilled)]
        self.fills += fills
        return fills

    def order(
        self,
        side: Side,
        price: int,
        *,
        quantity: str = "0.01",
        kind: OrderType = "limit",
        force: TimeInForce = "GTC",
        trigger: int = 0,
        stop: int = 0,
    ) -> PlaceOrder:
        """An order with the next name."""
        name = f"n{len(self.asked)}"
        self.asked.append(name)
        return PlaceOrder(
            self.key,
            ClientId(name),
            side,
            kind,
            Quantity(round_down(parse(quantity), self.lot)),
            Price(round_down(price, self.tick)),
            Price(round_down(trigger, self.tick)),
            force,
            False,
            Price(round_down(stop, self.tick)),
            NO_PRICE,
        )

    def wish(self) -> Sequence[Effect]:
        """Something to make, to take, to be stopped with, or to take back."""
        side: Side = BUY if self.dice.roll(2) else SELL
        away = self.dice.roll(6) * self.tick
        here = self.best(side)
        kind = self.dice.roll(6)
        if kind < 3:
            return (self.order(side, here - side * away, quantity="0.05"),)
        if kind == 3:
            stop = here - side * (10 * self.tick + away)
            return (self.order(side, 0, kind="market", quantity="3", stop=stop),)
        if kind == 4:
            level = here + side * (2 * self.tick + away)
            return (self.order(side, 0, kind="stop_market", trigger=level),)
        open_orders = self.exchange.open_orders
        return tuple(CancelOrder(self.key, one.client_id) for one in open_orders[:5])


def play(table: Table, groups: Iterable[Group]) -> Iterator[tuple[MarketEvent | None, Nanos]]:
    """Bring ticks and requests to the venue in order of time.

    After each step: ``(the tick, its time)``, or None as the tick where a request was served.
    """
    exchange = table.exchange
    for at, _phase, events in groups:
        while exchange.next_request_ns < at:
            exchange.serve()
            yield None, at
        for event in events:
            table.tell(event)
            exchange.observe(event, at)
            yield event, at
