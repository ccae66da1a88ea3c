"""Every check of the gate: passing, at its threshold, and failing, and always recorded."""

from collections.abc import Callable

import pytest

from engine.domain.intent import Enter
from engine.domain.order import BUY, SELL
from engine.messages.checks import Check
from engine.messages.commands import (
    KillAccount,
    PauseAccount,
    ResumeAccount,
    SetLimit,
)
from engine.messages.decisions import Approved, IntentRefused
from engine.messages.market import InstrumentChanged
from engine.messages.venue import OrderFilled
from engine.money import parse
from engine.risk.rules import RULES
from engine.timebase import SECOND
from tests.spec.run_terms import BTC, ETH, START, account, instrument, terms
from tests.spec.scenario import Scenario, given, key_of
from tests.spec.test_entries import LONG, opened

BOTH = (BTC, ETH)


ON_DEMAND = {"risk_limit", "side", "trigger_distance"}
"""Checks that only an entry has which gives reason to them."""


def holding_eth(scenario: Scenario, of: str = "alpha") -> Scenario:
    """The account holds 50 ETH worth 5,000, protected."""
    scenario.when_proposed(LONG, of=of, symbol=ETH)
    return scenario.when(scenario.filled(), scenario.stop("98", "104", ETH))


def losing(scenario: Scenario, price: str) -> Scenario:
    """A long of 50 at 100 (fee 2.75) is stopped at ``price``."""
    opened(scenario)
    return scenario.when(scenario.stopped(price))


def asked(scenario: Scenario, *intents: Enter) -> Scenario:
    """The strategy asks for a long, or for what is given."""
    return scenario.when_proposed(*(intents or (LONG,)))


def paused(scenario: Scenario) -> Scenario:
    return asked(scenario.when(PauseAccount("alpha", "lunch")))


def killed(scenario: Scenario) -> Scenario:
    return asked(scenario.when(KillAccount("alpha", "enough")))


def unknown_order(scenario: Scenario) -> Scenario:
    scenario.when_proposed(LONG, symbol=ETH)
    scenario.when(scenario.unknown())
    return scenario.when_all_propose({("beta", ETH): (LONG,)})


def external(scenario: Scenario) -> Scenario:
    fill = OrderFilled(
        key_of(), "", "v", "hand", "order", BUY, parse("100"), parse("1"), 0, "USDT", False, START
    )
    return asked(scenario.when(fill))


Case = tuple[str, dict[str, object], Callable[[Scenario], Scenario], int, int]
"""check, terms of account alpha, what happens, recorded value and threshold."""

REFUSED: list[Case] = [
    ("killed", {}, killed, 1, 0),
    (
        "daily_loss",
        {"max_daily_loss": parse("105.445")},
        lambda s: asked(losing(s, "98").when(ResumeAccount("alpha", "go on"))),
        parse("105.445"),
        parse("105.445"),
    ),
    (
        "trades_per_day",
        {"max_trades_per_day": 1},
        lambda s: asked(losing(s, "99")),
        1,
        1,
    ),
    (
        "open_positions",
        {"max_open_positions": 1, "symbols": BOTH},
        lambda s: asked(holding_eth(s)),
        1,
        1,
    ),
    (
        "one_symbol",
        {"one_symbol_per_account": True, "symbols": BOTH},
        lambda s: asked(holding_eth(s)),
        1,
        0,
    ),
    ("already_open", {}, lambda s: asked(opened(s)), parse("50"), 0),
    ("stop_distance", {}, lambda s: asked(s, Enter(BUY, parse("100.1"))), -parse("0.1"), 0),
    ("target_distance", {}, lambda s: asked(s, Enter(BUY, parse("98"), parse("100"))), 0, 0),
    (
        "target_distance",
        {},
        lambda s: asked(s, Enter(SELL, parse("102"), parse("100.1"))),
        -parse("0.1"),
        0,
    ),
    (
        "position_notional",
        {"max_position_notional": parse("4999.9")},
        asked,
        parse("5000"),
        parse("4999.9"),
    ),
    (
        "leverage",
        {"fixed_quantity": parse("500.001")},
        asked,
        parse("50000.1"),
        parse("50000"),
    ),
    ("external", {}, external, 1, 0),
]


@pytest.mark.parametrize(("name", "risk", "happens", "value", "threshold"), REFUSED)
def test_what_misses_a_limit_is_refused_and_the_check_says_by_how_much(
    name: str,
    risk: dict[str, object],
    happens: Callable[[Scenario], Scenario],
    value: int,
    threshold: int,
) -> None:
    scenario = happens(given(terms(account(**risk), account("beta", BOTH))))
    scenario.then_refused(name)
    assert scenario.check(name) == Check(name, value, threshold, False)


PASSED: list[Case] = [
    (
        "daily_loss",
        {"max_daily_loss": parse("105.445") + 1},
        lambda s: asked(losing(s, "98")),
        parse("105.445"),
        parse("105.445") + 1,
    ),
    ("trades_per_day", {"max_trades_per_day": 2}, lambda s: asked(losing(s, "99")), 1, 2),
    (
        "open_positions",
        {"max_open_positions": 2, "symbols": BOTH},
        lambda s: asked(holding_eth(s)),
        1,
        2,
    ),
    (
        "one_symbol",
        {"one_symbol_per_account": True, "symbols": BOTH},
        lambda s: asked(holding_eth(s).when(s.stopped("104", symbol=ETH))),
        0,
        0,
    ),
    (
        "position_notional",
        {"max_position_notional": parse("5000")},
        asked,
        parse("5000"),
        parse("5000"),
    ),
    ("leverage", {"fixed_quantity": parse("500")}, asked, parse("50000"), parse("50000")),
    ("stop_distance", {}, lambda s: asked(s, Enter(BUY, parse("99.9"))), parse("0.1"), 0),
]


@pytest.mark.parametrize(("name", "risk", "happens", "value", "threshold"), PASSED)
def test_what_just_keeps_a_limit_is_approved_and_the_check_says_so(
    name: str,
    risk: dict[str, object],
    happens: Callable[[Scenario], Scenario],
    value: int,
    threshold: int,
) -> None:
    scenario = happens(given(terms(account(**risk))))
    assert isinstance(scenario.decisions[0], Approved)
    assert scenario.check(name) == Check(name, value, threshold, True)


def test_every_verdict_carries_every_check_in_the_same_order() -> None:
    run = terms(account(one_symbol_per_account=True))
    approved = asked(given(run)).decisions[0]
    refused = paused(given(run)).decisions[0]
    assert isinstance(approved, Approved)
    assert isinstance(refused, IntentRefused)
    assert [name for name, *_ in approved.checks] == [name for name, *_ in refused.checks]
    assert {name for name, *_ in approved.checks} == set(RULES) - ON_DEMAND
    assert [check.name for check in refused.checks if not check.passed] == ["paused"]


def test_a_paused_account_is_refused_until_it_is_resumed() -> None:
    paused(given()).then_refused("paused")


def test_a_drawdown_at_its_limit_refuses_and_below_it_does_not() -> None:
    # 105.445 lost of a peak of 10,000 is 1.05445 %.
    limit = parse("0.0105445")
    run = terms(account(max_drawdown=limit, drawdown_action="pause"))
    scenario = losing(given(run), "98")
    scenario.when(SetLimit("alpha", "max_drawdown", limit))
    asked(scenario)
    assert scenario.check("drawdown") == Check("drawdown", limit, limit, False)
    scenario = asked(losing(given(terms(account(max_drawdown=limit + 1))), "98"))
    assert scenario.check("drawdown") == Check("drawdown", limit, limit + 1, True)


def test_a_cooldown_refuses_until_its_last_nanosecond_is_over() -> None:
    run = terms(account(), account("beta"), breach_cooldown_ns=300 * SECOND)
    scenario = given(run)
    wishes = {("alpha", BTC): (LONG,), ("beta", BTC): (LONG,)}
    scenario.when_all_propose(wishes)
    scenario.when_proposed(LONG, of="beta").then_refused("symbol_owner")
    # Decided at one close, for 300 s: over at the next close, where the timer comes later.
    until = scenario.state.accounts["beta"].cooldown_until
    assert until == scenario.at + 300 * SECOND


def test_a_size_below_the_smallest_lot_is_refused_by_the_name_of_the_floor() -> None:
    run = terms(account(fixed_quantity=parse("0.0009")))
    scenario = asked(given(run)).then_refused("below_min_quantity")
    assert scenario.check("quantity") == Check("quantity", 0, parse("0.001"), False)


def test_a_value_below_the_venues_least_is_refused() -> None:
    asked(given(terms(account(fixed_quantity=parse("0.049"))))).then_refused("below_min_notional")
    assert isinstance(
        asked(given(terms(account(fixed_quantity=parse("0.05"))))).decisions[0], Approved
    )


def test_a_stop_nearer_than_allowed_is_refused() -> None:
    run = terms(account(min_stop_fraction=parse("0.0201")))
    asked(given(run)).then_refused("stop_distance_too_small")


def test_an_account_without_equity_opens_nothing() -> None:
    run = terms(account(fixed_quantity=parse("300")))
    scenario = asked(given(run))
    scenario.when(scenario.filled(), scenario.stop("98", "104"))
    scenario.when(scenario.stopped("60"))
    asked(scenario).then_refused("no_equity")


def test_an_order_of_unknown_outcome_blocks_new_risk_on_its_symbol_for_every_account() -> None:
    run = terms(account(symbols=BOTH), account("beta", BOTH))
    scenario = unknown_order(given(run))
    refusal = scenario.decisions[0]
    assert isinstance(refusal, IntentRefused)
    assert scenario.check("symbol_unknown") == Check("symbol_unknown", 1, 0, False)
    scenario.when_proposed(LONG, of="beta", symbol=BTC)
    assert scenario.check("symbol_unknown") == Check("symbol_unknown", 0, 0, True)


def test_new_rules_of_the_venue_hold_from_the_moment_they_are_told() -> None:
    from_now = instrument(BTC, min_notional=parse("5001"))
    scenario = given()
    scenario.when(InstrumentChanged(from_now))
    asked(scenario).then_refused("below_min_notional")
