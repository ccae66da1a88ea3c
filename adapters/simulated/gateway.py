"""Between the network and the desk: a quiet line, or one that loses and refuses by seed."""

from typing import Protocol

from adapters.simulated.amending import reject_amend
from adapters.simulated.desk import place, reject, reject_stop, serve_effect
from adapters.simulated.faults import Faults, FaultyReports
from adapters.simulated.latency import ReportQueue
from adapters.simulated.rules import PARAMETER
from adapters.simulated.state import VenueState
from engine.ids import NO_CLIENT_ID, order_name
from engine.messages.effects import (
    AmendOrder,
    CancelOrder,
    Effect,
    PlaceOrder,
    SetLeverage,
    SetStop,
)
from engine.messages.venue import OutcomeUnknown
from engine.timebase import Nanos

RATE_LIMIT = 10006
"""A definite refusal: the order surely was not taken (bybit-v5.md 7.2)."""

SILENCE = "no answer"


class Gateway(Protocol):
    """Hands a request to the desk, or does not."""

    def hand_in(self, effect: Effect, sent_ns: Nanos, now: Nanos) -> None:
        """``effect`` left us at ``sent_ns`` and arrives at ``now``."""


class QuietGateway:
    """Every request arrives and every answer returns."""

    __slots__ = ("_state",)

    def __init__(self, state: VenueState) -> None:
        self._state = state

    def hand_in(self, effect: Effect, sent_ns: Nanos, now: Nanos) -> None:
        """Serve it."""
        del sent_ns
        serve_effect(self._state, effect, now)


class FaultyGateway:
    """Requests are refused or lost and answers swallowed, by keyed draws.

    Orders are keyed by their client id, cancels and amendments by it and their count, stops and
    leverages by symbol and their count. Of several faults that would strike one request the first
    holds: refused, lost, answer lost. Look-ups are never struck. A request that got no answer ends
    in ``OutcomeUnknown`` once the answer timeout after its sending is over.
    """

    __slots__ = ("_faults", "_queue", "_reports", "_state", "_timeout_ns")

    def __init__(
        self,
        state: VenueState,
        queue: ReportQueue,
        faults: Faults,
        reports: FaultyReports,
        timeout_ns: int,
    ) -> None:
        self._state = state
        self._queue = queue
        self._faults = faults
        self._reports = reports
        self._timeout_ns = timeout_ns

    def hand_in(self, effect: Effect, sent_ns: Nanos, now: Nanos) -> None:
        """Serve it, or let a fault have it."""
        match effect:
            case PlaceOrder():
                self._place(effect, sent_ns, now)
            case SetStop():
                self._set_stop(effect, sent_ns, now)
            case CancelOrder():
                self._cancel(effect, sent_ns, now)
            case AmendOrder():
                self._amend(effect, sent_ns, now)
            case SetLeverage():
                self._set_leverage(effect, sent_ns, now)
            case _:
                serve_effect(self._state, effect, now)

    def _place(self, asked: PlaceOrder, sent_ns: Nanos, now: Nanos) -> None:
        draws, terms = self._faults.draws, self._faults.terms
        client_id = asked.client_id
        name = order_name(client_id)
        if draws.strikes(terms.reject, "reject", name):
            reject(self._state, asked, (RATE_LIMIT, "Too many visits"), now)
            return
        unknown = OutcomeUnknown(asked.key, client_id, "place", SILENCE)
        if draws.strikes(terms.no_answer_lost, "lost", "place", name):
            self._time_out(unknown, sent_ns, now)
            return
        if not draws.strikes(terms.no_answer_placed, "unheard", "place", name):
            place(self._state, asked, now)
            return
        self._reports.swallow_next()
        place(self._state, asked, now, muted=draws.below(2, "muted", name) == 1)
        self._time_out(unknown, sent_ns, now)

    def _cancel(self, asked: CancelOrder, sent_ns: Nanos, now: Nanos) -> None:
        order = self._state.orders.find(asked.client_id)
        n = 0
        if order is not None:
            order.cancels = n = order.cancels + 1
        unknown = OutcomeUnknown(asked.key, asked.client_id, "cancel", SILENCE)
        self._serve_unless_silent(asked, unknown, (order_name(asked.client_id), n), sent_ns, now)

    def _amend(self, asked: AmendOrder, sent_ns: Nanos, now: Nanos) -> None:
        order = self._state.orders.find(asked.client_id)
        n = 0
        if order is not None:
            order.amends = n = order.amends + 1
        draws, terms, name = self._faults.draws, self._faults.terms, order_name(asked.client_id)
        if draws.strikes(terms.reject, "reject", "amend", name, n):
            reject_amend(self._state, asked, (RATE_LIMIT, "Too many visits"), now)
            return
        unknown = OutcomeUnknown(asked.key, asked.client_id, "amend", SILENCE)
        self._serve_unless_silent(asked, unknown, (name, n), sent_ns, now)

    def _set_stop(self, asked: SetStop, sent_ns: Nanos, now: Nanos) -> None:
        market = self._state.markets.get(asked.key.symbol)
        n = 0
        if market is not None:
            market.stop_requests = n = market.stop_requests + 1
        if self._faults.refuses_stop("set", asked.key.symbol, n):
            reject_stop(self._state, asked, (PARAMETER, "the venue did not take the stop"), now)
            return
        unknown = OutcomeUnknown(asked.key, NO_CLIENT_ID, "set_stop", SILENCE)
        self._serve_unless_silent(asked, unknown, (asked.key.symbol, n), sent_ns, now)

    def _set_leverage(self, asked: SetLeverage, sent_ns: Nanos, now: Nanos) -> None:
        market = self._state.markets.get(asked.key.symbol)
        n = 0
        if market is not None:
            market.leverage_requests = n = market.leverage_requests + 1
        unknown = OutcomeUnknown(asked.key, NO_CLIENT_ID, "set_leverage", SILENCE)
        self._serve_unless_silent(asked, unknown, (asked.key.symbol, n), sent_ns, now)

    def _serve_unless_silent(
        self,
        effect: AmendOrder | CancelOrder | SetStop | SetLeverage,
        unknown: OutcomeUnknown,
        whose: tuple[str, int],
        sent_ns: Nanos,
        now: Nanos,
    ) -> None:
        """Serve with an answer, serve without one, or do not serve: the last two look alike."""
        draws, terms = self._faults.draws, self._faults.terms
        if draws.strikes(terms.no_answer_lost, "lost", unknown.request, *whose):
            self._time_out(unknown, sent_ns, now)
            return
        if not draws.strikes(terms.no_answer_placed, "unheard", unknown.request, *whose):
            serve_effect(self._state, effect, now)
            return
        self._reports.swallow_next()
        serve_effect(self._state, effect, now)
        self._time_out(unknown, sent_ns, now)

    def _time_out(self, unknown: OutcomeUnknown, sent_ns: Nanos, now: Nanos) -> None:
        """Silence is noticed when the answer timeout after the sending is over."""
        self._queue.send_at(unknown, max(now, sent_ns + self._timeout_ns))


def gateway_for(state: VenueState, queue: ReportQueue, timeout_ns: int) -> Gateway:
    """The quiet line where no fault has a rate, so that fault-free runs draw nothing."""
    if state.faults is None or state.faulty_reports is None:
        return QuietGateway(state)
    return FaultyGateway(state, queue, state.faults, state.faulty_reports, timeout_ns)
