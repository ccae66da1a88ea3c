"""From ``--data [SYMBOL=]PATH`` to checked series: whose file it is, and all its checks."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from adapters.history.checks import SymbolFacts, check
from adapters.history.feed import base_interval
from adapters.history.moments import Moments
from adapters.history.series import FileSeries, SeriesFacts
from adapters.history.spacing import gaps_of, interval_of
from adapters.history.tables import CandleTable, digest, open_table
from engine.errors import UserError
from engine.timebase import Nanos

_NAMED = re.compile(r"([A-Z0-9]{2,})=(.+)", re.DOTALL)
_PREFIX = re.compile(r"[A-Z0-9]+(?=[_.\-]|$)")
_QUOTES = ("USDT", "USDC", "USD")


def open_series(
    arguments: Sequence[str], symbols: Sequence[str], ticks: Mapping[str, int]
) -> tuple[FileSeries, ...]:
    """The series of ``symbols``, sorted by symbol, every file read and checked whole.

    ``arguments`` are the ``--data`` options, ``symbols`` what the accounts trade, ``ticks`` their
    price steps (e8). Raises ``UserError`` with one sentence for whatever is wrong.
    """
    found: dict[str, FileSeries] = {}
    for argument in arguments:
        for series in _open(argument, symbols, ticks):
            symbol = series.facts.symbol
            if symbol in found:
                raise UserError(
                    f"{symbol} is in {found[symbol].facts.source} and in {series.facts.source}; "
                    "give one file for each symbol"
                )
            found[symbol] = series
    for symbol in symbols:
        if symbol not in found:
            given = ", ".join(found) or "none"
            raise UserError(
                f"there are no candles of {symbol} (found: {given}); add --data {symbol}=PATH"
            )
    ordered = tuple(found[symbol] for symbol in sorted(found))
    base_interval(ordered)
    return ordered


def _open(argument: str, symbols: Sequence[str], ticks: Mapping[str, int]) -> list[FileSeries]:
    named = _NAMED.fullmatch(argument)
    wanted = named.group(1) if named else ""
    path = Path(named.group(2) if named else argument)
    table = open_table(path)
    if not table.has_symbol:
        symbol = wanted or _symbol_of(path, symbols)
        if symbol not in symbols:
            raise UserError(
                f"{path} holds {symbol}, which no account trades; add it to an account's symbols "
                f"or leave the file out"
            )
        ticks = {"": ticks.get(symbol, 0)}
        choice = {"": symbol}
    else:
        choice = {each: each for each in ([wanted] if wanted else symbols)}
    moments, facts = check(table, ticks)
    missing = [each for each in choice if each not in facts]
    if wanted and missing:
        raise UserError(
            f"{path} has no rows of {wanted} in its symbol column; it has "
            + ", ".join(sorted(facts)[:12])
        )
    checksum = digest(path)
    return [
        _series(table, moments, name, symbol, facts[name], checksum)
        for name, symbol in choice.items()
        if name in facts
    ]


def _symbol_of(path: Path, symbols: Sequence[str]) -> str:
    """The symbol that a file without a symbol column holds."""
    prefix = _PREFIX.match(path.name)
    name = prefix.group() if prefix else ""
    if name in symbols or name.endswith(_QUOTES):
        return name
    if len(symbols) == 1:
        return symbols[0]
    raise UserError(
        f"{path} does not tell its symbol by a column or by its name; write --data SYMBOL={path}"
    )


def _series(
    table: CandleTable,
    moments: Moments,
    name: str,
    symbol: str,
    found: SymbolFacts,
    checksum: str,
) -> FileSeries:
    interval = interval_of(table, name, found)
    notes: tuple[str, ...] = ()
    if found.off_tick:
        notes = (
            f"{table.path}: {found.off_tick} prices of {symbol} are finer than its tick; "
            "they are taken as they are, the venue's step was finer then",
        )
    facts = SeriesFacts(
        symbol=symbol,
        source=str(table.path),
        digest=checksum,
        rows=found.rows,
        first_ns=Nanos(found.first_ns),
        last_ns=Nanos(found.last_ns),
        interval_ns=interval,
        grid_ns=Nanos(found.first_ns % interval),
        gaps=gaps_of(table, moments, name, found, interval),
        unit=moments.unit,
        notes=notes,
    )
    return FileSeries(
        facts, table, moments, name, found.first_row, found.last_row, tuple(found.held)
    )
