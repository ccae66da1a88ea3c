"""``tradefold verify``: is this journal what was written, and would the engine decide the same?"""

import re
from pathlib import Path
from time import perf_counter
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from commands.envelope import Answer, give
from commands.options import (
    aside,
    journal_argument,
    json_option,
    of_session,
    open_journal,
    shelf_of,
    strategy_option,
)
from commands.screen import BAD, GOOD, columns, facts, heading, mark_of, screen
from engine.errors import UserError
from replays.calm import calm_collector
from replays.proof import Proof, divergence_facts, prove
from replays.words import sentence

_DIGEST = re.compile("[0-9a-f]{64}")


@click.command("verify")
@journal_argument
@click.option("--chain-only", is_flag=True, help="Check pages and links; no decision, no table.")
@click.option("--expect", default="", metavar="DIGEST", help="A digest that was noted earlier.")
@strategy_option
@json_option
def command(
    journal: Path, chain_only: bool, expect: str, strategies: tuple[str, ...], as_json: bool
) -> int:
    """Prove JOURNAL: every page and link of its chain, the refolded state against the sealed
    digest, every decision, made again by the same strategy, and every row of the tables that
    people query.

    Of a session of the exchange's server every answer and private message is made again instead.

    --chain-only looks at pages and links alone: neither decisions nor tables are held against
    anything. Without the strategy's source the decisions are not run again, and the answer says so.
    --expect takes the digest of the state, or of any page of the chain, from an earlier answer.

    \b
    Examples:
      tradefold verify run.db
      tradefold verify run.db --strategy mine.py:EmaCross --json
    """
    expect = expect.strip().lower()
    if expect and not _DIGEST.fullmatch(expect):
        raise UserError(f"--expect {expect}: is no digest; write the 64 hex digits of one")
    asked = {"chain_only": chain_only, "expect": expect, "as_json": as_json}
    answered = of_session(journal, "verify", **asked)
    if answered is not None:
        return answered
    shelf = shelf_of(strategies)
    begin = perf_counter()
    with open_journal(journal) as reader, calm_collector(), aside():
        proof = prove(reader, shelf, chain_only, expect)
    seconds = perf_counter() - begin
    refusal = f"journal {journal}: {proof.fault}" if proof.fault else ""
    return give(
        Answer(
            proof_data(proof, str(journal), seconds),
            lambda: show_proof(screen(), proof, str(journal), seconds),
            refusal,
            proof.code or "negative_answer",
        ),
        as_json,
    )


def proof_data(proof: Proof, journal: str, seconds: float) -> dict[str, Any]:
    """The proof for ``--json``."""
    chain = proof.chain
    return {
        "journal": journal,
        "digest": proof.digest,
        "strategy_digest": proof.strategy_digest,
        "chain": chain.digest,
        "chain_sound": chain.sound,
        "sealed": chain.sealed,
        "frames": chain.frames,
        "pages": chain.pages,
        "decisions": proof.decisions,
        "redecided": proof.redecided,
        "redecide_skipped": proof.skipped or None,
        **_tables_data(proof),
        "first_bad_seq": proof.bad_seq or None,
        "fault": proof.fault or None,
        "divergence": divergence_facts(proof.divergence) if proof.divergence else None,
        "seconds": round(seconds, 3),
    }


def _tables_data(proof: Proof) -> dict[str, Any]:
    tables = proof.tables
    return {
        "tables_compared": tables is not None and not tables.older,
        "tables_skipped": proof.tables_skipped or None,
        "table_rows": tables.rows if tables and not tables.older else None,
        "first_bad_table": (tables.table or None) if tables else None,
        "first_bad_row": (tables.row or None) if tables else None,
    }


def show_proof(console: Console, proof: Proof, journal: str, seconds: float) -> None:
    """The steps of a proof, each with its mark."""
    chain = proof.chain
    heading(console, "verify", f"{journal}, {'sealed' if chain.sealed else 'not sealed'}")
    told = f"{chain.pages:,} pages, {chain.frames:,} frames"
    rows: list[tuple[Text, str, str | Text]] = [(mark_of(chain.sound), "chain", told)]
    if chain.sound and proof.digest:
        against = "as sealed" if chain.sealed else "nothing to hold it against: not sealed"
        fine = proof.divergence is not None or proof.code != "diverged"
        rows.append((mark_of(fine), "refold", against if fine else "not what was sealed"))
    if proof.skipped:
        rows.append((Text("-"), "re-decide", f"skipped: {proof.skipped}"))
    elif proof.redecided:
        again = f"{chain.frames:,} frames re-decided, {proof.decisions:,} decisions identical"
        rows.append((mark_of(True), "re-decide", again))
    elif proof.divergence is not None:
        rows.append((mark_of(False), "re-decide", f"differs at seq {proof.divergence.seq}"))
    elif proof.code == "impure":
        rows.append((mark_of(False), "re-decide", f"leaves another state at seq {proof.bad_seq}"))
    if proof.tables is not None and not proof.tables.older:
        fine = not proof.tables.fault
        told = f"{proof.tables.rows:,} rows as the frames fold to them"
        rows.append((mark_of(fine), "tables", told if fine else "not what the frames fold to"))
    elif chain.sound:
        rows.append((Text("-"), "tables", f"skipped: {proof.tables_skipped}"))
    if proof.code == "unexpected":
        rows.append((mark_of(False), "expect", proof.fault))
    columns(console, ("", "", ""), rows)
    if proof.divergence is not None:
        columns(
            console,
            ("side", "decision"),
            [("recorded", sentence(each)) for each in proof.divergence.recorded or ()]
            + [("now", sentence(each)) for each in proof.divergence.decided or ()],
        )
    found = [("state digest", proof.digest), ("strategies", proof.strategy_digest)]
    found += [("chain", chain.digest)]
    facts(console, [(name, digest) for name, digest in found if digest])
    sound = "sound" if proof.tables is None or not proof.tables.older else "sound, but old tables"
    verdict = Text(proof.fault or sound, style=BAD if proof.fault else GOOD)
    where = f" (first bad seq {proof.bad_seq:,})" if proof.bad_seq else ""
    facts(console, [("verdict", verdict.append(where)), ("took", f"{seconds:.2f} s")])
