"""The laws over whole runs on the simulated exchange: made markets, faults, commands, crashes.

``play`` holds laws 4 to 9 after every step; what needs a whole journal is asked here.
``TRADEFOLD_EXAMPLES=1000`` looks at more runs than the few of a usual test.
"""

import os

from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.decide.router import decide
from engine.evolve import evolve
from engine.messages.decisions import Decision, OrderRequested
from engine.messages.inputs import Stamped
from engine.state import EngineState
from tests.properties.made_runs import EVERY, Plan, Played, digests, play, strategy_for

EXAMPLES = int(os.environ.get("TRADEFOLD_EXAMPLES", "0"))
PERCENT = st.sampled_from((0, 0, 5, 30))


def look(usual: int) -> settings:
    """So many examples, or as many as the environment asks for."""
    return settings(max_examples=EXAMPLES or usual, deadline=None)


PLANS = st.builds(
    Plan,
    seed=st.integers(0, 10**6),
    bars=st.integers(3, 60),
    faults=st.tuples(*[PERCENT] * 7),
    commands=st.integers(0, 6),
    strict=st.booleans(),
)
CRASHES = st.builds(
    Plan,
    seed=st.integers(0, 10**6),
    bars=st.integers(10, 60),
    faults=st.tuples(*[PERCENT] * 7),
    strict=st.booleans(),
    crash=st.integers(20, 300),
    sent_before_crash=st.booleans(),
)


def agrees_with_the_venue(played: Played) -> None:
    """When all reports are in, engine and venue hold the same positions and the same money."""
    state, venue = played.state, played.venue
    assert not [o for o in state.blotter.live.values() if o.state == "unknown"]
    ours = {key: p.quantity for key, p in state.positions.items() if p.quantity}
    theirs = {key: position.quantity for key, position in venue.positions.items()}
    assert ours == theirs
    ledger = state.ledger
    assert ledger.wallet == venue.wallet
    earned = sum(account.realised for account in state.accounts.values())
    paid = ledger.fees + ledger.funding
    assert earned == ledger.realised - paid, "law 6: the accounts' money is the venue's"
    for key, position in state.positions.items():
        if position.quantity and position.account:
            stop = venue.positions[key].stop_price
            assert position.venue_stop == stop, "the engine knows the stop that works"
    resting = {order.client_id for order in venue.open_orders}
    live = state.blotter.live
    assert resting == {i for i in live if live[i].state in ("working", "partially_filled")}


@look(40)
@given(PLANS)
@example(Plan(seed=1687, bars=19, strict=False))
@example(Plan(seed=0, bars=28, faults=(0, 0, 0, 0, 30, 0, 0), strict=False))
@example(Plan(seed=180066, bars=32, faults=(0, 0, 0, 5, 30, 0, 0), strict=False))
def test_every_step_keeps_the_laws_and_in_the_end_engine_and_venue_agree(plan: Plan) -> None:
    agrees_with_the_venue(play(plan))


@look(40)
@given(CRASHES)
def test_a_crash_between_append_and_dispatch_loses_nothing_and_sends_nothing_twice(
    plan: Plan,
) -> None:
    agrees_with_the_venue(play(plan))


@look(10)
@given(PLANS)
def test_the_same_plan_gives_the_same_frames(plan: Plan) -> None:
    assert play(plan).frames == play(plan).frames


@look(15)
@given(PLANS)
def test_frames_refold_to_the_digests_that_the_run_had(plan: Plan) -> None:
    played = play(plan)
    state = EngineState(strategy_for)
    for stamped, decisions in played.frames:
        evolve(state, stamped)
        for decision in decisions:
            evolve(state, decision)
        if stamped.seq % EVERY == 0:
            assert digests(state) == played.digests[stamped.seq], f"law 2 at {stamped.seq}"
    assert digests(state) == digests(played.state)


@look(15)
@given(CRASHES)
def test_decide_gives_the_recorded_decisions_again(plan: Plan) -> None:
    played = play(plan)
    state = EngineState(strategy_for)
    for stamped, decisions in played.frames:
        evolve(state, stamped)
        again: list[Decision] = []
        for decision in decide(state, stamped):
            again.append(decision)
            evolve(state, decision)
        assert tuple(again) == decisions, f"law 3 at {stamped.seq}"


@look(25)
@given(PLANS, st.integers(1, 120))
def test_what_comes_after_a_moment_changes_nothing_before_it(plan: Plan, cut: int) -> None:
    feed = plan.feed()
    cut = min(cut, len(feed) - 1)
    end = feed[cut][0]
    whole = _before(play(plan).frames, end)
    part = _before(play(plan, feed[:cut], tail=0).frames, end)
    assert part == whole[: len(part)]
    assert len(whole) - len(part) <= len([f for f in whole if f[0].at >= feed[cut - 1][0]])


def _before(
    frames: list[tuple[Stamped, tuple[Decision, ...]]], end: int
) -> list[tuple[Stamped, tuple[Decision, ...]]]:
    return [frame for frame in frames if frame[0].at < end]


def test_the_made_runs_do_trade() -> None:
    played = play(Plan(seed=1, bars=200, strict=False))
    orders = [d for _, decisions in played.frames for d in decisions]
    purposes = {d.purpose for d in orders if isinstance(d, OrderRequested)}
    assert {"entry", "exit"} <= purposes
    assert played.state.trade_count > 10
