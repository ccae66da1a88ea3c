"""Things that wait for one price, sorted by how near it is.

The next one to be met is the first, and one more or less among ten thousand costs a binary
search.
"""

from bisect import bisect_left, insort
from typing import Generic, Protocol, TypeVar

RISING = 1
FALLING = -1


class Waiting(Protocol):
    """What can wait: ``number`` tells who came first, ``level`` for which price it waits."""

    number: int
    level: int


W = TypeVar("W", bound=Waiting)


class Ladder(Generic[W]):
    """What is met by a price that goes in ``direction``, the nearest and oldest first."""

    __slots__ = ("_direction", "_rungs")

    def __init__(self, direction: int) -> None:
        self._direction = direction
        self._rungs: list[tuple[int, int, W]] = []

    def __len__(self) -> int:
        return len(self._rungs)

    def add(self, one: W, level: int) -> None:
        """Let ``one`` wait for the price ``level``."""
        one.level = level
        insort(self._rungs, (self._direction * level, one.number, one))

    def remove(self, one: W) -> None:
        """``one`` waits no more."""
        place = bisect_left(self._rungs, (self._direction * one.level, one.number))
        assert self._rungs[place][2] is one, "it waits here"
        del self._rungs[place]

    def first(self) -> W | None:
        """What is met first; None when nothing waits."""
        return self._rungs[0][2] if self._rungs else None

    def up_to(self, level: int) -> tuple[W, ...]:
        """All that a price at ``level`` meets, nearest first."""
        end = bisect_left(self._rungs, (self._direction * level + 1,))
        return tuple(one for _, _, one in self._rungs[:end])
