"""What prices do in the oracle exchange: the way through a bar, and what waits on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from engine.domain.candle import Candle
from engine.messages.market import FundingRated
from tests.simulation.oracle import Oracle
from tests.simulation.oracle_book import (
    SMALLEST,
    WITHOUT_LIMIT,
    ZERO,
    Number,
    Order,
    Position,
    cent,
    number,
)
from tests.simulation.oracle_end import liquidate
from tests.simulation.oracle_margin import (
    available,
    liquidation_price,
    opening_code,
)

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
        self.new: list[Position] = []
        """Opened by what waited in this bar: their targets are not met before the next."""
        share, self.room = oracle.terms.simulation.volume_share, ZERO
        if candle is not None:
            volume = number(candle.volume)
            self.room = oracle.shared(symbol, volume) if share else WITHOUT_LIMIT

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
            if order.symbol != self.symbol:
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
        if position.key.symbol != self.symbol or not side:
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
            oracle.waiting.remove(what)
            what.triggered = True
            oracle.tell("OrderTriggered", what.name)
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


def open_bar(oracle: Oracle, symbol: str, price: Number) -> None:
    """A bar opens: stops, targets and triggers that it jumped over act; limits wait."""
    market = oracle.markets[symbol]
    market.last = price
    Way(oracle, symbol, market.following).stand(price)


def close_bar(oracle: Oracle, candle: Candle) -> None:
    """A bar closed: its prices in the order that the run declares."""
    symbol = candle.symbol
    market = oracle.markets[symbol]
    low, high = number(candle.low), number(candle.high)
    opened, closed = number(candle.open), number(candle.close)
    way = Way(oracle, symbol, market.following, candle=candle)
    low_first = is_low_first(oracle, symbol, opened - low, high - opened)
    corners = [opened, low, high, closed] if low_first else [opened, high, low, closed]
    way.stand(opened)
    way.inside = True
    for start, end in pairwise(corners):
        way.go(start, end, RISING if end > start else FALLING)
    market.last = closed
    market.volume, market.taken = number(candle.volume), ZERO
    market.closed_ns = candle.close_ns


def tell_price(oracle: Oracle, symbol: str, source: str, price: Number, at: int) -> None:
    """The feed tells a mark or an index."""
    market = oracle.markets[symbol]
    market.told[source] = price
    if source == "mark":
        market.marked_ns = at
    Way(oracle, symbol, (source,), elsewhere=market.last).stand(price)


def settle(oracle: Oracle, event: FundingRated) -> None:
    """Funding of a symbol: quantity * mark * rate, longs pay at a positive rate (6.6).

    What the wallet has not available is taken from the position's own margin.
    """
    market = oracle.markets[event.symbol]
    if event.settle_ns <= market.settled_ns:
        return
    market.settled_ns = event.settle_ns
    for position in oracle.positions:
        if position.key.symbol != event.symbol or not position.side:
            continue
        exact = position.quantity * market.mark * number(event.rate)
        amount = cent(abs(exact)) * (1 if exact > 0 else -1)
        if not oracle.is_cross:
            position.added -= max(ZERO, amount - max(ZERO, available(oracle)))
        oracle.wallet -= amount
        oracle.funding += amount
        market.executions += 1
        paid = position.quantity, market.mark, number(event.rate), amount
        name = f"{event.symbol}-{market.executions}"
        oracle.tell("FundingPaid", position.key, name, *paid)
    Way(oracle, event.symbol, ("mark",), elsewhere=market.last).stand(market.mark)


def is_low_first(oracle: Oracle, symbol: str, below: Number, above: Number) -> bool:
    """Whether the bar's low comes first, by the path of the run."""
    held = sum((p.quantity for p in oracle.positions if p.key.symbol == symbol), Fraction(0))
    waiting = [one for one in oracle.waiting if one.symbol == symbol]
    conditional = [one for one in waiting if not one.triggered]
    adverse = True
    if held:
        adverse = held > 0
    elif conditional:
        adverse = conditional[0].meets == FALLING
    elif waiting:
        adverse = waiting[0].side > 0
    path = oracle.terms.simulation.path
    if path == "nearest_first" and below != above:
        return below < above
    return not adverse if path == "best_first" else adverse
