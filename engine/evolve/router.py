"""``evolve``: the only writer of state. It folds facts and never judges.

Facts are routed by their type through one table, because a dictionary look-up costs a
twentieth of a long ``match``; a test holds the table against the unions.
"""

from collections.abc import Callable
from typing import Any

from engine.domain.candle import Candle
from engine.evolve.amendments import (
    evolve_amend_rejected,
    evolve_amend_requested,
    evolve_order_amended,
)
from engine.evolve.fills import evolve_order_filled, evolve_trade_closed
from engine.evolve.governor import (
    evolve_day_rolled,
    evolve_governor_acted,
    evolve_incident_closed,
    evolve_incident_opened,
    evolve_limit_set,
    evolve_strategy_halted,
)
from engine.evolve.market import (
    evolve_bar_opened,
    evolve_candle,
    evolve_data_gap,
    evolve_mark_candle,
    evolve_mark_priced,
    evolve_quoted,
    evolve_traded,
)
from engine.evolve.orders import (
    evolve_cancel_requested,
    evolve_close_delayed,
    evolve_look_up_missed,
    evolve_look_up_requested,
    evolve_order_not_placed,
    evolve_order_requested,
    evolve_order_unknown,
    evolve_stop_moved,
)
from engine.evolve.runs import (
    evolve_instrument_changed,
    evolve_leverage_set,
    evolve_run_started,
)
from engine.evolve.settlements import evolve_funding_paid
from engine.evolve.venue import (
    evolve_cancel_rejected,
    evolve_order_accepted,
    evolve_order_cancelled,
    evolve_order_found,
    evolve_order_not_found,
    evolve_order_rejected,
    evolve_order_triggered,
    evolve_outcome_unknown,
    evolve_position_reported,
    evolve_stop_rejected,
    evolve_stop_reported,
)
from engine.messages import commands, decisions, market, runs, timers, venue
from engine.messages.decisions import Decision
from engine.messages.inputs import Stamped
from engine.messages.timers import TimerFired
from engine.state import EngineState


def _evolve_timer_fired(state: EngineState, fired: TimerFired) -> None:
    """The earliest timer is taken out of the table; ``decide`` finds it as ``state.fired``."""
    assert fired.due_ns <= state.at, "a timer fires when it is due, not before"
    state.fired = state.timers.take()


def _evolve_nothing(state: EngineState, fact: Any) -> None:
    """The fact changes nothing by itself; its consequences do."""


Route = Callable[[EngineState, Any], None]

INPUT_ROUTES: dict[type, Route] = {
    market.BarOpened: evolve_bar_opened,
    Candle: evolve_candle,
    market.DataGap: evolve_data_gap,
    market.MarkPriced: evolve_mark_priced,
    market.IndexPriced: _evolve_nothing,
    market.MarkCandle: evolve_mark_candle,
    market.FundingRated: _evolve_nothing,
    market.Quoted: evolve_quoted,
    market.Traded: evolve_traded,
    market.DepthChanged: _evolve_nothing,
    market.InstrumentChanged: evolve_instrument_changed,
    venue.OrderAccepted: evolve_order_accepted,
    venue.OrderRejected: evolve_order_rejected,
    venue.OrderFilled: evolve_order_filled,
    venue.OrderCancelled: evolve_order_cancelled,
    venue.OrderAmended: evolve_order_amended,
    venue.AmendRejected: evolve_amend_rejected,
    venue.OrderTriggered: evolve_order_triggered,
    venue.CancelRejected: evolve_cancel_rejected,
    venue.StopReported: evolve_stop_reported,
    venue.StopRejected: evolve_stop_rejected,
    venue.OrderFound: evolve_order_found,
    venue.OrderNotFound: evolve_order_not_found,
    venue.PositionReported: evolve_position_reported,
    venue.FundingPaid: evolve_funding_paid,
    venue.LeverageSet: evolve_leverage_set,
    venue.LeverageRejected: _evolve_nothing,
    venue.PositionLiquidated: _evolve_nothing,
    venue.OutcomeUnknown: evolve_outcome_unknown,
    commands.PauseAccount: _evolve_nothing,
    commands.ResumeAccount: _evolve_nothing,
    commands.FlattenAccount: _evolve_nothing,
    commands.KillAccount: _evolve_nothing,
    commands.SetLimit: _evolve_nothing,
    timers.TimerFired: _evolve_timer_fired,
    runs.RunStarted: evolve_run_started,
}

DECISION_ROUTES: dict[type, Route] = {
    decisions.Approved: _evolve_nothing,
    decisions.IntentRefused: _evolve_nothing,
    decisions.OrderRequested: evolve_order_requested,
    decisions.CancelRequested: evolve_cancel_requested,
    decisions.AmendRequested: evolve_amend_requested,
    decisions.OrderUnknown: evolve_order_unknown,
    decisions.LookUpRequested: evolve_look_up_requested,
    decisions.LookUpMissed: evolve_look_up_missed,
    decisions.OrderNotPlaced: evolve_order_not_placed,
    decisions.StopMoved: evolve_stop_moved,
    decisions.CloseDelayed: evolve_close_delayed,
    decisions.TradeClosed: evolve_trade_closed,
    decisions.GovernorActed: evolve_governor_acted,
    decisions.DayRolled: evolve_day_rolled,
    decisions.LimitSet: evolve_limit_set,
    decisions.StrategyHalted: evolve_strategy_halted,
    decisions.IncidentOpened: evolve_incident_opened,
    decisions.IncidentClosed: evolve_incident_closed,
    decisions.CommandRefused: _evolve_nothing,
}


def evolve(state: EngineState, fact: Stamped | Decision) -> None:
    """Fold one fact into the state. A stamped input also sets ``state.seq`` and ``state.at``."""
    if isinstance(fact, Stamped):
        assert fact.at >= state.at, "time never goes back"
        state.seq = fact.seq
        state.at = fact.at
        INPUT_ROUTES[type(fact.input)](state, fact.input)
    else:
        DECISION_ROUTES[type(fact)](state, fact)
