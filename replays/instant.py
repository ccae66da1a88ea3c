"""The moment of a decision: the state just before it, and what the strategies looked at.

How this works: the journal is refolded up to the frame before, the frame's input is folded, and
then the engine's own ``decide`` is called with every strategy's view traced. It is the code that
ran, on the state that it ran on, so what it notes down is why.
"""

from collections.abc import Sequence
from typing import Any

import attrs

from adapters.strategy_source import StrategyShelf
from engine.decide.router import decide
from engine.domain.candle import Candle
from engine.errors import NegativeAnswerError
from engine.evolve.router import evolve
from engine.messages.checks import Check, CheckRow, as_checks
from engine.messages.decisions import Approved, IntentRefused
from engine.messages.inputs import Input
from engine.messages.market import Quoted, Traded
from engine.messages.runs import ENGINE_SEMANTICS, AccountTerms
from engine.money import render
from engine.risk.rules import RULES
from engine.state import EngineState, Seat
from engine.strategies.strategy import Condition
from engine.timebase import render_time
from journal.frame import Frame, FrameSource
from replays.calm import calm_collector
from replays.folding import folding
from replays.reproduce import refold
from replays.words import check_value

_SCALED = "_e8"
_OFF_AT_ZERO = frozenset(
    {
        "daily_loss",
        "drawdown",
        "trades_per_day",
        "open_positions",
        "position_notional",
        "leverage",
        "symbol_exposure",
    }
)
"""Rules whose threshold of 0 means that there is no limit."""


@attrs.frozen
class Instant:
    """A frame, the state between its input and its decisions, and the traces of the strategies.

    ``traces`` is keyed by account and symbol and holds only seats whose bar was complete.
    """

    frame: Frame
    state: EngineState
    traces: dict[tuple[str, str], list[Condition]]


def instant_at(source: FrameSource, shelf: StrategyShelf, seq: int) -> Instant:
    """The moment of the frame ``seq``. Raises ``NegativeAnswerError`` when there is no such."""
    with calm_collector(), folding(source.name):
        state = refold(source, shelf.build_known, seq - 1)
    frame = next(iter(source.frames(seq, seq)), None)
    if frame is None:
        raise NegativeAnswerError(f"journal {source.name}: has no frame {seq}")
    stamped, _ = frame
    with folding(source.name):
        evolve(state, stamped)
    traces: dict[tuple[str, str], list[Condition]] = {}
    asked = _asked(state, stamped.input)
    if asked:
        for seat in asked:
            trace: list[Condition] = []
            seat.view.trace = traces[seat.account.name, seat.key.symbol] = trace
        # The strategies are asked when the judging begins; what follows is in the frame.
        decide(state, stamped)
        for seat in state.seats.values():
            seat.view.trace = None
    return Instant(frame, state, traces)


def _asked(state: EngineState, event: Input) -> list[Seat]:
    """The seats whose strategies are asked upon an event."""
    if isinstance(event, Candle):
        seats = state.seats_by_symbol.get(event.symbol, [])
        return [seat for seat in seats if seat.bar is not None]
    if isinstance(event, Quoted):
        return state.quote_seats.get(event.symbol, [])
    return state.trade_seats.get(event.symbol, []) if isinstance(event, Traded) else []


def source_missing(account: AccountTerms, shelf: StrategyShelf, semantics: int) -> str:
    """Why the conditions of an account's strategy cannot be shown, or ""."""
    if semantics != ENGINE_SEMANTICS:
        return f"the journal has engine semantics {semantics}, this is {ENGINE_SEMANTICS}"
    name, known = account.strategy.name, shelf.digests()
    if name not in known:
        return f"the source of strategy {name} is not at hand; add --strategy path.py:{name}"
    if known[name] != account.strategy.source_digest:
        return f"the source of strategy {name} at hand is not the one that ran"
    return ""


def condition_facts(conditions: Sequence[Condition]) -> list[dict[str, Any]]:
    """Conditions as named facts; scaled integers are shown as decimals, without the suffix."""
    found = []
    for name, value, operator, threshold, passed in conditions:
        if name.endswith(_SCALED):
            name, value, threshold = (
                name.removesuffix(_SCALED),
                _decimal(value),
                _decimal(threshold),
            )
        found.append(
            {
                "name": name,
                "value": value,
                "op": operator,
                "threshold": threshold,
                "passed": passed,
            }
        )
    return found


def _decimal(text: str) -> str:
    return render(int(text)) if text.lstrip("-").isdecimal() else text


def check_facts(checks: Sequence[CheckRow]) -> list[dict[str, Any]]:
    """The gate's checks with what each means, in the order they were made."""
    return [_check(check) for check in as_checks(checks)]


def _check(check: Check) -> dict[str, Any]:
    rule = RULES[check.name]
    off = check.name in _OFF_AT_ZERO and not check.threshold
    return {
        "name": check.name,
        "value": check_value(rule.unit, check.value),
        "op": rule.passes_if,
        "threshold": "off" if off else check_value(rule.unit, check.threshold),
        "passed": check.passed,
        "meaning": rule.meaning,
        "source": rule.source,
    }


def verdict_of(instant: Instant, account: str, symbol: str) -> Approved | IntentRefused | None:
    """What the gate said to an account in this frame, if it was asked."""
    for decision in instant.frame[1]:
        if isinstance(decision, Approved | IntentRefused):
            mine = decision.account == account and decision.key.symbol == symbol
            if mine:
                return decision
    return None


def bar_facts(bar: Candle) -> dict[str, str]:
    """A bar with its times and prices as text."""
    return {
        "symbol": bar.symbol,
        "from": render_time(bar.open_ns),
        "to": render_time(bar.close_ns),
        "open": render(bar.open),
        "high": render(bar.high),
        "low": render(bar.low),
        "close": render(bar.close),
        "volume": render(bar.volume),
    }
