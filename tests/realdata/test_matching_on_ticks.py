"""Recorded trades, quotes and books through all matching policies, with orders by the dice."""

from collections.abc import Sequence
from itertools import pairwise

import pytest

from engine.domain.order import BUY, SELL, Side
from engine.ids import ClientId
from engine.messages.effects import CancelOrder
from engine.messages.market import DepthChanged, Quoted, Traded
from engine.messages.runs import MatchedOn, QueueModel
from engine.messages.venue import OrderFilled
from engine.money import notional
from engine.timebase import SECOND
from tests.realdata.places import LONG
from tests.realdata.ticking import EVERY, Table, Tape, play

MODELS: tuple[QueueModel, ...] = ("through", "back", "pro_rata", "front")
"""The more pessimistic first."""
BINANCE = "binance_usdm_BTCUSDT_20240718T235700Z"
TAPES: dict[str, Tape] = {
    "binance": Tape("BTCUSDT", (f"trades/{BINANCE}.parquet", f"quotes/{BINANCE}.parquet")),
    "quotes alone": Tape("BTCUSDT", ("quotes/binance_usdm_BTCUSDT_20230404T235820Z.parquet",)),
    "ether": Tape(
        "ETHUSDT",
        tuple(
            f"{kind}/binance_usdm_ETHUSDT_20240718T235700Z.parquet" for kind in ("trades", "quotes")
        ),
    ),
    "depth 1000": Tape(
        "BTCUSDT",
        (
            "trades/binance_usdm_BTCUSDT_20260216T0400Z.parquet",
            "orderbook/binance_usdm_BTCUSDT_depth1000_20260216T0400Z.parquet",
        ),
    ),
    "hyperliquid": Tape(
        "BTCUSDT",
        (
            "trades/hyperliquid_BTC_20250904T1946Z.parquet",
            "orderbook/hyperliquid_BTC_l2_20250904T1946Z.parquet",
        ),
    ),
    "standx": Tape(
        "BTCUSDT",
        (
            "trades/standx_BTC-USD_20260105T22_20260107T24Z.parquet",
            "orderbook/standx_BTC-USD_depth20_20260106T00_12Z.parquet",
        ),
        "0.01",
    ),
    "bybit book": Tape("XRPUSDT", ("ws_raw/bybit_linear/XRPUSDT_orderbook500_20241201.jsonl",)),
    "messages": Tape("BTCUSDT", ("ws_raw/binance_usdm/BTCUSDT_20230404T235820Z.jsonl.gz",)),
}
PLAYED: tuple[tuple[str, MatchedOn, int], ...] = (
    ("binance", "trades", 6_000),
    ("binance", "quotes", 8_000),
    ("quotes alone", "quotes", 6_000),
    ("ether", "quotes", 6_000),
    ("depth 1000", "depth", 500),
    ("hyperliquid", "depth", 1_500),
    ("standx", "depth", 2_000),
    ("bybit book", "depth", 50),
    ("messages", "depth", 5_000),
)
SLOW: tuple[tuple[str, MatchedOn, int], ...] = (
    ("standx", "trades", 100_000),
    ("messages", "trades", 30_000),
    ("messages", "quotes", 30_000),
)
CASES = [
    pytest.param(name, on, count, id=f"{name}, {on}")
    for name, on, count in (*PLAYED, *(SLOW if LONG else ()))
]


@pytest.mark.parametrize("queue", MODELS)
@pytest.mark.parametrize(("name", "matched_on", "count"), CASES)
def test_no_fill_is_more_than_was_traded_or_shown_and_the_money_adds_up(
    name: str, matched_on: MatchedOn, count: int, queue: QueueModel
) -> None:
    terms, groups = TAPES[name].play(matched_on, count)
    table, seen, last_ns = Table(terms, queue), 0, 0
    for event, at in play(table, groups):
        fills = table.take()
        for fill in fills:
            assert last_ns <= fill.venue_ns <= at, fill
            last_ns = fill.venue_ns
        if event is None:
            judge_takers(table, matched_on, fills)
            continue
        judge_makers(table, event, fills)
        if isinstance(event, Traded | Quoted | DepthChanged):
            seen += 1
            if seen % EVERY == 0 and table.best(BUY):
                for effect in table.wish():
                    table.exchange.request(effect, at)
    assert len(table.fills) > 1 or name == "bybit book"
    judge_books(table)


def judge_takers(table: Table, matched_on: MatchedOn, fills: Sequence[OrderFilled]) -> None:
    """A request takes; of a book never more than its levels have, each at its own price."""
    assert not any(fill.is_maker for fill in fills)
    if matched_on == "depth":
        for fill in fills:
            if fill.cause == "order":
                assert fill.quantity <= table.shown[-fill.side][fill.price], fill


def judge_makers(table: Table, event: object, fills: Sequence[OrderFilled]) -> None:
    """All our makers of one side together had no more than was traded, or than is offered."""
    for side in (BUY, SELL):
        had = sum(fill.quantity for fill in fills if fill.side == side and fill.is_maker)
        if isinstance(event, Traded):
            assert had <= event.quantity, event
        elif had:
            assert had <= sum(table.shown[-side].values()), event


def judge_books(table: Table) -> None:
    """Position and wallet are the sum of the fills."""
    exchange, fills = table.exchange, table.fills
    held = sum(fill.side * fill.quantity for fill in fills)
    position = exchange.positions.get(table.key)
    assert held == (position.quantity if position else 0)
    cash = -sum(fill.side * notional(fill.price, fill.quantity) for fill in fills)
    cost = position.side * position.entry_value if position else 0
    assert abs(cash + cost - exchange.realised) <= len(fills)
    assert exchange.wallet == table.terms.venue.wallet + exchange.realised - sum(
        fill.fee for fill in fills
    )


@pytest.mark.parametrize(("name", "matched_on", "count"), CASES)
def test_a_more_pessimistic_queue_fills_no_recorded_order_more(
    name: str, matched_on: MatchedOn, count: int
) -> None:
    """An order rests at the best bid or ask, or a tick behind, for a second."""
    courses = [course(TAPES[name], matched_on, model, count) for model in MODELS]
    for worse, better in pairwise(courses):
        assert worse.keys() == better.keys()
        for at, filled in worse.items():
            assert filled <= better[at], at
    assert sum(courses[-1].values()) > 0 or name == "bybit book"


def course(tape: Tape, matched_on: MatchedOn, queue: QueueModel, count: int) -> dict[int, int]:
    """How much each order, named by its number, had been filled with at its end."""
    terms, groups = tape.play(matched_on, count)
    table, next_ns, rests = Table(terms, queue), 0, False
    filled: dict[int, int] = {}
    for event, at in play(table, groups):
        for fill in table.take():
            number = int(fill.client_id.removeprefix("n"))
            filled[number] += fill.quantity
        if event is None or at < next_ns or not table.best(BUY):
            continue
        if rests:
            name = ClientId(table.asked[-1])
            table.exchange.request(CancelOrder(table.key, name), at)
        else:
            number = len(table.asked)
            filled[number] = 0
            side: Side = BUY if number % 2 else SELL
            price = table.best(side) - side * (number % 3 // 2) * table.tick
            asked = table.order(side, price, quantity="0.5", force="PostOnly")
            table.exchange.request(asked, at)
        rests = not rests
        next_ns = at + (SECOND if rests else SECOND // 10)
    return filled
