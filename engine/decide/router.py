"""``decide``: judges an input and never writes. One decision at a time, evolved in between."""

from collections.abc import Callable, Iterable
from typing import Any

from engine.decide.amending import decide_amend_rejected
from engine.decide.commands import (
    decide_flatten,
    decide_kill,
    decide_pause,
    decide_resume,
    decide_set_limit,
)
from engine.decide.market import decide_candle, decide_price, decide_quoted, decide_traded
from engine.decide.runs import decide_run_started
from engine.decide.takeovers import decide_liquidated
from engine.decide.timers import decide_timer_fired
from engine.decide.venue import (
    decide_cancel_rejected,
    decide_cancelled,
    decide_filled,
    decide_found,
    decide_funding_paid,
    decide_not_found,
    decide_outcome_unknown,
    decide_position_reported,
    decide_rejected,
    decide_stop_rejected,
    decide_stop_reported,
)
from engine.domain.candle import Candle
from engine.messages import commands, market, runs, timers, venue
from engine.messages.decisions import Decision
from engine.messages.inputs import Stamped
from engine.state import EngineState


def decide_nothing(state: EngineState, input_: Any) -> Iterable[Decision]:
    """Nothing follows from this kind of input by itself."""
    del state, input_
    return ()


Judge = Callable[[EngineState, Any], Iterable[Decision]]

ROUTES: dict[type, Judge] = {
    market.BarOpened: decide_nothing,
    Candle: decide_candle,
    market.DataGap: decide_nothing,
    market.MarkPriced: decide_price,
    market.IndexPriced: decide_nothing,
    market.MarkCandle: decide_price,
    market.FundingRated: decide_nothing,
    market.Quoted: decide_quoted,
    market.Traded: decide_traded,
    market.DepthChanged: decide_nothing,
    market.InstrumentChanged: decide_nothing,
    venue.OrderAccepted: decide_nothing,
    venue.OrderRejected: decide_rejected,
    venue.OrderFilled: decide_filled,
    venue.OrderCancelled: decide_cancelled,
    venue.OrderAmended: decide_nothing,
    venue.AmendRejected: decide_amend_rejected,
    venue.OrderTriggered: decide_nothing,
    venue.CancelRejected: decide_cancel_rejected,
    venue.StopReported: decide_stop_reported,
    venue.StopRejected: decide_stop_rejected,
    venue.OrderFound: decide_found,
    venue.OrderNotFound: decide_not_found,
    venue.PositionReported: decide_position_reported,
    venue.FundingPaid: decide_funding_paid,
    venue.LeverageSet: decide_nothing,
    venue.LeverageRejected: decide_nothing,
    venue.PositionLiquidated: decide_liquidated,
    venue.OutcomeUnknown: decide_outcome_unknown,
    commands.PauseAccount: decide_pause,
    commands.ResumeAccount: decide_resume,
    commands.FlattenAccount: decide_flatten,
    commands.KillAccount: decide_kill,
    commands.SetLimit: decide_set_limit,
    timers.TimerFired: decide_timer_fired,
    runs.RunStarted: decide_run_started,
}


def decide(state: EngineState, stamped: Stamped) -> Iterable[Decision]:
    """What follows from an input that has just been evolved."""
    return ROUTES[type(stamped.input)](state, stamped.input)
