"""What one ``--data [SYMBOL[:KIND]=]PATH`` says, and what a file's name says of its symbol."""

import re
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from adapters.history.recording import KINDS
from engine.errors import UserError

_NAMED = re.compile(r"([A-Z0-9]{2,})(?::([^=]*))?=(.+)", re.DOTALL)
_PAIR = re.compile(r"([A-Z0-9]+)_(USDT|USDC|USD)(?:_[A-Z]+)?-")
"""freqtrade's BTC_USDT-5m and BTC_USDT_USDT-5m-futures."""
_CHART = re.compile(r"[A-Z0-9]+_([A-Z0-9]+)(?:\.P)?, ")
"""TradingView's BYBIT_BTCUSDT.P, 5."""
_PREFIX = re.compile(r"[A-Z0-9]+(?=[_.\-]|$)")
_QUOTES = ("USDT", "USDC", "USD")


@frozen
class Argument:
    """One ``--data``: the symbol and the kind that it names, "" for what the file tells."""

    text: str
    symbol: str
    kind: str
    path: Path

    @classmethod
    def parsed(cls, text: str) -> "Argument":
        """``[SYMBOL[:KIND]=]PATH``; ``UserError`` for a kind that there is not."""
        named = _NAMED.fullmatch(text)
        if named is None:
            return cls(text, "", "", Path(text))
        symbol, kind, path = named.groups()
        if kind is not None and kind not in KINDS:
            raise UserError(
                f"--data {text}: there is no kind {kind!r}; write {symbol}:KIND=PATH with one of "
                + ", ".join(KINDS)
            )
        return cls(text, symbol, kind or "", Path(path))


def symbol_of(path: Path, symbols: Sequence[str]) -> str:
    """The symbol that a file without a symbol column holds."""
    found = named_symbol(path, symbols)
    if found:
        return found
    raise UserError(
        f"{path} does not tell its symbol by a column or by its name; write --data SYMBOL={path}"
    )


def named_symbol(path: Path, symbols: Sequence[str]) -> str:
    """What its name says of a file's symbol, or the one of ``symbols``; else ""."""
    pair, chart = _PAIR.match(path.name), _CHART.match(path.name)
    if pair:
        return pair.group(1) + pair.group(2)
    if chart and chart.group(1).endswith(_QUOTES):
        return chart.group(1)
    prefix = _PREFIX.match(path.name)
    name = prefix.group() if prefix else ""
    if name in symbols or name.endswith(_QUOTES):
        return name
    if len(symbols) == 1:
        return symbols[0]
    return ""
