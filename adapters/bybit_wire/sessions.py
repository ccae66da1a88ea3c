"""A session that is kept: begun in a new journal, or taken up where its journal ends.

How this works: what was asked for is made anew as of the wall's time at which the session was
opened, so a made market has the same beginning; then it is held against the manifest. The fresh
desk is brought to the journal's end by its frames, and its feed has to tell the same events.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from attrs import evolve, frozen

from adapters.bybit_wire.contracts import AccountSettings
from adapters.bybit_wire.desk import Desk
from adapters.bybit_wire.keeping import Keeper, frame_of
from adapters.bybit_wire.opening import Opened, lay_out
from adapters.bybit_wire.origin import code_digest
from adapters.bybit_wire.refolding import (
    DivergedError,
    OtherFeedError,
    Refolded,
    by_other_code,
    opened_of,
    refold,
    same_semantics,
)
from adapters.bybit_wire.session_messages import (
    WIRE_SEMANTICS,
    WORDS,
    SessionContinued,
    SessionOpened,
    account_of,
)
from engine.errors import NegativeAnswerError, UserError
from engine.timebase import MILLISECOND, Nanos
from journal.doorstep import SESSION_ID, mark_of
from journal.reader import JournalReader
from journal.store import SqliteJournal

Provenance = tuple[tuple[str, str], ...]
Watch = Callable[[Desk], None]
DECIDING = {
    "plays": "the market",
    "matched_on": "what orders are matched on",
    "start_ns": "the beginning of market time",
    "accounts": "an account's number, first wallet or modes",
    "instruments": "a contract",
    "history": "the candles of before",
}
"""The fields of a manifest that options decide, and what they are called."""


@frozen
class Asked:
    """What a session is asked to be: the options of the command."""

    feeds: Sequence[str]
    symbols: Sequence[str]
    accounts: Sequence[AccountSettings]
    warm_up: int

    def lay_out(self, now_ns: int) -> Opened:
        """The market of it, as it would begin at ``now_ns``."""
        return lay_out(self.feeds, self.symbols, self.accounts, now_ns, self.warm_up)


@frozen
class Kept:
    """A session with its journal; ``before`` is what was made again of it, None for a new one."""

    opened: Opened
    keeper: Keeper
    before: Refolded | None


def span_of(path: Path) -> tuple[int, int]:
    """The market times between which a session's journal reaches; of another file (0, 0)."""
    if mark_of(path) != SESSION_ID:
        return 0, 0
    with JournalReader(path, WORDS) as reader:
        return opened_of(reader).start_ns, reader.head.last_at


def keep_session(
    path: Path, asked: Asked, now_ns: int, provenance: Provenance, begun: Watch | None = None
) -> Kept:
    """Begin a session in ``path``, or take up the one that it holds; ``begun`` is then given the
    desk before it is brought to the journal's end, to show progress from.

    Raises ``UserError`` where the journal is of another session, of another kind, or locked, and
    ``NegativeAnswerError`` where it was changed.
    """
    if path.exists():
        version = dict(provenance).get("code_version", "")
        return _continued(path, asked, now_ns, version, begun)
    opened = asked.lay_out(now_ns)
    manifest = manifest_of(opened, asked, now_ns, provenance)
    (stamped, _) = frame_of(1, opened.desk.start_ns, manifest, ())
    journal = SqliteJournal.create(path, stamped, words=WORDS)
    keeper = opened.desk.keeper = Keeper(opened.desk, journal)
    opened.desk.advance(opened.served_ns)
    keeper.flush(durable=True)
    return Kept(opened, keeper, None)


def _continued(path: Path, asked: Asked, now_ns: int, version: str, begun: Watch | None) -> Kept:
    with JournalReader(path, WORDS) as reader:
        recorded = opened_of(reader)
    same_semantics(str(path), recorded)
    opened = asked.lay_out(recorded.opened_ns)
    _same(path, recorded, manifest_of(opened, asked, recorded.opened_ns, ()))
    journal, code = SqliteJournal.resume(path, recorded.run, WORDS), code_digest()
    try:
        if begun is not None:
            begun(opened.desk)
        with JournalReader(path, WORDS) as reader:
            before = refold(opened.desk, reader.frames(), True, code)
        keeper = opened.desk.keeper = Keeper(opened.desk, journal)
        opened.desk.advance(opened.served_ns)
        keeper.note(SessionContinued(now_ns // MILLISECOND, code, version))
        keeper.flush(durable=True)
    except (DivergedError, OtherFeedError) as error:
        journal.close()
        told = f"journal {path}: cannot be gone on with: {error}{by_other_code(recorded, code)}"
        if isinstance(error, OtherFeedError):
            raise UserError(f"{told}; give it the same files as then") from error
        raise NegativeAnswerError(told) from error
    except BaseException:
        journal.close()
        raise
    return Kept(opened, keeper, before)


def manifest_of(
    opened: Opened, asked: Asked, opened_ns: int, provenance: Provenance
) -> SessionOpened:
    """The manifest of a session that begins so."""
    desk = opened.desk
    accounts = tuple(account_of(each) for each in asked.accounts)
    made = SessionOpened(
        "",
        WIRE_SEMANTICS,
        opened.plays,
        opened.matched_on,
        Nanos(opened_ns),
        Nanos(desk.start_ns),
        accounts,
        tuple(desk.instruments.values()),
        opened.history,
        (),
    )
    row = json.dumps(WORDS.checked[SessionOpened](made), separators=(",", ":"))
    run = hashlib.sha256(row.encode()).hexdigest()[:16]
    return evolve(made, run=run, provenance=provenance)


def _same(path: Path, recorded: SessionOpened, asked: SessionOpened) -> None:
    for name, what in DECIDING.items():
        if getattr(recorded, name) != getattr(asked, name):
            raise UserError(
                f"journal {path}: is of another session, {what} is not the same; "
                "give the options that it was begun with, or choose another name"
            )
    if recorded.run != asked.run:
        raise UserError(f"journal {path}: is of another session; choose another name")
