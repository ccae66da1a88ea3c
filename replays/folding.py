"""Frames that no run can have: whole pages that tell of what no frame before them made.

How this works: a journal whose chain is sound may still hold what no engine wrote, and folding it
ends in whatever the fold tripped over. To the one who asked that is an answer about the journal,
as ``verify`` gives it, and never a fault of the program.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from engine.errors import InvariantError, NegativeAnswerError

UNFOLDABLE = (InvariantError, AssertionError, LookupError, ArithmeticError, TypeError, ValueError)
"""What evolve raises where frames tell of what never was before them."""


def unfoldable(error: Exception) -> str:
    """What folding tripped over, as the end of a sentence."""
    told = str(error)
    if not isinstance(error, InvariantError):
        told = f"they tell of what no frame before them made ({type(error).__name__}: {error})"
    return f"the frames cannot be folded: {told}"


@contextmanager
def folding(name: str) -> Iterator[None]:
    """While frames of the journal ``name`` are folded: ``NegativeAnswerError`` if they cannot be.

    Only folding belongs inside; what is asked of the state afterwards would be told as its fault.
    """
    try:
        yield
    except UNFOLDABLE as error:
        raise NegativeAnswerError(f"journal {name}: {unfoldable(error)}") from error
