"""Folding ``RunStarted``: the first one builds the state, a later one is a restart."""

from engine.accounts.account import VirtualAccount
from engine.accounts.ledger import Ledger
from engine.accounts.margin import MarginFormulas
from engine.domain.instrument import Instrument
from engine.domain.position import Position
from engine.ids import PositionKey, position_index
from engine.markets.bars import BarBuilder
from engine.markets.quotes import Market
from engine.messages.market import InstrumentChanged
from engine.messages.runs import RunStarted
from engine.messages.venue import LeverageSet
from engine.state import EngineState, Seat
from engine.strategies.strategy import View
from engine.timebase import DAY, day_start
from engine.timers import NO_KEY


def evolve_run_started(state: EngineState, started: RunStarted) -> None:
    """Build everything the terms name; on a restart forget which answers were on their way."""
    if state.run:
        assert state.run == started.run, "a journal holds one run"
        _forget_answers(state)
        return
    terms = started.terms
    state.run = started.run
    state.terms = terms
    venue = terms.venue
    state.margin = MarginFormulas(venue.margin_mode, venue.margin_rule, venue.taker_fee)
    state.ledger = Ledger(terms.venue.asset, terms.venue.wallet)
    for instrument in terms.instruments:
        state.markets[instrument.symbol] = Market(instrument)
        state.seats_by_symbol[instrument.symbol] = []
        state.open_positions[instrument.symbol] = []
    for account_terms in terms.accounts:
        account = VirtualAccount(account_terms)
        account.day_ns = day_start(state.at, terms.limits.daily_reset_hour)
        state.accounts[account.name] = account
        for symbol in account_terms.symbols:
            _take_seat(state, account, symbol)
    first_day = day_start(state.at, terms.limits.daily_reset_hour)
    state.timers.set("day", "", NO_KEY, first_day + DAY)


def _take_seat(state: EngineState, account: VirtualAccount, symbol: str) -> None:
    terms = account.terms
    index = position_index(state.terms.venue.position_mode, terms.side)
    key = PositionKey(terms.venue_account, symbol, index)
    position = state.positions.setdefault(key, Position(key))
    market = state.markets[symbol]
    market.leverage = max(market.leverage, terms.sizing.leverage)
    instrument = market.instrument
    bars = BarBuilder(state.terms.base_interval_ns, terms.timeframe_ns)
    strategy = state.factory(terms, instrument)
    seat = Seat(account, key, bars, strategy, View(position, instrument))
    state.seats[account.name, symbol] = seat
    state.seats_by_symbol[symbol].append(seat)
    if seat.on_quote is not None:
        state.quote_seats.setdefault(symbol, []).append(seat)
    if seat.on_trade is not None:
        state.trade_seats.setdefault(symbol, []).append(seat)


def evolve_instrument_changed(state: EngineState, changed: InstrumentChanged) -> None:
    """From now on the venue's new rules hold (F19)."""
    instrument: Instrument = changed.instrument
    market = state.markets.get(instrument.symbol)
    if market is None:
        return
    market.instrument = instrument
    for seat in state.seats_by_symbol[instrument.symbol]:
        seat.view.instrument = instrument


def evolve_leverage_set(state: EngineState, report: LeverageSet) -> None:
    """The symbol's leverage at the venue is this now: what its margin is counted with."""
    market = state.markets.get(report.key.symbol)
    if market is not None:
        market.leverage = report.leverage


def _forget_answers(state: EngineState) -> None:
    """A new process awaits nothing: what was asked before may have been done or not (law 4)."""
    for client_id in tuple(state.blotter.live):
        order = state.blotter.live[client_id]
        if order.awaits:
            order.awaits = ""
            state.timers.cancel("answer", client_id, order.request.key)
            state.blotter.move(order, "outcome_unknown")
    for position in state.positions.values():
        position.look_up_asked = False
