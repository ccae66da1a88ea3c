"""Seeded misbehaviour: each fault alone, at a rate of one, and how the draws are kept apart."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.simulated.faults import Draws
from engine.domain.order import BUY, SELL
from engine.ids import ClientId
from engine.messages.effects import LookUpPosition
from engine.messages.venue import (
    ExecutionReport,
    OrderCancelled,
    OrderFilled,
    OrderFound,
    OrderRejected,
    OutcomeUnknown,
    PositionReported,
    StopRejected,
)
from engine.timebase import MINUTE
from tests.simulation.given import (
    BTC,
    ETH,
    REPORT_NS,
    REQUEST_NS,
    START,
    TIMEOUT_NS,
    Session,
    bar,
    cancel,
    e8,
    faults,
    looking_up,
    order,
    set_stop,
)

STILL = "100 100 100 100"


def of(kind: type, reports: list[ExecutionReport]) -> list[ExecutionReport]:
    """The reports of one kind."""
    return [report for report in reports if type(report) is kind]


def test_a_refused_order_was_surely_not_placed() -> None:
    session = Session(faults=faults(reject="1"))
    session.bar(bar(0, STILL), order("a", BUY, "1"), looking_up("a"))

    refused, missing = session.take()
    assert isinstance(refused, OrderRejected)
    assert refused.code == 10006
    assert type(missing).__name__ == "OrderNotFound"


def test_a_lost_order_ends_in_silence_and_never_existed() -> None:
    session = Session(faults=faults(no_answer_lost="1"))
    session.bar(bar(0, STILL), order("a", BUY, "1"))

    assert session.take() == [OutcomeUnknown(BTC, ClientId("a"), "place", "no answer")]
    assert session.reports[0][0] == START + TIMEOUT_NS
    assert session.exchange.positions == {}


def test_an_order_whose_answer_is_lost_works_all_the_same() -> None:
    """Half of them lose their stream reports too, until a look-up brings the same fill."""
    silent = heard = 0
    for n in range(40):
        session = Session(faults=faults(no_answer_placed="1"))
        client_id = f"a{n}"
        session.bar(bar(0, STILL), order(client_id, BUY, "1", stop="95"))
        told = session.take()
        assert type(told[-1]) is OutcomeUnknown
        assert "OrderAccepted" not in [type(one).__name__ for one in told]
        assert "StopReported" in [type(one).__name__ for one in told]
        first = of(OrderFilled, told)
        silent, heard = silent + (not first), heard + len(first)

        session.send(looking_up(client_id), at=START + MINUTE)
        again = session.take()
        found = again[-1]
        assert isinstance(found, OrderFound)
        assert (found.state, found.filled_quantity) == ("filled", e8("1"))
        fills = [one for one in first + again if isinstance(one, OrderFilled)]
        assert [one.execution_id for one in fills] == ["BTCUSDT-1"]
    assert min(silent, heard) >= 10


def test_a_refusal_can_be_lost_as_well() -> None:
    session = Session(faults=faults(no_answer_placed="1"))
    session.bar(bar(0, STILL), order("a", BUY, "1.0005"), looking_up("a"))

    assert session.take_kinds() == ["OrderNotFound", "OutcomeUnknown"]


def test_silence_meets_stops_and_cancels_too() -> None:
    """The stop is set though nobody says so; the position tells."""
    session = Session(faults=faults(no_answer_placed="1"))
    session.bar(bar(0, STILL), order("a", BUY, "1"))
    session.take()
    session.send(set_stop("90"), cancel("a"), LookUpPosition(BTC), at=START + MINUTE)

    position, stop, gone = session.take()
    assert isinstance(position, PositionReported)
    assert position.stop_price == e8("90")
    assert stop == OutcomeUnknown(BTC, ClientId(""), "set_stop", "no answer")
    assert gone == OutcomeUnknown(BTC, ClientId("a"), "cancel", "no answer")


def test_of_a_silent_order_not_even_the_end_is_heard_before_a_look_up() -> None:
    """The bar gives 0.5 of 1: fill and cancellation stay unheard, the look-up tells both."""
    unheard = 0
    for n in range(40):
        session = Session(faults=faults(no_answer_placed="1"), volume_share="0.1")
        session.bar(bar(0, STILL, volume="5"))
        session.open(bar(1, STILL), order(f"a{n}", BUY, "1"))
        told = session.take_kinds()
        assert told in (["OrderFilled", "OrderCancelled", "OutcomeUnknown"], ["OutcomeUnknown"])
        unheard += len(told) == 1
        session.send(looking_up(f"a{n}"), at=START + 2 * MINUTE)
        found = session.take()[-1]
        assert isinstance(found, OrderFound)
        assert (found.state, found.filled_quantity) == ("cancelled", e8("0.5"))
    assert 10 <= unheard <= 30


def test_a_second_cancel_has_its_own_luck() -> None:
    """A lost cancel is sent again and the draw is another: else no retry would ever succeed."""
    tries = []
    for n in range(20):
        session = Session(faults=faults(no_answer_lost="0.5"))
        session.bar(bar(0, STILL))
        names = (f"run-a{n}-{k}" for k in range(20))
        resting = [order(name, BUY, "1", order_type="limit", price="90") for name in names]
        session.send(*resting, at=START + MINUTE)
        placed = session.exchange.open_orders[0].client_id
        count = 0
        while placed in [one.client_id for one in session.exchange.open_orders] and count < 30:
            count += 1
            session.send(cancel(placed), at=START + MINUTE + count)
        tries.append(count)
    assert 1 < max(tries) < 30


def test_a_partial_fill_comes_in_pieces_or_leaves_a_rest() -> None:
    """The pieces have their own ids and times; what does not come is cancelled after them."""
    shapes = set()
    for n in range(60):
        session = Session(faults=faults(partial="1"))
        session.bar(bar(0, STILL), order(f"a{n}", BUY, "1", stop="95"))
        told = session.take()
        fills = [one for one in told if isinstance(one, OrderFilled)]
        ended = of(OrderCancelled, told)
        shapes.add((len(fills), len(ended)))
        total = sum(one.quantity for one in fills)
        assert (total == e8("1")) == (not ended)
        assert total == session.exchange.positions[BTC].quantity
        assert all(one.quantity % e8("0.001") == 0 for one in fills)
        assert [one.venue_ns for one in fills] == sorted({one.venue_ns for one in fills})
        assert not ended or told[-1] is ended[0]
    assert shapes == {(1, 1), (2, 0), (3, 0)}


def test_what_is_cancelled_of_a_thin_market_order_comes_after_all_its_pieces() -> None:
    """The bar gives 0.5 of 1, in pieces that take a while; the end of the order is last."""
    for n in range(20):
        session = Session(faults=faults(partial="1"), volume_share="0.1")
        session.bar(bar(0, STILL, volume="5"))
        session.open(bar(1, STILL), order(f"a{n}", BUY, "1"))

        told = session.take()
        assert type(told[-1]) is OrderCancelled
        assert len(told) > 2


def test_a_late_report_comes_up_to_ten_seconds_later() -> None:
    session = Session(faults=faults(late="1"))
    session.bar(bar(0, STILL), order("a", BUY, "1", stop="95"))
    session.take()

    due = START + REQUEST_NS + REPORT_NS
    late = {type(one).__name__: at - due for at, one in session.reports}
    assert late["StopReported"] == 0
    assert 0 < late["OrderAccepted"] <= 10_000_000_000
    assert 0 < late["OrderFilled"] <= 10_000_000_000


def test_a_look_up_brings_a_fill_that_is_still_under_way() -> None:
    """An answer that counts a fill never comes before the fill itself."""
    session = Session(faults=faults(late="1"))
    session.open(bar(0, STILL), order("a", BUY, "1"), looking_up("a"))

    told = session.take()
    assert [type(one).__name__ for one in told[:2]] == ["OrderFilled", "OrderFound"]
    assert len({one.execution_id for one in told if isinstance(one, OrderFilled)}) == 1


def test_a_doubled_fill_is_the_same_fill_later() -> None:
    session = Session(faults=faults(duplicate="1"))
    session.bar(bar(0, STILL), order("a", BUY, "1"))

    first, second = of(OrderFilled, session.take())
    assert first == second
    times = [at for at, one in session.reports if isinstance(one, OrderFilled)]
    assert times[0] < times[1] <= times[0] + 5_000_000_000
    assert session.exchange.positions[BTC].quantity == e8("1")


def test_a_refused_stop_leaves_the_filled_position_without_one() -> None:
    session = Session(faults=faults(stop_reject="1"))
    session.bar(bar(0, STILL), order("a", BUY, "1", stop="95"), set_stop("95"))

    told = session.take()
    assert [type(one).__name__ for one in told] == [
        "OrderAccepted",
        "OrderFilled",
        "StopRejected",
        "StopRejected",
    ]
    assert isinstance(told[-1], StopRejected)
    assert session.exchange.positions[BTC].stop_price == 0


def test_a_fault_on_one_order_moves_no_other() -> None:
    """What happens to an ETH order is the same whatever happens before it in BTC."""
    rates = faults(reject="0.3", partial="0.5", late="0.5", duplicate="0.5", stop_reject="0.3")

    def of_eth(*before: str) -> list[tuple[str, ...]]:
        session = Session(faults=rates)
        for symbol in ("BTCUSDT", "ETHUSDT"):
            session.exchange.observe(bar(0, STILL, symbol=symbol), START)
        session.send(*(order(one, SELL, "1") for one in before), at=START + MINUTE)
        mine = [order(f"e{n}", BUY, "2", key=ETH, stop="90") for n in range(12)]
        session.send(*mine, at=START + MINUTE + 1)
        session.take()
        return [
            (str(at), type(one).__name__, *_told(one))
            for at, one in session.reports
            if one.key == ETH
        ]

    alone = of_eth()
    assert alone == of_eth("b1", "b2", "b3")
    assert len({row[2] for row in alone}) > 3


def _told(report: ExecutionReport) -> tuple[str, ...]:
    """What must not move: everything but the venue's running number of orders."""
    fields = ("client_id", "execution_id", "quantity", "venue_ns", "reason")
    return tuple(str(getattr(report, name, "")) for name in fields)


def test_another_seed_is_another_world() -> None:
    def refusals(seed: int) -> list[str]:
        session = Session(seed=seed, faults=faults(reject="0.5"))
        session.bar(bar(0, STILL), *(order(f"a{n}", BUY, "1") for n in range(40)))
        return session.take_kinds()

    assert refusals(1) == refusals(1)
    assert refusals(1) != refusals(2)


@given(seed=st.integers(), limit=st.integers(1, 10**12), name=st.text(max_size=8))
def test_a_draw_is_below_its_limit_and_always_the_same(seed: int, limit: int, name: str) -> None:
    draw = Draws(seed).below(limit, "what", name, 3)

    assert 0 <= draw < limit
    assert draw == Draws(seed).below(limit, "what", name, 3)


def test_a_rate_is_a_probability() -> None:
    """Of 4000 draws at 10 % between 320 and 480 strike: four standard deviations."""
    draws = Draws(11)
    struck = sum(draws.strikes(e8("0.1"), "kind", n) for n in range(4000))

    assert 320 <= struck <= 480
