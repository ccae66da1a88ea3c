"""Candles of the last price, of mark, index and premium (bybit-v5.md 3.2)."""

from adapters.bybit_wire.answers import PARAMETER, Fields, Outcome, RefusedError, done
from adapters.bybit_wire.bars import INTERVALS, Bar, Bars
from adapters.bybit_wire.desk import Session
from adapters.bybit_wire.fields import ms, text_of, whole
from engine.money import render
from engine.timebase import MILLISECOND

Row = list[str]


def kline(session: Session, given: Fields) -> Outcome:
    """``/v5/market/kline``: of the last price, newest first, the running bar too."""
    market = session.market(given)
    return _bars(session, given, market.bars, is_traded=True)


def mark_price_kline(session: Session, given: Fields) -> Outcome:
    """``/v5/market/mark-price-kline``."""
    return _bars(session, given, session.market(given).mark_bars, is_traded=False)


def index_price_kline(session: Session, given: Fields) -> Outcome:
    """``/v5/market/index-price-kline``."""
    return _bars(session, given, session.market(given).index_bars, is_traded=False)


def premium_index_kline(session: Session, given: Fields) -> Outcome:
    """``/v5/market/premium-index-price-kline``: the middle of the book against the index."""
    return _bars(session, given, session.market(given).premium_bars, is_traded=False)


def _bars(session: Session, given: Fields, bars: Bars, is_traded: bool) -> Outcome:
    market = session.market(given)
    interval = INTERVALS.get(text_of(given, "interval"))
    if interval is None:
        raise RefusedError(PARAMETER, "Invalid period!")
    limit = whole(given, "limit", 200, 1, 1_000)
    now = session.desk.now_ns
    start, end = whole(given, "start", -1), whole(given, "end", -1)
    if start >= 0 and end >= 0 and start > end:
        raise RefusedError(PARAMETER, "start time is after end time")
    last = end * MILLISECOND if end >= 0 else now
    if start >= 0 and end < 0:
        last = start * MILLISECOND + (limit - 1) * interval
    first = start * MILLISECOND if start >= 0 else last - limit * interval
    found = bars.of(interval, first, last)
    found = found[:limit] if start >= 0 and end < 0 else found[-limit:]
    rows = [_bar_row(each, is_traded) for each in reversed(found)]
    return done({"symbol": market.symbol, "category": "linear", "list": rows})


def _bar_row(bar: Bar, is_traded: bool) -> Row:
    row = [ms(bar.open_ns), *map(render, (bar.open, bar.high, bar.low, bar.close))]
    return [*row, render(bar.volume), render(bar.turnover)] if is_traded else row
