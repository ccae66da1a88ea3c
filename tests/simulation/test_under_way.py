"""Requests and reports take time: who arrives when, and in which order."""

import pytest
from attrs import evolve

from adapters.simulated.exchange import SimulatedExchange
from adapters.simulated.orders import FINISHED_KEPT
from engine.domain.order import BUY, SELL
from engine.messages.effects import Effect, Notify
from engine.messages.venue import OrderAccepted, OrderFound, OrderNotFound
from engine.timebase import MINUTE, NEVER, Nanos
from tests.simulation.given import (
    REPORT_NS,
    REQUEST_NS,
    START,
    Session,
    bar,
    cancel,
    e8,
    looking_up,
    order,
    set_stop,
    terms,
)

STILL = "100 100 100 100"


def test_nothing_is_due_where_nothing_is_under_way() -> None:
    exchange = SimulatedExchange(terms())

    assert (exchange.next_request_ns, exchange.next_report_ns) == (NEVER, NEVER)


def test_a_request_arrives_the_request_latency_later_and_its_answer_the_report_latency() -> None:
    exchange = SimulatedExchange(terms())
    exchange.observe(bar(0, STILL), bar(0, STILL).close_ns)
    exchange.request(order("a", BUY, "1"), Nanos(START + MINUTE))
    assert exchange.next_request_ns == START + MINUTE + REQUEST_NS
    assert exchange.next_report_ns == NEVER

    exchange.serve()
    assert exchange.next_request_ns == NEVER
    assert exchange.next_report_ns == START + MINUTE + REQUEST_NS + REPORT_NS
    at, report = exchange.take_report()
    assert (at, type(report)) == (START + MINUTE + REQUEST_NS + REPORT_NS, OrderAccepted)


def test_without_latency_a_request_still_arrives_one_nanosecond_later() -> None:
    """So an order decided at a close always meets the next open."""
    told = terms()
    quick = evolve(
        told,
        simulation=evolve(told.simulation, request_latency_ns=Nanos(0), report_latency_ns=Nanos(0)),
    )
    exchange = SimulatedExchange(quick)
    exchange.request(order("a", BUY, "1"), START)

    assert exchange.next_request_ns == START + 1


def test_requests_are_served_one_by_one_in_the_order_of_sending() -> None:
    exchange = SimulatedExchange(terms())
    exchange.observe(bar(0, STILL), bar(0, STILL).close_ns)
    for client_id in ("a", "b"):
        exchange.request(order(client_id, BUY, "1", order_type="limit", price="99"), START)
    exchange.serve()

    assert [one.client_id for one in exchange.open_orders] == ["a"]
    assert exchange.next_request_ns == START + REQUEST_NS
    exchange.serve()
    assert [one.client_id for one in exchange.open_orders] == ["a", "b"]


def test_a_word_to_people_is_no_request() -> None:
    exchange = SimulatedExchange(terms())
    exchange.request(Notify("incident", "look here"), START)

    assert exchange.next_request_ns == NEVER


def test_a_report_of_a_late_bar_comes_with_the_bar_and_not_before() -> None:
    """A live feed tells of a close two seconds after it; the fill in it is known then."""
    session = Session()
    session.bar(bar(0, STILL), order("a", BUY, "1", stop="95"))
    session.take()
    late = bar(1, "100 100 94 95").close_ns + 2_000_000_000
    session.exchange.observe(bar(1, "100 100 94 95"), Nanos(late))
    session.take()

    assert [at for at, _ in session.reports[-2:]] == [late, late]


@pytest.mark.parametrize(
    ("asked", "state", "filled"),
    [
        (order("a", BUY, "1"), "filled", "1"),
        (order("a", BUY, "1", order_type="limit", price="99"), "working", "0"),
        (
            order("a", BUY, "1", order_type="limit", price="99", time_in_force="IOC"),
            "cancelled",
            "0",
        ),
    ],
)
def test_a_look_up_tells_how_an_order_stands(asked: Effect, state: str, filled: str) -> None:
    session = Session()
    session.bar(bar(0, STILL), asked)
    session.take()
    session.send(looking_up("a"), at=START + MINUTE)

    (found,) = session.take()
    assert isinstance(found, OrderFound)
    assert (found.state, found.filled_quantity) == (state, e8(filled))
    assert found.venue_order_id == "sim-1"


def test_a_look_up_of_an_order_that_never_was_says_so() -> None:
    session = Session()
    session.bar(bar(0, STILL), looking_up("a"))

    (missing,) = session.take()
    assert isinstance(missing, OrderNotFound)


def test_each_effect_gets_exactly_one_answer() -> None:
    session = Session()
    session.bar(
        bar(0, STILL),
        order("a", BUY, "1", order_type="limit", price="90"),
        set_stop("80"),
        cancel("a"),
        cancel("a"),
        looking_up("a"),
    )

    assert session.take_kinds() == [
        "OrderAccepted",
        "StopRejected",
        "OrderCancelled",
        "CancelRejected",
        "OrderFound",
    ]


def test_memory_stays_bounded_however_many_orders_there_were() -> None:
    session = Session()
    session.bar(bar(0, STILL))
    for n in range(FINISHED_KEPT + 200):
        asked = order(f"n{n}", BUY if n % 2 else SELL, "1")
        session.send(asked, at=START + MINUTE + n)
        session.take()
        session.reports.clear()

    assert session.exchange.remembered == FINISHED_KEPT
    session.send(
        looking_up("n0"),
        looking_up("n1199"),
        at=START + 2 * MINUTE,
    )
    assert session.take_kinds() == ["OrderNotFound", "OrderFound"]
