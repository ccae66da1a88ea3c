"""Two states have one digest exactly when nothing that is state differs between them."""

from collections import deque
from typing import Any

import attrs
import pytest

from engine.digest import SINCE, STATE_SCHEMA, canonical, state_digest, strategy_digest
from engine.errors import InvariantError, UserError
from engine.indicators import Ema
from engine.messages.commands import PauseAccount
from engine.state import EngineState
from tests.spec.run_terms import account, terms
from tests.spec.scenario import given, refold
from tests.spec.test_entries import opened


def test_the_same_run_has_the_same_digests() -> None:
    one, other = opened().state, opened().state
    assert state_digest(one) == state_digest(other)
    assert strategy_digest(one) == strategy_digest(other)


def test_the_engines_digest_does_not_need_the_strategies() -> None:
    scenario = opened()
    without = refold(scenario)
    assert state_digest(without) == state_digest(scenario.state)
    assert strategy_digest(scenario.state) != ""
    assert strategy_digest(without) == ""


def test_anything_that_happened_shows_in_the_digest() -> None:
    seen = [state_digest(given().state), state_digest(opened().state)]
    seen.append(state_digest(given(terms(account(max_open_positions=4))).state))
    seen.append(state_digest(given().when(PauseAccount("alpha", "a")).state))
    seen.append(state_digest(given().when(PauseAccount("alpha", "b")).state))
    assert len(dict.fromkeys(seen)) == len(seen)


def test_what_a_strategy_saw_shows_in_its_own_digest_alone() -> None:
    one, other = opened().state, opened().state
    strategy = other.seats["alpha", "BTCUSDT"].strategy
    assert strategy is not None
    strategy.seen = 99
    assert state_digest(one) == state_digest(other)
    assert strategy_digest(one) != strategy_digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, 1.0), (1, "1"), (1, True), (0.1, 0.1 + 2**-56), (0.0, -0.0), (None, ""), ((1, 2), (2, 1))],
)
def test_values_that_only_look_alike_are_told_apart(one: object, other: object) -> None:
    assert repr(canonical(one)) != repr(canonical(other))


def test_dicts_are_the_same_in_any_order_and_sequences_are_not() -> None:
    assert canonical({"a": 1, "b": 2}) == canonical({"b": 2, "a": 1})
    assert canonical(deque([1, 2])) == canonical([1, 2]) == canonical((1, 2))


@attrs.define
class Bare:
    """A state of a strategy."""

    inside: object


def test_what_has_no_one_form_is_refused() -> None:
    for inside in (float("nan"), {1, 2}, object(), b"bytes"):
        with pytest.raises(InvariantError):
            canonical(Bare(inside))


def test_an_engine_that_was_never_started_has_a_digest_too() -> None:
    assert state_digest(EngineState()) == state_digest(EngineState())


def average_of_nothing() -> Ema:
    """An indicator that was shown what is no number."""
    found = Ema(2)
    found.value = float("nan")
    return found


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        (float("nan"), "strategy Scripted of alpha at BTCUSDT: seen is a NaN"),
        ([1.0, float("nan")], "strategy Scripted of alpha at BTCUSDT: seen[1] is a NaN"),
        ({"a": (float("nan"),)}, "strategy Scripted of alpha at BTCUSDT: seen['a'][0] is a NaN"),
        (average_of_nothing(), "strategy Scripted of alpha at BTCUSDT: seen.value is a NaN"),
        ({"a": {1}}, "strategy Scripted of alpha at BTCUSDT: seen['a'] is a set"),
    ],
)
def test_what_a_strategy_cannot_keep_is_the_users_fault_and_names_the_field(
    kept: object, words: str
) -> None:
    state = opened().state
    strategy = state.seats["alpha", "BTCUSDT"].strategy
    assert strategy is not None
    strategy.seen = kept
    with pytest.raises(UserError) as refused:
        strategy_digest(state)
    assert str(refused.value).startswith(words)


def thing(*slots: str) -> Any:
    """A ``Thing`` with these slots, each holding 7: a part of state as one version declares it."""
    made: Any = type("Thing", (), {"__slots__": slots})()
    for slot in slots:
        setattr(made, slot, 7)
    return made


def test_a_slot_that_comes_later_leaves_older_digests_as_they_were(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Law 2 for ever: what an old journal folds to has the digest that it was sealed with."""
    then, now = thing("a", "b"), thing("a", "b", "c")
    monkeypatch.setitem(SINCE, type(now), {"c": 7})
    assert canonical(now, 6) == canonical(then, 6) == ["Thing", 7, 7]
    assert canonical(now, 7) == ["Thing", 7, 7, 7]


def test_a_field_of_a_record_that_comes_later_is_left_out_too() -> None:
    """A venue's margin mode came with schema 2."""
    isolated = terms().venue
    crossed = attrs.evolve(isolated, margin_mode="cross")
    assert canonical(isolated, 1) == canonical(crossed, 1)
    assert canonical(isolated, 2) != canonical(crossed, 2)


def test_what_is_newer_is_named_as_it_is() -> None:
    for kind, names in SINCE.items():
        there = getattr(kind, "__slots__", ()) or [each.name for each in attrs.fields(kind)]
        assert set(names) <= set(there), kind
        assert all(1 < schema <= STATE_SCHEMA for schema in names.values()), kind


def test_another_schema_is_another_digest() -> None:
    state = opened().state
    assert state_digest(state, 1) != state_digest(state, 2) == state_digest(state)
