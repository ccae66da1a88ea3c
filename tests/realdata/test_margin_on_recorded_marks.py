"""Funding and liquidation on recorded rates and marks, against a few lines of decimals."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

import pytest

from engine.ids import PositionKey
from engine.messages.venue import (
    ExecutionReport,
    FundingPaid,
    OrderFilled,
    PositionLiquidated,
)
from engine.timebase import HOUR, render_time
from tests.realdata.holding import FUNDING, MARKS, Wish, decimal, hold, rows, wallet
from tests.realdata.places import LONG

UNIT = Decimal("0.00000001")
SPAN = ("", "") if LONG else ("2025-09-25", "2025-11-15")
CRASH = ("2025-10-10T21:00:00Z", "2025-10-10T22:05:00Z")
"""BTC fell from 114 225 to 101 045.9 and AAVE from 245.46 to 79.81 within twenty minutes."""


def test_funding_paid_is_position_times_mark_times_rate_at_every_settlement() -> None:
    """The mark at a settlement is where the hour before it closed. The wallet has paid it all."""
    held = {"BTCUSDT": Decimal("0.5"), "ETHUSDT": Decimal(-12), "AAVEUSDT": Decimal(40)}
    wishes = {symbol: Wish(str(quantity), "1.01") for symbol, quantity in held.items()}
    span = SPAN if SPAN[0] else ("2025-09-25", "2026-04-30")
    exchange, reports = hold(wishes, (FUNDING, MARKS), *span, wallet=wallet("1000000"))

    told = [report for report in reports if isinstance(report, FundingPaid)]
    for symbol, quantity in held.items():
        rates, marks = rows(FUNDING, symbol, "funding_rate"), rows(MARKS, symbol, "close")
        mine = [report for report in told if report.key.symbol == symbol]
        opened = min(report.venue_ns for report in fills_of(reports) if report.key.symbol == symbol)
        due = [at for at in rates if opened < at <= mine[-1].venue_ns]
        assert [report.venue_ns for report in mine] == sorted(due)
        assert len(mine) > 100
        for report in mine:
            mark, rate = marks[report.venue_ns - HOUR], rates[report.venue_ns]
            size = (abs(quantity * rate) * mark).quantize(UNIT, ROUND_HALF_UP)
            amount = size if quantity * rate > 0 else -size
            assert decimal(report.amount) == amount, render_time(report.venue_ns)

    paid = sum(decimal(report.amount) for report in told)
    fees = sum(decimal(report.fee) for report in fills_of(reports))
    assert decimal(exchange.funding) == paid
    assert decimal(exchange.wallet) == Decimal(1_000_000) - fees - paid


@pytest.mark.parametrize("files", [(), (FUNDING, MARKS)], ids=["last price", "recorded marks"])
@pytest.mark.parametrize(
    ("symbol", "quantity", "leverage", "falls"),
    [
        ("AAVEUSDT", "100", "5", True),
        ("AAVEUSDT", "100", "1.4", False),
        ("AAVEUSDT", "-100", "5", False),
        ("BTCUSDT", "0.5", "10", True),
        ("BTCUSDT", "0.5", "5", False),
    ],
)
def test_the_crash_hour_liquidates_where_the_formula_says(
    symbol: str, quantity: str, leverage: str, falls: bool, files: tuple[str, ...]
) -> None:
    """Long from the first price on: E * (1 - 1/L) / (1 - MMR) is met or not, by last or by mark."""
    exchange, reports = hold({symbol: Wish(quantity, leverage)}, files, *CRASH)
    key = PositionKey("main", symbol, 0)
    told = [report for report in reports if isinstance(report, PositionLiquidated)]
    opening, *closing = fills_of(reports)
    assert bool(told) is falls
    if not falls:
        assert exchange.positions[key].quantity
        return

    tick = Decimal("0.01") if symbol == "AAVEUSDT" else Decimal("0.1")
    rate = {"AAVEUSDT": Decimal("0.02"), "BTCUSDT": Decimal("0.005")}[symbol]
    bust = decimal(opening.price) * (1 - 1 / Decimal(leverage))
    end = to_tick(bust / (1 - rate), tick, ROUND_CEILING)
    assert decimal(told[0].mark) == end
    (taken,) = closing
    assert taken.cause == "liquidation"
    assert decimal(taken.price) == to_tick(bust, tick, ROUND_CEILING)
    # The whole margin is gone, but for what the tick rounded away; nothing else is.
    value = decimal(opening.price) * Decimal(quantity)
    margin = value / Decimal(leverage) + bust * Decimal(quantity) * Decimal("0.00055")
    lost = Decimal(100_000) - decimal(exchange.wallet) - decimal(opening.fee)
    assert margin - tick * Decimal(quantity) <= lost <= margin + 2 * UNIT


def test_without_marks_the_crash_liquidates_in_the_bar_that_falls_through() -> None:
    """AAVE went from 225.93 to 114.49 in the bar of 21:15, whose low comes first for a long."""
    _, reports = hold({"AAVEUSDT": Wish("100", "5")}, (), *CRASH)
    (told,) = [report for report in reports if isinstance(report, PositionLiquidated)]

    assert "2025-10-10T21:15:00" < render_time(told.venue_ns) < "2025-10-10T21:20:00"


def test_money_that_the_crash_takes_is_the_markets_or_the_funds() -> None:
    """Wallet, fees, funding and the fund's gain are the start and what the market gave, exactly.

    BTC at 10x and AAVE at 5x are taken over, ETH at 1.5x is held; the fund sells what it took over
    at the price that met the end.
    """
    wishes = {
        "AAVEUSDT": Wish("100", "5"),
        "BTCUSDT": Wish("0.5", "10"),
        "ETHUSDT": Wish("2", "1.5"),
    }
    exchange, reports = hold(wishes, (), "2025-10-10T20:00:00Z", CRASH[1])
    ends = {
        report.key: decimal(report.mark)
        for report in reports
        if isinstance(report, PositionLiquidated)
    }
    market = Decimal(0)
    for fill in fills_of(reports):
        price = ends[fill.key] if fill.cause == "liquidation" else decimal(fill.price)
        market -= fill.side * price * decimal(fill.quantity)
    held = sum(decimal(position.entry_value) for position in exchange.positions.values())
    fees = sum(decimal(fill.fee) for fill in fills_of(reports))

    assert len(ends) == 2
    assert decimal(exchange.fees) == fees
    left = decimal(exchange.wallet) + fees + decimal(exchange.insurance)
    assert left == Decimal(100_000) + market + held


def fills_of(reports: list[ExecutionReport]) -> list[OrderFilled]:
    return [report for report in reports if isinstance(report, OrderFilled)]


def to_tick(price: Decimal, tick: Decimal, direction: str) -> Decimal:
    assert direction in (ROUND_CEILING, ROUND_FLOOR)
    return (price / tick).quantize(Decimal(1), direction) * tick
