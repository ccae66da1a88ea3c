"""The gate's rules over all accounts: ownership, net exposure, leverage and margin."""

from engine.domain.intent import Enter
from engine.domain.order import SELL
from engine.messages.checks import Check
from engine.messages.commands import FlattenAccount
from engine.messages.decisions import GovernorActed, IntentRefused
from engine.money import apply_rate, parse
from engine.timebase import SECOND
from tests.spec.run_terms import BAR, BTC, ETH, account, terms
from tests.spec.scenario import a, given
from tests.spec.test_entries import LONG, opened
from tests.spec.test_gate import BOTH, asked, external


def test_two_accounts_want_one_symbol_at_the_same_close_and_the_first_in_order_gets_it() -> None:
    for names in (("alpha", "beta"), ("beta", "alpha")):
        run = terms(*(account(name) for name in names), breach_cooldown_ns=60 * SECOND)
        scenario = given(run)
        short = Enter(SELL, parse("102"))
        scenario.when_all_propose({("alpha", BTC): (LONG,), ("beta", BTC): (short,)})
        approved, order, refused, cooldown = scenario.decisions
        assert (approved.account, order.account) == (names[0], names[0])
        assert isinstance(refused, IntentRefused)
        assert (refused.account, refused.code) == (names[1], "symbol_owner")
        assert a(GovernorActed, account=names[1], action="cooldown").fits(cooldown)
        failed = [check.name for check in refused.checks if not check.passed]
        assert failed == ["symbol_owner", "opposing"]


def test_a_close_that_is_still_on_its_way_owns_the_symbol() -> None:
    scenario = opened(given(terms(account(), account("beta"))))
    scenario.when_time_passes(BAR - SECOND).when(FlattenAccount("alpha", "home"))
    # The stop is faster than the close, which could now cut whatever comes next.
    scenario.when(scenario.stopped("98"))
    scenario.when_all_propose({("alpha", BTC): (LONG,), ("beta", BTC): (LONG,)})
    codes = [d.code for d in scenario.decisions if isinstance(d, IntentRefused)]
    assert codes == ["already_open", "symbol_owner"]


def test_a_breach_of_a_global_rule_cools_the_account_down_and_others_do_not() -> None:
    run = terms(account(), account("beta"), breach_cooldown_ns=60 * SECOND)
    scenario = opened(given(run))
    scenario.when_proposed(LONG, of="beta")
    until = scenario.at + 60 * SECOND
    scenario.then(
        a(IntentRefused, code="symbol_owner"),
        a(GovernorActed, account="beta", reason="symbol_owner", until_ns=until),
    )
    scenario.when_proposed(LONG).then(a(IntentRefused, code="already_open"))


def test_the_net_value_in_a_symbol_stays_in_its_share_of_real_equity() -> None:
    # Real equity is 100,000: half of 10 % is exactly the 5,000 of the entry.
    run = terms(account(), max_symbol_exposure=parse("0.05"))
    scenario = asked(given(run))
    limit = parse("5000")
    assert scenario.check("symbol_exposure") == Check("symbol_exposure", limit, limit, True)
    run = terms(account(), max_symbol_exposure=parse("0.05") - 1)
    asked(given(run)).then_refused("symbol_exposure")


def test_what_others_hold_in_the_symbol_counts_towards_its_share() -> None:
    run = terms(account(), max_symbol_exposure=parse("0.05"))
    scenario = external(given(run))
    # One coin at 100 was bought by hand, 50 are wanted.
    assert scenario.check("symbol_exposure") == Check(
        "symbol_exposure", parse("5100"), apply_rate(scenario.state.real_equity, 5000000), False
    )


def test_orders_on_their_way_count_for_leverage_and_margin() -> None:
    run = terms(account(symbols=BOTH, fixed_quantity=parse("300")), account("beta"))
    scenario = given(run).when_proposed(LONG, symbol=ETH)
    scenario.when_proposed(LONG).then_refused("leverage")
    assert scenario.check("leverage") == Check("leverage", parse("60000"), parse("50000"), False)


def test_the_venues_margin_must_be_available() -> None:
    # 30,000 at 3x cost 10,000 plus 16.5 to open plus 11 to close at bankruptcy.
    run = terms(account(fixed_quantity=parse("300"), max_leverage=0))
    cost = parse("10027.5")
    scenario = asked(given(run))
    assert scenario.check("available_margin") == Check(
        "available_margin", cost, parse("100000"), True
    )
    run = terms(account(fixed_quantity=parse("3000"), max_leverage=0))
    asked(given(run)).then_refused("available_margin")
