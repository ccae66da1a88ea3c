"""The loss ladder, the trading day, daily loss and drawdown."""

import pytest

from engine.domain.intent import Enter
from engine.domain.order import BUY
from engine.messages.commands import ResumeAccount
from engine.messages.decisions import (
    Approved,
    CancelRequested,
    DayRolled,
    GovernorActed,
    IntentRefused,
    OrderRequested,
    TradeClosed,
)
from engine.messages.market import MarkPriced
from engine.money import ONE, parse
from engine.timebase import DAY, HOUR, NEVER, SECOND
from tests.spec.run_terms import BTC, ETH, LADDER, START, account, terms
from tests.spec.scenario import Scenario, a, given
from tests.spec.test_entries import LONG, opened

LAPSE = 300 * SECOND


def after_losses(count: int, run: Scenario | None = None) -> Scenario:
    """So many losing trades in a row, with the ladder of the sources; cooldowns waited for."""
    scenario = run or given(terms(account(ladder=LADDER)))
    for n in range(count):
        opened(scenario)
        scenario.when(scenario.stopped("99"))
        if n < count - 1:
            scenario.when_candles("100")
    return scenario


def win(scenario: Scenario) -> Scenario:
    """A trade that earns."""
    opened(scenario)
    return scenario.when(scenario.stopped("104", "take_profit"))


RUNGS = [
    (1, None, ONE),
    (2, a(GovernorActed, action="size", value=parse("0.5"), threshold=2), parse("0.5")),
    (3, a(GovernorActed, action="cooldown", value=3, threshold=3), parse("0.5")),
    (4, a(GovernorActed, action="size", value=parse("0.25"), threshold=4), parse("0.25")),
    (5, a(GovernorActed, action="pause", value=5, threshold=5), parse("0.25")),
]


@pytest.mark.parametrize(("losses", "rung", "factor"), RUNGS)
def test_each_loss_in_a_row_climbs_the_ladder(losses: int, rung: object, factor: int) -> None:
    scenario = after_losses(losses)
    expected = [TradeClosed] if rung is None else [TradeClosed, rung]
    scenario.then(*expected)
    scenario.then_state(alpha_losses=losses, alpha_size_factor=factor)


def test_two_losses_halve_the_risk_of_the_next_entry() -> None:
    scenario = after_losses(2)
    scenario.when_proposed(LONG)
    approved = scenario.decisions[0]
    assert isinstance(approved, Approved)
    assert approved.size_factor == parse("0.5")
    # 1 % of what is left, halved, over a distance of 2, down to the lot.
    equity = scenario.state.accounts["alpha"].equity
    assert approved.quantity == equity // 100 // 2 // 2 // parse("0.001") * parse("0.001")


def test_a_fixed_size_is_not_halved() -> None:
    scenario = after_losses(2, given(terms(account(ladder=LADDER, fixed_quantity=parse("7")))))
    scenario.when_proposed(LONG)
    assert scenario.order.quantity == parse("7")


def test_three_losses_cool_down_for_300_seconds_and_a_timer_ends_it() -> None:
    scenario = after_losses(3)
    until = scenario.at + LAPSE
    scenario.then_state(alpha_cooldown_until=until)
    scenario.when_proposed(LONG).then_refused("cooldown")
    scenario.when_time_passes(until - scenario.at - 1).then_nothing()
    scenario.when_time_passes(1).then(a(GovernorActed, action="expire"))
    scenario.then_state(alpha_cooldown_until=0)
    scenario.when_proposed(LONG).then(Approved, OrderRequested)


def test_five_losses_pause_until_the_daily_reset_which_restores_the_size() -> None:
    scenario = after_losses(5)
    reset = START + DAY
    scenario.then_state(alpha_paused_until=reset)
    scenario.when_time_passes(reset - scenario.at - 1)
    assert not any(isinstance(d, DayRolled) for d in scenario.decisions)
    scenario.when_time_passes(1)
    scenario.then(a(DayRolled, trades=5, day_ns=reset), a(GovernorActed, action="expire"))
    scenario.then_state(alpha_losses=0, alpha_size_factor=ONE, alpha_paused_until=0)


def test_a_rung_can_pause_until_a_person_resumes() -> None:
    ladder = (LADDER[0].__class__(1, "pause", 1),)
    scenario = after_losses(1, given(terms(account(ladder=ladder))))
    scenario.then_state(alpha_paused_until=NEVER)
    scenario.when_time_passes(3 * DAY)
    scenario.then_state(alpha_paused_until=NEVER)
    scenario.when(ResumeAccount("alpha", "slept")).then(a(GovernorActed, action="resume"))
    scenario.then_state(alpha_paused_until=0, alpha_losses=0)


def test_a_win_gives_back_the_full_size() -> None:
    scenario = win(after_losses(2))
    scenario.then(TradeClosed, a(GovernorActed, action="size", value=ONE, reason="win"))
    scenario.then_state(alpha_losses=0, alpha_wins=1, alpha_size_factor=ONE)


def test_a_trade_that_earns_nothing_and_loses_nothing_stands_still_on_the_ladder() -> None:
    scenario = after_losses(2)
    scenario.when_proposed(LONG)
    quantity = scenario.order.quantity
    scenario.when(_free(scenario, "100"), scenario.stop("98", "104"))
    flat = scenario.stopped("100")
    flat.fee = 0
    assert scenario.position().quantity == quantity
    scenario.when(flat).then(a(TradeClosed, pnl=0))
    scenario.then_state(alpha_losses=2, alpha_size_factor=parse("0.5"))


def _free(scenario: Scenario, price: str) -> object:
    fill = scenario.filled(price=price)
    fill.fee = 0
    return fill


@pytest.mark.parametrize("hour", [0, 1, 8, 23])
def test_the_day_rolls_exactly_once_at_the_configured_hour(hour: int) -> None:
    run = terms(account(), account("beta"), daily_reset_hour=hour)
    scenario = given(run)
    # Started at midnight: an hour of 0 began a day just now, any other comes later today.
    first = START + (hour * HOUR if hour else DAY)
    scenario.when_time_passes(first - scenario.at - 1).then_nothing()
    scenario.when_time_passes(1)
    scenario.then(
        a(DayRolled, account="alpha", day_ns=first, next_day_ns=first + DAY),
        a(DayRolled, account="beta", day_ns=first),
    )
    scenario.when_time_passes(DAY - 1).then_nothing()
    scenario.when_time_passes(1).then(a(DayRolled, account="alpha"), DayRolled)


def test_days_that_were_slept_through_roll_as_one() -> None:
    scenario = given()
    scenario.at = START + 3 * DAY + HOUR
    scenario.when_time_passes(0)
    scenario.then(a(DayRolled, day_ns=START + 3 * DAY, next_day_ns=START + 4 * DAY))


def test_a_new_day_starts_with_the_equity_it_finds_and_new_counts() -> None:
    scenario = opened()
    scenario.when(scenario.stopped("98")).when_time_passes(DAY)
    scenario.then(a(DayRolled, pnl=parse("-105.445"), trades=1, equity=parse("9894.555")))
    scenario.then_state(
        alpha_day_entries=0, alpha_day_trades=0, alpha_day_equity=parse("9894.555"), alpha_trades=1
    )
    assert scenario.state.accounts["alpha"].day_loss == 0


def test_a_daily_loss_pauses_until_the_reset_also_before_the_position_is_closed() -> None:
    # 2.75 were paid to enter; 50 x 1.5 down is 75 more.
    scenario = opened(given(terms(account(max_daily_loss=parse("77.75")))))
    scenario.when_candles("98.6").then_nothing()
    scenario.when_candles("98.5")
    loss = parse("77.75")
    scenario.then(a(GovernorActed, action="pause", reason="daily_loss", value=loss, threshold=loss))
    scenario.then_state(alpha_paused_until=START + DAY, quantity=parse("50"))
    scenario.when_candles("98.4").then_nothing()


def test_a_daily_loss_is_told_once_a_day() -> None:
    scenario = opened(given(terms(account(max_daily_loss=parse("50")))))
    scenario.when_candles("98.5").then(a(GovernorActed, action="pause"))
    scenario.when(scenario.stopped("98")).then(TradeClosed)


def drawn_down(action: str = "kill") -> Scenario:
    """2.75 paid and 150 lost on paper of 10,000: 1.5275 %, which is the limit."""
    run = terms(account(max_drawdown=parse("0.015275"), drawdown_action=action))
    return opened(given(run)).when_candles("97.1").then_nothing().when_candles("97")


def test_a_drawdown_kills_the_account_and_closes_its_positions() -> None:
    scenario = drawn_down()
    limit = parse("0.015275")
    scenario.then(
        a(GovernorActed, action="kill", reason="drawdown", value=limit, threshold=limit),
        a(OrderRequested, purpose="flatten", reduce_only=True, quantity=parse("50")),
    )
    scenario.when(scenario.filled(price="97")).then(TradeClosed)
    scenario.when_proposed(LONG).then_refused("killed")
    scenario.when_candles(*["100"] * 300).when_proposed(LONG).then_refused("killed")
    scenario.when(ResumeAccount("alpha", "new start"))
    scenario.then_state(alpha_killed="", alpha_drawdown=0)
    scenario.when_proposed(LONG).then(Approved, OrderRequested)


def test_a_drawdown_may_pause_instead_until_a_person_resumes() -> None:
    scenario = drawn_down("pause")
    scenario.then(a(GovernorActed, action="pause", reason="drawdown", until_ns=NEVER))
    scenario.then_state(quantity=parse("50"))
    scenario.when_candles("96").then_nothing()


def test_the_venues_mark_drives_drawdown_and_closes_are_no_marks_any_more() -> None:
    run = terms(account(max_drawdown=parse("0.015275")))
    scenario = opened(given(run))
    scenario.when(MarkPriced(BTC, parse("99"))).then_nothing()
    scenario.when_candles("90").then_nothing()
    scenario.when(MarkPriced(BTC, parse("97")))
    scenario.then(a(GovernorActed, action="kill"), a(OrderRequested, purpose="flatten"))


def test_drawdown_is_measured_from_the_highest_equity() -> None:
    run = terms(account(max_drawdown=parse("0.05")))
    scenario = opened(given(run)).when_candles("130")
    # The peak is 10,000 - 2.75 + 1,500; 5 % of it are 574.8625, 11.49725 a piece.
    scenario.then_state(alpha_peak_equity=parse("11497.25"))
    scenario.when_candles("118.6").then_nothing()
    scenario.when_candles("118.5").then(a(GovernorActed, action="kill"), OrderRequested)


def test_a_killed_account_takes_back_what_rests() -> None:
    limit = Enter(BUY, parse("80"), limit_price=parse("90"))
    run = terms(account(max_drawdown=parse("0.015275"), symbols=(BTC, ETH)))
    scenario = given(run).when_proposed(limit, symbol=ETH)
    scenario.when(scenario.accepted())
    resting = scenario.order
    opened(scenario).when_candles("97", symbols=(BTC,))
    scenario.then(
        a(GovernorActed, action="kill"),
        a(OrderRequested, purpose="flatten"),
        a(CancelRequested, client_id=resting.client_id),
    )


def test_an_entry_that_fills_after_the_kill_is_closed_again() -> None:
    run = terms(account(max_drawdown=parse("0.015275"), symbols=(BTC, ETH)))
    scenario = opened(given(run)).when_proposed(LONG, symbol=ETH)
    on_its_way = scenario.order
    scenario.when(MarkPriced(BTC, parse("97")))
    scenario.then(GovernorActed, a(OrderRequested, purpose="flatten"), CancelRequested)
    scenario.when(scenario.filled(order=on_its_way))
    scenario.then(a(OrderRequested, purpose="flatten", key=on_its_way.key))


def test_a_refusal_by_the_governor_is_not_prolonged_by_asking_again() -> None:
    run = terms(account(), account("beta"), breach_cooldown_ns=900 * SECOND)
    scenario = opened(given(run))
    scenario.when_proposed(LONG, of="beta").then(IntentRefused, GovernorActed)
    until = scenario.state.accounts["beta"].cooldown_until
    scenario.when_proposed(LONG, of="beta").then_refused("cooldown")
    assert scenario.state.accounts["beta"].cooldown_until == until
