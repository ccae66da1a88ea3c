"""Rebuilding state from a journal (refold) and running its decisions again (re-decide)."""

from collections.abc import Callable, Sequence

import attrs

from engine.decide.router import decide
from engine.digest import STATE_SCHEMA, state_digest, strategy_digest
from engine.evolve.router import DECISION_ROUTES, INPUT_ROUTES, evolve
from engine.messages.decisions import CommandRefused, Decision
from engine.messages.inputs import Stamped
from engine.messages.runs import ENGINE_SEMANTICS, Terms
from engine.state import EngineState, StrategyFactory, no_strategies
from journal.frame import FrameSource, Head, Turn
from journal.upcast import STATE_SCHEMAS

Watch = Callable[[Stamped, tuple[Decision, ...], EngineState], None]
"""Called after each frame has been folded."""


_IDLE = frozenset(
    cls for cls, route in DECISION_ROUTES.items() if route is DECISION_ROUTES[CommandRefused]
)
"""Decisions that are folded to nothing, like the refusal of a command: a refold needs none."""


@attrs.frozen
class Divergence:
    """The first frame whose decisions come out differently, with both sides."""

    seq: int
    at: int
    recorded: tuple[Decision, ...]
    decided: tuple[Decision, ...]


@attrs.frozen
class Reproduction:
    """The outcome of running a journal again. ``divergence`` is None where all is identical."""

    state: EngineState
    frames: int
    decisions: int
    divergence: Divergence | None


def refold(
    source: FrameSource,
    factory: StrategyFactory = no_strategies,
    to_seq: int | None = None,
    to_at: int | None = None,
) -> EngineState:
    """The state after the frames up to ``to_seq`` and ``to_at`` (both included): law 2."""
    state = EngineState(factory)
    limit = to_at if to_at is not None else 1 << 63
    for first, turns in source.turns(to_seq, _IDLE):
        if not _fold(state, first, turns, limit):
            break
        del turns
    return state


def _fold(state: EngineState, first: int, turns: Sequence[Turn], limit: int) -> bool:
    """Fold frames that begin with the seq ``first``; false once one is later than ``limit``."""
    inputs, facts = INPUT_ROUTES, DECISION_ROUTES
    for seq, (at, message, decisions) in enumerate(turns, first):
        if at > limit:
            return False
        state.seq = seq
        state.at = at
        inputs[type(message)](state, message)
        if decisions:
            for decision in decisions:
                facts[type(decision)](state, decision)
    return True


def redecide(
    source: FrameSource, factory: StrategyFactory, watch: Watch | None = None
) -> Reproduction:
    """Decide again on every recorded input and compare with what was recorded: law 3.

    Stops at the first divergence.
    """
    state = EngineState(factory)
    frames = count = 0
    for stamped, recorded in source.frames():
        evolve(state, stamped)
        decided = []
        for decision in decide(state, stamped):
            DECISION_ROUTES[type(decision)](state, decision)
            decided.append(decision)
        if tuple(decided) != recorded:
            divergence = Divergence(stamped.seq, stamped.at, recorded, tuple(decided))
            return Reproduction(state, frames, count, divergence)
        frames += 1
        count += len(recorded)
        if watch is not None:
            watch(stamped, recorded, state)
    return Reproduction(state, frames, count, None)


def can_redecide(terms: Terms, digests: dict[str, str]) -> str:
    """Why decisions cannot be run again, or "": other semantics, or another strategy source.

    ``digests`` are the source digests of the strategies at hand, by name.
    """
    if terms.semantics != ENGINE_SEMANTICS:
        return f"the journal has engine semantics {terms.semantics}, this is {ENGINE_SEMANTICS}"
    for account in terms.accounts:
        name = account.strategy.name
        if name not in digests:
            return f"the source of strategy {name!r} is not at hand (--strategy path.py:Name)"
        if digests[name] != account.strategy.source_digest:
            return f"strategy {name!r} is not the source that ran; decisions may differ"
    return ""


def digests(state: EngineState, schema: int = STATE_SCHEMA) -> tuple[str, str]:
    """Digest of the engine's state, and of the strategies' ("" where a source is missing).

    ``schema`` is that of the journal (``schema_of``), so that an old one still has its digest.
    """
    return state_digest(state, schema), strategy_digest(state)


def schema_of(head: Head) -> int:
    """The schema of the state digest that a journal with this head is sealed with."""
    return STATE_SCHEMAS[head.format]
