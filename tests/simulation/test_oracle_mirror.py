"""Conservation: an account and its mirror at the same market; what one loses the other wins.

Both do the same on opposite sides, at prices without spread and without fees. When one of them
is liquidated the other closes at the market, and the insurance fund is the third party: all three
together have what they had.
"""

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.simulated.exchange import SimulatedExchange
from engine.domain.order import Side
from engine.messages.market import FundingRated
from engine.messages.venue import ExecutionReport, FundingPaid, OrderFilled
from engine.money import Rate, render
from engine.timebase import MINUTE, Nanos
from tests.simulation.given import BTC, START, Session, bar, e8, order, terms
from tests.simulation.margined import tiers

LADDER = tiers("300 0.005 100", "600 0.01 50", "1000 0.02 25", "20000 0.1 5")
SIDES: st.SearchStrategy[Side] = st.sampled_from([1, -1])
WISHES = st.sampled_from(["", "open", "open", "add", "less", "close"])
BARS = st.lists(
    st.tuples(st.integers(-30, 30), WISHES, st.sampled_from([0, 0, -1, 3, 40])),
    min_size=2,
    max_size=14,
)


def mirror(leverage: str, tiered: bool) -> Session:
    """An account without fees."""
    plain = terms(leverage=leverage, wallet="1000")
    venue = attrs.evolve(plain.venue, taker_fee=Rate(0), maker_fee=Rate(0))
    ladder = LADDER if tiered else ()
    contracts = tuple(attrs.evolve(one, tiers=ladder) for one in plain.instruments)
    session = Session()
    session.exchange = SimulatedExchange(attrs.evolve(plain, venue=venue, instruments=contracts))
    return session


def asked(session: Session, wish: str, side: Side, name: str) -> None:
    """Open, add to, reduce or close, by a market order now."""
    position = session.exchange.positions.get(BTC)
    size = abs(position.quantity) if position else 0
    if wish in ("open", "add"):
        quantity = "0.7" if wish == "open" else "0.4"
        session.send(order(name, side, quantity), at=session.now)
    elif size and position is not None:
        closing: Side = -1 if position.quantity > 0 else 1
        part = render(size) if wish == "close" else "0.1"
        session.send(order(name, closing, part, reduce_only=True), at=session.now)


@settings(max_examples=150, deadline=None)
@given(
    side=SIDES,
    leverage=st.sampled_from(["1", "5", "25", "50", "100"]),
    tiered=st.booleans(),
    bars=BARS,
)
def test_two_opposite_accounts_and_the_insurance_fund_have_together_what_they_had(
    side: Side, leverage: str, tiered: bool, bars: list[tuple[int, str, int]]
) -> None:
    """Fills, funding and liquidation: nothing comes from nowhere and nothing goes there."""
    pair = [mirror(leverage, tiered), mirror(leverage, tiered)]
    whole, price = sum(one.exchange.wallet for one in pair), e8("100")
    reports: list[ExecutionReport] = []
    for n, (away, wish, rate) in enumerate([*bars, (0, "close", 0)]):
        price = max(e8("20"), price + away * e8("0.1"))
        still = bar(n, " ".join([render(price)] * 4))
        for session in pair:
            session.now = still.open_ns
            session.open(still)
        taken = [one for session in pair for one in session.take()]
        reports += taken
        ended = any(isinstance(one, OrderFilled) for one in taken)
        for session, its_side in zip(pair, (side, -side), strict=True):
            now: Side = 1 if its_side > 0 else -1
            asked(session, "close" if ended else wish, now, f"o{n}")
            if rate:
                event = FundingRated("BTCUSDT", Nanos(START + (n + 1) * MINUTE), Rate(rate * 10**4))
                session.exchange.observe(event, event.settle_ns)
            reports += session.take()
            session.close(still)
    first, second = (session.exchange for session in pair)
    assert not first.positions
    assert not second.positions
    paid = [one.amount for one in reports if isinstance(one, FundingPaid)]
    assert first.funding + second.funding == sum(paid)
    have = first.wallet + second.wallet + first.insurance + second.insurance
    assert have == whole
