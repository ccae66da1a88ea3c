"""Two runs side by side: where their decisions part, and what that came to.

Client order ids begin with the name of the run, so two runs never share one; that beginning is
left out when decisions are compared. Trades are the same trade when one account decided to open
them at the same place and moment; when they were filled is the venue's business.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

import attrs

from adapters.config.layers import Tree
from adapters.config.recorded import terms_layer
from engine.messages.decisions import Decision
from engine.messages.inputs import Input
from engine.messages.runs import RunStarted, Terms
from engine.timebase import Nanos, render_time
from journal.codec import CHECKED
from journal.export import named
from journal.reader import JournalReader
from replays.entries import entries_of_trades
from replays.instant import check_facts
from replays.queries import rows_of, units
from replays.summary import Summary, summarise
from replays.words import sentence

Message = Input | Decision
Placed = tuple[int, Nanos, Message]
"""Seq and time of the frame that a message stands in, and the message."""

_RUN_DIGITS = 8
"""So many of the run, and a dash, are written first by ``client_order_id``."""


@attrs.frozen
class Parting:
    """The first place where two runs differ; a side is None where that run has nothing more."""

    a: Placed | None
    b: Placed | None

    @property
    def at(self) -> Nanos:
        """The earlier of the two moments."""
        return min(side[1] for side in (self.a, self.b) if side is not None)


@attrs.frozen
class RoundTrip:
    """One closed trade as the table has it; numbers e8.

    ``decided_at`` is when its entry was requested, "" where nobody's order opened it.
    """

    account: str
    symbol: str
    position_index: int
    side: str
    opened_at: str
    closed_at: str
    quantity: int
    entry_price: int
    exit_price: int
    fees: int
    pnl: int
    exit_reason: str
    decided_at: str

    @property
    def place(self) -> tuple[str, str, int, str]:
        """What makes it the same trade in another run."""
        decided = self.decided_at or self.opened_at
        return self.account, self.symbol, self.position_index, decided


Pair = tuple[RoundTrip | None, RoundTrip | None]
"""A trade in both runs, or in one of them."""


@attrs.frozen
class Difference:
    """Two runs held against each other. ``settings`` are ``(key, in a, in b)``.

    ``decision`` and ``input`` are the first of each that differ, None where none does. ``pairs``
    are the trades that are not the same in both, the largest change of result first.
    """

    a: Summary
    b: Summary
    settings: tuple[tuple[str, str, str], ...]
    decision: Parting | None
    input: Parting | None
    same_trades: int
    pairs: tuple[Pair, ...]

    @property
    def identical(self) -> bool:
        """Whether both decided the same upon the same inputs."""
        return self.decision is None and self.input is None


def compare(a: JournalReader, b: JournalReader) -> Difference:
    """Hold two journals against each other. Raises what reading a damaged one raises."""
    same, pairs = pair_trades(_round_trips(a), _round_trips(b))
    return Difference(
        a=summarise(a),
        b=summarise(b),
        settings=settings_between(a.started.terms, b.started.terms),
        decision=_part(_decisions(a), _decisions(b), a, b),
        input=_part(_inputs(a), _inputs(b), a, b),
        same_trades=same,
        pairs=pairs,
    )


def apart(difference: Difference, parting: Parting | None) -> tuple[tuple[str, str, str], ...]:
    """What is not the same in two messages of one kind: name, in a, in b; checks by their names.

    Nothing where they are of two kinds, or one side has nothing more.
    """
    if parting is None or parting.a is None or parting.b is None:
        return ()
    if type(parting.a[2]) is not type(parting.b[2]):
        return ()
    ours, theirs = (
        _told(side, run_prefix(summary.started.run))
        for side, summary in ((parting.a, difference.a), (parting.b, difference.b))
    )
    names = dict.fromkeys((*ours, *theirs))
    rows = ((name, ours.get(name, "-"), theirs.get(name, "-")) for name in names)
    return tuple(row for row in rows if row[1] != row[2])


def _told(side: Placed, prefix: str) -> dict[str, str]:
    """Every fact of a message by its name, and when it came."""
    _, at, message = side
    told = {"at": render_time(at)}
    for name, value in named(message).items():
        if name != "checks":
            told[name.replace("_", " ")] = str(_nameless(value, prefix))
    for each in check_facts(getattr(message, "checks", ())):
        told[f"check {each['name']}"] = f"{each['value']} {each['op']} {each['threshold']}"
    return told


def run_prefix(run: str) -> str:
    """How every client order id of the run ``run`` begins."""
    return f"{run[:_RUN_DIGITS]}-"


def placed_words(side: Placed | None, run: str) -> str:
    """A side of a parting, its orders without the name of their run: that always differs."""
    return "nothing more" if side is None else sentence(side[2]).replace(run_prefix(run), "")


def change_of(pair: Pair) -> int:
    """What the result of a trade changed by from a to b; e8 money."""
    before, after = pair
    return (after.pnl if after is not None else 0) - (before.pnl if before is not None else 0)


def kinds_of(pairs: Sequence[Pair]) -> dict[str, int]:
    """How many of the pairs are a changed trade, and how many are in one run alone."""
    only_a = sum(after is None for _, after in pairs)
    only_b = sum(before is None for before, _ in pairs)
    return {"changed": len(pairs) - only_a - only_b, "only_a": only_a, "only_b": only_b}


def settings_between(a: Terms, b: Terms) -> tuple[tuple[str, str, str], ...]:
    """The settings that differ, by their keys; "" where one side has no such setting."""
    ours, theirs = _flat(terms_layer(a).tree), _flat(terms_layer(b).tree)
    sources = _sources(a), _sources(b)
    ours |= sources[0]
    theirs |= sources[1]
    keys = sorted(ours.keys() | theirs.keys())
    both = ((key, ours.get(key, ""), theirs.get(key, "")) for key in keys)
    return tuple(row for row in both if row[1] != row[2])


def _sources(terms: Terms) -> dict[str, str]:
    told = {
        f"accounts.{each.name}.strategy source": each.strategy.source_digest[:12]
        for each in terms.accounts
    }
    return {**told, "engine semantics": str(terms.semantics)}


def _flat(tree: Tree, above: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in tree.items():
        key = f"{above}{name}"
        if isinstance(value, dict):
            found |= _flat(value, f"{key}.")
        else:
            found[key] = str(value)
    return found


def _decisions(journal: JournalReader) -> Iterator[Placed]:
    for first, turns in journal.turns():
        for seq, (at, _, decisions) in enumerate(turns, first):
            for decision in decisions:
                yield seq, at, decision


def _inputs(journal: JournalReader) -> Iterator[Placed]:
    for first, turns in journal.turns():
        for seq, (at, message, _) in enumerate(turns, first):
            if type(message) is not RunStarted:
                yield seq, at, message


def _part(
    ours: Iterator[Placed], theirs: Iterator[Placed], a: JournalReader, b: JournalReader
) -> Parting | None:
    prefixes = run_prefix(a.started.run), run_prefix(b.started.run)
    for one, other in zip_longest(ours, theirs):
        if one is None or other is None:
            return Parting(one, other)
        if one[1] == other[1] and one[2] == other[2]:
            continue
        if one[1] != other[1] or not _alike(one[2], other[2], prefixes):
            return Parting(one, other)
    return None


def _alike(one: Message, other: Message, prefixes: tuple[str, str]) -> bool:
    """Whether two messages say the same but for the names of their runs."""
    if type(one) is not type(other):
        return False
    encode = CHECKED[type(one)]
    return bool(_nameless(encode(one), prefixes[0]) == _nameless(encode(other), prefixes[1]))


def _nameless(value: Any, prefix: str) -> Any:
    if isinstance(value, str):
        return value.removeprefix(prefix)
    if isinstance(value, tuple | list):
        return [_nameless(each, prefix) for each in value]
    return value


def _round_trips(journal: JournalReader) -> list[RoundTrip]:
    rows = rows_of(
        journal,
        "SELECT account, symbol, position_index, side, opened_at, closed_at, quantity,"
        " entry_price, exit_price, fees, pnl, exit_reason, trade FROM trades ORDER BY trade",
    )
    entries = entries_of_trades(journal)
    found = []
    for row in rows:
        decided = entries[row[12]].requested_at
        values: list[Any] = [*row[:6], *map(units, row[6:11]), row[11], decided]
        found.append(RoundTrip(*values))
    return found


def pair_trades(ours: list[RoundTrip], theirs: list[RoundTrip]) -> tuple[int, tuple[Pair, ...]]:
    """How many trades are the same in both, and the pairs of those that are not."""
    waiting: dict[tuple[str, str, int, str], list[RoundTrip]] = {}
    for trade in theirs:
        waiting.setdefault(trade.place, []).append(trade)
    same = 0
    pairs: list[Pair] = []
    for trade in ours:
        there = waiting.get(trade.place)
        other = there.pop(0) if there else None
        if trade == other:
            same += 1
        else:
            pairs.append((trade, other))
    pairs += [(None, trade) for there in waiting.values() for trade in there]
    pairs.sort(key=lambda pair: (-abs(change_of(pair)), _opened(pair)))
    return same, tuple(pairs)


def _opened(pair: Pair) -> str:
    trade = pair[0] or pair[1]
    assert trade is not None, "a pair has a side"
    return trade.opened_at
