"""Timers are state: a small table of what is due when. The shell only asks for ``next_due``."""

from typing import Literal

from engine.ids import PositionKey
from engine.timebase import NEVER, Nanos

TimerKind = Literal["answer", "close", "day", "governor", "look_up", "protection", "stop"]
Timer = tuple[TimerKind, str, PositionKey]
"""What fires, for which account or client id (or ""), and at which position."""

NO_KEY = PositionKey("", "", 0)


class Timers:
    """At most a handful of entries per open position, so looking for the earliest is cheap."""

    __slots__ = ("due", "next_due")

    def __init__(self) -> None:
        self.due: dict[Timer, Nanos] = {}
        self.next_due = NEVER

    def set(self, kind: TimerKind, subject: str, key: PositionKey, due_ns: int) -> None:
        """Arm a timer, or move it."""
        timer = (kind, subject, key)
        before = self.due.get(timer, NEVER)
        self.due[timer] = Nanos(due_ns)
        if due_ns <= self.next_due:
            self.next_due = Nanos(due_ns)
        elif before == self.next_due:
            self._look()

    def cancel(self, kind: TimerKind, subject: str, key: PositionKey) -> None:
        """Disarm a timer if it is armed."""
        due_ns = self.due.pop((kind, subject, key), None)
        if due_ns is not None and due_ns <= self.next_due:
            self._look()

    def take(self) -> Timer | None:
        """Remove and return the earliest timer; ties go by kind and subject."""
        if not self.due:
            return None
        timer = min(self.due, key=lambda entry: (self.due[entry], entry))
        del self.due[timer]
        self._look()
        return timer

    def _look(self) -> None:
        self.next_due = min(self.due.values()) if self.due else NEVER
