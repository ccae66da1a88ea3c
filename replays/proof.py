"""Proving a journal: its chain, its refold and its decisions, and where the first fault is."""

from typing import Any

import attrs

from adapters.strategy_source import StrategyShelf
from engine.errors import InvariantError
from engine.state import EngineState
from journal.export import named
from journal.frame import FrameSource
from journal.verify import ChainReport, verify_chain
from replays.reproduce import Divergence, can_redecide, digests, redecide, refold


@attrs.frozen
class Proof:
    """What was proven. ``fault`` is one sentence, "" where all holds; ``code`` is its name.

    ``digest`` is the engine state's, ``strategy_digest`` that of the strategies ("" where their
    source is not at hand). ``skipped`` says why decisions were not run again, "" where they were.
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


def prove(source: FrameSource, shelf: StrategyShelf, chain_only: bool, expect: str = "") -> Proof:
    """Check a journal as far as it can be checked; the first fault ends the search."""
    chain = verify_chain(source)
    if not chain.sound:
        return _found(chain, code="tampered", fault=chain.fault, bad_seq=chain.bad_seq)
    if chain_only:
        head = source.head
        sealed = _found(chain, head.state_digest, head.strategy_digest, "only the chain was asked")
        return _expected(source, sealed, expect)
    reason = can_redecide(source.started.terms, shelf.digests())
    return _expected(source, _reproduced(source, shelf, chain, reason), expect)


def _reproduced(
    source: FrameSource, shelf: StrategyShelf, chain: ChainReport, reason: str
) -> Proof:
    decisions = 0
    try:
        if reason:
            state = refold(source, shelf.build_known)
        else:
            again = redecide(source, shelf.build_known)
            if again.divergence is not None:
                return _diverged(source, shelf, chain, again.decisions, again.divergence)
            state, decisions = again.state, again.decisions
    except InvariantError as error:
        fault = f"the frames cannot be folded: {error}"
        return _found(chain, skipped=reason, code="diverged", fault=fault)
    return _sealed_same(source, chain, state, decisions, reason)


def _sealed_same(
    source: FrameSource, chain: ChainReport, state: EngineState, decisions: int, reason: str
) -> Proof:
    """Hold the digests of the refold against those that the run was sealed with."""
    digest, strategy = digests(state)
    found = _found(chain, digest, strategy, reason, decisions)
    head = source.head
    if head.sealed and digest != head.state_digest:
        fault = f"the state refolds to {digest}, the journal was sealed with {head.state_digest}"
        return attrs.evolve(found, code="diverged", fault=fault, bad_seq=head.last_seq)
    same = not strategy or strategy == head.strategy_digest
    if head.sealed and not reason and not same:
        fault = (
            f"the strategies refold to {strategy}, the journal was sealed with "
            f"{head.strategy_digest}"
        )
        return attrs.evolve(found, code="diverged", fault=fault, bad_seq=head.last_seq)
    return found


def _diverged(
    source: FrameSource,
    shelf: StrategyShelf,
    chain: ChainReport,
    decisions: int,
    divergence: Divergence,
) -> Proof:
    """The decisions differ; the recorded ones are folded all the same, for the digest."""
    digest, strategy = digests(refold(source, shelf.build_known))
    found = _found(chain, digest, strategy, "", decisions)
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
