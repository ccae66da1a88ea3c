"""All that a run is fed: candles, ticks, marks and funding rates of its symbols, as one stream.

Candles come from a file, or else are made of the best ticks there are: trades, quotes, books.
Marks and rates only inform, so they count from the first to the last moment of candles and ticks.
"""

from collections.abc import Iterable, Iterator, Sequence
from heapq import merge

from attrs import frozen

from adapters.history.built_bars import SOURCES, BuiltBars
from adapters.history.feed import Group, base_interval, feed
from adapters.history.rare import Item, Pending, of_funding, of_groups, of_marks
from adapters.history.recording import CANDLES, DEPTH, QUOTES, TRADES, Recording, Stretch
from adapters.history.series import Series
from adapters.history.weave import RareEvents, beside, braid, woven
from engine.errors import UserError
from engine.timebase import NEVER, Nanos, render_span, render_time

_ORDER = (TRADES, QUOTES, DEPTH)
"""Of one moment a trade comes before the quote and the book that it changed."""


@frozen
class Market:
    """Checked sources, each sorted by symbol. ``unused`` are sentences about files that the run
    does not need."""

    symbols: tuple[str, ...]
    series: tuple[Series, ...]
    recordings: tuple[Recording, ...] = ()
    marks: tuple[Series, ...] = ()
    funding: tuple[Recording, ...] = ()
    unused: tuple[str, ...] = ()

    def interval(self, wanted: int) -> Nanos:
        """That of the candle files; ``wanted`` where all candles are made of ticks."""
        found = base_interval(self.series) if self.series else Nanos(wanted)
        grid = self.series[0].facts.grid_ns if self.series else 0
        if grid and self.built():
            raise UserError(
                f"{self.series[0].facts.source} has bars that open {render_span(grid)} after the "
                f"grid of {render_span(found)}, so none can be made of ticks beside them; give "
                "candles of all symbols"
            )
        return found

    def built(self) -> dict[str, tuple[Recording, str]]:
        """The symbols without a candle file: what their candles are made of."""
        there = {each.facts.symbol for each in self.series}
        found: dict[str, tuple[Recording, str]] = {}
        for kind in SOURCES:
            for recording in self.recordings:
                for symbol, told in recording.facts.tells:
                    if told == kind and symbol not in there:
                        found.setdefault(symbol, (recording, kind))
        return found

    def check_needs(self, matched_on: str) -> None:
        """``UserError`` when orders could not be matched on that for each symbol."""
        told: dict[str, list[str]] = {symbol: [] for symbol in self.symbols}
        for recording in self.recordings:
            for symbol, kind in recording.facts.tells:
                told[symbol].append(kind)
        for symbol in self.symbols:
            if matched_on not in (CANDLES, *told[symbol]):
                found = ", ".join(told[symbol]) or "no ticks"
                raise UserError(
                    f"simulation.matched_on = {matched_on} needs {matched_on} of {symbol} (found: "
                    f"{found}); add --data {symbol}:{matched_on}=PATH, or match on what there is"
                )

    @property
    def first_ns(self) -> Nanos:
        """When the first candle opens, or the first tick comes."""
        bars = [each.facts.first_ns for each in self.series]
        return min(bars + [each.facts.first_ns for each in self.recordings])

    @property
    def last_ns(self) -> Nanos:
        """When the last candle closes, or the last tick comes."""
        bars = [Nanos(each.facts.last_ns + each.facts.interval_ns) for each in self.series]
        return max(bars + self._ends())

    def _ends(self) -> list[Nanos]:
        return [each.facts.last_ns for each in self.recordings]

    def check_range(self, start: int, end: int) -> None:
        """Refuse a range of time that holds no candle and no tick."""
        bars = any(e.facts.first_ns < end and e.facts.last_ns >= start for e in self.series)
        ticks = any(e.facts.first_ns < end and e.facts.last_ns >= start for e in self.recordings)
        if not bars and not ticks:
            what = "no candle opens" if not self.recordings else "there is nothing"
            last = max([e.facts.last_ns for e in self.series] + self._ends())
            raise UserError(
                f"{what} in the range asked for; there are "
                f"{'candles' if not self.recordings else 'recordings'} from "
                f"{render_time(self.first_ns)} to {render_time(last)}, so move --from or --to"
            )

    def groups(self, interval: Nanos, start: int = 0, end: int = NEVER) -> Iterator[Group]:
        """Events of all sources in the total order: candles that open in ``[start, end)``, and
        what else is told there."""
        rare = self._rare(max(start, self.first_ns), min(end, self.last_ns), end)
        if not self.recordings:
            groups = feed(self.series, start, end)
            return beside(groups, merge(*rare)) if rare else groups
        return woven(*self._ticks(interval, start, end, rare))

    def _ticks(
        self, interval: Nanos, start: int, end: int, rare: Iterable[Iterator[Item]]
    ) -> tuple[Iterator[Stretch], list[RareEvents]]:
        sources: list[RareEvents] = [Pending(each) for each in rare]
        if self.series:
            sources.append(Pending(of_groups(feed(self.series, start, end))))
        built = self.built()
        streams = []
        for recording in self._ordered():
            stretches = recording.stretches(start, end)
            for symbol, (source, kind) in sorted(built.items(), key=lambda each: each[0]):
                if source is recording:
                    bars = BuiltBars(symbol, kind, interval)
                    sources.append(bars)
                    stretches = bars.watch(stretches, recording.facts, start, end)
            streams.append(stretches)
        return braid(streams), sources

    def _ordered(self) -> Sequence[Recording]:
        def place(recording: Recording) -> tuple[int, tuple[str, ...]]:
            kind = recording.facts.kind
            return _ORDER.index(kind) if kind in _ORDER else len(_ORDER), recording.facts.symbols

        return sorted(self.recordings, key=place)

    def _rare(self, first: int, last: int, end: int) -> list[Iterator[Item]]:
        marks = [of_marks(each, first, last) for each in self.marks]
        return marks + [of_funding(each, first, min(last + 1, end)) for each in self.funding]
