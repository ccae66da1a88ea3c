"""What random sessions of both exchanges are drawn from."""

from typing import Any

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from engine.domain.instrument import RiskTier
from engine.domain.order import OrderType, PriceSource, ProtectionMode, Side, TimeInForce
from engine.ids import ClientId, PositionKey
from engine.messages.effects import PlaceOrder
from engine.messages.market import MarkCandle
from engine.messages.runs import Terms
from engine.money import Price, Quantity, Rate
from engine.timebase import MINUTE, Nanos
from tests.simulation.given import START, e8, terms
from tests.simulation.margined import tiers
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
Marks = tuple[int, int, int, int, int]
MARKS: st.SearchStrategy[Marks | None] = st.one_of(
    st.none(),
    st.tuples(st.integers(1, 4), AWAY, st.integers(-8, 8), st.integers(0, 60), st.integers(0, 60)),
)
"""A candle of the mark: of how many minutes, where it opens and closes, how far it reaches."""
PROTECTIONS = st.sampled_from(
    [("full", 0, 0)] * 5 + [("partial", 0, 0), ("partial", 1, 0), ("partial", 0, 1), ("full", 1, 0)]
)
"""Mode, and which of stop and target are limit orders."""
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
        "wallet": st.sampled_from(["8", "300", "3000", "100000"]),
        "leverage": st.sampled_from(["1", "3", "10", "33.33", "100"]),
        "half_spread": st.sampled_from(["0", "0.0003"]),
        "slippage": st.sampled_from(["0", "0.0007"]),
        "volume_share": st.sampled_from(["0", "0", "0.1"]),
        "path": st.sampled_from(["worst_first", "best_first", "nearest_first"]),
    }
)
VENUE = st.fixed_dictionaries(
    {
        "position_mode": st.sampled_from(["one_way", "one_way", "hedge"]),
        "moves_to_band": st.booleans(),
        "margin_mode": st.sampled_from(["isolated", "isolated", "cross", "cross", "none"]),
        "order_netting": st.sampled_from(["sum", "sum", "larger_side"]),
    }
)
LADDER = tiers("300 0.005 100", "600 0.01 50", "1000 0.02 25", "20000 0.1 5")
LEAST = st.sampled_from(["0.001", "0.001", "0.6"])
"""The least quantity of an order; what is left of a position may be less."""
BANDS = st.sampled_from([("0", "0"), ("0.01", "0.02"), ("0.005", "0")])
LADDERS = st.sampled_from([(), LADDER])
SIMULATION = st.fixed_dictionaries(
    {
        "queue": st.sampled_from(["through", "through", "front"]),
        "target_fill": st.sampled_from(["level", "level", "better"]),
    }
)


def session_terms(
    told: dict[str, Any],
    venue: dict[str, Any],
    simulation: dict[str, Any],
    contract: tuple[tuple[RiskTier, ...], tuple[str, str], str],
) -> Terms:
    """The terms that were drawn; ``contract`` is its ladder, its band and its least quantity."""
    plain = terms(**told)
    if venue["margin_mode"] == "none":
        venue["position_mode"] = "one_way"
    ladder, band, least = contract
    near, far = (Rate(e8(text)) for text in band)
    changes = {
        "tiers": ladder,
        "price_limit_x": near,
        "price_limit_y": far,
        "min_quantity": Quantity(e8(least)),
    }
    return attrs.evolve(
        plain,
        venue=attrs.evolve(plain.venue, **venue),
        simulation=attrs.evolve(plain.simulation, **simulation),
        instruments=tuple(attrs.evolve(one, **changes) for one in plain.instruments),
    )


class Asking(RuleBasedStateMachine):
    """What a random session asks with: names, keys and prices near the market."""

    both: Both
    hedge: bool
    names: int
    last: dict[str, int]
    opened: dict[str, Price]

    def key(self, symbol: str, side: int) -> PositionKey:
        """The key of the position that an order of ``side`` would open."""
        return PositionKey("main", symbol, (1 if side > 0 else 2) if self.hedge else 0)

    def near(self, symbol: str, away: int) -> Price:
        """A price so many ticks from the market."""
        return Price(self.last[symbol] + away * TICK)

    def ask(
        self,
        key: PositionKey,
        side: Side,
        order_type: OrderType,
        quantity: str,
        force: TimeInForce,
        prices: dict[str, Price],
        trigger_by: PriceSource = "last",
        stop_by: PriceSource = "last",
        target_by: PriceSource = "last",
        reduce_only: bool = False,
        closes: bool = False,
        protection: ProtectionMode = "full",
    ) -> None:
        """Place an order."""
        none = Price(0)
        asked = PlaceOrder(
            key,
            ClientId(f"o{self.names}"),
            side,
            order_type,
            Quantity(e8(quantity)),
            prices["price"],
            prices["trigger"],
            force,
            reduce_only,
            prices.get("stop", none),
            prices.get("target", none),
            trigger_by,
            closes,
            stop_by=stop_by,
            target_by=target_by,
            protection=protection,
            stop_limit=prices.get("stop limit", none),
            target_limit=prices.get("target limit", none),
        )
        self.both.ask(asked)

    def mark_candle(self, symbol: str, told: Marks) -> MarkCandle:
        """The mark's candle over the last minutes."""
        minutes, away, moved, above, below = told
        end = Nanos(START + self.both.bars * MINUTE)
        opened, close = self.near(symbol, away // 2), self.near(symbol, away // 2 + moved)
        high = Price(max(opened, close) + above * TICK)
        low = Price(min(opened, close) - below * TICK)
        return MarkCandle(symbol, Nanos(end - minutes * MINUTE), end, opened, high, low, close)

    def open_bars(self, gaps: tuple[int, int]) -> None:
        """The bars of a minute open."""
        for symbol, gap in zip(self.last, gaps, strict=True):
            price = self.near(symbol, gap if abs(gap) < 20 else 0)
            self.opened[symbol] = price
            self.last[symbol] = price
            self.both.open(symbol, price)
