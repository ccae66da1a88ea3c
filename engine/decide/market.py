"""Judging market events: drawdown at the mark, and what the strategies want."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from engine.decide.actions import enforce, halt, request_close, request_entry
from engine.decide.amending import cancel_entry, reprice
from engine.domain.candle import Candle
from engine.domain.intent import Enter, Exit, Intent, MoveStop, Reprice, find_mistake, to_ticks
from engine.messages.decisions import (
    Approved,
    Decision,
    GovernorActed,
    StopMoved,
)
from engine.messages.market import MarkCandle, MarkPriced, Quoted, Traded
from engine.money import Price, round_down, round_up
from engine.risk.gate import GOVERNOR_RULES, review
from engine.risk.governor import breaches, limit_reached
from engine.state import EngineState, Seat
from engine.strategies.strategy import Strategy, failure_text
from engine.timebase import Nanos

Wish = tuple[Seat, tuple[Intent, ...] | str]
"""What a seat's strategy wants, or why it has to be halted."""

MAX_INTENTS: Final = 64
"""More in one candle is no trading but a loop that got away; no more than this is ever taken."""
_TOO_MANY: Final = f"propose gave more than {MAX_INTENTS} intents"


def decide_candle(state: EngineState, candle: Candle) -> Iterable[Decision]:
    """Judge limits at the new mark, and let each strategy with a closed bar propose.

    Strategies see only their own position, which no decision changes, so all are asked first;
    what they want is then followed one by one. A quiet candle leaves without a generator.
    """
    symbol = candle.symbol
    wishes: list[Wish] = []
    fresh = state.at - candle.close_ns <= state.terms.limits.max_candle_age_ns
    for seat in state.seats_by_symbol.get(symbol, ()):
        if seat.bar is None or seat.halted:
            continue
        if seat.error:
            wishes.append((seat, seat.error))
        elif fresh and seat.strategy is not None:
            wish = _ask(state, seat, seat.strategy)
            if wish:
                wishes.append((seat, wish))
    if wishes or state.open_positions.get(symbol):
        return _judge(state, symbol, wishes)
    return ()


def _ask(state: EngineState, seat: Seat, strategy: Strategy) -> tuple[Intent, ...] | str:
    """What a strategy wants now; a text is why it has to be halted."""
    view = seat.view
    view.at = state.at
    # The user's code: what it raises halts the strategy and nothing else (design 2).
    try:
        intents = strategy.propose(view)
        if type(intents) is not tuple:
            intents = tuple(islice(intents, MAX_INTENTS + 1))
    except Exception as error:
        return failure_text("propose", error)
    except SystemExit:
        return "propose: SystemExit: a strategy may not end the program"
    return _TOO_MANY if intents and len(intents) > MAX_INTENTS else intents


def decide_quoted(state: EngineState, quoted: Quoted) -> Iterable[Decision]:
    """Judge limits at the new mark; whoever listens to quotes proposes."""
    symbol = quoted.symbol
    seats = state.quote_seats.get(symbol)
    if seats is None:
        held = state.open_positions.get(symbol)
        return judge_limits(state, symbol) if held and breached(state, symbol) else ()
    return _heard(state, symbol, seats, quoted.venue_ns, state.markets[symbol].quote_ns)


def decide_traded(state: EngineState, traded: Traded) -> Iterable[Decision]:
    """Judge limits at the new mark; whoever listens to trades proposes."""
    symbol = traded.symbol
    seats = state.trade_seats.get(symbol)
    if seats is None:
        held = state.open_positions.get(symbol)
        return judge_limits(state, symbol) if held and breached(state, symbol) else ()
    return _heard(state, symbol, seats, traded.venue_ns, state.markets[symbol].trade_ns)


def _heard(
    state: EngineState, symbol: str, seats: list[Seat], venue_ns: Nanos, newest_ns: Nanos
) -> Iterable[Decision]:
    """As with candles: what is late is observed and not proposed upon, what came out of its order
    was not even observed.
    """
    wishes: list[Wish] = []
    fresh = venue_ns == newest_ns and state.at - venue_ns <= state.terms.limits.max_candle_age_ns
    for seat in seats:
        if seat.halted:
            continue
        if seat.error:
            wishes.append((seat, seat.error))
        elif fresh and seat.strategy is not None:
            wish = _ask(state, seat, seat.strategy)
            if wish:
                wishes.append((seat, wish))
    if wishes or state.open_positions.get(symbol):
        return _judge(state, symbol, wishes)
    return ()


def _judge(state: EngineState, symbol: str, wishes: list[Wish]) -> Iterable[Decision]:
    """Limits first, then what was wished for."""
    if state.open_positions.get(symbol):
        return _consequences(state, symbol, wishes) if wishes or breached(state, symbol) else ()
    if not wishes:
        return ()
    # Nearly all entries are the only wish of their moment, and leave without a generator.
    return _follow(state, *wishes[0]) if len(wishes) == 1 else _consequences(state, symbol, wishes)


def _consequences(state: EngineState, symbol: str, wishes: list[Wish]) -> Iterator[Decision]:
    if state.open_positions.get(symbol):
        yield from judge_limits(state, symbol)
    for seat, intents in wishes:
        yield from _follow(state, seat, intents)


def decide_price(state: EngineState, told: MarkPriced | MarkCandle) -> Iterable[Decision]:
    """A new mark may breach a limit."""
    symbol = told.symbol
    return judge_limits(state, symbol) if breached(state, symbol) else ()


def breached(state: EngineState, symbol: str) -> bool:
    """Whether an account that holds the symbol has a limit to be judged."""
    for position in state.open_positions.get(symbol, ()):
        account = state.accounts.get(position.account)
        if account is not None and limit_reached(account):
            return True
    return False


def judge_limits(state: EngineState, symbol: str) -> Iterator[Decision]:
    """Breaches of the accounts that hold the symbol; a killed account's positions are closed."""
    for position in tuple(state.open_positions.get(symbol, ())):
        account = state.accounts.get(position.account)
        if account is None:
            continue
        for act in breaches(state, account):
            yield from enforce(state, act)


def _follow(
    state: EngineState, seat: Seat, intents: tuple[Intent, ...] | str
) -> Iterable[Decision]:
    if isinstance(intents, str):
        return halt(state, seat, intents)
    if len(intents) > 1:
        return _follow_each(state, seat, intents)
    (intent,) = intents
    mistake = find_mistake(intent)
    return halt(state, seat, mistake) if mistake else _obey(state, seat, intent)


def _follow_each(state: EngineState, seat: Seat, intents: tuple[Intent, ...]) -> Iterator[Decision]:
    """Each intent is judged once what followed from those before it is folded."""
    for intent in intents:
        mistake = find_mistake(intent)
        if mistake:
            yield from halt(state, seat, mistake)
            return
        yield from _obey(state, seat, intent)


def _obey(state: EngineState, seat: Seat, intent: Intent) -> Iterable[Decision]:
    if isinstance(intent, Enter):
        return _enter(state, seat, intent)
    if isinstance(intent, Exit):
        return _exit(state, seat, intent)
    if isinstance(intent, MoveStop):
        return _move_stop(state, seat, intent)
    if isinstance(intent, Reprice):
        return reprice(state, seat, intent)
    return cancel_entry(state, seat, intent)


def _enter(state: EngineState, seat: Seat, intent: Enter) -> tuple[Decision, ...]:
    """The verdict and what follows from it; no verdict changes what that is."""
    intent = to_ticks(intent, state.markets[seat.key.symbol].instrument.tick)
    verdict = review(state, seat, intent)
    if isinstance(verdict, Approved):
        return verdict, request_entry(state, seat, intent, verdict)
    pause = state.terms.limits.breach_cooldown_ns
    if pause and verdict.code in GOVERNOR_RULES:
        until = Nanos(state.at + pause)
        return verdict, GovernorActed(verdict.account, "cooldown", verdict.code, 0, 0, until)
    return (verdict,)


def _exit(state: EngineState, seat: Seat, intent: Exit) -> Iterator[Decision]:
    position = state.positions[seat.key]
    if position.account == seat.account.name and not position.closing:
        order = request_close(state, position, "exit", intent.reason, intent.fraction)
        if order is not None:
            yield order


def _move_stop(state: EngineState, seat: Seat, intent: MoveStop) -> Iterator[Decision]:
    """A stop only gets tighter, and only one request about it is on its way.

    Both lie on the tick as those of an entry do: else the venue's own rounding would differ from
    what is wanted, for ever.
    """
    position = state.positions[seat.key]
    if position.account != seat.account.name or not position.quantity or position.stop_asked:
        return
    is_long = position.quantity > 0
    inwards, outwards = (round_down, round_up) if is_long else (round_up, round_down)
    tick = state.markets[seat.key.symbol].instrument.tick
    stop = Price(outwards(intent.stop_price, tick))
    target = Price(inwards(intent.target_price, tick)) or position.target_price
    if not stop or (stop - position.stop_price) * position.side <= 0:
        stop = position.stop_price
    if (stop, target) != (position.stop_price, position.target_price):
        yield StopMoved(seat.key, position.account, stop, target, "strategy")
