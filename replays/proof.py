"""Proving a journal: chain, refold, decisions and tables, and where the first fault is."""

from typing import Any

import attrs

from adapters.strategy_source import StrategyShelf
from engine.errors import InvariantError
from engine.evolve.router import evolve
from engine.messages.decisions import Decision
from engine.messages.inputs import Stamped
from engine.state import EngineState
from journal.export import named
from journal.frame import FrameSource
from journal.projections.compare import TablesReport, compare_tables
from journal.reader import JournalReader
from journal.verify import ChainReport, verify_chain
from replays.folding import UNFOLDABLE, unfoldable
from replays.reproduce import Divergence, can_redecide, digests, redecide, refold, schema_of

_ONLY_CHAIN = "only the chain was asked"
_OLDER = "they are of version {}, which is older; tradefold journal rebuild brings them up"


@attrs.frozen
class Proof:
    """What was proven. ``fault`` is one sentence, "" where all holds; ``code`` is its name.

    ``digest`` is the engine state's, ``strategy_digest`` that of the strategies ("" where their
    source is not at hand). ``skipped`` says why decisions were not run again, "" where they were.
    ``tables`` is None where the tables were not looked at.
    """

    chain: ChainReport
    digest: str
    strategy_digest: str
    decisions: int
    skipped: str
    divergence: Divergence | None
    code: str
    fault: str
    bad_seq: int
    tables: TablesReport | None = None

    @property
    def redecided(self) -> bool:
        """Whether every decision was made again and came out the same."""
        return not self.skipped and self.code in ("", "tables_differ")

    @property
    def tables_skipped(self) -> str:
        """Why the tables were not compared, "" where they were."""
        if self.tables is not None:
            return _OLDER.format(self.tables.older) if self.tables.older else ""
        early = self.fault and self.code != "unexpected"
        return "a fault was found before" if early else _ONLY_CHAIN


def prove(source: JournalReader, shelf: StrategyShelf, chain_only: bool, expect: str = "") -> Proof:
    """Check a journal as far as it can be checked; the first fault ends the search."""
    chain = verify_chain(source)
    if not chain.sound:
        return _found(chain, code="tampered", fault=chain.fault, bad_seq=chain.bad_seq)
    if chain_only:
        head = source.head
        sealed = _found(chain, head.state_digest, head.strategy_digest, _ONLY_CHAIN)
        return _expected(source, sealed, expect)
    reason = can_redecide(source.started.terms, shelf.digests())
    proof = _reproduced(source, shelf, chain, reason)
    return _expected(source, proof if proof.fault else _tabled(source, proof), expect)


def _reproduced(
    source: FrameSource, shelf: StrategyShelf, chain: ChainReport, reason: str
) -> Proof:
    """Fold what is recorded (law 2), decide it again (law 3), and hold both ends together.

    They are two walks: a strategy that changes in ``propose`` what it keeps decides the same again
    and again, and only the walk that asks nobody to propose ends in another state.
    """
    decisions = 0
    schema = schema_of(source.head)
    try:
        folded = digests(refold(source, shelf.build_known), schema)
    except UNFOLDABLE as error:
        return _found(chain, skipped=reason, code="diverged", fault=unfoldable(error))
    try:
        decided = folded
        if not reason:
            again = redecide(source, shelf.build_known)
            if again.divergence is not None:
                return _diverged(chain, folded, again.decisions, again.divergence)
            decided, decisions = digests(again.state, schema), again.decisions
    except InvariantError as error:
        return _found(chain, skipped=reason, code="diverged", fault=unfoldable(error))
    found = _found(chain, *folded, reason, decisions)
    if decided != folded:
        fault = (
            "deciding again ends in another state than folding the same frames: a strategy changes "
            "in propose what it keeps; only observe may"
        )
        bad_seq = _first_unlike(source, shelf)
        return attrs.evolve(found, code="impure", fault=fault, bad_seq=bad_seq)
    return _sealed_same(source, found)


def _first_unlike(source: FrameSource, shelf: StrategyShelf) -> int:
    """The first frame after which deciding has left another state than folding."""
    folded = EngineState(shelf.build_known)
    unlike: list[int] = []

    def compare(stamped: Stamped, recorded: tuple[Decision, ...], decided: EngineState) -> None:
        if not unlike:
            for fact in (stamped, *recorded):
                evolve(folded, fact)
            if digests(folded) != digests(decided):
                unlike.append(stamped.seq)

    redecide(source, shelf.build_known, compare)
    return unlike[0] if unlike else source.head.last_seq


def _sealed_same(source: FrameSource, found: Proof) -> Proof:
    """Hold the digests of the refold against those that the run was sealed with."""
    head = source.head
    pairs = [("state refolds", found.digest, head.state_digest)]
    if found.strategy_digest and not found.skipped:
        pairs.append(("strategies refold", found.strategy_digest, head.strategy_digest))
    for what, digest, sealed in pairs:
        if head.sealed and digest != sealed:
            fault = f"the {what} to {digest}, the journal was sealed with {sealed}"
            return attrs.evolve(found, code="diverged", fault=fault, bad_seq=head.last_seq)
    return found


def _tabled(source: JournalReader, proof: Proof) -> Proof:
    """What people query has to be what the frames say, too."""
    tables = compare_tables(source)
    code = "tables_differ" if tables.fault else ""
    return attrs.evolve(proof, tables=tables, code=code, fault=tables.fault)


def _diverged(
    chain: ChainReport, folded: tuple[str, str], decisions: int, divergence: Divergence
) -> Proof:
    """The decisions differ; the digests are those that the recorded ones fold to."""
    found = _found(chain, *folded, "", decisions)
    fault = f"at seq {divergence.seq} other decisions come out than were recorded"
    return attrs.evolve(
        found, divergence=divergence, code="diverged", fault=fault, bad_seq=divergence.seq
    )


def _expected(source: FrameSource, proof: Proof, expect: str) -> Proof:
    """An anchor from outside is a digest of the state, or of the chain at some page."""
    if proof.fault or not expect or expect == proof.digest:
        return proof
    anchored = verify_chain(source, expect)
    if anchored.sound:
        return proof
    fault = f"{expect} is neither the digest of the state nor of any page of the chain"
    return attrs.evolve(proof, code="unexpected", fault=fault)


def _found(
    chain: ChainReport,
    digest: str = "",
    strategy_digest: str = "",
    skipped: str = "",
    decisions: int = 0,
    code: str = "",
    fault: str = "",
    bad_seq: int = 0,
) -> Proof:
    return Proof(chain, digest, strategy_digest, decisions, skipped, None, code, fault, bad_seq)


def divergence_facts(divergence: Divergence) -> dict[str, Any]:
    """Both sides of a divergence, as named facts."""
    return {
        "seq": divergence.seq,
        "recorded": [named(each) for each in divergence.recorded],
        "decided": [named(each) for each in divergence.decided],
    }
