"""One turn of the engine: take an input, judge it, fold each judgement, and say what to do."""

from typing import NamedTuple

from engine.decide.router import ROUTES as JUDGES
from engine.evolve.router import DECISION_ROUTES, evolve
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
    """Evolve the input; then decide, evolving each decision before the next is asked for."""
    evolve(state, stamped)
    decisions: list[Decision] = []
    for decision in JUDGES[type(stamped.input)](state, stamped.input):
        DECISION_ROUTES[type(decision)](state, decision)
        decisions.append(decision)
    if not decisions:
        return NOTHING
    effects: list[Effect] = []
    for decision in decisions:
        reaction = REACTIONS.get(type(decision))
        if reaction is not None:
            effects.extend(reaction(decision))
    return Step(tuple(decisions), tuple(effects))
