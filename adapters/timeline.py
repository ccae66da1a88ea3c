"""The total order of a simulated run: feed, venue and timers merged into one stream of inputs.

How this works: inputs are ordered by (at, phase, source, symbol, n). Phase 0 are candle closes,
phase 1 all else; within a phase reports come before market events, and timers after them. The
feed already comes in groups of one (at, phase). Before a group, all that lies before it is
brought: requests reach the venue in the order of their arrival, reports and timers leave in the
order of theirs. Then the venue steps on all events of the group, its reports for this moment
follow, and then the events themselves. The quiet path costs two comparisons.
"""

from collections.abc import Iterable, Iterator

from adapters.simulated.exchange import SimulatedExchange
from engine.messages.inputs import Input
from engine.messages.market import MarketEvent
from engine.messages.timers import TimerFired
from engine.state import EngineState
from engine.timebase import Nanos

Group = tuple[Nanos, int, tuple[MarketEvent, ...]]
"""``(at, phase, events)``: market events of one moment and phase, symbols in order."""


class Timeline:
    """The inputs of a run on the simulated exchange, in the total order."""

    def __init__(
        self,
        feed: Iterable[Group],
        venue: SimulatedExchange,
        state: EngineState,
        commands: Iterable[tuple[Nanos, Input]] = (),
        tail_ns: int = 0,
    ) -> None:
        self._feed = feed
        self._venue = venue
        self._state = state
        self._commands = list(commands)
        self._tail_ns = tail_ns

    def __iter__(self) -> Iterator[tuple[Nanos, Input]]:
        """Bring every input up to the end of the feed, then what is still on its way."""
        venue, timers = self._venue, self._state.timers
        observe, commands = venue.observe, self._commands
        at = self._state.at
        for at, _phase, events in self._feed:
            if (
                venue.next_request_ns <= at
                or venue.next_report_ns <= at
                or timers.next_due <= at
                or commands
            ):
                yield from self._before(at)
            for event in events:
                observe(event, at)
            while venue.next_report_ns <= at:
                yield venue.take_report()
            for event in events:
                yield at, event
        yield from self._before(Nanos(at + self._tail_ns + 1))

    def _before(self, at: Nanos) -> Iterator[tuple[Nanos, Input]]:
        """All requests, reports, timers and commands that lie before ``at``.

        A timer or command of that very moment waits until its market events have been brought.
        """
        venue, timers, commands = self._venue, self._state.timers, self._commands
        while True:
            request, report, timer = venue.next_request_ns, venue.next_report_ns, timers.next_due
            command = commands[0][0] if commands else at
            if request < at and request <= report and request <= timer and request <= command:
                venue.serve()
            elif report < at and report <= timer and report <= command:
                yield venue.take_report()
            elif timer < at and timer <= command:
                yield max(timer, self._state.at), TimerFired(timer)
            elif command < at:
                yield commands.pop(0)
            else:
                return
