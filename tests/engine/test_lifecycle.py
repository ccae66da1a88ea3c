"""The life of an order is a table, and what the table does not name cannot happen."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.order import OrderState
from engine.ids import ClientId
from engine.messages.decisions import OrderRequested
from engine.money import parse
from engine.orders.blotter import REMEMBERED_EXECUTIONS, REMEMBERED_ORDERS, Blotter
from engine.orders.lifecycle import FINISHED, TRANSITIONS, OrderEvent, next_state
from tests.spec.scenario import key_of

STATES: tuple[OrderState, ...] = get_args(OrderState)
EVENTS: tuple[OrderEvent, ...] = get_args(OrderEvent)


def request(name: str = "c-1", quantity: str = "3") -> OrderRequested:
    """An entry that reserves 10 of risk and 100 of value."""
    return OrderRequested(
        key_of(),
        "alpha",
        ClientId(name),
        "entry",
        1,
        "market",
        parse(quantity),
        0,
        0,
        "IOC",
        False,
        parse("90"),
        0,
        parse("10"),
        parse("100"),
        "",
        "signal",
    )


def test_every_state_that_lives_can_become_unknown_and_end() -> None:
    for state in STATES:
        if state not in FINISHED:
            assert next_state(state, "outcome_unknown") == "unknown"
            assert next_state(state, "cancelled") == "cancelled"
            assert next_state(state, "fully_filled") == "filled"


def test_only_an_unknown_order_can_turn_out_never_to_have_been_placed() -> None:
    assert [state for state, event in TRANSITIONS if event == "not_placed"] == ["unknown"]
    for state in ("requested", "working", "partially_filled"):
        with pytest.raises(KeyError):
            next_state(state, "not_placed")


@pytest.mark.parametrize("state", sorted(FINISHED))
def test_a_finished_order_stays_finished_whatever_is_said(state: OrderState) -> None:
    assert [next_state(state, event) for event in EVENTS] == [state] * len(EVENTS)


def test_the_table_names_living_states_and_known_events_alone() -> None:
    for (state, event), after in TRANSITIONS.items():
        assert state in STATES
        assert state not in FINISHED
        assert event in EVENTS
        assert after in STATES
        assert after != "requested"


def test_what_is_filled_never_looks_unfilled_again() -> None:
    for event in EVENTS:
        if event != "not_placed":
            assert next_state("partially_filled", event) not in ("requested", "working", "rejected")


@given(st.lists(st.sampled_from([e for e in EVENTS if e != "not_placed"]), max_size=12))
def test_the_blotter_counts_unknown_orders_and_lets_finished_ones_go(
    events: list[OrderEvent],
) -> None:
    blotter = Blotter()
    blotter.add(request(), 0)
    for event in events:
        order = blotter.live.get(ClientId("c-1"))
        if order is None:
            assert blotter.finished
            break
        blotter.move(order, event)
        assert blotter.unknown == sum(o.state == "unknown" for o in blotter.live.values())
    assert blotter.request_of(ClientId("c-1")) == request()
    assert len(blotter.live) + len(blotter.finished) == 1


def test_a_client_id_is_used_once_alive_or_ended() -> None:
    blotter = Blotter()
    blotter.add(request(), 0)
    with pytest.raises(AssertionError):
        blotter.add(request(), 0)
    blotter.move(blotter.live[ClientId("c-1")], "rejected")
    with pytest.raises(AssertionError):
        blotter.add(request(), 0)


def test_the_memory_of_ended_orders_and_of_executions_is_bounded() -> None:
    blotter = Blotter()
    for n in range(2 * REMEMBERED_ORDERS):
        blotter.add(request(f"c-{n}"), 0)
        blotter.move(blotter.live[ClientId(f"c-{n}")], "cancelled")
    assert len(blotter.finished) == REMEMBERED_ORDERS
    assert blotter.request_of(ClientId("c-0")) is None
    for n in range(2 * REMEMBERED_EXECUTIONS):
        assert blotter.see(f"e-{n}")
        assert not blotter.see(f"e-{n}")
    assert len(blotter.executions) == REMEMBERED_EXECUTIONS


def test_what_is_reserved_shrinks_with_what_is_filled() -> None:
    blotter = Blotter()
    blotter.add(request(), 0)
    order = blotter.live[ClientId("c-1")]
    assert (order.reserved_risk, order.reserved_notional) == (parse("10"), parse("100"))
    order.filled = parse("1")
    assert order.remaining == parse("2")
    assert order.reserved_risk == parse("6.66666666")
    assert order.reserved_notional == parse("66.66666666")
