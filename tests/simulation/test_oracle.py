"""The simulated exchange and a simple one do the same, whatever is asked and however prices go.

``TRADEFOLD_EXAMPLES=5000`` looks at more sessions than the few of a usual test.
"""

import os
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from engine.domain.candle import Candle
from engine.domain.instrument import RiskTier
from engine.domain.order import OrderType, PriceSource, ProtectionMode, Side, TimeInForce
from engine.ids import ClientId
from engine.messages.effects import AmendOrder, CancelOrder, LookUpOrder, SetLeverage, SetStop
from engine.money import Price, Quantity, Rate
from engine.timebase import MINUTE, Nanos
from tests.simulation.given import START, e8
from tests.simulation.oracle_draws import (
    AWAY,
    BANDS,
    FORCES,
    LADDERS,
    LEAST,
    MARKS,
    NONSENSE,
    ORDER_TYPES,
    PROTECTIONS,
    QUANTITIES,
    SENSE,
    SIDES,
    SIMULATION,
    SOURCES,
    SYMBOLS,
    TERMS,
    TICK,
    VENUE,
    VOLUMES,
    Asking,
    Marks,
    session_terms,
)
from tests.simulation.oracle_drive import Both


class Venue(Asking):
    """Both exchanges under a random session."""

    @initialize(
        told=TERMS, venue=VENUE, simulation=SIMULATION, ladder=LADDERS, band=BANDS, least=LEAST
    )
    def begin(
        self,
        told: dict[str, Any],
        venue: dict[str, Any],
        simulation: dict[str, Any],
        ladder: tuple[RiskTier, ...],
        band: tuple[str, str],
        least: str,
    ) -> None:
        """Draw the terms, as pessimistic or not as they can be told, and open the first bars."""
        drawn = session_terms(told, venue, simulation, (ladder, band, least))
        self.both = Both(drawn)
        self.hedge = venue["position_mode"] == "hedge"
        self.names = 0
        self.last = {"BTCUSDT": e8("100"), "ETHUSDT": e8("100")}
        self.opened: dict[str, Price] = {}
        self.open_bars((0, 0))

    @rule(
        symbol=st.sampled_from(SYMBOLS),
        side=SIDES,
        order_type=ORDER_TYPES,
        quantity=QUANTITIES,
        aways=st.tuples(AWAY, AWAY, AWAY, AWAY),
        protects=st.sampled_from([(0, 0), (0, 0), (1, 0), (0, 1), (1, 1), (1, 1)]),
        force=FORCES,
        sources=st.tuples(SOURCES, SOURCES, SOURCES),
        guarded=PROTECTIONS,
        oddity=st.sampled_from(SENSE + NONSENSE),
    )
    def place(
        self,
        symbol: str,
        side: Side,
        order_type: OrderType,
        quantity: str,
        aways: tuple[int, int, int, int],
        protects: tuple[int, int],
        force: TimeInForce,
        sources: tuple[PriceSource, PriceSource, PriceSource],
        guarded: tuple[ProtectionMode, int, int],
        oddity: str,
    ) -> None:
        """Ask for an order: mostly a possible one."""
        self.names += oddity != "name"
        key = self.key(symbol, side)
        if oddity == "index":
            key = key._replace(position_index=1 - min(key.position_index, 1))
        if oddity.startswith("quantity"):
            quantity = oddity.split()[1]
        is_limit = order_type.endswith("limit") != (oddity == "fields")
        waits = order_type not in ("market", "limit")
        meets = side if order_type.startswith("stop") else -side
        base = aways[0] if is_limit else meets * abs(aways[1]) if waits else 0
        prices = {
            "price": self.near(symbol, aways[0]),
            "trigger": self.near(symbol, (abs(aways[1]) + 1) * meets),
            "stop": self.near(symbol, base - side * (abs(aways[2]) + 1)),
            "target": self.near(symbol, base + side * (abs(aways[3]) + 1)),
        }
        doing, _, which = oddity.partition(" ")
        if doing == "bent":
            prices[which] = Price(prices[which] + 1)
        if doing == "wrong":
            prices[which] = self.near(symbol, base)
        if oddity == "trigger":
            prices["trigger"] = self.near(symbol, 0)
        there = is_limit, waits, protects[0] or doing == "wrong", protects[1] or doing == "wrong"
        asked = {
            name: price if has else Price(0)
            for (name, price), has in zip(prices.items(), there, strict=True)
        }
        mode, stop_limit, target_limit = guarded
        if stop_limit:
            asked["stop limit"] = Price(prices["stop"] - side * TICK * (aways[3] % 3))
        if target_limit:
            asked["target limit"] = Price(prices["target"] + side * TICK * (aways[2] % 3 - 1))
        self.ask(key, side, order_type, quantity, force, asked, *sources, protection=mode)

    @rule(
        which=st.integers(0, 3),
        order_type=ORDER_TYPES,
        quantity=st.one_of(QUANTITIES, st.sampled_from(["0", "60"])),
        aways=st.tuples(AWAY, AWAY),
        force=FORCES,
        says=st.sampled_from([(True, False), (False, False), (True, True), (False, True)]),
        odd=st.sampled_from([0] * 9 + [1]),
    )
    def reduce(
        self,
        which: int,
        order_type: OrderType,
        quantity: str,
        aways: tuple[int, int],
        force: TimeInForce,
        says: tuple[bool, bool],
        odd: int,
    ) -> None:
        """Ask for an order that closes, by its word or by its side."""
        held = [one for one in self.both.oracle.positions if one.side or odd]
        if not held:
            return
        position = held[which % len(held)]
        side: Side = -1 if position.side > 0 else 1
        meets = side if order_type.startswith("stop") else -side
        symbol = position.key.symbol
        trigger = self.near(symbol, (abs(aways[1]) + 1) * meets)
        self.names += 1
        is_limit, waits = order_type.endswith("limit"), order_type not in ("market", "limit")
        prices = {
            "price": self.near(symbol, aways[0]) if is_limit else Price(0),
            "trigger": trigger if waits else Price(0),
        }
        only, closes = says
        words = {"reduce_only": only, "closes": closes}
        self.ask(position.key, side, order_type, quantity, force, prices, **words)

    @rule(
        which=st.integers(0, 3),
        aways=st.tuples(AWAY, AWAY),
        none=st.tuples(st.booleans(), st.booleans()),
        sources=st.tuples(SOURCES, SOURCES),
        trails=st.tuples(st.sampled_from([0, 0, 3, 10, 40]), st.sampled_from([0, 0, 5, -1])),
        oddity=st.sampled_from([""] * 12 + ["bent", "flat", "wrong", "same"]),
    )
    def set_stop(
        self,
        which: int,
        aways: tuple[int, int],
        none: tuple[bool, bool],
        sources: tuple[PriceSource, PriceSource],
        trails: tuple[int, int],
        oddity: str,
    ) -> None:
        """Set a position's own stop and target and its trailing stop."""
        held = [one for one in self.both.oracle.positions if one.side or oddity == "flat"]
        if not held:
            return
        position = held[which % len(held)]
        side = position.side * (-1 if oddity == "wrong" else 1)
        symbol = position.key.symbol
        stop = int(self.near(symbol, -side * (abs(aways[0]) + 1))) + (oddity == "bent")
        target = int(self.near(symbol, side * (abs(aways[1]) + 1)))
        if oddity == "same":
            stop, target = int(position.stop * 10**8), int(position.target * 10**8)
        stop, target = stop * (not none[0]), target * (not none[1])
        distance, ahead = trails
        begins = self.near(symbol, side * ahead) if ahead else 0
        trailing = Price(distance * TICK), Price(begins)
        self.both.ask(SetStop(position.key, Price(stop), Price(target), *sources, *trailing))

    @rule(
        back=st.integers(0, 5),
        quantity=st.sampled_from(["0", "0", "0.4", "0.5", "1", "2.345", "0.0005"]),
        aways=st.tuples(AWAY, AWAY),
        what=st.sampled_from(["price", "price", "trigger", "both", "none", "bent"]),
    )
    def amend(self, back: int, quantity: str, aways: tuple[int, int], what: str) -> None:
        """Amend an order that waits, or a late one that does not."""
        resting = self.both.oracle.waiting
        if resting and back > 1:
            name = ClientId(resting[back % len(resting)].name)
        else:
            name = ClientId(f"o{self.names - back}")
        order = self.both.oracle.known.get(name)
        key = order.asked.key if order else self.key("BTCUSDT", 1)
        price = trigger = Price(0)
        if what in ("price", "both", "bent"):
            price = Price(self.near(key.symbol, aways[0]) + (what == "bent"))
        if what in ("trigger", "both"):
            trigger = self.near(key.symbol, aways[1])
        self.both.ask(AmendOrder(key, name, Quantity(e8(quantity)), price, trigger))

    @rule(
        symbol=st.sampled_from(SYMBOLS),
        side=SIDES,
        what=st.sampled_from(["mark", "mark", "index", "funding", "leverage"]),
        away=AWAY,
        leverage=st.sampled_from(["1", "2.5", "10", "25", "50", "100", "0.5", "3.333"]),
    )
    def tell(self, symbol: str, side: int, what: str, away: int, leverage: str) -> None:
        """Another price, a settlement of funding, another leverage."""
        if what == "funding":
            self.both.settle(symbol, away * e8("0.0003"))
        elif what == "leverage":
            self.both.ask(SetLeverage(self.key(symbol, side), Rate(e8(leverage))))
        else:
            self.both.tell(symbol, what, self.near(symbol, away))

    @rule(back=st.integers(0, 6), look=st.booleans())
    def disturb(self, back: int, look: bool) -> None:
        """Cancel or look up a late order, or one that never was."""
        resting = self.both.oracle.waiting
        name = ClientId(f"o{self.names - back}")
        if resting and back > 2:
            name = ClientId(resting[-1].name)
        order = self.both.oracle.known.get(name)
        key = order.asked.key if order and back < 6 else self.key("BTCUSDT", 1)
        self.both.ask(LookUpOrder(key, name) if look else CancelOrder(key, name))

    @rule(
        gaps=st.tuples(AWAY, st.integers(-5, 5)),
        closes=st.tuples(AWAY, AWAY),
        highs=st.tuples(*[st.integers(0, 20)] * 2),
        lows=st.tuples(*[st.integers(0, 20)] * 2),
        volume=VOLUMES,
        marks=st.tuples(MARKS, MARKS),
    )
    def pass_a_minute(
        self,
        gaps: tuple[int, int],
        closes: tuple[int, int],
        highs: tuple[int, int],
        lows: tuple[int, int],
        volume: str,
        marks: tuple[Marks | None, Marks | None] = (None, None),
    ) -> None:
        """The minute ends, and the next begins, with a gap or without."""
        open_ns = Nanos(START + self.both.bars * MINUTE)
        self.both.bars += 1
        self.both.requests = 0
        ways = zip(self.opened.items(), closes, highs, lows, strict=True)
        for (symbol, opened), away, above, below in ways:
            close = self.near(symbol, away)
            high = Price(max(opened, close) + above * TICK)
            low = Price(min(opened, close) - below * TICK)
            end = Nanos(open_ns + MINUTE)
            prices = (opened, high, low, close)
            self.both.close(Candle(symbol, open_ns, end, *prices, Quantity(e8(volume))))
            self.last[symbol] = close
        for symbol, mark in zip(self.last, marks, strict=True):
            if mark is not None:
                self.both.close_mark(self.mark_candle(symbol, mark))
        self.open_bars(gaps)

    @rule(closes=st.tuples(AWAY, AWAY), highs=st.tuples(*[st.integers(0, 20)] * 2))
    def pass_another(self, closes: tuple[int, int], highs: tuple[int, int]) -> None:
        """A minute more: they pass more often than the rest happens."""
        self.pass_a_minute((0, 0), closes, highs, highs[::-1], "1000")


EXAMPLES = int(os.environ.get("TRADEFOLD_EXAMPLES", "0"))
Venue.TestCase.settings = settings(
    max_examples=EXAMPLES or 80, stateful_step_count=40, deadline=None
)
test_the_exchange_and_the_oracle_do_the_same = Venue.TestCase
