"""Which of many trades a page shows: those that say most, and never all of a hundred thousand."""

from collections.abc import Sequence

import attrs

from replays.report.contents import ReportTrade

LISTED = 250
"""Up to so many trades the page lists them all."""
EXTREMES = 25
"""How many of the worst and of the best it lists where there are more."""
LATEST = LISTED - 2 * EXTREMES


@attrs.frozen
class Listed:
    """Some trades under one title, in the order that they are shown in."""

    title: str
    trades: tuple[ReportTrade, ...]


def listed(trades: Sequence[ReportTrade]) -> tuple[Listed, ...]:
    """All trades, the latest first; of many the worst, the best and the latest."""
    latest_first = tuple(trades[::-1])
    if len(trades) <= LISTED:
        return (Listed("", latest_first),)
    by_result = sorted(trades, key=_result)
    return (
        Listed("Worst", tuple(by_result[:EXTREMES])),
        Listed("Best", tuple(by_result[: -EXTREMES - 1 : -1])),
        Listed("Latest", latest_first[:LATEST]),
    )


def marked(trades: Sequence[ReportTrade], most: int) -> Sequence[ReportTrade]:
    """At most ``most`` of the trades of a symbol, in order: spread over the run, extremes among
    them, so that whatever made or lost much is seen."""
    if len(trades) <= most:
        return trades
    few = min(EXTREMES, most // 4)
    by_result = sorted(trades, key=_result)
    chosen = [*by_result[:few], *by_result[len(trades) - few :], *spread(trades, most - 2 * few)]
    by_number = {trade.number: trade for trade in chosen}
    return [by_number[number] for number in sorted(by_number)]


def spread(trades: Sequence[ReportTrade], most: int) -> Sequence[ReportTrade]:
    """At most ``most`` of the trades, evenly spread over the run, the first and last among them."""
    if len(trades) <= most:
        return trades
    step = (len(trades) - 1) / (most - 1)
    return [trades[int(n * step + 0.5)] for n in range(most)]


def _result(trade: ReportTrade) -> tuple[int, int]:
    return trade.pnl, trade.number
