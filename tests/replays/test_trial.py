"""The kit for property tests of strategies: it makes markets, holds laws, finds faults."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import engine.strategies as tf
from adapters.simulated.exchange import SimulatedExchange
from adapters.timeline import Group
from engine.domain.candle import Candle
from engine.ids import PositionKey
from engine.messages.effects import PlaceOrder
from engine.messages.market import BarOpened, DataGap
from engine.strategies.volatility_breakout import VolatilityBreakout
from engine.timebase import NEVER, Nanos
from replays.session import Session
from replays.trial import candles, markets, orders, play, sessions
from replays.trial.made import BAR, BTC, START

CALM = {"accounts": {"trial": {"virtual_equity": 10_000, "risk": {"max_drawdown": 0}}}}


@tf.define
class Forgetful:
    """Writes in ``propose`` what it keeps, which only ``observe`` may."""

    calls: int = tf.state(lambda _: 0)

    def observe(self, candle: tf.Candle) -> None:
        """Keeps nothing."""

    def propose(self, view: tf.View) -> Iterable[tf.Intent]:
        """Enters on every third call."""
        self.calls += 1
        if self.calls % 3 or view.side:
            return ()
        return (tf.Enter(tf.BUY, tf.percent_stop(view, tf.BUY, tf.rate("0.02"))),)


@tf.define
class Fragile:
    """Divides by the volume."""

    share: float = tf.state(lambda _: 0.0)

    def observe(self, candle: tf.Candle) -> None:
        """Fails on a bar without volume."""
        self.share = candle.close / candle.volume

    def propose(self, view: tf.View) -> Iterable[tf.Intent]:
        """Wants nothing."""
        del view
        return ()


@given(sessions(VolatilityBreakout, parameters={"lookback_candles": 4}))
@settings(max_examples=25)
def test_a_strategy_that_keeps_to_the_rules_keeps_every_law(session: Session) -> None:
    trial = play(session)
    assert trial.halted == ()
    assert all(order.stop_price for order in trial.orders if order.purpose == "entry")


def test_the_made_sessions_trade() -> None:
    """Else nothing would be proven by them."""
    closed: list[int] = []

    @given(sessions(VolatilityBreakout, parameters={"lookback_candles": 4}, harshest=0))
    @settings(max_examples=25, phases=[Phase.generate])
    def played(session: Session) -> None:
        closed.append(len(play(session).trades))

    played()
    assert sum(closed) > 5
    assert max(closed) > 1


def test_a_strategy_that_writes_in_propose_is_found() -> None:
    @given(sessions(Forgetful, settings=CALM, harshest=0))
    @settings(max_examples=20, phases=[Phase.generate])
    def kept(session: Session) -> None:
        play(session)

    with pytest.raises(AssertionError, match="propose changed what it keeps"):
        kept()


def test_a_strategy_whose_code_fails_is_halted_and_says_why() -> None:
    told: set[str] = set()

    @given(sessions(Fragile, harshest=0, most=10))
    @settings(max_examples=20, phases=[Phase.generate])
    def played(session: Session) -> None:
        told.update(play(session).halted)

    played()
    assert told == {"observe: ZeroDivisionError: division by zero"}


@given(candles())
def test_candles_are_whole_on_the_tick_and_one_after_the_other(bars: list[Candle]) -> None:
    assert bars[0].open_ns == START
    for one, other in pairwise(bars):
        assert other.open_ns == one.close_ns
    for bar in bars:
        assert bar.close_ns - bar.open_ns == BAR
        assert 0 < bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
        assert not any(price % BTC.tick for price in (bar.open, bar.high, bar.low, bar.close))


@given(markets(most=20))
def test_a_hole_in_a_market_is_told_before_the_bar_that_ends_it(market: list[Group]) -> None:
    assert [at for at, _, _ in market] == sorted(at for at, _, _ in market)
    closed = Nanos(0)
    for _, phase, events in market:
        if phase == 0:
            (bar,) = events
            assert isinstance(bar, Candle)
            closed = bar.close_ns
            continue
        opened = events[-1]
        assert isinstance(opened, BarOpened)
        gaps = [event for event in events if isinstance(event, DataGap)]
        assert bool(gaps) == (closed not in (0, opened.open_ns))


@given(st.data(), markets(most=8))
def test_the_exchange_answers_every_made_order(data: st.DataObject, market: list[Group]) -> None:
    (session,) = [data.draw(sessions(VolatilityBreakout, harshest=0, most=1))]
    exchange = SimulatedExchange(session.terms)
    key, asked, answered = PositionKey("main", "BTCUSDT", 0), 0, 0
    for at, _, events in market:
        for event in events:
            exchange.observe(event, at)
        asked += 1
        order = data.draw(orders(key, number=asked))
        assert isinstance(order, PlaceOrder)
        exchange.request(order, at)
        while exchange.next_request_ns < NEVER:
            exchange.serve()
    while exchange.next_report_ns < NEVER:
        _, report = exchange.take_report()
        answered += type(report).__name__ in ("OrderAccepted", "OrderRejected")
    assert answered == asked
