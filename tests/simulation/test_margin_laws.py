"""Laws of margin over random sessions, in every mode and by every rule."""

from typing import Any, get_args

from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.simulated.exchange import SimulatedExchange
from engine.domain.instrument import RiskTier
from engine.domain.order import BUY, SELL, Side
from engine.ids import PositionKey
from engine.messages.effects import Effect
from engine.messages.market import MarkPriced
from engine.messages.runs import MarginMode, MarginRule, OrderNetting
from engine.messages.venue import ExecutionReport, FundingPaid, OrderFilled, PositionLiquidated
from engine.money import SCALE, Price, notional, render
from tests.simulation.given import BTC, Session, bar, cancel, e8, order
from tests.simulation.margined import (
    LADDER,
    LONG_SIDE,
    SHORT_SIDE,
    account,
    mark_candle,
    rated,
    set_leverage,
)

SIDES: st.SearchStrategy[Side] = st.sampled_from([BUY, SELL])
MODES = st.tuples(
    st.sampled_from(get_args(MarginMode)),
    st.sampled_from(get_args(MarginRule)),
    st.sampled_from(get_args(OrderNetting)),
    st.sampled_from(["one_way", "hedge"]),
    st.sampled_from([(), LADDER]),
    st.sampled_from(["3", "10", "20"]),
    st.sampled_from(["700", "5000"]),
    st.sampled_from(["0", "0.01"]),
)


@st.composite
def wish(draw: st.DrawFn, n: int, price: int, keys: tuple[PositionKey, ...]) -> Effect:
    """Something to ask of the venue."""
    key, side = draw(st.sampled_from(keys)), draw(SIDES)
    kind = draw(st.sampled_from(["market", "market", "limit", "reduce", "leverage", "cancel"]))
    quantity = draw(st.sampled_from(["0.1", "0.5", "2", "7"]))
    if kind == "leverage":
        return set_leverage(draw(st.sampled_from(["2", "5", "19.99", "50"])), key)
    if kind == "cancel":
        return cancel(f"o{draw(st.integers(0, n))}", key)
    if kind == "limit":
        at = render(max(e8("1"), price + draw(st.integers(-40, 40)) * e8("0.5")))
        return order(f"o{n}", side, quantity, order_type="limit", price=at, key=key)
    return order(f"o{n}", side, quantity, key=key, reduce_only=kind == "reduce")


def account_sums(reports: list[ExecutionReport]) -> tuple[int, int, int]:
    """Profit at the prices of the fills, fees and funding, all from reports alone."""
    size: dict[PositionKey, int] = {}
    cash = fees = funding = 0
    for report in reports:
        if isinstance(report, OrderFilled):
            size[report.key] = size.get(report.key, 0) + report.side * report.quantity
            cash -= report.side * notional(report.price, report.quantity)
            fees += report.fee
        elif isinstance(report, FundingPaid):
            funding += report.amount
    return cash, fees, funding


def check(exchange: SimulatedExchange, reports: list[ExecutionReport], start: int) -> None:
    """The wallet is what it began with and what the reports say, to the last unit."""
    cash, fees, funding = account_sums(reports)
    held = sum(position.side * position.entry_value for position in exchange.positions.values())
    assert exchange.wallet == start + cash + held - fees - funding
    assert (exchange.fees, exchange.funding) == (fees, funding)
    assert exchange.wallet == start + exchange.realised - fees - funding


@settings(max_examples=150, deadline=None)
@given(MODES, st.data())
def test_money_adds_up_in_every_mode_whatever_happens(
    modes: tuple[Any, ...], data: st.DataObject
) -> None:
    """Orders, leverage, marks, funding, gaps: wallet and reports agree, and nothing is lost.

    Who has no position and no order has all of the wallet available.
    """
    mode, rule, netting, positions, ladder, leverage, wallet, slippage = modes
    session: Session = account(
        mode,
        rule,
        netting=netting,
        positions=positions,
        ladder=ladder,
        leverage=leverage,
        wallet=wallet,
        slippage=slippage,
    )
    keys = (LONG_SIDE, SHORT_SIDE) if positions == "hedge" else (BTC,)
    exchange, last, marked = session.exchange, e8("100"), data.draw(st.booleans())
    start, reports = exchange.wallet, []
    for n in range(data.draw(st.integers(1, 8))):
        opened = max(e8("5"), last + data.draw(st.integers(-12, 12)) * e8("1"))
        close = max(e8("5"), opened + data.draw(st.integers(-12, 12)) * e8("1"))
        low, high = min(opened, close) - e8("1"), max(opened, close) + e8("1")
        candle = bar(n, " ".join(map(render, (opened, high, low, close))))
        if marked:
            exchange.observe(MarkPriced("BTCUSDT", Price(opened)), candle.open_ns)
        session.open(candle, data.draw(wish(n, opened, keys)))
        session.close(candle)
        if marked:
            prices = " ".join(map(render, (opened, high, low, close)))
            exchange.observe(mark_candle(n, prices), candle.close_ns)
        if data.draw(st.booleans()):
            event = rated(n + 1, data.draw(st.sampled_from(["0.003", "-0.002", "0.05"])))
            exchange.observe(event, event.settle_ns)
        reports += session.take()
        check(exchange, reports, start)
        if not exchange.positions and not exchange.open_orders:
            assert exchange.available == exchange.wallet
        last = close


@settings(max_examples=100, deadline=None)
@given(
    side=SIDES,
    leverage=st.integers(110, 5000).map(lambda hundredths: render(hundredths * 10**6)),
    ladder=st.sampled_from([(), LADDER]),
    jump=st.integers(-60, 60),
    stop=st.sampled_from(["", "0.5", "5"]),
    slippage=st.sampled_from(["0", "0.005", "0.02"]),
)
@example(side=BUY, leverage="12.5", ladder=(), jump=0, stop="5", slippage="0.02")
def test_no_isolated_position_loses_more_than_its_margin(
    side: Side,
    leverage: str,
    ladder: tuple[RiskTier, ...],
    jump: int,
    stop: str,
    slippage: str,
) -> None:
    """However far the market jumps or a stop slips: margin and opening fee, and a rounding."""
    session = account(leverage=leverage, ladder=ladder, wallet="100000", slippage=slippage)
    level = render(e8("100") - side * e8(stop)) if stop else "0"
    session.bar(bar(0, "100 100 100 100"), order("a", side, "10", stop=level))
    opening = [one for one in session.take() if isinstance(one, OrderFilled)]
    held = session.exchange.position_margin(BTC)
    if not held:
        return
    there = render(e8("100") + jump * e8("1"))
    session.bar(bar(1, f"{there} {there} {there} {there}"))
    session.bar(bar(2, f"{there} 1000 {there} {there}"))
    session.bar(bar(3, f"{there} {there} 1 {there}"))
    lost = e8("100000") - session.exchange.wallet - opening[0].fee

    assert lost <= held + 10
    told = [one for one in session.take() if isinstance(one, PositionLiquidated)]
    if told and not ladder:
        assert lost >= held - notional(e8("0.1"), e8("10"))
        assert abs(told[0].quantity) == 10 * SCALE
