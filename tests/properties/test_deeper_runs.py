"""The laws over runs in which everything of the deeper exchange happens: funding, liquidation at
marks that jump, both sides in hedge mode, shared margin, and entries that wait, move and go.
"""

from hypothesis import given
from hypothesis import strategies as st

from engine.decide.router import decide
from engine.evolve import evolve
from engine.messages.decisions import Decision
from engine.state import EngineState
from tests.properties.deeper_runs import DeepPlan
from tests.properties.made_runs import EVERY, digests, play
from tests.properties.test_simulated_runs import PERCENT, agrees_with_the_venue, look

PLANS = st.builds(
    DeepPlan,
    seed=st.integers(0, 10**6),
    bars=st.integers(5, 60),
    faults=st.tuples(*[PERCENT] * 7),
    commands=st.integers(0, 2),
    margin=st.sampled_from(("isolated", "cross", "none")),
    hedge=st.booleans(),
    leverage=st.sampled_from((3, 10, 50)),
    shocks=st.sampled_from((0, 10, 50)),
)
CRASHES = st.builds(
    DeepPlan,
    seed=st.integers(0, 10**6),
    bars=st.integers(10, 60),
    faults=st.tuples(*[PERCENT] * 7),
    margin=st.sampled_from(("isolated", "cross")),
    hedge=st.booleans(),
    crash=st.integers(20, 300),
    sent_before_crash=st.booleans(),
)


@look(40)
@given(PLANS)
def test_every_step_keeps_the_laws_and_in_the_end_engine_and_venue_agree(plan: DeepPlan) -> None:
    agrees_with_the_venue(play(plan))


@look(20)
@given(CRASHES)
def test_a_crash_loses_nothing_and_sends_nothing_twice(plan: DeepPlan) -> None:
    agrees_with_the_venue(play(plan))


@look(15)
@given(PLANS)
def test_frames_refold_and_are_decided_the_same_again(plan: DeepPlan) -> None:
    """Laws 2 and 3 in one walk."""
    played = play(plan)
    state = EngineState(plan.strategy)
    for stamped, decisions in played.frames:
        evolve(state, stamped)
        again: list[Decision] = []
        for decision in decide(state, stamped):
            again.append(decision)
            evolve(state, decision)
        assert tuple(again) == decisions, f"law 3 at {stamped.seq}"
        if stamped.seq % EVERY == 0:
            assert digests(state) == played.digests[stamped.seq], f"law 2 at {stamped.seq}"


def test_all_of_it_happens() -> None:
    """Else the laws were tried on less than they seem."""
    plans = [
        DeepPlan(seed=seed, bars=60, hedge=seed % 2 == 0, margin=mode, shocks=30)
        for seed in range(6)
        for mode in ("isolated", "cross")
    ]
    seen: set[str] = set()
    for plan in plans:
        for stamped, decisions in play(plan).frames:
            seen.add(type(stamped.input).__name__)
            seen |= {type(decision).__name__ for decision in decisions}
    wanted = {"FundingPaid", "PositionLiquidated", "OrderAmended", "OrderTriggered"}
    assert wanted | {"AmendRequested", "TradeClosed", "CancelRequested"} <= seen
