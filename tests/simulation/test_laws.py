"""Laws of the simulated exchange over random sessions: money, repetition, the quiet path."""

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.simulated.triggers import meet_open, walk_candle
from engine.domain.candle import Candle
from engine.messages.effects import Effect, PlaceOrder
from engine.messages.venue import ExecutionReport, OrderFilled
from engine.timebase import Nanos
from tests.simulation.given import BTC, Session, e8, faults
from tests.simulation.wishes import sessions

WILD = faults(
    reject="0.1",
    no_answer_placed="0.15",
    no_answer_lost="0.1",
    partial="0.3",
    late="0.3",
    duplicate="0.3",
    stop_reject="0.2",
)


def played(plan: list[tuple[Candle, list[Effect]]], **told: object) -> Session:
    """The plan, played to its end, its reports taken."""
    session = Session(half_spread="0.0003", slippage="0.0004", **told)
    for candle, effects in plan:
        session.bar(candle, *effects)
    session.take()
    return session


def once(reports: list[tuple[Nanos, ExecutionReport]]) -> list[OrderFilled]:
    """The fills, each once, as the venue made them."""
    by_id = {one.execution_id: one for _, one in reports if isinstance(one, OrderFilled)}
    return sorted(by_id.values(), key=lambda one: int(one.execution_id.rsplit("-", 1)[1]))


@given(plan=sessions(), share=st.sampled_from(["0", "0.1"]))
def test_the_wallet_is_the_initial_one_plus_profit_less_fees(
    plan: list[tuple[Candle, list[Effect]]], share: str
) -> None:
    """An oracle of cash alone: what sales brought, less purchases and fees, plus what is held."""
    session = played(plan, volume_share=share)
    exchange = session.exchange
    fills = once(session.reports)

    assert exchange.wallet == e8("10000") + exchange.realised - exchange.fees
    assert exchange.fees == sum(one.fee for one in fills)
    held = sum(one.side * one.quantity for one in fills)
    position = exchange.positions.get(BTC)
    assert held == (position.quantity if position else 0)
    cash = -sum(one.side * ((one.price * one.quantity + 50_000_000) // 10**8) for one in fills)
    cost = position.side * position.entry_value if position else 0
    # A fill that turns the position over is split into two values, each rounded by itself.
    assert abs(cash + cost - exchange.realised) <= len(fills)


@given(plan=sessions())
@settings(max_examples=50)
def test_the_margins_add_up_to_what_is_not_available(
    plan: list[tuple[Candle, list[Effect]]],
) -> None:
    exchange = played(plan).exchange
    resting = [one for one in exchange.open_orders if one.is_limit and one.triggered]

    held = exchange.wallet - exchange.available
    assert held >= exchange.position_margin(BTC)
    assert resting or held == exchange.position_margin(BTC)


@given(plan=sessions())
@settings(max_examples=50)
def test_the_same_events_and_effects_give_the_same_reports(
    plan: list[tuple[Candle, list[Effect]]],
) -> None:
    first, second = played(plan, faults=WILD), played(plan, faults=WILD)

    assert first.reports == second.reports
    assert first.exchange.wallet == second.exchange.wallet


@given(plan=sessions())
@settings(max_examples=50)
def test_whatever_goes_wrong_every_effect_has_one_answer(
    plan: list[tuple[Candle, list[Effect]]],
) -> None:
    """Answers to orders: accepted, rejected or unknown, and never two of them."""
    session = played(plan, faults=WILD)
    answers: dict[str, int] = {}
    for _, report in session.reports:
        name = type(report).__name__
        placed = name == "OutcomeUnknown" and getattr(report, "request", "") == "place"
        if placed or name in ("OrderAccepted", "OrderRejected"):
            client_id = getattr(report, "client_id", "")
            answers[client_id] = answers.get(client_id, 0) + 1
    asked = [x.client_id for _, effects in plan for x in effects if isinstance(x, PlaceOrder)]

    assert answers == dict.fromkeys(asked, 1)


@given(plan=sessions())
@settings(max_examples=50)
def test_reports_come_in_order_of_time_and_never_before_they_happened(
    plan: list[tuple[Candle, list[Effect]]],
) -> None:
    session = played(plan)
    times = [at for at, _ in session.reports]

    assert times == sorted(times)
    assert all(at > getattr(one, "venue_ns", 0) for at, one in session.reports)


def whatever_is_queued(session: Session) -> list[ExecutionReport]:
    """All reports under way, also those that were queued behind the venue's back."""
    session.exchange.next_report_ns = session.exchange._reports.next_ns
    return session.take()


@given(plan=sessions(), share=st.sampled_from(["0", "0.1"]))
@settings(max_examples=50)
def test_the_quick_way_past_a_bar_hides_nothing(
    plan: list[tuple[Candle, list[Effect]]], share: str
) -> None:
    """A venue that walks every bar in full reports the same as one that looks at two levels."""
    quick, thorough = Session(volume_share=share), Session(volume_share=share)
    state = thorough.exchange._state
    market = state.markets["BTCUSDT"]
    for candle, effects in plan:
        quick.bar(candle, *effects)
        thorough.open(candle)
        meet_open(state, market, candle.open, candle.open_ns)
        thorough.send(*effects, at=candle.open_ns)
        thorough.exchange._reports.event_at = candle.close_ns
        walk_candle(state, market, candle)
        market.bar, market.last = candle, candle.close
        assert quick.take() == whatever_is_queued(thorough)
    assert quick.exchange.wallet == thorough.exchange.wallet


@given(plan=sessions())
@settings(max_examples=50)
def test_cutting_the_feed_changes_nothing_that_was_reported_before(
    plan: list[tuple[Candle, list[Effect]]],
) -> None:
    """No look-ahead: the first half gives the same fills with and without the second."""
    half = plan[: len(plan) // 2]
    end = half[-1][0].close_ns

    whole = [(at, one) for at, one in played(plan).reports if at <= end]
    assert [(at, one) for at, one in played(half).reports if at <= end] == whole
