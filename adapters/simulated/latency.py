"""Messages under way: requests to the venue and reports back, each with its time of arrival."""

from collections import deque
from heapq import heappop, heappush

from engine.messages.effects import Effect
from engine.messages.venue import ExecutionReport, OrderFilled
from engine.timebase import NEVER, Nanos


class RequestQueue:
    """Requests on their way to the venue; they arrive in the order they were sent."""

    __slots__ = ("_latency_ns", "_queue", "next_ns")

    def __init__(self, latency_ns: int) -> None:
        self._latency_ns = max(1, latency_ns)
        self._queue: deque[tuple[Nanos, Nanos, Effect]] = deque()
        self.next_ns: int = NEVER

    def send(self, effect: Effect, sent_ns: int) -> None:
        """Take ``effect`` of the frame at ``sent_ns``; it arrives at least 1 ns later."""
        arrival_ns = Nanos(sent_ns + self._latency_ns)
        queue = self._queue
        assert not queue or queue[-1][0] <= arrival_ns, "frames send in order of their time"
        queue.append((arrival_ns, Nanos(sent_ns), effect))
        self.next_ns = queue[0][0]

    def take(self) -> tuple[Nanos, Nanos, Effect]:
        """The earliest request: ``(arrival_ns, sent_ns, effect)``."""
        taken = self._queue.popleft()
        self.next_ns = self._queue[0][0] if self._queue else NEVER
        return taken

    def __len__(self) -> int:
        return len(self._queue)


class ReportQueue:
    """Reports on their way to us, ordered by ``(at, order of emission)``."""

    __slots__ = ("_heap", "_latency_ns", "_sent", "event_at", "next_ns")

    def __init__(self, latency_ns: int) -> None:
        self._latency_ns = max(0, latency_ns)
        self._heap: list[tuple[int, int, ExecutionReport]] = []
        self._sent = 0
        self.event_at = 0
        """``at`` of the market event or request in hand: no report of it comes before."""
        self.next_ns: int = NEVER

    def due(self, venue_ns: int) -> int:
        """When a report of ``venue_ns`` reaches us: the latency later, never before the event."""
        return max(self.event_at, venue_ns + self._latency_ns)

    def send(self, report: ExecutionReport, venue_ns: int) -> None:
        """Let ``report`` travel: it left the venue at ``venue_ns``."""
        at = venue_ns + self._latency_ns
        if at < self.event_at:
            at = self.event_at
        self._sent = sent = self._sent + 1
        heappush(self._heap, (at, sent, report))
        if at < self.next_ns:
            self.next_ns = at

    def send_fill(self, report: OrderFilled, venue_ns: int, origin: str, n: int) -> None:
        """Let a fill travel; ``origin`` and ``n`` name it for faults, and there are none here."""
        del origin, n
        self.send(report, venue_ns)

    def send_at(self, report: ExecutionReport, at: int) -> None:
        """Let ``report`` arrive at ``at`` exactly."""
        self._sent = sent = self._sent + 1
        heappush(self._heap, (at, sent, report))
        if at < self.next_ns:
            self.next_ns = at

    def take(self) -> tuple[Nanos, ExecutionReport]:
        """The earliest report and its ``at``."""
        heap = self._heap
        at, _, report = heappop(heap)
        self.next_ns = heap[0][0] if heap else NEVER
        return Nanos(at), report

    def __len__(self) -> int:
        return len(self._heap)
