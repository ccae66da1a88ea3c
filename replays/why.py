"""What each account did at a moment, and why it did not do something else."""

from typing import Any

from adapters.strategy_source import StrategyShelf
from engine.domain.candle import Candle
from engine.errors import UserError
from engine.messages.decisions import (
    AmendRequested,
    Approved,
    CancelRequested,
    IntentRefused,
    OrderRequested,
    StopMoved,
    StrategyHalted,
)
from engine.messages.market import Quoted, Traded
from engine.money import render
from engine.react import react
from engine.state import Seat
from engine.timebase import render_span, render_time
from journal.export import frame_facts
from journal.frame import FrameSource
from journal.present import facts_of
from replays.instant import (
    Instant,
    bar_facts,
    check_facts,
    condition_facts,
    instant_at,
    source_missing,
    verdict_of,
)
from replays.words import sentence

_CHANGES = (AmendRequested, CancelRequested, StopMoved)
"""What a strategy may ask of an order or a position that is there."""


def frame_story(source: FrameSource, seq: int) -> dict[str, Any]:
    """One frame: its input, what was decided, and what then left for the venue."""
    last = source.head.last_seq
    if not 1 <= seq <= last:
        raise UserError(f"--seq {seq}: the journal has the frames 1 to {last}")
    frame = next(iter(source.frames(seq, seq)))
    effects = [effect for decision in frame[1] for effect in react(decision)]
    return {
        "frame": frame_facts(frame),
        "input": sentence(frame[0].input),
        "decisions": [sentence(each) for each in frame[1]],
        "effects": [
            {"kind": type(effect).__name__, **facts_of(type(effect), render)(effect)}
            for effect in effects
        ],
    }


def moment_story(
    source: FrameSource, shelf: StrategyShelf, at: int, symbol: str, account: str
) -> dict[str, Any]:
    """What the accounts at ``symbol`` did at its last candle at or before ``at``, and why.

    An account whose strategy listens to quotes or trades is told of at the last one of these.
    """
    terms = source.started.terms
    known = [each.symbol for each in terms.instruments]
    if symbol not in known:
        raise UserError(f"--symbol {symbol}: is not in this journal; it has {', '.join(known)}")
    names = [each.name for each in terms.accounts if symbol in each.symbols]
    if account and account not in names:
        raise UserError(f"--account {account}: does not trade {symbol}; {', '.join(names)} do")
    seq = _last_event(source, at, symbol, (Candle,))
    if not seq:
        what = f"no candle of {symbol} had closed by then; choose a later time"
        raise UserError(f"--at {render_time(at)}: {what}")
    instant = instant_at(source, shelf, seq)
    stamped = instant.frame[0]
    assert isinstance(stamped.input, Candle), "the frame of a candle was looked for"
    return {
        "asked_at": render_time(at),
        "seq": seq,
        "at": render_time(stamped.at),
        "candle": bar_facts(stamped.input),
        "accounts": [
            _account_story(
                _moment_of(source, shelf, instant, at, (name, symbol)), name, symbol, shelf
            )
            for name in names
            if not account or name == account
        ],
    }


def _moment_of(
    source: FrameSource, shelf: StrategyShelf, candle: Instant, at: int, name: tuple[str, str]
) -> Instant:
    """The candle's moment, or that of the last quote or trade since, for who listens to these."""
    state, symbol = candle.state, name[1]
    heard: list[type] = []
    for kind, seats in ((Quoted, state.quote_seats), (Traded, state.trade_seats)):
        if state.seats[name] in seats.get(symbol, ()):
            heard.append(kind)
    seq = _last_event(source, at, symbol, tuple(heard)) if heard else 0
    return instant_at(source, shelf, seq) if seq > candle.frame[0].seq else candle


def _last_event(source: FrameSource, at: int, symbol: str, kinds: tuple[type, ...]) -> int:
    """The seq of the last event of ``symbol`` at or before ``at``, looked for backwards."""
    spans = [(page.first_seq, page.last_seq) for page in source.pages() if page.first_at <= at]
    for first, last in reversed(spans):
        found = 0
        for stamped, _ in source.frames(first, last):
            event: Any = stamped.input
            if stamped.at <= at and type(event) in kinds and event.symbol == symbol:
                found = stamped.seq
        if found:
            return found
    return 0


def _account_story(
    instant: Instant, account: str, symbol: str, shelf: StrategyShelf
) -> dict[str, Any]:
    seat, stamped = instant.state.seats[account, symbol], instant.frame[0]
    asked = (account, symbol) in instant.traces
    missing = source_missing(seat.account.terms, shelf, instant.state.terms.semantics)
    trace = instant.traces.get((account, symbol), [])
    conditions = [] if missing else condition_facts(trace)
    verdict = verdict_of(instant, account, symbol)
    did = [
        sentence(each)
        for each in instant.frame[1]
        if getattr(each, "account", "") == account
        and symbol in (getattr(each, "symbol", symbol), _symbol_of(each) or symbol)
    ]
    return {
        "account": account,
        "strategy": seat.account.terms.strategy.name,
        "asked_by": sentence(stamped.input) if asked else "",
        "asked_seq": stamped.seq if asked else None,
        "bar": bar_facts(seat.bar) if seat.bar is not None else None,
        "position": render(instant.state.positions[seat.key].quantity),
        "did": did,
        "conditions": conditions,
        "conditions_missing": missing if asked else "",
        "gate": check_facts(verdict.checks) if verdict is not None else [],
        "because": _because(instant, seat, verdict, conditions, missing),
    }


def _symbol_of(decision: Any) -> str:
    key = getattr(decision, "key", None)
    return key.symbol if key is not None else ""


def _because(
    instant: Instant,
    seat: Seat,
    verdict: Approved | IntentRefused | None,
    conditions: list[dict[str, Any]],
    missing: str,
) -> str:
    """One sentence: why this, and nothing else."""
    account = seat.account.name
    if seat.halted:
        return f"the strategy was halted earlier: {seat.halted}"
    for decision in instant.frame[1]:
        if isinstance(decision, StrategyHalted) and decision.account == account:
            return f"the strategy failed here: {decision.reason}"
    if (account, seat.key.symbol) not in instant.traces:
        return _between_bars(instant, seat)
    if isinstance(verdict, IntentRefused):
        return _refusal(verdict)
    orders = [
        each
        for each in instant.frame[1]
        if isinstance(each, OrderRequested) and each.account == account and each.key == seat.key
    ]
    if orders:
        return f"it asked for {orders[0].client_id} ({orders[0].purpose}: {orders[0].reason})"
    changes = [each for each in instant.frame[1] if isinstance(each, _CHANGES)]
    mine = [each for each in changes if each.key == seat.key]
    if mine:
        return f"it asked for a change: {sentence(mine[0])}"
    if missing:
        return f"it asked for nothing; {missing}"
    failed = [each for each in conditions if not each["passed"]]
    if failed:
        last = ", ".join(
            f"{each['name']} {each['value']} is not {each['op']} {each['threshold']}"
            for each in failed
        )
        return f"it asked for nothing: {last}"
    return "it asked for nothing, and its strategy states no condition that failed"


def _between_bars(instant: Instant, seat: Seat) -> str:
    span = seat.account.terms.timeframe_ns
    at = instant.frame[0].at
    before = at - at % span
    return (
        f"no {render_span(span)} candle closed here, so the strategy was not asked; ask "
        f"--at {render_time(before)} or --at {render_time(before + span)}"
    )


def _refusal(refused: IntentRefused) -> str:
    failed = next(each for each in check_facts(refused.checks) if not each["passed"])
    side = "buy" if refused.side > 0 else "sell"
    return (
        f"it wanted to {side} and the gate refused ({refused.code}): it must hold that "
        f"{failed['meaning']}, {failed['value']} is not {failed['op']} {failed['threshold']}"
    )
