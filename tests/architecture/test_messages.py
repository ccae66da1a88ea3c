"""Messages are a storage format: closed unions of exact, described records."""

from typing import Any, Literal, NamedTuple

import pytest

from engine.messages.decisions import Decision
from engine.messages.effects import Effect
from engine.messages.inputs import Input, Stamped
from engine.messages.record import record
from engine.money import Price
from tests.architecture.rules_messages import loose_messages, members, uncovered
from tests.architecture.sources import judge


class Pair(NamedTuple):
    """Two exact values."""

    left: Price
    right: str


@record
class Exact:
    """Everything that a message may hold."""

    number: Price
    word: Literal["a", "b"]
    flag: bool
    pairs: tuple[Pair, ...]
    mixed: tuple[int, str] | None


@record
class Outer:
    """Holds a record that is not exact."""

    inner: "tuple[HasFloat, ...]"


@record
class HasFloat:
    """A float is no message."""

    value: float


@record
class HasList:
    """A list can change."""

    values: list[int]


@record
class HasAny:
    """Anything is nothing."""

    value: Any


@record
class Silent:
    value: int


class Plain:
    """No record at all."""


@pytest.mark.parametrize(
    "union",
    [Input, Decision, Effect, Stamped],
    ids=["inputs", "decisions", "effects", "stamped"],
)
def test_every_message_is_a_closed_record(union: object) -> None:
    """Scalars, tuples, NamedTuples and records, all the way down, with a docstring each."""
    judge(loose_messages(union))


def test_a_message_may_hold_exact_values() -> None:
    """The rule lets pass what can be stored and read for ever."""
    judge(loose_messages(Exact | Stamped))


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (HasFloat, "HasFloat.value is float"),
        (Outer, "HasFloat.value is float"),
        (HasList, "HasList.values is list"),
        (HasAny, "HasAny.value is Any"),
        (Silent, "Silent has no docstring"),
        (Plain, "Plain is no record"),
    ],
)
def test_a_loose_message_is_told(message: type, told: str) -> None:
    """With the file and the line where it is declared."""
    with pytest.raises(AssertionError, match=rf"test_messages.py:\d+: {told}"):
        judge(loose_messages(message))


def test_a_nested_union_is_flattened() -> None:
    """An input is one of some thirty classes, each told once."""
    inner = Exact | HasFloat
    assert members(inner | HasList | HasFloat) == (Exact, HasFloat, HasList)


def test_a_gap_in_a_route_table_is_told() -> None:
    """A new message must be routed, and a route must have its message."""
    table = {Exact: print, Plain: print}
    told = [str(each) for each in uncovered("ROUTES", table, Exact | HasList, path="engine/a.py")]
    assert len(told) == 2
    assert "engine/a.py:1: ROUTES has no route for HasList" in told[0]
    assert "engine/a.py:1: ROUTES routes Plain" in told[1]
