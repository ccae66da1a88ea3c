"""One turn of the engine: take an input, judge it, fold each judgement, and say what to do."""

from typing import NamedTuple

from engine.decide.router import ROUTES as JUDGES
from engine.decide.router import decide_nothing
from engine.evolve.router import DECISION_ROUTES, INPUT_ROUTES
from engine.messages.decisions import Decision
from engine.messages.effects import Effect
from engine.messages.inputs import Stamped
from engine.react import ROUTES as REACTIONS
from engine.state import EngineState


class Step(NamedTuple):
    """What one input brought: decisions for the journal, effects for the dispatcher."""

    decisions: tuple[Decision, ...]
    effects: tuple[Effect, ...]


NOTHING = Step((), ())


def step(state: EngineState, stamped: Stamped) -> Step:
    """Evolve the input; then decide, evolving each decision before the next is asked for.

    The same as ``evolve`` and ``decide`` in turn, with the routing written out: most inputs are
    quiet and leave by the first return.
    """
    input_ = stamped.input
    kind = type(input_)
    assert stamped.at >= state.at, "time never goes back"
    state.seq = stamped.seq
    state.at = stamped.at
    INPUT_ROUTES[kind](state, input_)
    judge = JUDGES[kind]
    if judge is decide_nothing:
        return NOTHING
    judged = judge(state, input_)
    if not judged:
        return NOTHING
    decisions: list[Decision] = []
    effects: list[Effect] = []
    for decision in judged:
        conclusion = type(decision)
        DECISION_ROUTES[conclusion](state, decision)
        decisions.append(decision)
        if conclusion in REACTIONS:
            effects += REACTIONS[conclusion](decision)
    return Step(tuple(decisions), tuple(effects)) if decisions else NOTHING
