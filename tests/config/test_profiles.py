"""A profile says many things at once, and stands right below the place that names it."""

from pathlib import Path

import pytest

from adapters.config.assumptions import ASSUMPTIONS
from adapters.config.recorded import RECORDED, terms_layer
from adapters.config.resolve import resolve_over
from adapters.config.terms import to_terms
from adapters.config.venues import VENUES
from engine.errors import UserError
from engine.messages.runs import Terms
from engine.money import SCALE
from engine.timebase import MINUTE, Nanos
from tests.config.rooms import SMALL, parameters_of, resolved, shown

FILE = (
    SMALL
    + """
side = "both"
[accounts.va1.sizing]
leverage = 3
[venue]
taker_fee = 0.0004
[simulation]
slippage = 0.0001
"""
)


def terms(folder: Path, *sets: str, text: str = SMALL) -> Terms:
    return to_terms(resolved(folder, text, sets=sets), Nanos(5 * MINUTE), {})


def test_a_profile_yields_to_what_is_written_beside_it_and_wins_over_weaker_places(
    tmp_path: Path,
) -> None:
    beside = resolved(tmp_path, FILE.replace("[simulation]", '[simulation]\nprofile = "neutral"'))
    assert shown(beside, "simulation.slippage") == ("0.0001", "desk.toml")
    assert shown(beside, "simulation.half_spread") == ("0.000005", "profile neutral")
    above = resolved(
        tmp_path,
        FILE,
        {"TRADEFOLD__SIMULATION__HALF_SPREAD": "0.001"},
        ("simulation.profile=optimistic", "simulation.volume_share=0.5"),
    )
    assert shown(above, "simulation.slippage") == ("0", "profile optimistic")
    assert shown(above, "simulation.half_spread") == ("0", "profile optimistic")
    assert shown(above, "simulation.volume_share") == ("0.5", "--set")
    below = resolved(
        tmp_path, FILE, sets=("simulation.slippage=0.0002",), environ=_named("neutral")
    )
    assert shown(below, "simulation.slippage") == ("0.0002", "--set")


def _named(profile: str) -> dict[str, str]:
    return {"TRADEFOLD__SIMULATION__PROFILE": profile}


def test_a_venue_profile_follows_the_same_law(tmp_path: Path) -> None:
    assert shown(resolved(tmp_path, FILE), "venue.taker_fee") == ("0.0004", "desk.toml")
    changed = resolved(tmp_path, FILE, sets=("venue.profile=bybit_linear_2024",))
    assert shown(changed, "venue.taker_fee") == ("0.00055", "profile bybit_linear_2024")
    assert shown(changed, "venue.margin_rule") == ("bybit_2024", "profile bybit_linear_2024")


def test_of_two_places_that_name_a_profile_the_stronger_is_heard_alone(tmp_path: Path) -> None:
    result = resolved(tmp_path, SMALL, _named("neutral"), sets=("simulation.profile=pessimistic",))
    assert shown(result, "simulation.queue") == ("through", "profile pessimistic")


def test_nothing_written_is_pessimistic_on_a_linear_venue_and_says_so(tmp_path: Path) -> None:
    result = resolved(tmp_path)
    assert shown(result, "simulation.path") == ("worst_first", "default (profile pessimistic)")
    assert shown(result, "venue.margin_mode") == ("isolated", "default (profile bybit_linear)")


def test_kinder_profiles_are_kinder_in_every_number() -> None:
    harsh, fair, kind = (ASSUMPTIONS[name] for name in ("pessimistic", "neutral", "optimistic"))
    for key in ("half_spread", "slippage", "impact"):
        assert harsh[key] > fair[key] > kind[key] == 0
    assert 0 < harsh["volume_share"] < fair["volume_share"]
    assert kind["volume_share"] == 0  # without bound
    for profile in (fair, kind):
        assert set(profile) == set(harsh)


def test_every_profile_there_is_resolves_to_terms(tmp_path: Path) -> None:
    for venue in VENUES:
        for profile in ASSUMPTIONS:
            found = terms(tmp_path, f"venue.profile={venue}", f"simulation.profile={profile}")
            assert (found.venue.profile, found.simulation.pessimism) == (venue, profile)


def test_the_sources_margin_profile_is_flat(tmp_path: Path) -> None:
    """S2-67, S2-71, S2-72, S2-78, S2-82: one fee, one rate for every size, an equity of 1000."""
    found = terms(tmp_path, "venue.profile=source_flat")
    assert found.venue.margin_rule == "source"
    assert found.venue.wallet == found.accounts[0].virtual_equity == 1000 * SCALE
    assert found.venue.taker_fee == found.venue.maker_fee == 60_000
    assert found.instruments[0].tiers == ()
    assert found.instruments[0].maintenance_rate == 500_000


def test_the_sources_equity_is_shared_by_the_accounts(tmp_path: Path) -> None:
    found = terms(
        tmp_path,
        "venue.profile=source_flat",
        "accounts.b.symbols=ETHUSDT",
        "accounts.b.strategy=breakout",
        "accounts.c.symbols=SOLUSDT",
        "accounts.c.strategy=breakout",
    )
    assert [each.virtual_equity for each in found.accounts] == [33_333_000_000] * 3


@pytest.mark.parametrize("how", ["venue.profile=source_spot", "venue.margin_mode=none"])
def test_a_spot_account_has_its_own_money_longs_alone_and_no_funding(
    tmp_path: Path, how: str
) -> None:
    found = terms(tmp_path, how, text=FILE)
    account = found.accounts[0]
    assert found.venue.margin_mode == "none"
    assert (account.side, account.sizing.leverage) == (1, SCALE)
    assert not found.simulation.funding


def test_the_harvesters_spot_fees(tmp_path: Path) -> None:
    """S4-18: 0.10 % to make, 0.30 % to take."""
    venue = terms(tmp_path, "venue.profile=source_spot").venue
    assert (venue.maker_fee, venue.taker_fee) == (100_000, 300_000)


def test_an_unknown_contract_is_told_as_such_under_every_profile(tmp_path: Path) -> None:
    for venue in VENUES:
        with pytest.raises(UserError, match="not in the instrument catalogue"):
            terms(tmp_path, f"venue.profile={venue}", "accounts.va1.symbols=PEPEUSDT")


def test_recorded_terms_of_every_profile_resolve_to_themselves(tmp_path: Path) -> None:
    for venue in VENUES:
        for profile in ASSUMPTIONS:
            first = terms(tmp_path, f"venue.profile={venue}", f"simulation.profile={profile}")
            again = resolve_over(terms_layer(first), RECORDED, {}, (), parameters_of)
            assert to_terms(again, Nanos(5 * MINUTE), {}) == first


def test_another_profile_can_be_tried_upon_recorded_terms(tmp_path: Path) -> None:
    layer = terms_layer(terms(tmp_path, "simulation.slippage=0.001"))
    result = resolve_over(layer, RECORDED, {}, ["simulation.profile=optimistic"], parameters_of)
    assert shown(result, "simulation.slippage") == ("0", "profile optimistic")
    assert shown(result, "venue.taker_fee") == ("0.00055", RECORDED)
