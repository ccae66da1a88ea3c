"""``tradefold explain``: why this order, why not that one, with every value and threshold."""

from pathlib import Path
from typing import Any

import click
from rich.console import Console

from adapters.strategy_source import StrategyShelf
from commands.envelope import Answer, give
from commands.options import (
    aside,
    journal_argument,
    json_option,
    open_journal,
    shelf_of,
    strategy_option,
)
from commands.screen import columns, facts, heading, lines, mark_of, screen
from engine.errors import UserError
from engine.timebase import render_time
from journal.frame import FrameSource
from replays.moments import moment_of
from replays.order_story import find_order, order_story
from replays.why import frame_story, moment_story


@click.command("explain")
@journal_argument
@click.option("--order", default="", metavar="ID", help="An order: its id, or enough of it.")
@click.option("--seq", type=int, help="A frame by its number.")
@click.option("--at", default="", metavar="TIME", help="A moment, with --symbol.")
@click.option("--symbol", default="", help="The symbol that --at asks about.")
@click.option("--why-not", is_flag=True, help="Only what stood in the way.")
@click.option("--account", default="", help="One account alone, with --at.")
@strategy_option
@json_option
def command(
    journal: Path,
    order: str,
    seq: int | None,
    at: str,
    symbol: str,
    why_not: bool,
    account: str,
    strategies: tuple[str, ...],
    as_json: bool,
) -> int:
    """Tell what JOURNAL knows: the story of an order, a frame, or what each account did at a
    moment and why.

    Conditions of a strategy of your own need its source: --strategy path.py:Name.

    \b
    Examples:
      tradefold explain run.db --order 3f2a91bc-va1-BTCUSDT-4
      tradefold explain run.db --at 2025-03-01T12:00 --symbol BTCUSDT --why-not
      tradefold explain run.db --seq 4711
    """
    given = (("--order", order or None), ("--seq", seq), ("--at", at or None))
    asked = [name for name, value in given if value is not None]
    if len(asked) != 1:
        told = " and ".join(asked) or "nothing"
        raise UserError(f"explain was asked for {told}; write one of --order, --seq and --at")
    if at and not symbol:
        raise UserError("--at needs --symbol; write for example --symbol BTCUSDT")
    shelf = shelf_of(strategies)
    with open_journal(journal) as reader:
        if order:
            with aside():
                story = order_story(reader, shelf, find_order(reader, order))
            return give(Answer(story, lambda: show_order(screen(), story)), as_json)
        if seq is not None:
            frame = frame_story(reader, seq)
            return give(Answer(frame, lambda: show_frame(screen(), frame)), as_json)
        moment = int(moment_of("--at", at, 0))
        with aside():
            what = told_moment(reader, shelf, moment, symbol, account)
    return give(Answer(what, lambda: show_moment(screen(), what, why_not)), as_json)


def told_moment(
    source: FrameSource, shelf: StrategyShelf, at: int, symbol: str, account: str
) -> dict[str, Any]:
    """The story of a moment, and whether the journal ends before it."""
    last = source.head.last_at
    story = moment_story(source, shelf, at, symbol, account)
    return {**story, "journal_ends": render_time(last), "after_the_end": at > last}


def show_order(console: Console, story: dict[str, Any], brief: bool = False) -> None:
    """The story of an order from the bar to the end of the trade; ``brief`` leaves passed checks
    of the gate out.
    """
    order, led = story["order"], story["led_by"]
    heading(console, f"order {order['client_id']}", f"{order['account']}, {order['purpose']}")
    facts(
        console,
        [
            (
                "asked",
                f"{order['side']} {order['quantity']} {order['symbol']}, {order['order_type']}",
            ),
            ("because", order["reason"] + (f" ({order['tag']})" if order["tag"] else "")),
            ("at", f"{led['at']}, seq {led['seq']}"),
            ("after", led["input"]),
        ],
    )
    _show_conditions(console, story, led)
    _show_gate(console, story["gate"], failed_only=brief)
    if story["sizing"] is not None:
        _show_sizing(console, story["sizing"])
    heading(console, "what happened")
    columns(
        console,
        ("seq", "at", ""),
        [(str(each["seq"]), _clock(each["at"]), each["what"]) for each in story["story"]],
        right=(0,),
    )
    cost = story["cost"]
    if cost is not None:
        heading(console, "what it cost")
        seen = f"filled at {cost['average_price']}, seen at {cost['seen_price']}"
        facts(console, [("slippage", f"{cost['slippage']} ({seen})"), ("fees", cost["fees"])])
    heading(console, "the end")
    lines(console, [story["end"]])


def _clock(text: str) -> str:
    return text.replace("T", " ").removesuffix("Z")[:23]


def _show_conditions(console: Console, story: dict[str, Any], led: dict[str, Any]) -> None:
    bar = led["bar"]
    if bar is None:
        return
    heading(console, f"the strategy {led['strategy']}", f"on the candle {_span(bar)}")
    _show_bar(console, bar)
    _condition_rows(console, story["conditions"], story["conditions_missing"])


def _condition_rows(console: Console, conditions: list[dict[str, Any]], missing: str) -> None:
    if missing:
        lines(console, [f"conditions: {missing}"])
    if conditions:
        columns(
            console,
            ("", "condition", "value", "", "threshold"),
            [
                (
                    mark_of(each["passed"]),
                    each["name"].replace("_", " "),
                    each["value"],
                    each["op"],
                    each["threshold"],
                )
                for each in conditions
            ],
            right=(2, 4),
        )


def _span(bar: dict[str, str]) -> str:
    return f"{_clock(bar['from'])} to {_clock(bar['to'])}"


def _show_bar(console: Console, bar: dict[str, str]) -> None:
    told = ", ".join(f"{name} {bar[name]}" for name in ("open", "high", "low", "close", "volume"))
    lines(console, [told])


def _show_gate(console: Console, checks: list[dict[str, Any]], failed_only: bool = False) -> None:
    if not checks:
        return
    shown = [each for each in checks if not (failed_only and each["passed"])]
    passed = sum(each["passed"] for each in checks)
    heading(console, "the gate", f"{passed} of {len(checks)} checks passed")
    if not shown:
        return
    columns(
        console,
        ("", "check", "value", "", "threshold", "it must hold that"),
        [
            (
                mark_of(each["passed"]),
                each["name"],
                each["value"],
                each["op"],
                each["threshold"],
                each["meaning"],
            )
            for each in shown
        ],
        right=(2, 4),
    )


def _show_sizing(console: Console, sizing: dict[str, str]) -> None:
    heading(console, "the size", f"bound by {sizing['bound_by']}")
    lines(
        console,
        [
            f"budget    {sizing['budget']} = equity {sizing['equity']} x risk "
            f"{sizing['risk_per_trade']} x factor {sizing['size_factor']}",
            f"distance  {sizing['distance']} from entry {sizing['entry_price']} to stop "
            f"{sizing['stop_price']}",
            f"quantity  {sizing['quantity']} (wanted {sizing['wanted']}), worth "
            f"{sizing['notional']}, {sizing['risk']} at risk",
        ],
    )


def show_frame(console: Console, story: dict[str, Any]) -> None:
    """One frame with its decisions and effects."""
    frame = story["frame"]
    heading(console, f"frame {frame['seq']}", frame["at"])
    facts(console, [("input", story["input"])])
    facts(console, [("decision", each) for each in story["decisions"]] or [("decisions", "none")])
    told = [
        ("effect", ", ".join(f"{name} {value}" for name, value in each.items()))
        for each in story["effects"]
    ]
    facts(console, told or [("effects", "none")])


def show_moment(console: Console, story: dict[str, Any], why_not: bool) -> None:
    """What each account did at a candle, or what stood in its way."""
    candle = story["candle"]
    heading(console, f"{candle['symbol']} at {_clock(story['at'])}", f"seq {story['seq']}")
    if story["after_the_end"]:
        asked, end = _clock(story["asked_at"]), _clock(story["journal_ends"])
        lines(console, [f"asked for {asked}, but the journal ends at {end}: its last candle"])
    _show_bar(console, candle)
    for account in story["accounts"]:
        heading(console, account["account"], account["strategy"])
        told = [("so", account["because"])]
        if account["asked_seq"] not in (None, story["seq"]):
            told.insert(0, ("asked", f"seq {account['asked_seq']}: {account['asked_by']}"))
        facts(console, told)
        if not why_not:
            rows = [("did", each) for each in account["did"]]
            held = ("position", account["position"])
            facts(console, [held, *(rows or [("did", "nothing")])])
        if account["bar"] is not None:
            lines(console, [f"on its candle {_span(account['bar'])}"])
        conditions = [each for each in account["conditions"] if not (why_not and each["passed"])]
        _condition_rows(console, conditions, account["conditions_missing"])
        _show_gate(console, account["gate"], failed_only=why_not)
