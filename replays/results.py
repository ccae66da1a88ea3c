"""What a row of trades and a line of equity amount to: counts, ratios and falls, e8 integers."""

from collections.abc import Iterable, Sequence

import attrs

from engine.money import SCALE, ratio

Point = tuple[int, int]
"""A moment (nanoseconds) and the equity at it (e8 money)."""


@attrs.frozen
class Trade:
    """One round trip as results count it: ``pnl`` is net of ``fees``, ``r_multiple`` of risk."""

    account: str
    pnl: int
    fees: int
    r_multiple: int


@attrs.frozen
class Results:
    """The figures of some trades. Money e8; ratios e8, or None where there is nothing to divide.

    ``expectancy`` is the mean net result of a trade, ``expectancy_r`` the same in multiples of
    the risk taken; ``profit_factor`` is what winners brought over what losers cost, both net.
    """

    trades: int
    wins: int
    losses: int
    pnl: int
    fees: int
    best: int
    worst: int
    win_rate: int | None
    profit_factor: int | None
    expectancy: int | None
    expectancy_r: int | None


def results_of(trades: Sequence[Trade]) -> Results:
    """The figures of ``trades``."""
    count = len(trades)
    gained = sum(trade.pnl for trade in trades if trade.pnl > 0)
    lost = -sum(trade.pnl for trade in trades if trade.pnl < 0)
    wins = sum(trade.pnl > 0 for trade in trades)
    pnl = gained - lost
    return Results(
        trades=count,
        wins=wins,
        losses=sum(trade.pnl < 0 for trade in trades),
        pnl=pnl,
        fees=sum(trade.fees for trade in trades),
        best=max((trade.pnl for trade in trades), default=0),
        worst=min((trade.pnl for trade in trades), default=0),
        win_rate=ratio(wins, count) if count else None,
        profit_factor=ratio(gained, lost) if lost else None,
        expectancy=pnl // count if count else None,
        expectancy_r=sum(trade.r_multiple for trade in trades) // count if count else None,
    )


def largest_fall(line: Iterable[Point]) -> int:
    """The largest fall of a line of equity from its highest point so far, as an e8 fraction."""
    highest = fall = 0
    for _, equity in line:
        highest = max(highest, equity)
        if highest > 0:
            fall = max(fall, (highest - equity) * SCALE // highest)
    return fall


def added(lines: Sequence[Sequence[Point]]) -> list[Point]:
    """The sum of several lines: at each moment of any of them, the latest value of all."""
    moments = sorted(
        (at, place, n, equity)
        for place, line in enumerate(lines)
        for n, (at, equity) in enumerate(line)
    )
    latest = [line[0][1] if line else 0 for line in lines]
    total: list[Point] = []
    for at, place, _, equity in moments:
        latest[place] = equity
        if total and total[-1][0] == at:
            total.pop()
        total.append((at, sum(latest)))
    return total


def sampled(line: Sequence[Point], count: int) -> list[int]:
    """``count`` values of a line at even distances of time, each the latest one by then."""
    if not line:
        return []
    first, last = line[0][0], line[-1][0]
    values: list[int] = []
    place = 0
    for n in range(count):
        at = first + (last - first) * (n + 1) // count
        while place + 1 < len(line) and line[place + 1][0] <= at:
            place += 1
        values.append(line[place][1])
    return values
