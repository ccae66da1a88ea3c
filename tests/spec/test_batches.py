"""Orders that leave together have an answer each: nothing is assumed of one from another (F12)."""

from engine.domain.intent import Enter
from engine.domain.order import BUY, SELL
from engine.messages.commands import FlattenAccount
from engine.messages.decisions import (
    CloseDelayed,
    IncidentOpened,
    LookUpRequested,
    OrderRequested,
    OrderUnknown,
    TradeClosed,
)
from engine.messages.effects import PlaceOrder
from engine.money import parse
from engine.timebase import SECOND
from tests.spec.run_terms import BTC, ETH, account
from tests.spec.scenario import Scenario, a, given, key_of
from tests.spec.test_hedge_sides import hedged

LONG = Enter(BUY, parse("98"))
SHORT = Enter(SELL, parse("102"))


def three() -> Scenario:
    """Alpha is long BTC, beta short BTC, gamma long ETH."""
    accounts = account(side=1), account("beta", side=-1), account("gamma", (ETH,), side=1)
    run = given(hedged(*accounts))
    run.when_proposed(LONG).when(run.stop("98", index=1), run.filled())
    run.when_proposed(SHORT, of="beta").when(run.stop("102", index=2), run.filled())
    run.when_proposed(LONG, of="gamma", symbol=ETH)
    return run.when(run.stop("98", symbol=ETH, index=1), run.filled())


def test_of_closes_that_leave_together_one_fills_one_is_refused_one_is_silent() -> None:
    run = three()
    run.when(FlattenAccount("", "told"))
    assert [type(effect) for effect in run.effects] == [PlaceOrder] * 3
    alpha, beta, gamma = run.orders[-3:]
    assert [each.account for each in (alpha, beta, gamma)] == ["alpha", "beta", "gamma"]

    run.when(run.filled(order=alpha)).then(a(TradeClosed, account="alpha"))
    run.when(run.rejected(order=beta))
    run.then(a(IncidentOpened, kind="close_failed", account="beta"), a(CloseDelayed))
    run.when(run.unknown(order=gamma)).then(a(OrderUnknown, client_id=gamma.client_id))

    run.when_time_passes(2 * SECOND)
    run.then(
        a(LookUpRequested, client_id=gamma.client_id),
        a(OrderRequested, account="beta", purpose="panic"),
    )
    run.when(run.filled(order=gamma)).then(a(TradeClosed, account="gamma"))
    run.when(run.filled(order=run.orders[-1]))
    run.then(a(object), a(TradeClosed, account="beta"))
    assert not any(run.state.open_positions.values())
    assert not run.state.blotter.live


def entering() -> Scenario:
    """Both sides of BTC are entered upon one candle."""
    run = given(hedged())
    run.when_all_propose({("alpha", BTC): (LONG,), ("beta", BTC): (SHORT,)})
    assert [order.account for order in run.orders] == ["alpha", "beta"]
    return run


def test_of_entries_that_leave_together_one_may_be_refused() -> None:
    """What it reserved is free; the other's still stands."""
    run = entering()
    alpha, beta = run.orders
    run.when(run.rejected(order=alpha), run.accepted(beta)).then_nothing()
    assert list(run.state.blotter.live) == [beta.client_id]
    assert run.state.seats["alpha", BTC].pending_entries == 0
    assert run.state.seats["beta", BTC].pending_entries == 1


def test_one_may_be_unknown_and_the_other_a_position() -> None:
    """Only the symbol's new risk waits for the evidence."""
    run = entering()
    alpha, beta = run.orders
    run.when(run.unknown(order=alpha)).then(a(OrderUnknown, client_id=alpha.client_id))
    run.when(run.stop("102", index=2), run.filled("30", order=beta)).then_nothing()
    assert run.position(index=2).quantity == parse("-30")
    assert run.live(alpha).state == "unknown"
    assert run.live(beta).state == "partially_filled"
    run.when(run.cancelled(beta)).then_nothing()
    assert run.position(index=2).account == "beta"
    assert key_of(BTC, 1) == alpha.key
    run.when_time_passes(SECOND)
    run.then(a(LookUpRequested, client_id=alpha.client_id))
