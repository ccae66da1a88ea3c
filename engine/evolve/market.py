"""Folding market events: prices, unrealised profit, and what strategies observe."""

from engine.domain.candle import Candle
from engine.messages.market import (
    BarOpened,
    DataGap,
    MarkCandle,
    MarkPriced,
    Quoted,
    Traded,
)
from engine.money import Price
from engine.state import EngineState, Listener, Seat
from engine.strategies.strategy import failure_text


def evolve_bar_opened(state: EngineState, opened: BarOpened) -> None:
    """The first price of a bar is the last price; it is no mark."""
    market = state.markets.get(opened.symbol)
    if market is not None:
        market.last = opened.price


def evolve_candle(state: EngineState, candle: Candle) -> None:
    """Take in a closed candle. One that is not newer than the last is kept in the journal only."""
    symbol = candle.symbol
    market = state.markets.get(symbol)
    if market is None:
        return
    seats = state.seats_by_symbol[symbol]
    if candle.close_ns <= market.close_ns:
        for seat in seats:
            seat.bar = None
        return
    market.close_ns = candle.close_ns
    market.last = candle.close
    if not market.has_marks:
        market.mark = candle.close
    if state.open_positions[symbol]:
        mark_positions(state, symbol, market.mark)
    for seat in seats:
        seat.bar = bar = seat.bars.push(candle)
        if bar is None:
            continue
        seat.view.candle = bar
        if seat.strategy is not None and not seat.halted:
            # The user's code: what it raises is kept for ``decide`` to judge.
            try:
                seat.strategy.observe(bar)
            except Exception as error:
                seat.error = failure_text("observe", error)
            except SystemExit:
                seat.error = "observe: SystemExit: a strategy may not end the program"


def mark_positions(state: EngineState, symbol: str, mark: int) -> None:
    """Value the open positions of a symbol at its mark, and their accounts with them."""
    accounts = state.accounts
    for position in state.open_positions[symbol]:
        profit = position.unrealised(mark)
        change = profit - position.marked
        if change:
            position.marked = profit
            if position.account:
                accounts[position.account].mark(change)


def evolve_mark_priced(state: EngineState, marked: MarkPriced) -> None:
    """The venue's own mark drives unrealised profit from now on (bybit-v5.md 6.7)."""
    market = state.markets.get(marked.symbol)
    if market is not None:
        market.tell_mark(marked.price)
        mark_positions(state, marked.symbol, marked.price)


def evolve_mark_candle(state: EngineState, candle: MarkCandle) -> None:
    """A closed candle of the mark: its close is the mark; what its extremes do is the venue's."""
    market = state.markets.get(candle.symbol)
    if market is not None:
        market.tell_mark(candle.close)
        mark_positions(state, candle.symbol, candle.close)


def evolve_quoted(state: EngineState, quoted: Quoted) -> None:
    """Take in the best bid and ask; their middle is the last price.

    A quote older than the last one is kept in the journal only. A quiet one costs next to nothing.
    """
    symbol = quoted.symbol
    market = state.markets.get(symbol)
    if market is None or quoted.venue_ns < market.quote_ns:
        return
    market.quote_ns = quoted.venue_ns
    market.bid = bid = quoted.bid
    market.ask = ask = quoted.ask
    market.last = last = Price((bid + ask) // 2)
    if not market.has_marks:
        market.mark = last
        if state.open_positions[symbol]:
            mark_positions(state, symbol, last)
    for seat in state.quote_seats.get(symbol, ()):
        seat.view.bid, seat.view.ask = bid, ask
        _hear(seat, "observe_quote", seat.on_quote, quoted)


def evolve_traded(state: EngineState, traded: Traded) -> None:
    """Take in a public trade: it is the last price. One older than the last is left out."""
    symbol = traded.symbol
    market = state.markets.get(symbol)
    if market is None or traded.venue_ns < market.trade_ns:
        return
    market.trade_ns = traded.venue_ns
    market.last = price = traded.price
    if not market.has_marks:
        market.mark = price
        if state.open_positions[symbol]:
            mark_positions(state, symbol, price)
    for seat in state.trade_seats.get(symbol, ()):
        _hear(seat, "observe_trade", seat.on_trade, traded)


def _hear(seat: Seat, name: str, listener: Listener | None, event: Quoted | Traded) -> None:
    """Let a strategy take in an event; what its code raises is kept for ``decide`` to judge."""
    if listener is None or seat.halted:
        return
    try:
        listener(event)
    except Exception as error:
        seat.error = failure_text(name, error)
    except SystemExit:
        seat.error = f"{name}: SystemExit: a strategy may not end the program"


def evolve_data_gap(state: EngineState, gap: DataGap) -> None:
    """Strategies forget the past before the hole; positions and stops stay as they are."""
    for seat in state.seats_by_symbol.get(gap.symbol, ()):
        if seat.strategy is not None:
            instrument = state.markets[gap.symbol].instrument
            seat.take(state.factory(seat.account.terms, instrument))
        seat.bars.reset()
        seat.bar = None
