"""Laws that can be read off the code: the judges write nothing, the gate alone approves."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from engine import react
from engine.decide import router as decide_router
from engine.evolve import router as evolve_router
from engine.messages.decisions import (
    Approved,
    CloseDelayed,
    CommandRefused,
    DayRolled,
    Decision,
    IncidentClosed,
    IntentRefused,
    LimitSet,
    LookUpMissed,
    OrderNotPlaced,
    OrderUnknown,
    TradeClosed,
)
from engine.messages.inputs import Input
from tests.architecture import rules_laws as rules
from tests.architecture.rules_messages import uncovered
from tests.architecture.sources import HOUSE, Violation, judge, write

Rule = Callable[[Path], Iterable[Violation]]

WITHOUT_EFFECT = {
    Approved: "the order that it lets through has one",
    IntentRefused: "nothing is to be done",
    OrderUnknown: "the look-up is asked for when it is due",
    LookUpMissed: "the next look-up is asked for when it is due",
    OrderNotPlaced: "the order never existed",
    CloseDelayed: "the next close is an order of its own",
    TradeClosed: "the position is flat",
    DayRolled: "a new day begins by itself",
    LimitSet: "a limit is state",
    IncidentClosed: "people see it in the list of incidents",
    CommandRefused: "the command's sender is answered from the frame",
}

OFFENCES: list[tuple[Rule, str, str]] = [
    (rules.writing_judges, "engine/decide/a.py", "state.at = 1\n"),
    (rules.writing_judges, "engine/decide/a.py", "state.orders[key] = order\n"),
    (rules.writing_judges, "engine/risk/a.py", "account.trades += 1\n"),
    (rules.writing_judges, "engine/risk/a.py", "a, account.b = 1, 2\n"),
    (rules.writing_judges, "engine/react.py", "del state.orders[key]\n"),
    (rules.writing_judges, "engine/decide/a.py", "state.orders.pop(key)\n"),
    (rules.approvals_elsewhere, "engine/decide/a.py", "yield Approved(key)\n"),
    (rules.approvals_elsewhere, "adapters/a.py", "a = decisions.Approved(key)\n"),
]


@pytest.mark.parametrize("rule", [rules.writing_judges, rules.approvals_elsewhere])
def test_the_house_keeps(rule: Rule) -> None:
    """evolve alone writes, the gate alone approves."""
    judge(rule(HOUSE))


@pytest.mark.parametrize(("rule", "path", "text"), OFFENCES)
def test_the_rule_catches(rule: Rule, path: str, text: str, tmp_path: Path) -> None:
    """A rule that cannot fail holds nothing."""
    write(tmp_path, path, text)
    with pytest.raises(AssertionError, match=rf"{path}:1: .* Mend: "):
        judge(rule(tmp_path))


def test_a_judge_may_keep_notes_of_its_own(tmp_path: Path) -> None:
    """Local names are not the state."""
    write(tmp_path, "engine/risk/a.py", "checks = []\nchecks.append(1)\nchecks[0] = 2\n")
    judge(rules.writing_judges(tmp_path))


def test_evolve_knows_every_input_and_every_decision() -> None:
    """A new message has to be routed before it can be recorded."""
    path = "engine/evolve/router.py"
    judge(uncovered("INPUT_ROUTES", evolve_router.INPUT_ROUTES, Input, path=path))
    judge(uncovered("DECISION_ROUTES", evolve_router.DECISION_ROUTES, Decision, path=path))


def test_decide_knows_every_input() -> None:
    """What asks for nothing says so in the table."""
    judge(uncovered("ROUTES", decide_router.ROUTES, Input, path="engine/decide/router.py"))


def test_every_decision_has_an_effect_or_a_reason_for_none() -> None:
    """A decision that nobody acts upon is a decision that was forgotten."""
    acted = dict.fromkeys((*react.ROUTES, *WITHOUT_EFFECT))
    judge(uncovered("ROUTES", acted, Decision, path="engine/react.py"))
    both = [kind.__name__ for kind in WITHOUT_EFFECT if kind in react.ROUTES]
    assert not both, f"engine/react.py:1: {both} has an effect. Mend: correct WITHOUT_EFFECT here"
