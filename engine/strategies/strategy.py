"""What a strategy is, and what it may look at.

A strategy is a plain attrs class. Its parameters are its fields; what it declares beside them
(numbers, strings, tuples, lists, dicts and the shipped indicators) is its state. ``observe``
is the only place that writes that state; ``propose`` only reads and says what it wants.
"""

import operator
import re
from collections.abc import Callable, Iterable
from typing import Final, Literal, Protocol

from engine.domain.candle import Candle
from engine.domain.instrument import Instrument
from engine.domain.intent import Intent
from engine.domain.position import Position
from engine.messages.market import Quoted, Traded
from engine.money import Price, Quantity
from engine.orders.blotter import Order
from engine.timebase import Nanos

Operator = Literal[">", ">=", "<", "<=", "=="]
Condition = tuple[str, str, str, str, bool]
"""name, value, operator, threshold, verdict: one traced condition of a strategy."""


class View:
    """The world as a strategy sees it when it proposes: closed candles and its own position."""

    __slots__ = (
        "_entry",
        "_position",
        "ask",
        "at",
        "bid",
        "busy",
        "candle",
        "instrument",
        "trace",
    )

    def __init__(self, position: Position, instrument: Instrument) -> None:
        self._position = position
        self._entry: Order | None = None
        self.instrument = instrument
        self.at = Nanos(0)
        self.candle: Candle = _NO_CANDLE
        """The last closed candle of the account's timeframe; all zeros until there is one."""
        self.bid = self.ask = Price(0)
        """The last quote, where the strategy listens to quotes; 0 until there is one."""
        self.busy = False
        """An order of this account and symbol is on its way; an entry would be refused."""
        self.trace: list[Condition] | None = None

    def show_entry(self, order: Order | None) -> None:
        """The engine's own word: from now on this is the live entry here; None: there is none."""
        self._entry = order
        self.busy = order is not None

    @property
    def side(self) -> int:
        """1 long, -1 short, 0 flat."""
        quantity = self._position.quantity
        return (quantity > 0) - (quantity < 0)

    @property
    def quantity(self) -> Quantity:
        """Signed position size, e8."""
        return self._position.quantity

    @property
    def entry_price(self) -> Price:
        """Average entry price, 0 when flat."""
        return self._position.entry_price

    @property
    def stop_price(self) -> Price:
        """The stop that protects the position, 0 when flat."""
        return self._position.stop_price

    @property
    def initial_stop(self) -> Price:
        """The stop the position was entered with, 0 when flat: trailing keeps its distance."""
        return self._position.initial_stop

    @property
    def target_price(self) -> Price:
        """The take profit of the position, 0 for none."""
        return self._position.target_price

    @property
    def resting_quantity(self) -> Quantity:
        """What the own entry that rests at the venue may still fill, 0 where none rests."""
        order = self._entry
        return order.remaining if order is not None and order.rests else Quantity(0)

    @property
    def resting_price(self) -> Price:
        """Its limit price, 0 for none: ``Reprice`` changes it, ``CancelEntry`` takes it back."""
        order = self._entry
        return order.now.price if order is not None and order.rests else Price(0)

    @property
    def resting_trigger(self) -> Price:
        """The price it waits for, 0 for none."""
        order = self._entry
        return order.now.trigger_price if order is not None and order.rests else Price(0)

    def check(self, name: str, value: float, op: Operator, threshold: float) -> bool:
        """Whether ``value op threshold``; kept under ``name`` when somebody asks why not."""
        verdict = _COMPARE[op](value, threshold)
        if self.trace is not None:
            self.trace.append((name, repr(value), op, repr(threshold), verdict))
        return verdict


_COMPARE: Final[dict[Operator, Callable[[float, float], bool]]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
}
_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")
_PATH = re.compile(
    r"""(?<=['"(])(?:~|[A-Za-z]:)?[/\\]+[\w.~-][^'"()\n]*"""  # in quotes it may hold spaces
    r"""|(?<![\w.:/\\])(?:~|[A-Za-z]:)?[/\\]+[\w.~-][^\s'",;()]*"""
)
_LONGEST_FAILURE = 200


def failure_text(where: str, error: Exception) -> str:
    """What a strategy's code raised, the same in every run and on every machine: no addresses,
    no paths, and not endless.
    """
    text = " ".join(_PATH.sub("(path)", _ADDRESS.sub("0x..", str(error))).split())
    return f"{where}: {type(error).__name__}: {text}"[:_LONGEST_FAILURE]


_NO_CANDLE = Candle("", Nanos(0), Nanos(0), Price(0), Price(0), Price(0), Price(0), Quantity(0))


class Strategy(Protocol):
    """Two functions. Neither may read a clock, a file, the network or a random number."""

    def observe(self, candle: Candle) -> None:
        """Take in a closed candle of the account's timeframe; the only writer of own state."""

    def propose(self, view: View) -> Iterable[Intent]:
        """What to do now; ``()`` for nothing. Writes nothing. ``observe`` has seen the candle.

        After a hole in the data the engine goes on with a fresh strategy, which warms up again;
        what belongs to the position (``view.initial_stop``) is kept by the engine.
        """


class QuoteListener(Strategy, Protocol):
    """A strategy that listens to best quotes too, and is asked to propose after each."""

    def observe_quote(self, quote: Quoted) -> None:
        """Take in a quote; it may write own state like ``observe``."""


class TradeListener(Strategy, Protocol):
    """A strategy that listens to public trades too, and is asked to propose after each."""

    def observe_trade(self, trade: Traded) -> None:
        """Take in a trade; it may write own state like ``observe``."""
