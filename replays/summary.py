"""The summary of a run, from its journal alone: the projections, the manifest and the last marks.

Equity is what cash flow says (bybit-v5.md 6.1): the start, plus what was sold, less what was
bought, less fees and funding, plus what is held at the mark. It is reckoned here from the recorded
fills and not taken from the engine's state, so that the two can be compared.
"""

from typing import Any

import attrs

from engine.domain.candle import Candle
from engine.messages.market import MarkCandle, MarkPriced, Quoted, Traded
from engine.messages.runs import RunStarted
from engine.money import SCALE, notional
from engine.timebase import parse_time
from journal.frame import FrameSource, Head
from journal.reader import JournalReader
from replays.assumptions import Assumption, ambiguous_bars, assumptions_of
from replays.queries import rows_of
from replays.results import Point, Results, Trade, added, largest_fall, results_of

_WINDOW = 4096


@attrs.frozen
class AccountSummary:
    """One virtual account at the end: money e8, ``fall`` the largest drawdown (e8 fraction).

    ``fall`` knows the equity at closed trades and at day ends alone; the report's is of every
    candle and never less deep.

    ``equity`` is its allocation, what its trades brought, and what is open at the mark.
    """

    name: str
    strategy: str
    symbols: tuple[str, ...]
    timeframe_ns: int
    allocation: int
    equity: int
    results: Results
    fees: int
    funding: int
    fall: int
    standing: str
    standing_reason: str


@attrs.frozen
class Open:
    """A position that was still open at the end, valued at the mark; e8."""

    account: str
    symbol: str
    side: str
    quantity: int
    entry_price: int
    mark: int
    unrealised: int
    stop_price: int


@attrs.frozen
class Incident:
    """One incident; ``closed_at`` and ``resolution`` are None while it is open."""

    number: int
    kind: str
    account: str
    symbol: str
    opened_seq: int
    opened_at: str
    facts: str
    closed_seq: int | None
    closed_at: str | None
    resolution: str | None


@attrs.frozen
class Summary:
    """All that a run came to. ``fees`` and ``funding`` (> 0 paid) are all that was paid, of open
    positions too.

    ``unknown`` counts how often an order's fate became unknown, ``partial`` the orders that got
    only a part of what they asked for.
    """

    started: RunStarted
    head: Head
    assumptions: tuple[Assumption, ...]
    first_at: int
    accounts: tuple[AccountSummary, ...]
    total: Results
    fall: int
    fees: int
    funding: int
    wallet: int
    equity: int
    line: tuple[Point, ...]
    open: tuple[Open, ...]
    refusals: tuple[tuple[str, int], ...]
    governor: tuple[tuple[str, int], ...]
    unknown: int
    partial: int
    halted: tuple[tuple[str, str, str], ...]
    incidents: tuple[Incident, ...]


def summarise(journal: JournalReader) -> Summary:
    """The summary of a journal. Raises ``NegativeAnswerError`` when its tables are damaged."""
    started, head = journal.started, journal.head
    trades = _trades_of(journal)
    fills = rows_of(journal, "SELECT account, side, value, fee FROM fills")
    held = _open_positions(journal)
    lines = _equity_lines(journal, started)
    paid = _funding_of(journal)
    ends = {name: _end_of(name, fills, held, -paid.get(name, 0)) for name in lines}
    for account in started.terms.accounts:
        lines[account.name].append((head.last_at, account.virtual_equity + ends[account.name]))
    line = added(list(lines.values()))
    fees = sum(_units(fee) for *_, fee in fills)
    equity = started.terms.venue.wallet + _end_of(None, fills, held, -sum(paid.values()))
    return Summary(
        started=started,
        head=head,
        assumptions=assumptions_of(started, ambiguous_bars(journal)),
        first_at=line[0][0],
        accounts=_accounts(journal, started, trades, fills, paid, lines, ends),
        total=results_of(trades),
        fall=largest_fall(line),
        fees=fees,
        funding=sum(paid.values()),
        wallet=equity - sum(each.unrealised for each in held),
        equity=equity,
        line=tuple(line),
        open=tuple(held),
        refusals=tuple(
            rows_of(
                journal,
                "SELECT reason, count(*) FROM decisions WHERE kind = 'IntentRefused'"
                " GROUP BY 1 ORDER BY 2 DESC, 1",
            )
        ),
        governor=tuple(
            rows_of(
                journal,
                "SELECT action || ': ' || reason, count(*) FROM governor_events"
                " GROUP BY 1 ORDER BY 2 DESC, 1",
            )
        ),
        unknown=_one(journal, "SELECT count(*) FROM decisions WHERE kind = 'OrderUnknown'"),
        partial=_one(
            journal,
            "SELECT count(*) FROM orders WHERE filled_quantity > 0 AND filled_quantity < quantity",
        ),
        halted=tuple(
            rows_of(
                journal,
                "SELECT account, symbol, reason FROM decisions WHERE kind = 'StrategyHalted'"
                " ORDER BY seq, n",
            )
        ),
        incidents=incidents_of(journal),
    )


def _trades_of(journal: JournalReader) -> list[Trade]:
    rows = rows_of(journal, "SELECT account, pnl, fees, r_multiple FROM trades ORDER BY trade")
    return [Trade(name, _units(pnl), _units(fees), _units(r)) for name, pnl, fees, r in rows]


def _funding_of(journal: JournalReader) -> dict[str, int]:
    """What each account paid (> 0) or received; "" is what nobody owned."""
    paid: dict[str, int] = {}
    for name, amount in rows_of(journal, "SELECT account, amount FROM funding"):
        paid[name] = paid.get(name, 0) + _units(amount)
    return paid


def incidents_of(journal: JournalReader) -> tuple[Incident, ...]:
    """Every incident, in order."""
    rows = rows_of(
        journal,
        "SELECT incident, kind, account, symbol, opened_seq, opened_at, facts, closed_seq,"
        " closed_at, resolution FROM incidents ORDER BY incident",
    )
    return tuple(Incident(*row) for row in rows)


def _accounts(
    journal: JournalReader,
    started: RunStarted,
    trades: list[Trade],
    fills: list[Any],
    paid: dict[str, int],
    lines: dict[str, list[Point]],
    ends: dict[str, int],
) -> tuple[AccountSummary, ...]:
    query = "SELECT account, standing, standing_reason FROM virtual_accounts"
    standings = {account: (standing, why) for account, standing, why in rows_of(journal, query)}
    return tuple(
        AccountSummary(
            account.name,
            account.strategy.name,
            account.symbols,
            account.timeframe_ns,
            account.virtual_equity,
            account.virtual_equity + ends[account.name],
            results_of([trade for trade in trades if trade.account == account.name]),
            sum(_units(fee) for name, _, _, fee in fills if name == account.name),
            paid.get(account.name, 0),
            largest_fall(lines[account.name]),
            *standings.get(account.name, ("active", "")),
        )
        for account in started.terms.accounts
    )


def _end_of(account: str | None, fills: list[Any], held: list[Open], start: int) -> int:
    """What cash flow and open positions come to, of one account or of all."""
    total = start
    for name, side, value, fee in fills:
        if account is None or name == account:
            total += (_units(value) if side == "sell" else -_units(value)) - _units(fee)
    for each in held:
        if account is None or each.account == account:
            worth = notional(each.mark, each.quantity)
            total += worth if each.side == "buy" else -worth
    return total


def _equity_lines(journal: JournalReader, started: RunStarted) -> dict[str, list[Point]]:
    lines: dict[str, list[Point]] = {account.name: [] for account in started.terms.accounts}
    for account, at, equity in rows_of(
        journal, "SELECT account, at, equity FROM equity ORDER BY seq, n"
    ):
        lines[account].append((parse_time(at), _units(equity)))
    return lines


def _open_positions(journal: JournalReader) -> list[Open]:
    rows = rows_of(
        journal,
        "SELECT account, symbol, side, quantity, entry_price, entry_value, stop_price"
        " FROM positions ORDER BY account, symbol",
    )
    marks = last_marks(journal, tuple(dict.fromkeys(row[1] for row in rows)))
    found = []
    for account, symbol, side, quantity, entry_price, entry_value, stop in rows:
        size, mark = _units(quantity), marks.get(symbol, _units(entry_price))
        gain = notional(mark, size) - _units(entry_value)
        found.append(
            Open(
                account,
                symbol,
                side,
                size,
                _units(entry_price),
                mark,
                gain if side == "buy" else -gain,
                _units(stop),
            )
        )
    return found


def last_marks(source: FrameSource, symbols: tuple[str, ...]) -> dict[str, int]:
    """The latest mark price (e8) of each symbol, looked for from the end backwards."""
    marks: dict[str, int] = {}
    told: dict[str, int] = {}
    last = source.head.last_seq
    while last > 0 and any(symbol not in marks for symbol in symbols):
        first = max(1, last - _WINDOW + 1)
        closes: dict[str, int] = {}
        for stamped, _ in source.frames(first, last):
            event = stamped.input
            if type(event) is Candle:
                closes[event.symbol] = event.close
            elif type(event) is Quoted:
                closes[event.symbol] = (event.bid + event.ask) // 2
            elif type(event) is Traded:
                closes[event.symbol] = event.price
            elif type(event) is MarkPriced:
                told[event.symbol] = event.price
            elif type(event) is MarkCandle:
                told[event.symbol] = event.close
        marks = {**closes, **told, **marks}
        last = first - 1
    return marks


def _one(journal: JournalReader, query: str) -> int:
    return int(rows_of(journal, query)[0][0])


def _units(number: float) -> int:
    """The e8 integer that a plain decimal of a table was made from."""
    return round(number * SCALE)
