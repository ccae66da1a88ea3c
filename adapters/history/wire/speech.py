"""What translators of all venues share: numbers of messages, and what they leave behind."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from adapters.history.exact import exact_number
from engine.messages.market import Level, MarketEvent
from engine.money import Price, Quantity
from engine.timebase import MICROSECOND, MILLISECOND, Nanos, parse_time


class Heard(NamedTuple):
    """What a message tells: the venue's time of it (ns, 0 where there is none), and its events."""

    venue_ns: int
    events: Sequence[MarketEvent]


NOTHING = Heard(0, ())


class Translator(Protocol):
    """One venue's messages as events. It keeps what it must know of earlier ones.

    A message that is not as the venue's document has it raises ``KeyError``, ``TypeError`` or
    ``ValueError``. ``left_out`` counts what gave no event, by what it was.
    """

    left_out: Counter[str]

    def understands(self, message: dict[str, Any]) -> bool:
        """Whether it is a message of this venue."""

    def hear(self, message: dict[str, Any], received_ns: int) -> Heard:
        """The events of a message."""


FIRST_NS = parse_time("2000-01-01")
LAST_NS = parse_time("2200-01-01")
"""Between these a message can be told and received; anything else is another unit."""


@lru_cache(maxsize=1 << 16)
def number(text: str | int) -> int:
    """The e8 integer of a number as it stands in a message; ``ValueError`` without one."""
    try:
        return exact_number(text)
    except ValueError as error:
        raise ValueError(f"{text} {error}") from error


def price(text: str | int) -> Price:
    """A price, e8."""
    return Price(number(text))


def quantity(text: str | int) -> Quantity:
    """A quantity, e8."""
    return Quantity(number(text))


def milliseconds(value: str | int) -> Nanos:
    """Nanoseconds of a time in milliseconds."""
    return moment(int(value) * MILLISECOND)


def microseconds(value: str | int) -> Nanos:
    """Nanoseconds of a time in microseconds."""
    return moment(int(value) * MICROSECOND)


def moment(at: int) -> Nanos:
    """A time of a market; ``ValueError`` for one before 2000 or after 2200."""
    if not FIRST_NS <= at < LAST_NS:
        raise ValueError("a time is not between 2000 and 2200 in the unit of its field")
    return Nanos(at)


def levels(rows: Iterable[Sequence[Any]]) -> tuple[Level, ...]:
    """Pairs of price and quantity as they stand in a message."""
    pairs: Any = [(number(row[0]), number(row[1])) for row in rows]
    return tuple(pairs)


def side_of(word: str) -> Any:
    """1 for ``Buy``, -1 for ``Sell``; ``ValueError`` for anything else."""
    if word == "Buy":
        return 1
    if word == "Sell":
        return -1
    raise ValueError(f"side {word} is neither Buy nor Sell")
