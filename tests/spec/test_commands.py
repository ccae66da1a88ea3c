"""What a person tells the running engine, and what it refuses to be told."""

import pytest

from engine.domain.intent import Enter, Exit
from engine.domain.order import BUY
from engine.messages.commands import (
    EVERY_ACCOUNT,
    Command,
    FlattenAccount,
    KillAccount,
    PauseAccount,
    ResumeAccount,
    SetLimit,
)
from engine.messages.decisions import (
    CancelRequested,
    CommandRefused,
    GovernorActed,
    LimitSet,
    OrderRequested,
    TradeClosed,
)
from engine.money import parse
from engine.timebase import NEVER
from tests.spec.run_terms import BTC, ETH, account, terms
from tests.spec.scenario import a, given
from tests.spec.test_entries import LONG, opened
from tests.spec.test_protection import PANIC

RESTING = Enter(BUY, parse("80"), limit_price=parse("90"))
TWO = terms(account(), account("beta", (ETH,)))


def test_a_pause_stops_entries_and_nothing_else() -> None:
    scenario = opened().when(PauseAccount("alpha", "lunch"))
    scenario.then(a(GovernorActed, action="pause", reason="lunch", until_ns=NEVER))
    scenario.when_proposed(Exit()).then(OrderRequested)
    scenario.when(scenario.filled())
    scenario.when_proposed(LONG).then_refused("paused")
    scenario.when(ResumeAccount("alpha", "back")).then(a(GovernorActed, action="resume"))
    scenario.when_proposed(LONG)
    assert scenario.order.purpose == "entry"


def test_protection_works_on_in_a_paused_and_in_a_killed_account() -> None:
    scenario = opened().when(PauseAccount("alpha", "lunch"))
    scenario.when(scenario.stop("0")).when_time_passes(2 * 10**9)
    assert PANIC.fits(scenario.decisions[-1])


def test_flatten_closes_positions_and_cancels_what_rests_or_is_on_its_way() -> None:
    run = terms(account(symbols=(BTC, ETH)))
    scenario = opened(given(run)).when_proposed(RESTING, symbol=ETH)
    entry = scenario.order
    scenario.when(FlattenAccount("alpha", "home"))
    scenario.then(
        a(OrderRequested, purpose="flatten", reason="home"),
        a(CancelRequested, client_id=entry.client_id),
    )
    scenario.when(scenario.filled(order=scenario.order))
    scenario.when(scenario.filled(price="90", order=entry))
    scenario.then(a(OrderRequested, purpose="flatten", key=entry.key))


def test_flatten_does_not_ask_twice() -> None:
    scenario = opened().when(FlattenAccount("alpha", "home"), FlattenAccount("alpha", "now"))
    scenario.then(OrderRequested)


def test_flatten_closes_the_rest_while_a_part_is_being_closed() -> None:
    scenario = opened().when_proposed(Exit(fraction=parse("0.5")))
    scenario.when(FlattenAccount("alpha", "home"))
    scenario.then(a(OrderRequested, purpose="flatten", quantity=parse("50")))


def test_an_account_may_enter_again_after_a_flatten() -> None:
    scenario = opened().when(FlattenAccount("alpha", "home"))
    scenario.when(scenario.filled()).then(TradeClosed)
    scenario.when_proposed(LONG)
    assert scenario.order.purpose == "entry"


def test_a_cancel_of_an_order_nobody_is_sure_of_is_on_the_to_do_list_too() -> None:
    scenario = given().when_proposed(RESTING)
    scenario.when(scenario.unknown()).when(FlattenAccount("alpha", "home"))
    scenario.then(CancelRequested)


def test_a_kill_flattens_and_holds_until_a_person_resumes() -> None:
    scenario = opened().when(KillAccount("alpha", "enough"))
    scenario.then(
        a(GovernorActed, action="kill", reason="enough"), a(OrderRequested, purpose="flatten")
    )
    scenario.when(scenario.filled())
    scenario.when_proposed(LONG).then_refused("killed")
    scenario.when(ResumeAccount("alpha", "calm")).when_proposed(LONG)
    assert scenario.order.purpose == "entry"


def test_a_command_without_a_name_is_for_every_account() -> None:
    scenario = given(TWO).when(PauseAccount(EVERY_ACCOUNT, "storm"))
    scenario.then(a(GovernorActed, account="alpha"), a(GovernorActed, account="beta"))


@pytest.mark.parametrize(
    "command",
    [
        PauseAccount("nobody", ""),
        ResumeAccount("nobody", ""),
        FlattenAccount("nobody", ""),
        KillAccount("nobody", ""),
        SetLimit("nobody", "max_drawdown", 1),
    ],
)
def test_a_command_to_an_account_that_is_not_there_is_refused_by_name(command: Command) -> None:
    scenario = given().when(command)
    scenario.then(CommandRefused("there is no account 'nobody'"))


def test_a_limit_holds_from_the_next_verdict_on() -> None:
    scenario = given().when(SetLimit("alpha", "max_position_notional", parse("4999")))
    scenario.then(LimitSet("alpha", "max_position_notional", parse("4999")))
    scenario.when_proposed(LONG).then_refused("position_notional")
    scenario.when(SetLimit("alpha", "max_position_notional", 0)).when_proposed(LONG)
    assert scenario.order.purpose == "entry"


def test_a_limit_that_is_breached_by_setting_it_only_lets_risk_go_down() -> None:
    scenario = opened().when(SetLimit("alpha", "max_drawdown", 1)).then(LimitSet)
    scenario.when_candles("100")
    scenario.then(a(GovernorActed, action="kill"), a(OrderRequested, reduce_only=True))


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("max_fun", 1, "there is no limit 'max_fun'; there are max_daily_loss, "),
        ("ladder", 1, "there is no limit 'ladder'; there are max_daily_loss, "),
        ("max_drawdown", -1, "max_drawdown cannot be -1; 0 switches it off"),
    ],
)
def test_a_limit_that_cannot_be_is_refused_with_what_can(name: str, value: int, words: str) -> None:
    scenario = given().when(SetLimit("alpha", name, value))
    (refused,) = scenario.decisions
    assert isinstance(refused, CommandRefused)
    assert refused.reason.startswith(words)
