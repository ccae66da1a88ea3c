"""A price's way in the oracle exchange: what waits on it is met one after the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from engine.domain.candle import Candle
from tests.simulation.oracle import Oracle
from tests.simulation.oracle_book import (
    SMALLEST,
    WITHOUT_LIMIT,
    ZERO,
    Number,
    Order,
    Position,
    moment,
    number,
)
from tests.simulation.oracle_children import part
from tests.simulation.oracle_end import liquidate
from tests.simulation.oracle_margin import liquidation_price, opening_code

RISING, FALLING = 1, -1


@dataclass(eq=False)
class Guard:
    """What a position waits for: its stop, its target, its end …"""

    position: Position
    cause: str


class Way:
    """One price's way through one market event.

    ``sources`` are the triggers that look at it, ``elsewhere`` is where the market trades where
    that is not the price that moves.
    """

    def __init__(
        self,
        oracle: Oracle,
        symbol: str,
        sources: tuple[str, ...],
        *,
        elsewhere: Number = ZERO,
        candle: Candle | None = None,
    ) -> None:
        self.oracle = oracle
        self.symbol = symbol
        self.sources = sources
        self.elsewhere = elsewhere
        self.candle = candle
        self.inside = False
        self.newest = oracle.age if candle is not None else 10**9
        """The last order of before this bar: targets of children that are born in it wait too."""
        self.until_ns = 10**30
        """What came into being after this was not met on the leg in hand."""
        now = oracle.now
        self.when: Callable[[Number], int] = lambda _: now
        """Venue time of a price on the way."""
        self.new: list[Position] = []
        """Opened by what waited in this bar: their targets are not met before the next."""
        share, self.room = oracle.terms.simulation.volume_share, ZERO
        if candle is not None:
            volume = number(candle.volume)
            self.room = oracle.shared(symbol, volume) if share else WITHOUT_LIMIT

    def walk(self, prices: list[Number], begin: int, end: int, from_the_past: bool) -> None:
        """Over all prices of a bar. ``from_the_past``: it tells of a time when what is here now may
        not have been there.
        """
        self.inside = True
        for leg, (here, there) in enumerate(pairwise(prices)):
            self.when = lambda price, leg=leg: moment(prices, leg, price, begin, end)
            if from_the_past:
                self.until_ns = self.when(there)
            self.go(here, there, RISING if there > here else FALLING)

    def go(self, start: Number, end: Number, direction: int) -> None:
        """Act on what is met between two prices, nearest first, until nothing is."""
        here = start
        while True:
            on_the_way = [
                (direction * level, rank, age, what)
                for level, rank, age, what in self.everything(direction)
                if direction * level <= direction * end
            ]
            if not on_the_way:
                return
            distance, _, _, what = min(on_the_way, key=self.turn)
            level = direction * distance
            here = max(here, level) if direction == RISING else min(here, level)
            if isinstance(what, Guard) and what.cause == "follow":
                what.position.best = end
                continue
            position = what.position
            side = position.side
            self.oracle.now = self.when(here)
            self.act(what, level, here)
            if self.candle is not None and position.side not in (0, side):
                self.new.append(position)

    def stand(self, price: Number) -> None:
        """The price is here: what lies below first, then what lies above."""
        self.go(price, price, FALLING)
        self.go(price, price, RISING)

    def turn(self, one: tuple[Number, int, int, Guard | Order]) -> tuple[bool, Number, int, int]:
        """Whose turn is first: the nearest; where a price jumps to, a liquidation at once."""
        distance, rank, age, what = one
        ends = isinstance(what, Guard) and what.cause == "liquidation" and not self.inside
        return not ends, distance, rank, age

    def everything(self, direction: int) -> Iterator[tuple[Number, int, int, Guard | Order]]:
        """All that a price in ``direction`` can meet: level, guards before orders, age."""
        place = 0
        for position in self.oracle.positions:
            for source, meets, level, cause in self.guards(position):
                place += 1
                if meets == direction and source in self.sources:
                    yield level, 0, place, Guard(position, cause)
        for order in self.oracle.waiting:
            early = order.cause == "take_profit" and order.age > self.newest
            if order.symbol != self.symbol or early or order.since_ns > self.until_ns:
                continue
            if not order.triggered:
                if order.meets == direction and order.asked.trigger_by in self.sources:
                    yield order.trigger, 1, order.age, order
            elif direction == -order.side and self.room > 0:
                through = self.oracle.terms.simulation.queue != "front"
                past = self.oracle.tick(self.symbol) if through else ZERO
                yield order.price + direction * past, 1, order.age, order

    def guards(self, position: Position) -> Iterator[tuple[str, int, Number, str]]:
        """Source, direction, level and cause of all that a position waits for."""
        side = position.side
        if position.key.symbol != self.symbol or not side or position.opened_ns > self.until_ns:
            return
        end = liquidation_price(self.oracle, position)
        if end:
            yield "mark", -side, end, "liquidation"
        if position.stop:
            yield position.stop_by, -side, position.stop, "stop_loss"
        if position.target and position not in self.new:
            yield position.target_by, side, position.target, "take_profit"
        if position.best:
            yield "last", -side, position.best - side * position.distance, "trailing_stop"
            yield "last", side, position.best + side * SMALLEST, "follow"
        elif position.distance:
            yield "last", side, position.begins, "follow"

    def act(self, what: Guard | Order, level: Number, price: Number) -> None:
        """Do what waited at ``level``, the price on its way being at ``price``."""
        oracle, here = self.oracle, self.elsewhere or price
        if isinstance(what, Guard) and what.cause == "liquidation":
            liquidate(oracle, what.position, price, here)
        elif isinstance(what, Guard):
            self.close(what, level, here)
        elif what.triggered:
            quantity = min(what.remaining, self.room)
            if what.reduces:
                quantity = min(quantity, what.position.reducible(what.side))
            self.room -= quantity
            oracle.fill(what, what.price, quantity, is_maker=True)
        else:
            self.note_sibling(what)
            oracle.waiting.remove(what)
            what.triggered = True
            oracle.tell("OrderTriggered", what.name)
            sibling = part(what)
            if sibling is not None:
                won, lost = ("Sl", "Tp") if what.cause == "stop_loss" else ("Tp", "Sl")
                oracle.end(sibling, f"CancelByOCO{lost}CanceledBy{won}Triggered")
            mark = here if self.candle is not None else ZERO
            price = what.price
            if what.is_limit:
                mark_now = mark or oracle.markets[self.symbol].band_mark
                price = oracle.within(what.side, price, mark_now, self.symbol)
                if price != what.price and not oracle.terms.venue.moves_to_band:
                    oracle.end(what, "EC_ReachMarketPriceLimit")
                    return
                oracle.fit(what, mark_now)
            short = not what.reduces and opening_code(
                oracle, what.position, what.side, what.remaining, what.price, here
            )
            if short:
                oracle.end(what, "EC_Others")
            else:
                oracle.meet(what, here, mark)

    def note_sibling(self, order: Order) -> None:
        """Both of a pair are in the same bar: the path chose."""
        candle, sibling = self.candle, order.sibling
        if candle is not None and self.inside and sibling is not None:
            order.ambiguous = number(candle.low) <= sibling.trigger <= number(candle.high)
            self.oracle.ambiguous += order.ambiguous

    def close(self, guard: Guard, level: Number, here: Number) -> None:
        """A stop pays where the market is, a target gets its level and no better."""
        oracle, position, candle = self.oracle, guard.position, self.candle
        is_stop, both = guard.cause != "take_profit", False
        other = position.target if is_stop else position.stop
        if self.inside and candle is not None and other:
            both = number(candle.low) <= other <= number(candle.high)
            oracle.ambiguous += both
        if not is_stop and not self.elsewhere and oracle.terms.simulation.target_fill == "level":
            here = level
        was, side, size = position.quantity, position.side, abs(position.quantity)
        price = oracle.worse(-side, here, oracle.off_market, self.symbol)
        oracle.age += 1
        oracle.execute(position, "", guard.cause, -side, price, size, False, both)
        oracle.markets[self.symbol].taken += size
        oracle.look_after(position, was, None)
