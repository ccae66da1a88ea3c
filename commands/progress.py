"""A bar on stderr for long work, where that is a terminal.

It asks a live state how far it is whenever it draws itself: the work knows nothing of it, and the
loop that folds does not become slower.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from engine.state import EngineState

_REFRESHES_PER_SECOND = 5

Watched = TypeVar("Watched")


@contextmanager
def progress(
    title: str, first: int, last: int, place: Callable[[Watched], int]
) -> Iterator[Callable[[Watched], None] | None]:
    """While the block runs, how far ``place`` of the watched state is from ``first`` to ``last``.

    Hands out what the work calls with its state when it begins; None where nobody looks.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    bar = _Polled(console, first, place)
    with bar:
        bar.add_task(title, total=max(1, last - first))
        yield bar.watch


class _Polled(Progress, Generic[Watched]):
    """A progress bar that asks a state how far it is whenever it draws itself."""

    state: Watched | None = None

    def __init__(self, console: Console, first: int, place: Callable[[Watched], int]) -> None:
        super().__init__(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            refresh_per_second=_REFRESHES_PER_SECOND,
        )
        self._first = first
        self._place = place

    def watch(self, state: Watched) -> None:
        """From now on ``state`` is asked."""
        self.state = state

    def get_renderable(self) -> RenderableType:
        """Called by rich's own clock, a few times a second."""
        if self.state is not None and self.tasks:
            self.tasks[0].completed = max(0, self._place(self.state) - self._first)
        return super().get_renderable()


def seq_of(state: EngineState) -> int:
    """How many frames have been folded."""
    return state.seq


def at_of(state: EngineState) -> int:
    """The time that has been reached."""
    return state.at
