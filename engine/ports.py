"""What the engine needs from outside, as protocols: a journal to append to, a venue to ask."""

from collections.abc import Iterator
from typing import Protocol

from engine.messages.decisions import Decision
from engine.messages.effects import Effect
from engine.messages.inputs import Input, Stamped
from engine.timebase import Nanos


class Frames(Protocol):
    """The append-only record: one frame is one input and its decisions."""

    def append(self, stamped: Stamped, decisions: tuple[Decision, ...]) -> None:
        """Add the next frame; its ``seq`` follows the last one's. Raises ``WorldError``."""


class Inputs(Protocol):
    """All that enters the loop, one by one, in the total order (design 2)."""

    def __iter__(self) -> Iterator[tuple[Nanos, Input]]:
        """``(at, input)``; ``at`` never decreases."""


class Venue(Protocol):
    """Where effects go. Answers never return from here: they come back as inputs."""

    def request(self, effect: Effect, at: Nanos) -> None:
        """Take the effect of the frame at ``at``."""
