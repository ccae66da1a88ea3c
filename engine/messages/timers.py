"""Timers are state; the shell asks when the next is due and brings this."""

from engine.messages.record import record
from engine.timebase import Nanos


@record
class TimerFired:
    """The earliest timer of the state, due at ``due_ns``, has come."""

    due_ns: Nanos
