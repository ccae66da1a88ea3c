"""Keeping a session: each input of the desk as a frame of a journal, with what it led to.

How this works: the desk steps first, in memory; what that led to is noted beside the input. An
answer or a private message leaves only after ``flush(durable=True)`` (``owes`` says when it is
due); the market alone is written a few times a second. The desk is a function of these frames, so
``refolding`` makes it again from them, and finds the same outcomes.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any, cast

from adapters.bybit_wire.account import Account
from adapters.bybit_wire.answers import Fields, Outcome, RefusedError
from adapters.bybit_wire.desk import Desk, Taken
from adapters.bybit_wire.session_messages import (
    Answered,
    RequestTaken,
    SessionInput,
    SessionOutcome,
    SessionPaused,
    Told,
)
from adapters.bybit_wire.standing import desk_digest
from engine.errors import InvariantError
from engine.messages.decisions import Decision
from engine.messages.inputs import Input, Stamped
from engine.messages.market import MarketEvent
from engine.timebase import Nanos
from journal.frame import Frame
from journal.store import SqliteJournal


def frame_of(seq: int, at: int, kept: SessionInput, led_to: Iterable[SessionOutcome]) -> Frame:
    """A frame of a session. The journal's own words are for runs; its tables are the session's."""
    return Stamped(seq, Nanos(at), cast(Input, kept)), cast(tuple[Decision, ...], tuple(led_to))


def text_of(fields: Fields) -> str:
    """JSON as it is kept: in plain letters, the fields in the order they came."""
    return json.dumps(fields, separators=(",", ":"), default=str)


class Pushes:
    """What accounts have to tell, seen once by whoever keeps or checks a session."""

    def __init__(self, desk: Desk) -> None:
        self._accounts = list(desk.accounts.values())
        self._seen: list[tuple[list[Any], int]] = [([], 0) for _ in self._accounts]

    def told(self) -> Iterator[Told]:
        """What came since the last call, account by account."""
        for place, account in enumerate(self._accounts):
            pushes = account.heard.pushes
            before, seen = self._seen[place]
            if before is not pushes:
                seen = 0
            if len(pushes) > seen:
                yield told_of(account, pushes[seen:])
                self._seen[place] = (pushes, len(pushes))


def told_of(account: Account, pushes: Iterable[tuple[str, Fields]]) -> Told:
    """The digest of private messages."""
    lines = [f"{topic} {text_of(row)}" for topic, row in pushes]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return Told(account.settings.uid, len(lines), digest)


def answered(outcome: Outcome | RefusedError) -> Answered:
    """What a handler's outcome is kept as."""
    if isinstance(outcome, RefusedError):
        return Answered(*outcome.refusal, text_of(outcome.result))
    result = outcome.result | {"retExtInfo": outcome.extra} if outcome.extra else outcome.result
    return Answered(0, outcome.text, text_of(result))


class Keeper:
    """Writes frames of a desk into its journal. Implements ``desk.Keeper``.

    ``owes``: something of an account waits to be told that is not on the disk yet.
    """

    def __init__(self, desk: Desk, journal: SqliteJournal) -> None:
        self.desk = desk
        self.journal = journal
        self.owes = False
        self._pushes = Pushes(desk)
        self._seq = journal.last_seq
        self._is_open = False

    def event(self, event: MarketEvent) -> None:
        """Keep a market event."""
        self._append(event, self._pushes.told())

    def begin(self) -> None:
        """From now on the desk may be changed by half, until the request is kept."""
        self._is_open = True

    def request(self, taken: Taken, outcome: Outcome | RefusedError) -> None:
        """Keep a request and its answer."""
        uid, given = taken.account.settings.uid, text_of(taken.given)
        kept = RequestTaken(uid, taken.path, given, taken.room, taken.wall_ms)
        self._append(kept, (answered(outcome), *self._pushes.told()))
        self.owes, self._is_open = True, False

    def note(self, kept: SessionInput) -> None:
        """Keep what changes nothing: that a session goes on."""
        self._append(kept, ())

    def flush(self, durable: bool) -> None:
        """Write what was kept. Raises ``WorldError`` when the disk refuses, and
        ``InvariantError`` when a request broke off in the middle: nothing may leave then."""
        if self._is_open:
            raise InvariantError("a request broke off in the middle; start again, it is not kept")
        self.journal.flush(durable)
        if durable:
            self.owes = False

    def pause(self, wall_ms: int, code: str) -> None:
        """The server ends in order: note the state that the next one with the same sources has to
        come to."""
        self.flush(durable=False)
        self.note(SessionPaused(wall_ms, code, desk_digest(self.desk)))
        self.journal.close()

    def _append(self, kept: SessionInput, led_to: Iterable[SessionOutcome]) -> None:
        self._seq += 1
        frame = frame_of(self._seq, self.desk.now_ns, kept, led_to)
        self.owes = self.owes or bool(frame[1])
        self.journal.append(*frame)
