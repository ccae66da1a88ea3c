"""``tradefold replay``: the state that a journal leads to."""

from pathlib import Path
from time import perf_counter
from typing import Any

import click
from rich.console import Console

from commands.envelope import Answer, give
from commands.options import (
    aside,
    journal_argument,
    json_option,
    open_journal,
    shelf_of,
    strategy_option,
)
from commands.screen import columns, facts, heading, moment, screen
from engine.errors import UserError
from engine.state import EngineState
from engine.timebase import render_time
from journal.frame import Head
from replays.calm import calm_collector
from replays.folding import folding
from replays.moments import moment_of
from replays.reproduce import digests, refold, schema_of
from replays.standing import state_facts


@click.command("replay")
@journal_argument
@click.option("--to", "target", default="", metavar="SEQ|TIME", help="Stop there, included.")
@strategy_option
@json_option
def command(journal: Path, target: str, strategies: tuple[str, ...], as_json: bool) -> int:
    """Fold the frames of JOURNAL into the state they lead to, to the end or up to --to.

    At the end of a sealed journal the digest is held against the one the run was sealed with.

    \b
    Examples:
      tradefold replay run.db
      tradefold replay run.db --to 2025-03-01T12:00
      tradefold replay run.db --to 5000 --json
    """
    shelf = shelf_of(strategies)
    seq = int(target) if target.isascii() and target.isdecimal() else None
    at = None if seq is not None or not target else int(moment_of("--to", target, 0))
    with open_journal(journal) as reader, calm_collector(), aside():
        head = reader.head
        if seq is not None and not 1 <= seq <= head.last_seq:
            raise UserError(f"--to {seq}: the journal has the frames 1 to {head.last_seq}")
        begin = perf_counter()
        with folding(reader.name):
            state = refold(reader, shelf.build_known, seq, at)
        seconds = perf_counter() - begin
    if not state.run:
        raise UserError(f"--to {target}: is before the first frame; choose a later time")
    digest, strategy_digest = digests(state, schema_of(head))
    refusal = ""
    whole = state.seq == head.last_seq
    if whole and head.sealed and digest != head.state_digest:
        refusal = (
            f"journal {journal}: the state refolds to {digest}, it was sealed with "
            f"{head.state_digest}"
        )
    elif whole and head.sealed and strategy_digest not in ("", head.strategy_digest):
        refusal = (
            f"journal {journal}: the strategies refold to {strategy_digest}, they were sealed with "
            f"{head.strategy_digest}; a strategy that changes in propose what it keeps does so"
        )
    data = {
        "journal": str(journal),
        "run": state.run,
        "seq": state.seq,
        "at": render_time(state.at),
        "digest": digest,
        "strategy_digest": strategy_digest,
        "sealed": bool(head.sealed),
        "whole": whole,
        "frames_per_second": round(state.seq / seconds),
        "state": state_facts(state),
    }

    def show() -> None:
        _show(screen(), data, state, head, seconds)

    return give(Answer(data, show, refusal, "diverged"), as_json)


def _show(
    console: Console, data: dict[str, Any], state: EngineState, head: Head, seconds: float
) -> None:
    known = data["state"]
    heading(console, "state", f"after seq {state.seq:,} of {head.last_seq:,}, {moment(state.at)}")
    columns(
        console,
        ("account", "equity", "realised", "unrealised", "drawdown", "trades", "size", "standing"),
        [
            (
                each["name"],
                each["equity"],
                each["realised"],
                each["unrealised"],
                each["drawdown"],
                str(each["trades"]),
                each["size_factor"],
                ", ".join([each["standing"], *each["halted"]]),
            )
            for each in known["accounts"]
        ],
        right=(1, 2, 3, 4, 5, 6),
    )
    facts(console, [("real equity", known["equity"]), ("wallet", known["wallet"])])
    _show_some(
        console,
        "positions",
        known["positions"],
        (
            "account",
            "symbol",
            "side",
            "quantity",
            "entry_price",
            "mark",
            "stop_price",
            "unrealised",
        ),
    )
    _show_some(
        console,
        "orders",
        known["orders"],
        ("client_id", "purpose", "side", "quantity", "filled", "state", "awaits"),
    )
    _show_some(console, "incidents", known["incidents"], ("incident", "kind", "account", "symbol"))
    heading(console, "replay")
    facts(
        console,
        [
            ("state digest", f"{data['digest']} ({_held(data, head)})"),
            ("strategies", data["strategy_digest"] or "their source is not at hand"),
            (
                "speed",
                f"{state.seq:,} frames in {seconds:.2f} s, {state.seq / seconds:,.0f} a second",
            ),
        ],
    )


def _held(data: dict[str, Any], head: Head) -> str:
    if not (data["whole"] and head.sealed):
        return "nothing to hold it against"
    return "as sealed" if data["digest"] == head.state_digest else "not as sealed"


def _show_some(
    console: Console, title: str, rows: list[dict[str, Any]], names: tuple[str, ...]
) -> None:
    if rows:
        heading(console, title)
        columns(
            console,
            tuple(name.replace("_", " ") for name in names),
            [tuple(str(row[name]) for name in names) for row in rows],
        )
