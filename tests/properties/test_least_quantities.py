"""A contract whose least order is many lots: whatever is left of a position, it ends in a close."""

import attrs
from hypothesis import given
from hypothesis import strategies as st

from adapters.timeline import Group
from engine.domain.instrument import Instrument
from engine.messages.commands import FlattenAccount
from engine.messages.decisions import OrderRequested
from engine.messages.inputs import Input
from engine.messages.market import InstrumentChanged, MarketEvent
from engine.messages.runs import Terms
from engine.messages.venue import OrderAmended, OrderRejected
from engine.money import Quantity, parse
from engine.timebase import Nanos
from tests.properties.made_runs import Plan, Played, play
from tests.properties.test_simulated_runs import agrees_with_the_venue, look
from tests.spec.run_terms import BAR, START

PERCENT = st.sampled_from((0, 0, 5, 30))
PARAMETER = 10001


@attrs.frozen
class CoarsePlan(Plan):
    """A plan whose contracts take no order below ``least``; at the end everybody is flattened."""

    least: str = "7"

    def terms(self) -> Terms:
        """As they are, but for the least quantity and how many lots it is."""
        plain = super().terms()
        contracts = tuple(self.coarse(one) for one in plain.instruments)
        return attrs.evolve(plain, instruments=contracts)

    def coarse(self, contract: Instrument) -> Instrument:
        """The same contract with the least quantity."""
        return attrs.evolve(contract, min_quantity=Quantity(parse(self.least)))

    def feed(self) -> list[Group]:
        """The market; new rules of a contract keep its least quantity."""
        return [(at, phase, tuple(map(self._kept, events))) for at, phase, events in super().feed()]

    def _kept(self, event: MarketEvent) -> MarketEvent:
        if isinstance(event, InstrumentChanged):
            return InstrumentChanged(self.coarse(event.instrument))
        return event

    def told(self) -> list[tuple[Nanos, Input]]:
        """Commands as usual, and in the end all is to be closed."""
        end = Nanos(START + self.bars * BAR - 1)
        return [*super().told(), (end, FlattenAccount("", "the end"))]


def closes(played: Played) -> dict[str, OrderRequested]:
    """Every order that closes, by its name."""
    asked = (one for _, decisions in played.frames for one in decisions)
    orders = (one for one in asked if isinstance(one, OrderRequested))
    return {one.client_id: one for one in orders if one.purpose != "entry"}


def refused(played: Played) -> list[OrderRejected]:
    """Closing orders that the venue would not take as they were."""
    names = closes(played)
    told = (stamped.input for stamped, _ in played.frames)
    rejected = (one for one in told if isinstance(one, OrderRejected))
    return [one for one in rejected if one.client_id in names and one.code == PARAMETER]


@look(25)
@given(
    st.builds(
        CoarsePlan,
        seed=st.integers(0, 10**6),
        bars=st.integers(10, 60),
        faults=st.tuples(*[PERCENT] * 7),
        commands=st.integers(0, 6),
        strict=st.booleans(),
        least=st.sampled_from(["0.002", "7", "30"]),
    )
)
def test_no_closing_order_is_refused_for_its_size_and_engine_and_venue_agree(
    plan: CoarsePlan,
) -> None:
    played = play(plan)
    assert refused(played) == []
    agrees_with_the_venue(played)


def test_the_made_runs_do_leave_such_rests() -> None:
    """Partial fills at a venue that takes no order below 30: rests are closed by asking for 30."""
    played = play(CoarsePlan(seed=3, bars=200, faults=(0, 0, 0, 90, 0, 0, 30), least="30"))
    least = [one for one in closes(played).values() if one.quantity == parse("30")]
    cut = {s.input.client_id for s, _ in played.frames if isinstance(s.input, OrderAmended)}
    assert len([one for one in least if one.client_id in cut]) > 5
