"""The simulated exchange and a simple one do the same, whatever is asked and however prices go."""

from typing import Any

import attrs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from engine.domain.candle import Candle
from engine.domain.order import OrderType, PriceSource, Side, TimeInForce
from engine.ids import ClientId, PositionKey
from engine.messages.effects import CancelOrder, LookUpOrder, PlaceOrder, SetStop
from engine.money import Price, Quantity
from engine.timebase import MINUTE, Nanos
from tests.simulation.given import START, e8, terms
from tests.simulation.oracle_drive import Both

TICK = e8("0.1")
SYMBOLS = ("BTCUSDT", "BTCUSDT", "BTCUSDT", "ETHUSDT")
SIDES: st.SearchStrategy[Side] = st.sampled_from([1, -1])
SOURCES: st.SearchStrategy[PriceSource] = st.sampled_from(["last", "last", "mark", "index"])
ORDER_TYPES: st.SearchStrategy[OrderType] = st.sampled_from(
    [
        "market",
        "market",
        "limit",
        "limit",
        "stop_market",
        "stop_limit",
        "take_profit_market",
        "take_profit_limit",
    ]
)
FORCES: st.SearchStrategy[TimeInForce] = st.sampled_from(["GTC", "GTC", "IOC", "FOK", "PostOnly"])
QUANTITIES = st.sampled_from(["0.5", "1", "1", "2.345", "7"])
AWAY = st.one_of(st.integers(-40, 40), st.integers(-8, 8))
"""Ticks from the market."""
SENSE = [""] * 24
NONSENSE = [
    "index",
    "name",
    "fields",
    "trigger",
    "quantity 60",
    "quantity 101",
    "quantity 0",
    "quantity 0.0005",
    "quantity 0.001",
    "quantity -1",
    "bent price",
    "bent stop",
    "wrong stop",
    "wrong target",
    "reduces and protects",
]
VOLUMES = st.sampled_from(["0", "3.5", "20", "50", "1000"])


TERMS = st.fixed_dictionaries(
    {
        "wallet": st.sampled_from(["300", "3000", "100000"]),
        "leverage": st.sampled_from(["1", "3", "10", "33.33"]),
        "half_spread": st.sampled_from(["0", "0.0003"]),
        "slippage": st.sampled_from(["0", "0.0007"]),
        "volume_share": st.sampled_from(["0", "0", "0.1"]),
        "path": st.sampled_from(["worst_first", "best_first", "nearest_first"]),
    }
)
VENUE = st.fixed_dictionaries({"position_mode": st.sampled_from(["one_way", "one_way", "hedge"])})
SIMULATION = st.fixed_dictionaries(
    {
        "queue": st.sampled_from(["through", "through", "front"]),
        "target_fill": st.sampled_from(["level", "level", "better"]),
    }
)


class Venue(RuleBasedStateMachine):
    """Both exchanges under a random session."""

    both: Both

    @initialize(told=TERMS, venue=VENUE, simulation=SIMULATION)
    def begin(
        self, told: dict[str, Any], venue: dict[str, Any], simulation: dict[str, Any]
    ) -> None:
        """Draw the terms, as pessimistic or not as they can be told, and open the first bars."""
        plain = terms(**told)
        venue_terms = attrs.evolve(plain.venue, **venue)
        assumed = attrs.evolve(plain.simulation, **simulation)
        self.both = Both(attrs.evolve(plain, venue=venue_terms, simulation=assumed))
        self.hedge = venue["position_mode"] == "hedge"
        self.names = 0
        self.last = {"BTCUSDT": e8("100"), "ETHUSDT": e8("100")}
        self.opened: dict[str, Price] = {}
        self.open_bars((0, 0))

    def key(self, symbol: str, side: int) -> PositionKey:
        """The key of the position that an order of ``side`` would open."""
        return PositionKey("main", symbol, (1 if side > 0 else 2) if self.hedge else 0)

    def near(self, symbol: str, away: int) -> Price:
        """A price so many ticks from the market."""
        return Price(self.last[symbol] + away * TICK)

    @rule(
        symbol=st.sampled_from(SYMBOLS),
        side=SIDES,
        order_type=ORDER_TYPES,
        quantity=QUANTITIES,
        aways=st.tuples(AWAY, AWAY, AWAY, AWAY),
        protects=st.sampled_from([(0, 0), (0, 0), (1, 0), (0, 1), (1, 1), (1, 1)]),
        force=FORCES,
        sources=st.tuples(SOURCES, SOURCES, SOURCES),
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
        self.both.ask(
            PlaceOrder(
                key=key,
                client_id=ClientId(f"o{self.names}"),
                side=side,
                order_type=order_type,
                quantity=Quantity(e8(quantity)),
                price=prices["price"] if is_limit else Price(0),
                trigger_price=prices["trigger"] if waits else Price(0),
                time_in_force=force,
                reduce_only=False,
                stop_price=prices["stop"] if protects[0] or doing == "wrong" else Price(0),
                target_price=prices["target"] if protects[1] or doing == "wrong" else Price(0),
                trigger_by=sources[0],
                stop_by=sources[1],
                target_by=sources[2],
            )
        )

    @rule(
        which=st.integers(0, 3),
        order_type=ORDER_TYPES,
        quantity=QUANTITIES,
        aways=st.tuples(AWAY, AWAY),
        force=FORCES,
        says=st.booleans(),
        odd=st.sampled_from([0] * 9 + [1]),
    )
    def reduce(
        self,
        which: int,
        order_type: OrderType,
        quantity: str,
        aways: tuple[int, int],
        force: TimeInForce,
        says: bool,
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
        self.both.ask(
            PlaceOrder(
                key=position.key,
                client_id=ClientId(f"o{self.names}"),
                side=side,
                order_type=order_type,
                quantity=Quantity(e8(quantity)),
                price=self.near(symbol, aways[0]) if is_limit else Price(0),
                trigger_price=trigger if waits else Price(0),
                time_in_force=force,
                reduce_only=says,
                stop_price=Price(0),
                target_price=Price(0),
            )
        )

    @rule(
        which=st.integers(0, 3),
        aways=st.tuples(AWAY, AWAY),
        none=st.tuples(st.booleans(), st.booleans()),
        sources=st.tuples(SOURCES, SOURCES),
        oddity=st.sampled_from([""] * 12 + ["bent", "flat", "wrong", "same"]),
    )
    def set_stop(
        self,
        which: int,
        aways: tuple[int, int],
        none: tuple[bool, bool],
        sources: tuple[PriceSource, PriceSource],
        oddity: str,
    ) -> None:
        """Set a position's own stop and target."""
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
        self.both.ask(SetStop(position.key, Price(stop), Price(target), *sources))

    @rule(
        symbol=st.sampled_from(SYMBOLS),
        what=st.sampled_from(["cancel", "cancel", "look up", "mark", "mark", "index"]),
        back=st.integers(0, 6),
        away=AWAY,
    )
    def disturb(self, symbol: str, what: str, back: int, away: int) -> None:
        """Cancel or look up a late order, or one that never was; tell another price."""
        if what in ("mark", "index"):
            self.both.tell(symbol, what, self.near(symbol, away))
            return
        resting = self.both.oracle.waiting
        name = ClientId(f"o{self.names - back}")
        if resting and back > 2:
            name = ClientId(resting[-1].name)
        order = self.both.oracle.known.get(name)
        key = order.asked.key if order and back < 6 else self.key(symbol, 1)
        self.both.ask(CancelOrder(key, name) if what == "cancel" else LookUpOrder(key, name))

    @rule(
        gaps=st.tuples(AWAY, st.integers(-5, 5)),
        closes=st.tuples(AWAY, AWAY),
        highs=st.tuples(*[st.integers(0, 20)] * 2),
        lows=st.tuples(*[st.integers(0, 20)] * 2),
        volume=VOLUMES,
    )
    def pass_a_minute(
        self,
        gaps: tuple[int, int],
        closes: tuple[int, int],
        highs: tuple[int, int],
        lows: tuple[int, int],
        volume: str,
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
        self.open_bars(gaps)

    @rule(closes=st.tuples(AWAY, AWAY), highs=st.tuples(*[st.integers(0, 20)] * 2))
    def pass_another(self, closes: tuple[int, int], highs: tuple[int, int]) -> None:
        """A minute more: they pass more often than the rest happens."""
        self.pass_a_minute((0, 0), closes, highs, highs[::-1], "1000")

    def open_bars(self, gaps: tuple[int, int]) -> None:
        """The bars of a minute open."""
        for symbol, gap in zip(self.last, gaps, strict=True):
            price = self.near(symbol, gap if abs(gap) < 20 else 0)
            self.opened[symbol] = price
            self.last[symbol] = price
            self.both.open(symbol, price)


Venue.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
test_the_exchange_and_the_oracle_do_the_same = Venue.TestCase
