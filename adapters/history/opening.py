"""From ``--data [SYMBOL[:KIND]=]PATH`` to checked sources: whose file it is, and all its checks."""

import re
from collections.abc import Iterable, Mapping, Sequence

from attrs import Factory, define, evolve

from adapters.history.arguments import Argument, symbol_of
from adapters.history.arrays import begins_like_arrays
from adapters.history.candles import Source, bar_table, file_series, in_order_of_time
from adapters.history.checks import check
from adapters.history.feed import base_interval
from adapters.history.form import digest
from adapters.history.kinds import kind_of, open_ticks
from adapters.history.market import Market
from adapters.history.recording import CANDLES, FUNDING, MARKS, Recording
from adapters.history.series import FileSeries
from adapters.history.tables import Header, Table, open_header
from adapters.history.ticks.check import check_ticks
from adapters.history.ticks.numbers import Contract
from adapters.history.ticks.played import TickFile, tick_file
from adapters.history.wire.lines import begins_like_messages
from adapters.history.wire.stream import STREAMED, open_stream
from engine.errors import UserError

_NAMED_MARKS = re.compile(r"-mark\.[a-z]+$")
_ASIDE = (MARKS, FUNDING)
"""What only informs: a file of it that a run does not need is told, not refused."""


def open_market(
    arguments: Sequence[str], symbols: Sequence[str], ticks: Mapping[str, int]
) -> Market:
    """All sources of ``symbols``, every file read and checked whole.

    ``arguments`` are the ``--data`` options, ``symbols`` what the accounts trade, ``ticks`` their
    price steps (e8). Raises ``UserError`` with one sentence for whatever is wrong.
    """
    opening = _Opening(tuple(sorted(symbols)), ticks)
    for text in arguments:
        opening.take(Argument.parsed(text))
    market = _within_the_run(opening.market())
    built = market.built()
    there = {each.facts.symbol for each in market.series} | set(built)
    for symbol in market.symbols:
        if symbol not in there:
            raise UserError(_no_candles(symbol, market, there))
    if market.series:
        base_interval(market.series)
    return market


def _within_the_run(market: Market) -> Market:
    """Without marks and rates that all lie outside of what there is to trade on."""
    if not market.series and not market.recordings:
        return market
    unused = list(market.unused)
    marks, funding = [], []
    for series in market.marks:
        facts = series.facts
        if _meets(market, facts.first_ns, facts.last_ns + facts.interval_ns):
            marks.append(series)
        else:
            unused.append(f"{facts.source} holds no marks of {facts.symbol} within the run's data")
    for rates in market.funding:
        if _meets(market, rates.facts.first_ns, rates.facts.last_ns):
            funding.append(rates)
        else:
            symbol = rates.facts.symbols[0]
            unused.append(f"{rates.facts.source} holds no rates of {symbol} within the run's data")
    return evolve(market, marks=tuple(marks), funding=tuple(funding), unused=tuple(unused))


def _meets(market: Market, first: int, last: int) -> bool:
    return first <= market.last_ns and last >= market.first_ns


def _no_candles(symbol: str, market: Market, there: Iterable[str]) -> str:
    given = ", ".join(sorted(there)) or "none"
    for each in market.marks:
        if each.facts.symbol == symbol:
            why, mend = "has no column volume, so it", "add the column, or"
            if _NAMED_MARKS.search(each.facts.source):
                why, mend = "is called freqtrade's mark, so it", "add"
            return (
                f"there are no candles of {symbol}: {each.facts.source} {why} was taken for marks; "
                f"{mend} --data {symbol}=PATH with candles"
            )
    return f"there are no candles of {symbol} (found: {given}); add --data {symbol}=PATH"


@define
class _Opening:
    """What has been opened until now, and which file told what."""

    symbols: tuple[str, ...]
    ticks: Mapping[str, int]
    series: dict[str, FileSeries] = Factory(dict)
    marks: dict[str, FileSeries] = Factory(dict)
    recordings: list[Recording] = Factory(list)
    funding: list[Recording] = Factory(list)
    unused: list[str] = Factory(list)
    sources: dict[tuple[str, str], str] = Factory(dict)

    def market(self) -> Market:
        """All of it."""
        return Market(
            self.symbols,
            tuple(self.series[symbol] for symbol in sorted(self.series)),
            tuple(self.recordings),
            tuple(self.marks[symbol] for symbol in sorted(self.marks)),
            tuple(sorted(self.funding, key=lambda each: each.facts.symbols)),
            tuple(self.unused),
        )

    def take(self, argument: Argument) -> None:
        """Open one file as what it is, or is said to be."""
        if begins_like_messages(argument.path) and not begins_like_arrays(argument.path):
            self._take_stream(argument)
            return
        header = open_header(argument.path)
        kind = argument.kind or kind_of(header)
        if kind in (CANDLES, MARKS):
            self._take_series(argument, header, kind)
        else:
            self._take_ticks(argument, header, kind)

    def _take_stream(self, argument: Argument) -> None:
        if argument.kind and argument.kind not in STREAMED:
            raise UserError(
                f"--data {argument.text}: messages tell no {argument.kind}; choose one of "
                + ", ".join(STREAMED)
            )
        wanted = (argument.symbol,) if argument.symbol else self.symbols
        self._refuse_untraded(argument, argument.symbol)
        kinds = (argument.kind,) if argument.kind else ()
        stream = open_stream(argument.path, wanted, kinds, self._contracts())
        for symbol, kind in stream.facts.tells:
            self._claim(symbol, kind, stream.facts.source)
        self.recordings.append(stream)

    def _take_series(self, argument: Argument, header: Header, kind: str) -> None:
        table, layout = bar_table(header, kind)
        if header.arrays and header.arrays.symbol and not argument.symbol:
            argument = evolve(argument, symbol=header.arrays.symbol)
        choice = self._choice(argument, table, kind)
        if not choice:
            return
        table = in_order_of_time(table)
        steps = {name: self.ticks.get(symbol, 0) for name, symbol in choice.items()}
        checked = check(table, steps if kind == CANDLES else {})
        facts = checked.facts
        self._refuse_missing(argument, choice, facts, kind)
        checksum = digest(argument.path)
        for name, symbol in choice.items():
            if name in facts:
                self._claim(symbol, kind, str(argument.path))
                found = self.series if kind == CANDLES else self.marks
                found[symbol] = file_series(
                    Source(header, layout, table, checked, checksum), name, symbol
                )

    def _take_ticks(self, argument: Argument, header: Header, kind: str) -> None:
        table, layout = open_ticks(header, kind)
        if kind == FUNDING:
            table = in_order_of_time(table)
        choice = self._choice(argument, table, kind)
        if not choice:
            return
        contracts = {name: Contract(each, self.ticks.get(each, 0)) for name, each in choice.items()}
        clocks, facts = check_ticks(table, layout, contracts)
        self._refuse_missing(argument, choice, facts, kind)
        checksum = digest(argument.path)
        found: list[TickFile] = [
            tick_file(table, layout, clocks, name, contracts[name], facts[name], checksum)
            for name in choice
            if name in facts
        ]
        for each in found:
            self._claim(each.symbol, kind, str(argument.path))
        (self.funding if kind == FUNDING else self.recordings).extend(found)

    def _choice(self, argument: Argument, table: Table, kind: str) -> dict[str, str]:
        """Symbols as the file names them ("" without a column), and as the run does; none of a
        file that the run does not need."""
        if table.has_symbol and not argument.symbol:
            return {each: each for each in self.symbols}
        symbol = argument.symbol or symbol_of(argument.path, self.symbols)
        if kind in _ASIDE and symbol not in self.symbols:
            self.unused.append(f"{argument.path} holds {kind} of {symbol}, which no account trades")
            return {}
        self._refuse_untraded(argument, symbol)
        return {symbol if table.has_symbol else "": symbol}

    def _refuse_untraded(self, argument: Argument, symbol: str) -> None:
        if symbol and symbol not in self.symbols:
            raise UserError(
                f"{argument.path} holds {symbol}, which no account trades; add it to an account's "
                "symbols or leave the file out"
            )

    def _refuse_missing(
        self, argument: Argument, choice: Mapping[str, str], facts: Mapping[str, object], kind: str
    ) -> None:
        """A long table with none of what is wanted: refused if it was named, or holds ticks."""
        if any(name in facts for name in choice):
            return
        given = ", ".join(sorted(facts)[:12])
        if argument.symbol:
            raise UserError(
                f"{argument.path} has no rows of {argument.symbol} in its symbol column; it has "
                + given
            )
        if kind in _ASIDE:
            self.unused.append(f"{argument.path} holds {kind} of no symbol of this run: {given}")
        elif kind != CANDLES:
            raise UserError(
                f"{argument.path} holds {kind} of no symbol that an account trades; it has {given}"
            )

    def _claim(self, symbol: str, kind: str, source: str) -> None:
        """Each kind of a symbol comes from one file."""
        before = self.sources.get((symbol, kind), "")
        self.sources[symbol, kind] = source
        if before and kind == CANDLES:
            raise UserError(
                f"{symbol} is in {before} and in {source}; give one file for each symbol"
            )
        if before and kind in _ASIDE:
            raise UserError(
                f"{before} and {source} both tell {kind} of {symbol}; give the one that covers the "
                "run, or both in one file"
            )
        if before:
            raise UserError(
                f"{before} and {source} both tell {kind} of {symbol}; give one of them, or name "
                f"the kind that a file is for: --data {symbol}:KIND=PATH"
            )

    def _contracts(self) -> dict[str, Contract]:
        return {each: Contract(each, self.ticks.get(each, 0)) for each in self.symbols}
