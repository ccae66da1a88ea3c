"""The difference of two runs, for people and for programs."""

from typing import Any

from attrs import asdict
from rich.console import Console
from rich.text import Text

from commands.screen import (
    BAD,
    GOOD,
    QUIET,
    amount,
    columns,
    factor,
    facts,
    heading,
    lines,
    moment,
    percent,
    signed,
)
from engine.money import render
from engine.timebase import render_time
from journal.export import named
from replays.difference import (
    Difference,
    Pair,
    Parting,
    Placed,
    RoundTrip,
    apart,
    change_of,
    kinds_of,
    placed_words,
)
from replays.summary import Summary
from replays.words import sentence

_NUMBERS = ("quantity", "entry_price", "exit_price", "fees", "pnl")


def show_difference(
    console: Console, difference: Difference, names: tuple[str, str], most: int
) -> None:
    """What was set differently, where the decisions part, and what it came to."""
    if difference.settings:
        heading(console, "settings")
        rows = [(key, a or "-", b or "-") for key, a, b in difference.settings]
        columns(console, ("", *names), rows)
    _show_parting(console, "first decision that differs", difference, difference.decision, names)
    _show_apart(console, apart(difference, difference.decision), names)
    earlier = difference.input
    if earlier is not None and not _is_later(earlier, difference.decision):
        _show_parting(console, "first input that differs", difference, earlier, names)
        _show_apart(console, apart(difference, earlier), names)
    _show_effect(console, difference, names)
    if difference.pairs:
        _show_trades(console, difference, names, most)
    verdict = Text("identical", style=GOOD) if difference.identical else Text("different", BAD)
    facts(console, [("verdict", verdict)])


def _is_later(one: Parting, other: Parting | None) -> bool:
    return other is not None and one.at > other.at


def _show_parting(
    console: Console,
    title: str,
    difference: Difference,
    parting: Parting | None,
    names: tuple[str, str],
) -> None:
    heading(console, title, moment(parting.at) if parting is not None else "none")
    if parting is not None:
        runs = (difference.a.started.run, difference.b.started.run)
        sides = zip(names, (parting.a, parting.b), runs, strict=True)
        rows = [
            (name, f"{side[0]:,}" if side is not None else "", placed_words(side, run))
            for name, side, run in sides
        ]
        columns(console, ("", "seq", ""), rows, right=(1,))


def _show_apart(
    console: Console, rows: tuple[tuple[str, str, str], ...], names: tuple[str, str]
) -> None:
    """What of the two messages is not the same: their sentences may be."""
    if rows:
        columns(console, ("of it", *names), rows)


def _show_effect(console: Console, difference: Difference, names: tuple[str, str]) -> None:
    a, b = difference.a, difference.b
    rows: list[tuple[str | Text, ...]] = [
        (Text(name, style=QUIET), show(one), show(other), change)
        for name, one, other, show, change in _figures(a, b)
    ]
    heading(console, "what it came to", f"in {a.started.terms.venue.asset}")
    columns(console, ("", *names, "change"), rows, right=(1, 2, 3))


def _figures(a: Summary, b: Summary) -> list[tuple[str, Any, Any, Any, str | Text]]:
    def money(name: str, one: int, other: int) -> tuple[str, Any, Any, Any, str | Text]:
        return name, one, other, amount, signed(other - one)

    trades = b.total.trades - a.total.trades
    return [
        ("closed trades", a.total.trades, b.total.trades, _count, f"{trades:+,}"),
        ("win rate", a.total.win_rate, b.total.win_rate, percent, ""),
        ("profit factor", a.total.profit_factor, b.total.profit_factor, factor, ""),
        money("net result of trades", a.total.pnl, b.total.pnl),
        money("fees", a.fees, b.fees),
        *([money("funding paid", a.funding, b.funding)] if a.funding or b.funding else []),
        ("max drawdown, trade ends", a.fall, b.fall, percent, ""),
        money("real equity at the end", a.equity, b.equity),
    ]


def _count(number: int) -> str:
    return f"{number:,}"


def _show_trades(
    console: Console, difference: Difference, names: tuple[str, str], most: int
) -> None:
    pairs = difference.pairs
    kinds = kinds_of(pairs)
    told = (
        f"{difference.same_trades:,} the same, {kinds['changed']:,} changed, "
        f"{kinds['only_a']:,} only in {names[0]}, {kinds['only_b']:,} only in {names[1]}"
    )
    heading(console, "trades", told)
    columns(
        console,
        ("opened", "account", "symbol", "side", *names, "change"),
        [_trade_row(pair) for pair in pairs[:most]],
        right=(4, 5, 6),
    )
    if len(pairs) > most:
        lines(console, [f"and {len(pairs) - most:,} more; --most {len(pairs)} shows all of them"])


def _trade_row(pair: Pair) -> tuple[str | Text, ...]:
    trade = pair[0] or pair[1]
    assert trade is not None, "a pair has a side"
    sides = [_result(each) for each in pair]
    return (
        trade.opened_at[:16].replace("T", " "),
        trade.account,
        trade.symbol,
        "long" if trade.side == "buy" else "short",
        *sides,
        signed(change_of(pair)),
    )


def _result(trade: RoundTrip | None) -> str:
    if trade is None:
        return "-"
    return f"{amount(trade.pnl)} {trade.exit_reason}"


def difference_data(difference: Difference, most: int) -> dict[str, Any]:
    """The difference for ``--json``: all counts, and the ``most`` largest changes of trades."""
    return {
        "identical": difference.identical,
        "settings": [{"key": key, "a": a, "b": b} for key, a, b in difference.settings],
        "first_decision": _parting_data(difference, difference.decision),
        "first_input": _parting_data(difference, difference.input),
        "a": _side_data(difference.a),
        "b": _side_data(difference.b),
        "trades": {
            "same": difference.same_trades,
            **kinds_of(difference.pairs),
            "largest": [_pair_data(pair) for pair in difference.pairs[:most]],
        },
    }


def _parting_data(difference: Difference, parting: Parting | None) -> dict[str, Any] | None:
    if parting is None:
        return None
    sides = {"a": _placed_data(parting.a), "b": _placed_data(parting.b)}
    facts = [{"name": name, "a": a, "b": b} for name, a, b in apart(difference, parting)]
    return {"at": render_time(parting.at), **sides, "apart": facts}


def _placed_data(side: Placed | None) -> dict[str, Any] | None:
    if side is None:
        return None
    seq, at, message = side
    told = {"message": named(message), "words": sentence(message)}
    return {"seq": seq, "at": render_time(at), **told}


def _side_data(summary: Summary) -> dict[str, Any]:
    total = summary.total
    return {
        "run": summary.started.run,
        "trades": total.trades,
        "win_rate": _decimal(total.win_rate),
        "profit_factor": _decimal(total.profit_factor),
        "pnl": render(total.pnl),
        "fees": render(summary.fees),
        "funding": render(summary.funding),
        "max_drawdown_trade_ends": render(summary.fall),
        "equity": render(summary.equity),
    }


def _decimal(value: int | None) -> str | None:
    return None if value is None else render(value)


def _pair_data(pair: Pair) -> dict[str, Any]:
    sides = {name: _trade_data(trade) for name, trade in zip("ab", pair, strict=True)}
    return {**sides, "change": render(change_of(pair))}


def _trade_data(trade: RoundTrip | None) -> dict[str, Any] | None:
    if trade is None:
        return None
    fields = asdict(trade)
    return {name: render(v) if name in _NUMBERS else v for name, v in fields.items()}
