"""``tradefold journal``: what a journal holds, its last frames, and frames for other programs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from commands.envelope import Answer, give
from commands.frames import give_lines, last_frames
from commands.options import journal_argument, json_option, of_session, open_journal
from commands.screen import columns, facts, heading, lines, moment, screen
from commands.summary_facts import assumption_data
from commands.summary_view import show_assumptions
from engine.errors import UserError
from engine.money import render
from engine.timebase import render_span, render_time
from journal.codec import DECISION_TYPES, INPUT_TYPES, tag_of
from journal.export import export_frames, frame_facts
from journal.projections.rebuild import rebuild as fold_anew
from journal.reader import JournalReader
from replays.assumptions import Assumption, ambiguous_bars, assumptions_of
from replays.queries import rows_of
from replays.words import sentence

SESSION_KINDS = (
    "Answered",
    "RequestTaken",
    "SessionContinued",
    "SessionOpened",
    "SessionPaused",
    "Told",
)
"""What only journals of the exchange's server hold."""
KINDS = sorted({*(tag_of(message) for message in INPUT_TYPES + DECISION_TYPES), *SESSION_KINDS})


@click.command("show")
@journal_argument
@json_option
def show(journal: Path, as_json: bool) -> int:
    """What JOURNAL holds: how far it goes, which run it is of, and where that came from.

    \b
    Example:
      tradefold journal show run.db
    """
    answered = of_session(journal, "show", as_json=as_json)
    if answered is not None:
        return answered
    with open_journal(journal) as reader:
        told = assumptions_of(reader.started, ambiguous_bars(reader))
        data = _overview(reader, told)
    return give(Answer(data, lambda: _show(screen(), data, told)), as_json)


@click.command("tail")
@journal_argument
@click.option("--count", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--decided", is_flag=True, help="Only frames upon which something was decided.")
@json_option
def tail(journal: Path, count: int, decided: bool, as_json: bool) -> int:
    """The last frames of JOURNAL in words, the latest at the end.

    \b
    Examples:
      tradefold journal tail run.db
      tradefold journal tail run.db --count 5 --decided
    """
    answered = of_session(journal, "tail", count=count, decided=decided, as_json=as_json)
    if answered is not None:
        return answered
    with open_journal(journal) as reader:
        frames = last_frames(reader, count, decided)

    def shown() -> None:
        rows = []
        for stamped, decisions in frames:
            rows.append((str(stamped.seq), moment(stamped.at), sentence(stamped.input)))
            rows += [("", "", f"  {sentence(each)}") for each in decisions]
        columns(screen(), ("seq", "at", ""), rows, right=(0,))

    return give(Answer({"frames": [frame_facts(each) for each in frames]}, shown), as_json)


@click.command("rebuild")
@journal_argument
@json_option
def rebuild(journal: Path, as_json: bool) -> int:
    """Drop the tables of JOURNAL and fold them anew from its frames, which stay as they are.

    For tables that were changed by hand, or folded by another version. Nobody may write the
    journal meanwhile; who reads it sees the old tables until the new ones are there.

    \b
    Example:
      tradefold journal rebuild run.db
    """
    fold_anew(journal)
    with open_journal(journal) as reader:
        head = reader.head
    data = {"journal": str(journal), "frames": head.last_seq}
    told = f"the tables of {journal} are folded anew from {head.last_seq:,} frames"
    return give(Answer(data, lambda: click.echo(told)), as_json)


@click.command("export")
@journal_argument
@click.option("--from", "first", type=click.IntRange(min=1), default=1, help="First seq.")
@click.option("--to", "last", type=click.IntRange(min=1), help="Last seq, included.")
@click.option(
    "--kind",
    "kinds",
    type=click.Choice(KINDS),
    metavar="KIND",
    multiple=True,
    help="Only frames with this kind of message.",
)
@click.option("--out", type=click.Path(path_type=Path), help="A new file instead of stdout.")
@json_option
def export(
    journal: Path,
    first: int,
    last: int | None,
    kinds: tuple[str, ...],
    out: Path | None,
    as_json: bool,
) -> int:
    """JOURNAL as JSON lines: one frame a line, decimals as text, times in ISO 8601.

    With --json the frames come in one envelope, or its count when --out takes the lines.

    \b
    Examples:
      tradefold journal export run.db > run.jsonl
      tradefold journal export run.db --kind TradeClosed --out trades.jsonl
    """
    if last is not None and last < first:
        raise UserError(f"--from {first} is not before --to {last}; exchange them")
    span = {"first": first, "last": last, "kinds": kinds, "out": out}
    answered = of_session(journal, "export", as_json=as_json, **span)
    if answered is not None:
        return answered
    with open_journal(journal) as reader:
        end = reader.head.last_seq if last is None else min(last, reader.head.last_seq)
        chosen = export_frames(reader, first, end, frozenset(kinds))
        return give_lines(chosen, out, as_json)


def _overview(reader: JournalReader, told: Sequence[Assumption]) -> dict[str, Any]:
    head, started = reader.head, reader.started
    first = next(iter(reader.frames(1, 1)))[0]
    terms = started.terms
    return {
        "journal": reader.name,
        "bytes": reader.path.stat().st_size,
        "format": head.format,
        "run": head.run,
        "sealed": bool(head.sealed),
        "frames": head.last_seq,
        "pages": reader.page_count,
        "from": render_time(first.at),
        "to": render_time(head.last_at),
        "chain": head.digest,
        "digest": head.state_digest,
        "strategy_digest": head.strategy_digest,
        "decisions": dict(rows_of(reader, "SELECT kind, count(*) FROM decisions GROUP BY 1")),
        "seed": terms.seed,
        "semantics": terms.semantics,
        "interval": render_span(terms.base_interval_ns),
        "assumptions": assumption_data(told),
        "accounts": [
            {
                "name": each.name,
                "strategy": each.strategy.name,
                "parameters": dict(each.strategy.parameters),
                "symbols": list(each.symbols),
                "timeframe": render_span(each.timeframe_ns),
                "virtual_equity": render(each.virtual_equity),
            }
            for each in terms.accounts
        ],
        "provenance": dict(started.provenance),
    }


def _show(console: Console, data: dict[str, Any], told: Sequence[Assumption]) -> None:
    heading(console, data["journal"], f"{data['bytes'] / 1e6:.1f} MB, format {data['format']}")
    sealed = "sealed" if data["sealed"] else "not sealed: the run was stopped, or still goes on"
    rows = [
        ("run", data["run"]),
        ("state", sealed),
        ("frames", f"{data['frames']:,} in {data['pages']:,} pages"),
        ("span", f"{data['from']} to {data['to']}, candles of {data['interval']}"),
        ("chain", data["chain"]),
        ("state digest", data["digest"] or "none before it is sealed"),
        ("strategies", data["strategy_digest"] or "none before it is sealed"),
    ]
    facts(console, rows)
    heading(console, "accounts")
    for each in data["accounts"]:
        values = ", ".join(f"{name} {value}" for name, value in each["parameters"].items())
        at = f"{' '.join(each['symbols'])} {each['timeframe']}"
        lines(console, [f"{each['name']}  {each['strategy']} on {at}, {each['virtual_equity']}"])
        lines(console, [f"  {values}"])
    show_assumptions(console, told)
    heading(console, "decisions")
    columns(
        console,
        ("", ""),
        [(kind, f"{count:,}") for kind, count in data["decisions"].items()] or [("none", "")],
        right=(1,),
    )
    heading(console, "origin")
    facts(console, list(data["provenance"].items()))
