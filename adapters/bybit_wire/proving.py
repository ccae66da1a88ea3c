"""The proof of a kept session: its chain, and every answer and message made again."""

from attrs import evolve, frozen

from adapters.bybit_wire.origin import code_digest
from adapters.bybit_wire.refolding import (
    DivergedError,
    Refolded,
    bare_desk,
    by_other_code,
    opened_of,
    refold,
    same_semantics,
)
from adapters.bybit_wire.session_messages import WORDS
from adapters.bybit_wire.standing import desk_digest
from engine.errors import InvariantError, NegativeAnswerError, UserError
from journal.reader import JournalReader
from journal.verify import ChainReport, verify_chain

UNFOLDABLE = (InvariantError, AssertionError, LookupError, ArithmeticError, TypeError, ValueError)
"""What the desk trips over where frames tell of what no frame before them made."""


@frozen
class SessionProof:
    """What was proven. ``fault`` is one sentence, "" where all holds, and ``code`` its name.

    ``refolded`` and ``digest`` (the desk's state at the end) are there once the frames were
    folded; ``skipped`` says why they were not.
    """

    chain: ChainReport
    refolded: Refolded | None = None
    digest: str = ""
    skipped: str = ""
    code: str = ""
    fault: str = ""
    bad_seq: int = 0


def prove_session(reader: JournalReader, chain_only: bool, expect: str = "") -> SessionProof:
    """Check a session's journal as far as it can be checked; the first fault ends the search."""
    chain = verify_chain(reader, words=WORDS)
    if not chain.sound:
        return SessionProof(chain, code="tampered", fault=chain.fault, bad_seq=chain.bad_seq)
    proof = SessionProof(chain, skipped="only the chain was asked")
    if not chain_only:
        proof = _folded(reader, chain)
    if proof.fault or expect in ("", proof.digest):
        return proof
    if verify_chain(reader, expect, WORDS).sound:
        return proof
    fault = f"{expect} is neither the digest of the state nor of any page of the chain"
    return evolve(proof, code="unexpected", fault=fault)


def _folded(reader: JournalReader, chain: ChainReport) -> SessionProof:
    opened = opened_of(reader)
    try:
        same_semantics(reader.name, opened)
    except UserError as error:
        return SessionProof(chain, skipped=str(error))
    try:
        frames = reader.frames(1, chain.frames)
        found = refold(bare_desk(opened), frames, False, code_digest())
    except DivergedError as error:
        fault = f"{error}{by_other_code(opened, code_digest())}"
        return SessionProof(chain, code="diverged", fault=fault, bad_seq=error.seq)
    except NegativeAnswerError as error:
        return SessionProof(chain, code="tampered", fault=str(error))
    except UNFOLDABLE as error:
        told = f"the frames cannot be folded ({type(error).__name__}: {error})"
        return SessionProof(chain, code="diverged", fault=told)
    return SessionProof(chain, found, desk_digest(found.desk))
