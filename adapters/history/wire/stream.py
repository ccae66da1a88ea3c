"""A recorded stream of messages: checked whole, then played as the events of the run's symbols."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

from attrs import Factory, define, frozen

from adapters.history.form import digest, stamp_of
from adapters.history.recording import (
    DEPTH,
    MARKS,
    QUOTES,
    TRADES,
    RecordingFacts,
    Stretch,
)
from adapters.history.ticks.numbers import Contract
from adapters.history.wire.binance import Binance
from adapters.history.wire.book import Levels
from adapters.history.wire.bybit import Bybit
from adapters.history.wire.bybit_legacy import BybitLegacy
from adapters.history.wire.judge import judge_event
from adapters.history.wire.lines import Line, lines
from engine.errors import UserError
from engine.messages.market import (
    DataGap,
    DepthChanged,
    IndexPriced,
    MarketEvent,
    MarkPriced,
    Quoted,
    Traded,
)
from engine.timebase import NEVER, Nanos, render_time

MESSAGES = "messages"
KIND_OF: Mapping[type, str] = {
    Traded: TRADES,
    Quoted: QUOTES,
    DepthChanged: DEPTH,
    DataGap: DEPTH,
    MarkPriced: MARKS,
    IndexPriced: MARKS,
}
STREAMED = (TRADES, QUOTES, DEPTH, MARKS)
"""What a stream may be asked for."""
_SNIFFED = 2_000
_STRETCH = 4_096

Said = tuple[Nanos, list[MarketEvent]]
"""When, and what a message told of the wanted symbols."""


@define
class StreamFacts:
    """What the check learned; ``counts`` are events by symbol and kind."""

    counts: Counter[tuple[str, str]] = Factory(Counter)
    others: Counter[str] = Factory(Counter)
    first_ns: int = 0
    last_ns: int = 0
    gaps: int = 0
    notes: list[str] = Factory(list)


@frozen(eq=False)
class StreamFile:
    """The events that a checked stream tells of ``symbols``, of ``kinds`` alone where named."""

    facts: RecordingFacts
    path: Path
    stamp: tuple[int, int]
    only_symbol: str
    symbols: tuple[str, ...]
    kinds: tuple[str, ...]

    def stretches(self, start: int = 0, end: int = NEVER) -> Iterator[Stretch]:
        """Translated anew, line by line. Where ``start`` cuts a book off from its beginning, it
        begins with a snapshot of what it was then."""
        if stamp_of(self.path) != self.stamp:
            raise UserError(f"{self.path} was changed while it was read; start again")
        books: dict[str, Levels] = {}
        ats: list[Nanos] = []
        events: list[MarketEvent] = []
        for at, said in _said(self.path, self.only_symbol, self.symbols, self.kinds, {}):
            if at >= end:
                break
            if at < start:
                _remember(books, said)
                continue
            if books:
                said = [*_snapshots(books), *said]
                books.clear()
            ats += [at] * len(said)
            events += said
            if len(ats) >= _STRETCH:
                yield ats, events
                ats, events = [], []
        if ats:
            yield ats, events


def open_stream(
    path: Path, symbols: Iterable[str], kinds: Iterable[str], contracts: Mapping[str, Contract]
) -> StreamFile:
    """The recording at ``path``, read whole. ``UserError`` tells what is wrong, or missing.

    ``contracts`` gives the price steps of symbols; prices off them are refused.
    """
    stamp = stamp_of(path)
    only = _only_symbol(path)
    wanted, chosen = tuple(symbols), tuple(kinds)
    found = StreamFacts()
    for at, said in _said(path, only, wanted, chosen, contracts, found):
        if not found.first_ns:
            found.first_ns = at
        if at < found.last_ns:
            raise UserError(
                f"{path}: a message of {render_time(at)} comes after one of "
                f"{render_time(found.last_ns)}; sort the file by its times of receipt"
            )
        found.last_ns = at
        for event in said:
            found.counts[event.symbol, KIND_OF[type(event)]] += 1  # type: ignore[union-attr]
            found.gaps += type(event) is DataGap
    if not found.counts:
        others = ", ".join(sorted(found.others)) or "none"
        raise UserError(
            f"{path} tells nothing of {', '.join(wanted)} (symbols found: {others}); leave the "
            "file out, or name the right one"
        )
    if found.gaps:
        found.notes.append(
            f"{path}: {found.gaps} times changes of the book are missing; it is unknown from there "
            "to the next snapshot"
        )
    facts = RecordingFacts(
        kind=MESSAGES,
        tells=tuple(sorted(found.counts)),
        source=str(path),
        digest=digest(path),
        events=sum(found.counts.values()),
        first_ns=Nanos(found.first_ns),
        last_ns=Nanos(found.last_ns),
        unit="as recorded with each message",
        notes=tuple(found.notes),
    )
    return StreamFile(facts, path, stamp, only, wanted, chosen)


def _said(
    path: Path,
    only: str,
    symbols: tuple[str, ...],
    kinds: tuple[str, ...],
    contracts: Mapping[str, Contract],
    found: StreamFacts | None = None,
) -> Iterator[Said]:
    """What every message tells, in the order of the file; judged where ``found`` is filled."""
    translators = (Binance(only), Bybit(), BybitLegacy())
    unknown = 0
    for line in lines(path):
        for translator in translators:
            if translator.understands(line.message):
                break
        else:
            unknown += 1
            continue
        try:
            heard = translator.hear(line.message, line.received_ns)
        except (LookupError, TypeError, ValueError) as error:
            raise UserError(
                f"{path}: line {line.number}: the message is not understood ({_why(error)}); "
                "correct it, or remove the line"
            ) from error
        at = Nanos(line.received_ns or heard.venue_ns)
        said: list[MarketEvent] = []
        for event in heard.events:
            symbol: str = event.symbol  # type: ignore[union-attr]
            if symbol not in symbols:
                if found is not None:
                    found.others[symbol] += 1
            elif not kinds or KIND_OF[type(event)] in kinds:
                if found is not None:
                    judge_event(_place(path, line), event, contracts.get(symbol))
                said.append(event)
        if said:
            yield at, said
    if found is not None:
        left_out = sum((each.left_out for each in translators), Counter[str]())
        if unknown:
            left_out["messages of other kinds"] += unknown
        waiting = sum(each.waiting for each in translators)
        if waiting:
            left_out["changes of a book without a snapshot before them"] += waiting
        if left_out:
            told = ", ".join(f"{name} {left_out[name]}" for name in sorted(left_out))
            found.notes.append(f"{path}: left out: {told}")


def _why(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)


def _place(path: Path, line: Line) -> str:
    return f"{path}: line {line.number}: "


def _only_symbol(path: Path) -> str:
    """The symbol of a recording whose first Binance messages are all of one, else "".

    It is needed for the depth snapshot, which tells none.
    """
    found: set[str] = set()
    for line in islice(lines(path), _SNIFFED):
        told = line.message.get("data")
        if "stream" in line.message and isinstance(told, dict):
            found.add(str(told.get("s", "")))
    return found.pop() if len(found) == 1 else ""


def _remember(books: dict[str, Levels], said: Iterable[MarketEvent]) -> None:
    for event in said:
        if isinstance(event, DepthChanged):
            book = books.get(event.symbol)
            if book is None:
                book = books[event.symbol] = Levels(event.symbol)
            book.apply(event)


def _snapshots(books: Mapping[str, Levels]) -> Iterator[MarketEvent]:
    for symbol in sorted(books):
        if books[symbol].known:
            yield books[symbol].as_snapshot()
