"""Seeded misbehaviour: which request or report goes wrong, and how far.

Every draw is a hash of ``(seed, what, whose, which)``. There is no stream to share, so one draw
more or less, or a fault on one order, moves no other (design 4).
"""

from hashlib import blake2b
from typing import Protocol

from adapters.simulated.latency import ReportQueue
from adapters.simulated.orders import OrderBook, VenueOrder
from engine.ids import ClientId, order_name
from engine.messages.runs import FaultTerms
from engine.messages.venue import (
    ExecutionReport,
    OrderAccepted,
    OrderCancelled,
    OrderFilled,
    OrderTriggered,
)
from engine.money import SCALE, round_down
from engine.timebase import MILLISECOND, NEVER, SECOND

LATE_MOST_NS = 10 * SECOND
DUPLICATE_MOST_NS = 5 * SECOND
PIECE_GAP_NS = 5 * MILLISECOND
_DRAW_RANGE = 1 << 64


class Draws:
    """Uniform integers by name."""

    __slots__ = ("_key",)

    def __init__(self, seed: int) -> None:
        self._key = blake2b(str(seed).encode(), digest_size=32).digest()

    def below(self, limit: int, *name: str | int) -> int:
        """An integer in ``[0, limit)``; always the same for the same name and seed."""
        text = "\x1f".join(map(str, name)).encode()
        digest = blake2b(text, key=self._key, digest_size=8).digest()
        return int.from_bytes(digest, "big") * limit // _DRAW_RANGE

    def strikes(self, rate: int, *name: str | int) -> bool:
        """True with the e8 probability ``rate``."""
        return rate > 0 and self.below(SCALE, *name) < rate


class Faults:
    """The run's fault rates and the draws that decide by them."""

    __slots__ = ("draws", "terms")

    def __init__(self, seed: int, terms: FaultTerms) -> None:
        self.draws = Draws(seed)
        self.terms = terms

    def refuses_stop(self, *whose: str | int) -> bool:
        """Whether the venue refuses this stop (F34)."""
        return self.draws.strikes(self.terms.stop_reject, "stop_reject", *whose)

    def pieces(self, client_id: ClientId, quantity: int, lot: int) -> tuple[int, ...]:
        """How a taker's fill comes: whole, in two or three pieces, or only a part of it (F32)."""
        lots = quantity // lot
        name = order_name(client_id)
        if lots < 2 or not self.draws.strikes(self.terms.partial, "partial", name):
            return (quantity,)
        first = (1 + self.draws.below(lots - 1, "piece", name, 1)) * lot
        kind = self.draws.below(3, "partial_kind", name)
        if kind == 0:
            return (first,)
        rest = quantity - first
        if kind == 1 or rest < 2 * lot:
            return (first, rest)
        second = max(lot, round_down(rest // 2, lot))
        return (first, second, rest - second)


class Outbox(Protocol):
    """Where the venue's reports leave; the quiet one is ``ReportQueue`` itself."""

    def send(self, report: ExecutionReport, venue_ns: int) -> None:
        """Let ``report`` travel: it left the venue at ``venue_ns``."""

    def send_fill(self, report: OrderFilled, venue_ns: int, origin: str, n: int) -> None:
        """Let the ``n``-th fill of ``origin`` travel."""


class FaultyReports:
    """An outbox that loses, delays and doubles reports, and remembers which fills are missed.

    Late are acceptances, fills and cancellations, each by itself: they may overtake each other,
    and a stop may be reported before the fill that made it. Doubled are fills.
    """

    __slots__ = ("_faults", "_orders", "_queue", "_swallow")

    def __init__(self, queue: ReportQueue, faults: Faults, orders: OrderBook) -> None:
        self._queue = queue
        self._faults = faults
        self._orders = orders
        self._swallow = False

    def swallow_next(self) -> None:
        """Lose the next report: it would have been the answer."""
        self._swallow = True

    def send(self, report: ExecutionReport, venue_ns: int) -> None:
        """Let ``report`` travel, if it is not lost."""
        if self._swallow:
            self._swallow = False
            return
        if isinstance(report, OrderAccepted | OrderCancelled):
            order = self._orders.find(report.client_id)
            if order is not None and order.muted:
                return
            delay = self._delay(type(report).__name__, order_name(report.client_id), 0)
            self._queue.send_at(report, self._queue.due(venue_ns) + delay)
            return
        if isinstance(report, OrderTriggered):
            order = self._orders.find(report.client_id)
            if order is not None and order.muted:
                return
        self._queue.send(report, venue_ns)

    def send_fill(self, report: OrderFilled, venue_ns: int, origin: str, n: int) -> None:
        """Let a fill travel: on time, late, twice, or not before a look-up asks."""
        order = self._orders.find(report.client_id) if report.client_id else None
        name = (report.cause, order_name(ClientId(origin)), n)
        at = self._queue.due(venue_ns) + self._delay(*name)
        if order is not None and order.muted:
            at = NEVER
        if order is not None:
            order.executions = order.executions or []
            order.executions.append((at, report))
        if at >= NEVER:
            return
        self._queue.send_at(report, at)
        faults = self._faults
        if faults.draws.strikes(faults.terms.duplicate, "duplicate", *name):
            again = 1 + faults.draws.below(DUPLICATE_MOST_NS, "duplicate_span", *name)
            self._queue.send_at(report, at + again)

    def deliver_missed(self, order: VenueOrder, now: int) -> None:
        """Send once more the executions that will not have reached us when a look-up answers."""
        order.muted = False
        due = self._queue.due(now)
        executions = order.executions or []
        for n, (at, report) in enumerate(executions):
            if at > due:
                executions[n] = (due, report)
                self._queue.send_at(report, due)

    def _delay(self, *name: str | int) -> int:
        faults = self._faults
        if not faults.draws.strikes(faults.terms.late, "late", *name):
            return 0
        return 1 + faults.draws.below(LATE_MOST_NS, "late_span", *name)


def fault_free(terms: FaultTerms) -> bool:
    """Whether no rate is above zero, so that nothing has to be drawn at all."""
    return not (
        terms.reject
        or terms.no_answer_placed
        or terms.no_answer_lost
        or terms.partial
        or terms.late
        or terms.duplicate
        or terms.stop_reject
    )
