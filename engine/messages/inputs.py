"""The closed union of all that may enter the loop, and the stamp it gets at the door."""

from engine.messages.commands import Command
from engine.messages.market import MarketEvent
from engine.messages.record import record
from engine.messages.runs import RunStarted
from engine.messages.timers import TimerFired
from engine.messages.venue import ExecutionReport
from engine.timebase import Nanos

Input = MarketEvent | ExecutionReport | Command | TimerFired | RunStarted


@record
class Stamped:
    """An input with its place in the total order; ``at`` is the only time there is."""

    seq: int
    at: Nanos
    input: Input
