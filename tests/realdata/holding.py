"""A position that is opened at the first price of a recorded stretch and then held."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import attrs
import pyarrow.parquet as pq

from adapters.simulated.exchange import SimulatedExchange
from engine.domain.order import Side
from engine.ids import ClientId, PositionKey
from engine.messages.effects import Effect, PlaceOrder, SetLeverage
from engine.messages.market import BarOpened
from engine.messages.runs import VenueTerms
from engine.messages.venue import ExecutionReport
from engine.money import NO_PRICE, SCALE, Money, Quantity, Rate, parse
from engine.timebase import NEVER, Nanos
from tests.realdata.places import FIVE_MINUTES, HOUSE, recorded
from tests.realdata.runs import plan_of

CONFIG = HOUSE / "examples/volatility_breakout.toml"
FUNDING = "funding/bybit_linear_funding_2025_2026.parquet"
MARKS = "mark/bybit_linear_mark_1h.parquet"


@attrs.frozen
class Wish:
    """Hold ``quantity`` (signed, a decimal text) of a symbol at ``leverage``."""

    quantity: str
    leverage: str

    def effects(self, key: PositionKey) -> tuple[Effect, ...]:
        """What has to be asked of the venue."""
        quantity = parse(self.quantity)
        side: Side = 1 if quantity > 0 else -1
        none = NO_PRICE
        order = PlaceOrder(
            key,
            ClientId(f"hold-{key.symbol}"),
            side,
            "market",
            Quantity(abs(quantity)),
            none,
            none,
            "GTC",
            False,
            none,
            none,
        )
        return SetLeverage(key, Rate(parse(self.leverage))), order


def hold(
    wishes: Mapping[str, Wish],
    files: Sequence[str],
    start: str,
    end: str,
    **venue: object,
) -> tuple[SimulatedExchange, list[ExecutionReport]]:
    """Play the recorded 5-minute candles of the symbols, and ``files``, to the bare exchange.

    ``venue`` changes its terms. The takers' share of a bar is not bounded.
    """
    candles = [recorded(f"{FIVE_MINUTES}/{symbol}_5m.parquet") for symbol in wishes]
    listed = [str(path) for path in (*candles, *map(recorded, files))]
    symbols = ", ".join(f'"{symbol}"' for symbol in wishes)
    sets = [f"accounts.va1.symbols=[{symbols}]", "simulation.volume_share=0"]
    plan = plan_of(CONFIG, listed, sets, start, end)
    changed: VenueTerms = attrs.evolve(plan.terms.venue, **venue)  # type: ignore[arg-type]
    exchange = SimulatedExchange(attrs.evolve(plan.terms, venue=changed))
    reports: list[ExecutionReport] = []
    waiting = dict(wishes)
    for at, _phase, events in plan.session().feed:
        for event in events:
            exchange.observe(event, at)
            if isinstance(event, BarOpened) and event.symbol in waiting:
                key = PositionKey(changed.venue_account, event.symbol, 0)
                _serve(exchange, waiting.pop(event.symbol).effects(key), at)
        while exchange.next_report_ns < NEVER:
            reports.append(exchange.take_report()[1])
    return exchange, reports


def _serve(exchange: SimulatedExchange, effects: tuple[Effect, ...], at: Nanos) -> None:
    for effect in effects:
        exchange.request(effect, at)
        exchange.serve()


def rows(name: str, symbol: str, column: str) -> dict[int, Decimal]:
    """A column of a recorded table by its time in nanoseconds, exactly as the venue sent it."""
    table = pq.read_table(recorded(name), filters=[("symbol", "=", symbol)])
    times, values = table["ts_ms"].to_pylist(), table[column].to_pylist()
    return {ms * 10**6: Decimal(repr(value)) for ms, value in zip(times, values, strict=True)}


def decimal(units: int) -> Decimal:
    """An e8 integer as the decimal number that it means."""
    return Decimal(units) / SCALE


def wallet(text: str) -> Money:
    """A wallet of so many USDT."""
    return Money(parse(text))
