"""The journal of a served session: what ``verify`` and ``journal`` say where FILE is one.

``cli.py`` hands these functions to the commands of that name, so that a run's journal is read
without loading the exchange's server.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, cast

from rich.console import Console
from rich.text import Text

from adapters.bybit_wire.proving import SessionProof, prove_session
from adapters.bybit_wire.refolding import opened_of
from adapters.bybit_wire.session_messages import (
    WORDS,
    Answered,
    RequestTaken,
    SessionAccount,
    SessionContinued,
    SessionOpened,
    SessionOutcome,
    SessionPaused,
    Told,
)
from commands.envelope import Answer, give
from commands.frames import give_lines, last_frames
from commands.screen import BAD, GOOD, clean, columns, facts, heading, mark_of, moment, screen
from engine.messages.inputs import Input
from engine.money import render
from engine.timebase import render_time
from journal.codec import tag_of
from journal.frame import Frame
from journal.present import facts_of
from journal.reader import JournalReader
from replays.words import sentence

FACTS = {cls: (tag_of(cls), facts_of(cls, render)) for cls in WORDS.checked}
JSON_FIELDS = ("fields", "result")
"""What is kept as JSON text, and shown as what it means."""
LONGEST = 160
_account = facts_of(SessionAccount, render)


def verify(journal: Path, chain_only: bool, expect: str, as_json: bool) -> int:
    """``tradefold verify`` of a session."""
    begin = perf_counter()
    with JournalReader(journal, WORDS) as reader:
        proof = prove_session(reader, chain_only, expect)
    seconds = perf_counter() - begin
    refusal = f"journal {journal}: {proof.fault}" if proof.fault else ""
    return give(
        Answer(
            proof_data(proof, str(journal), seconds),
            lambda: _show_proof(screen(), proof, str(journal), seconds),
            refusal,
            proof.code or "negative_answer",
        ),
        as_json,
    )


def proof_data(proof: SessionProof, journal: str, seconds: float) -> dict[str, Any]:
    """The proof for ``--json``."""
    chain, found = proof.chain, proof.refolded
    return {
        "journal": journal,
        "kind": "session",
        "digest": proof.digest,
        "chain": chain.digest,
        "chain_sound": chain.sound,
        "sealed": chain.sealed,
        "frames": chain.frames,
        "pages": chain.pages,
        "requests": found.requests if found else None,
        "market_events": found.events if found else None,
        "private_messages": found.messages if found else None,
        "taken_up": found.continued if found else None,
        "refold_skipped": proof.skipped or None,
        "first_bad_seq": proof.bad_seq or None,
        "fault": proof.fault or None,
        "seconds": round(seconds, 3),
    }


def _show_proof(console: Console, proof: SessionProof, journal: str, seconds: float) -> None:
    chain, found = proof.chain, proof.refolded
    heading(console, "verify", f"{journal}, a session of the exchange's server")
    told = f"{chain.pages:,} pages, {chain.frames:,} frames"
    rows: list[tuple[Text, str, str]] = [(mark_of(chain.sound), "chain", told)]
    if found is not None:
        again = (
            f"{found.requests:,} requests answered and {found.messages:,} private messages told "
            f"again, all as recorded; {found.events:,} market events"
        )
        rows.append((mark_of(True), "refold", again))
    elif proof.skipped:
        rows.append((Text("-"), "refold", f"skipped: {proof.skipped}"))
    elif chain.sound:
        rows.append((mark_of(False), "refold", proof.fault))
    columns(console, ("", "", ""), rows)
    pairs = [("state digest", proof.digest), ("chain", chain.digest)]
    facts(console, [(name, digest) for name, digest in pairs if digest])
    verdict = Text(proof.fault or "sound", style=BAD if proof.fault else GOOD)
    facts(console, [("verdict", verdict), ("took", f"{seconds:.2f} s")])


def show(journal: Path, as_json: bool) -> int:
    """``tradefold journal show`` of a session."""
    with JournalReader(journal, WORDS) as reader:
        head, opened = reader.head, opened_of(reader)
        first = next(iter(reader.frames(1, 1)))[0].at
        data = {
            "journal": reader.name,
            "kind": "session",
            "bytes": journal.stat().st_size,
            "format": head.format,
            "run": head.run,
            "sealed": bool(head.sealed),
            "frames": head.last_seq,
            "pages": reader.page_count,
            "from": render_time(first),
            "to": render_time(head.last_at),
            "chain": head.digest,
            "semantics": opened.semantics,
            "plays": opened.plays,
            "matched_on": opened.matched_on,
            "opened": render_time(opened.opened_ns),
            "symbols": [each.symbol for each in opened.instruments],
            "accounts": [_account(each) for each in opened.accounts],
            "warm_up_candles": len(opened.history),
            "provenance": dict(opened.provenance),
        }
    return give(Answer(data, lambda: _show(screen(), data)), as_json)


def _show(console: Console, data: dict[str, Any]) -> None:
    size = f"{data['bytes'] / 1e6:.1f} MB, format {data['format']}"
    heading(console, data["journal"], f"a session of the exchange's server, {size}")
    rows = [
        ("session", data["run"]),
        ("frames", f"{data['frames']:,} in {data['pages']:,} pages"),
        ("market time", f"{data['from']} to {data['to']}"),
        ("opened", data["opened"]),
        ("plays", data["plays"]),
        ("matched on", data["matched_on"]),
        ("chain", data["chain"]),
    ]
    facts(console, [(name, clean(text)) for name, text in rows])
    heading(console, "accounts")
    told = [
        (str(each["uid"]), each["wallet"], each["margin_mode"], each["position_mode"])
        for each in data["accounts"]
    ]
    columns(console, ("uid", "wallet", "margin", "positions"), told)
    heading(console, "origin")
    facts(console, [(name, clean(text)) for name, text in data["provenance"].items()])


def tail(journal: Path, count: int, decided: bool, as_json: bool) -> int:
    """``tradefold journal tail`` of a session."""
    with JournalReader(journal, WORDS) as reader:
        frames = last_frames(reader, count, decided)

    def shown() -> None:
        rows: list[tuple[str, str, str]] = []
        for stamped, outcomes in frames:
            told = in_words(stamped.input)
            rows.append((str(stamped.seq), moment(stamped.at), told))
            rows += [("", "", f"  {in_words(each)}") for each in outcomes]
        columns(screen(), ("seq", "at", ""), rows, right=(0,))

    return give(Answer({"frames": [frame_facts(each) for each in frames]}, shown), as_json)


def in_words(message: object) -> str:
    """An input or an outcome of a session in a line."""
    match message:
        case RequestTaken():
            told = f"account {message.uid} asks {message.path} {message.fields}"
        case Answered():
            told = f"answered {message.code} {message.text} {message.result}"
        case Told():
            told = f"{message.messages} private messages to account {message.uid}"
        case SessionOpened():
            told = f"the session {message.run} begins: {message.plays}"
        case SessionPaused():
            told = f"the server is stopped; the state is {message.digest}"
        case SessionContinued():
            told = f"a server of version {message.version} goes on"
        case _:
            told = sentence(cast(Input, message))
    told = clean(told)
    return told if len(told) <= LONGEST else f"{told[: LONGEST - 1]}…"


def frame_facts(frame: Frame) -> dict[str, Any]:
    """A frame as a dictionary that JSON can hold."""
    stamped, outcomes = frame
    return {
        "seq": stamped.seq,
        "at": render_time(stamped.at),
        "input": _named(stamped.input),
        "outcomes": [_named(each) for each in outcomes],
    }


def _named(message: object) -> dict[str, Any]:
    kind, facts_in = FACTS[type(message)]
    found = facts_in(message)
    for name in JSON_FIELDS:
        if name in found:
            found[name] = json.loads(found[name])
    return {"kind": kind, **found}


def export(
    journal: Path,
    first: int,
    last: int | None,
    kinds: Sequence[str],
    out: Path | None,
    as_json: bool,
) -> int:
    """``tradefold journal export`` of a session."""
    with JournalReader(journal, WORDS) as reader:
        end = reader.head.last_seq if last is None else min(last, reader.head.last_seq)
        chosen = _chosen(reader.frames(first, end), kinds)
        return give_lines(chosen, out, as_json)


def _chosen(frames: Iterable[Frame], kinds: Sequence[str]) -> Iterator[dict[str, Any]]:
    for frame in frames:
        told = (frame[0].input, *cast(tuple[SessionOutcome, ...], frame[1]))
        if not kinds or any(tag_of(type(each)) in kinds for each in told):
            yield frame_facts(frame)
