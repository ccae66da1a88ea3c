"""Messages and small runs to put into journals: made by rule, the same each time."""

import typing
from collections.abc import Iterator
from itertools import count
from typing import TypeVar

import attrs

from engine.domain.candle import Candle
from engine.ids import ClientId, PositionKey
from engine.messages.checks import Check, CheckRow
from engine.messages.decisions import (
    Approved,
    DayRolled,
    Decision,
    GovernorActed,
    IncidentClosed,
    IncidentOpened,
    OrderRequested,
    TradeClosed,
)
from engine.messages.inputs import Input, Stamped
from engine.messages.market import BarOpened
from engine.messages.runs import RunStarted
from engine.messages.timers import TimerFired
from engine.messages.venue import FundingPaid, OrderAccepted, OrderFilled, StopReported
from engine.money import Money, Price, Quantity, Rate
from engine.timebase import DAY, MINUTE, NEVER, Nanos, parse_time
from journal.codec import DECISION_TYPES, INPUT_TYPES
from journal.frame import Frame

T = TypeVar("T")
START = parse_time("2025-01-01T00:00:00Z")
KEY = PositionKey("unified", "BTCUSDT", 0)
UNIT = 100_000_000


def filled(cls: type[T], numbers: Iterator[int], **given: object) -> T:
    """A ``cls`` whose fields are numbered by ``numbers``, but for those that are given."""
    hints = typing.get_type_hints(cls)
    return cls(**{n: given.get(n, _value(h, n, numbers)) for n, h in hints.items()})


def _value(hint: object, name: str, numbers: Iterator[int]) -> object:
    while isinstance(hint, typing.NewType):
        hint = hint.__supertype__
    if hint == CheckRow:
        hint = Check
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return parts[next(numbers) % len(parts)]
    if origin is tuple:
        kinds = (parts[0], parts[0]) if parts[-1] is Ellipsis else parts
        return tuple(_value(kind, name, numbers) for kind in kinds)
    if hint is bool:
        return next(numbers) % 2 == 0
    if hint is int:
        return next(numbers) * 1_000_003
    if hint is str:
        return f"{name} {next(numbers)} “é”"
    assert isinstance(hint, type)
    assert attrs.has(hint) or issubclass(hint, tuple)
    return filled(hint, numbers)


def every_input() -> list[Input]:
    """One of each input there is."""
    numbers = count(1)
    return [filled(cls, numbers) for cls in INPUT_TYPES]


def every_decision() -> list[Decision]:
    """One of each decision there is."""
    numbers = count(1)
    return [filled(cls, numbers) for cls in DECISION_TYPES]


def started(run: str = "0123456789abcdef") -> RunStarted:
    """A manifest with two accounts, ``alpha`` and ``beta``, of 1000 USDT each."""
    whole = filled(RunStarted, count(1), run=run)
    accounts = tuple(
        attrs.evolve(
            account,
            name=name,
            venue_account="unified",
            virtual_equity=Money(1000 * UNIT),
            symbols=("BTCUSDT",),
            timeframe_ns=Nanos(5 * MINUTE),
        )
        for account, name in zip(whole.terms.accounts, ("alpha", "beta"), strict=True)
    )
    limits = attrs.evolve(whole.terms.limits, daily_reset_hour=0)
    terms = attrs.evolve(whole.terms, accounts=accounts, limits=limits)
    return attrs.evolve(whole, terms=terms)


def first_frame(run: str = "0123456789abcdef") -> Stamped:
    """The frame every journal begins with."""
    return Stamped(1, START, started(run))


def quiet_frames(first_seq: int, candles: int) -> list[Frame]:
    """Two frames a candle, upon which nothing is decided; the later the seq, the later the time."""
    frames: list[Frame] = []
    for n in range(candles):
        opens = Nanos(START + (first_seq // 2 + n) * 5 * MINUTE)
        closes = Nanos(opens + 5 * MINUTE)
        price = Price((90_000 + n % 977) * UNIT)
        high, low, close = Price(price + 7 * UNIT), Price(price - 5 * UNIT), Price(price + UNIT)
        volume = Quantity(n % 31 * 1_000_000)
        opened = BarOpened("BTCUSDT", opens, price)
        closed = Candle("BTCUSDT", opens, closes, price, high, low, close, volume)
        seq = first_seq + 2 * n
        frames.append((Stamped(seq, opens, opened), ()))
        frames.append((Stamped(seq + 1, closes, closed), ()))
    return frames


class Story:
    """Frames told one after the other; seqs and times come by themselves."""

    def __init__(self, first_seq: int = 2) -> None:
        self.frames: list[Frame] = []
        self._seq = first_seq
        self._at = START

    def tell(self, fact: Input, *decisions: Decision, after: int = MINUTE) -> "Story":
        """One frame more, ``after`` nanoseconds later."""
        self._at = Nanos(self._at + after)
        self.frames.append((Stamped(self._seq, self._at, fact), decisions))
        self._seq += 1
        return self

    @property
    def at(self) -> Nanos:
        """The time of the last frame."""
        return self._at


def order(client_id: str, side: int, quantity: int, **given: object) -> OrderRequested:
    """An order of ``alpha`` at the market."""
    fields: dict[str, object] = {
        "key": KEY,
        "account": "alpha",
        "client_id": ClientId(client_id),
        "purpose": "entry",
        "side": side,
        "order_type": "market",
        "quantity": Quantity(quantity),
        "price": Price(0),
        "trigger_price": Price(0),
        "time_in_force": "IOC",
        "reduce_only": False,
        "stop_price": Price(89_000 * UNIT),
        "target_price": Price(0),
    }
    return filled(OrderRequested, count(1), **{**fields, **given})


def fill(client_id: str, execution: str, side: int, price: int, quantity: int) -> OrderFilled:
    """An execution that costs one USDT."""
    return OrderFilled(
        KEY,
        ClientId(client_id),
        f"venue-{client_id}",
        execution,
        "order" if client_id else "stop_loss",
        1 if side > 0 else -1,
        Price(price),
        Quantity(quantity),
        Money(UNIT),
        "USDT",
        False,
        START,
    )


def funding(execution: str, amount: int) -> FundingPaid:
    """Funding of 0.1 at a mark of 90 000."""
    tenth, mark = Quantity(UNIT // 10), Price(90_000 * UNIT)
    return FundingPaid(KEY, execution, tenth, mark, Rate(10_000), Money(amount), START)


def round_trip(trade: int = 1) -> list[Frame]:
    """Long 0.1 at 90 000, stopped out at 89 000: 100 lost and 2 paid, then the day ends."""
    tenth = UNIT // 10
    entry = f"entry-{trade}"
    numbers = count(1)
    approved = filled(Approved, numbers, key=KEY, checks=(Check("risk", 1, 2, True),))
    story = Story()
    story.tell(BarOpened("BTCUSDT", START, Price(90_000 * UNIT)), approved, order(entry, 1, tenth))
    story.tell(OrderAccepted(KEY, ClientId(entry), "venue-1", START))
    story.tell(fill(entry, f"x{trade}-1", 1, 90_000 * UNIT, tenth))
    story.tell(StopReported(KEY, Price(89_000 * UNIT), Price(0), START))
    closed = TradeClosed(
        KEY,
        "alpha",
        trade,
        1,
        Quantity(tenth),
        Money(9_000 * UNIT),
        Money(8_900 * UNIT),
        Money(2 * UNIT),
        Money(-102 * UNIT),
        Rate(-102_000_000),
        Nanos(START + 3 * MINUTE),
        Nanos(START + 5 * MINUTE),
        "stop_loss",
        "breakout",
    )
    paused = GovernorActed("alpha", "pause", "daily_loss", 102 * UNIT, 100 * UNIT, NEVER)
    opened = IncidentOpened(1, "drift", KEY, "alpha", (("expected", "0"), ("found", "1")))
    story.tell(fill("", f"x{trade}-2", -1, 89_000 * UNIT, tenth), closed, paused, opened)
    rolled = DayRolled(
        "alpha",
        Nanos(START + DAY),
        Money(-102 * UNIT),
        1,
        Money(898 * UNIT),
        Nanos(START + 2 * DAY),
    )
    story.tell(TimerFired(Nanos(START + DAY)), rolled, IncidentClosed(1, "adopted"), after=DAY)
    return story.frames
