"""A desk made again from its journal alone, each outcome held against the recorded one."""

import json
from collections.abc import Iterable, Sequence
from typing import cast

from attrs import frozen

from adapters.bybit_wire.account import Account
from adapters.bybit_wire.contracts import AccountSettings
from adapters.bybit_wire.desk import Desk
from adapters.bybit_wire.keeping import Pushes, answered
from adapters.bybit_wire.origin import CODE
from adapters.bybit_wire.router import handle
from adapters.bybit_wire.routes import KEPT
from adapters.bybit_wire.session_messages import (
    WIRE_SEMANTICS,
    Answered,
    RequestTaken,
    SessionAccount,
    SessionContinued,
    SessionInput,
    SessionOpened,
    SessionOutcome,
    SessionPaused,
)
from adapters.bybit_wire.standing import desk_digest
from engine.errors import NegativeAnswerError, UserError
from engine.messages.inputs import Stamped
from engine.messages.market import MarketEvent
from journal.frame import Frame
from journal.reader import JournalReader


class DivergedError(NegativeAnswerError):
    """What is recorded is not what the inputs lead to; ``seq`` is the first such frame."""

    def __init__(self, seq: int, what: str) -> None:
        super().__init__(f"seq {seq}: {what}")
        self.seq = seq


class OtherFeedError(UserError):
    """The feed does not tell what is recorded."""


@frozen
class Refolded:
    """A desk as it was left, and what was met on the way.

    ``paused``: the last frame says so. ``noted``: so many states were noted by these very sources,
    and were come to again.
    """

    desk: Desk
    frames: int
    requests: int
    events: int
    messages: int
    continued: int
    noted: int
    paused: bool


def opened_of(reader: JournalReader) -> SessionOpened:
    """The manifest of a session's journal."""
    for stamped, _ in reader.frames(1, 1):
        found = cast(SessionInput, stamped.input)
        if isinstance(found, SessionOpened):
            return found
    raise NegativeAnswerError(f"journal {reader.name}: does not begin with SessionOpened")


def same_semantics(name: str, opened: SessionOpened) -> None:
    """``UserError`` where this code would answer in another way than the one that kept it."""
    if opened.semantics != WIRE_SEMANTICS:
        raise UserError(
            f"journal {name}: was kept under the exchange's semantics {opened.semantics}, this "
            f"tradefold has {WIRE_SEMANTICS}; use the version that its origin names"
        )


def by_other_code(opened: SessionOpened, code: str) -> str:
    """The likely reason why a session cannot be made again, where it is one: a session answers, and
    a made market goes, as the code has it that kept them."""
    return (
        "; it was begun by other code than this"
        if dict(opened.provenance).get(CODE) != code
        else ""
    )


def bare_desk(opened: SessionOpened) -> Desk:
    """The desk of a manifest, without a feed; its keys open nothing."""
    accounts = [_nameless(each) for each in opened.accounts]
    instruments, history = opened.instruments, opened.history
    return Desk(instruments, accounts, opened.matched_on, opened.start_ns, (), history)


def _nameless(account: SessionAccount) -> AccountSettings:
    name = f"uid-{account.uid}"
    modes = (account.margin_mode, account.position_mode)
    return AccountSettings(name, "", account.uid, int(account.wallet), *modes)


def refold(desk: Desk, frames: Iterable[Frame], with_feed: bool, code: str) -> Refolded:
    """Bring a fresh desk to where its journal ends; ``code`` are the sources that do it.

    ``with_feed``: the desk's own feed has to tell the very events that are recorded, and goes on
    behind them. Raises ``DivergedError`` for an outcome that is not the recorded one, and
    ``OtherFeedError`` for a feed that tells something else.
    """
    walk = _Walk(desk, with_feed, code)
    for stamped, led_to in frames:
        walk.take(stamped, cast(tuple[SessionOutcome, ...], led_to))
    return Refolded(desk, walk.frames, *walk.counts, walk.paused)


class _Walk:
    """One frame after the other onto a desk."""

    def __init__(self, desk: Desk, with_feed: bool, code: str) -> None:
        self.frames = self._requests = self._events = self._messages = 0
        self._continued = self._noted = 0
        self._code = code
        self.paused = False
        self._desk = desk
        self._with_feed = with_feed
        self._pushes = Pushes(desk)
        self._accounts = {each.settings.uid: each for each in desk.accounts.values()}

    @property
    def counts(self) -> tuple[int, int, int, int, int]:
        """Requests, events, private messages, how often the session was taken up again, and how
        many noted states were come to."""
        done = (self._requests, self._events, self._messages)
        return *done, self._continued, self._noted

    def take(self, stamped: Stamped, recorded: tuple[SessionOutcome, ...]) -> None:
        """Step on a frame and compare."""
        kept = cast(SessionInput, stamped.input)
        self.frames += 1
        self.paused = isinstance(kept, SessionPaused)
        self._desk.now_ns = max(self._desk.now_ns, stamped.at)
        found: list[SessionOutcome] = []
        match kept:
            case RequestTaken():
                self._requests += 1
                found.append(self._request(stamped.seq, kept))
            case SessionPaused():
                if kept.code == self._code:
                    self._noted += 1
                    if desk_digest(self._desk) != kept.digest:
                        raise DivergedError(stamped.seq, "the state is not the one that was noted")
            case SessionContinued():
                self._continued += 1
            case SessionOpened():
                if stamped.seq != 1:
                    raise DivergedError(stamped.seq, "a session begins but once")
            case _:
                self._events += 1
                self._event(stamped.seq, kept)
        for told in self._pushes.told():
            found.append(told)
            self._messages += told.messages
        _compare(stamped.seq, recorded, found)
        for account in self._accounts.values():
            account.take_pushes()

    def _event(self, seq: int, event: MarketEvent) -> None:
        if self._with_feed and self._desk.take_event() != event:
            raise OtherFeedError(f"the feed does not tell what it told at seq {seq}")
        self._desk.tell((event,))

    def _request(self, seq: int, kept: RequestTaken) -> Answered:
        account: Account | None = self._accounts.get(kept.uid)
        route = KEPT.get(kept.path)
        if account is None or route is None:
            what = f"account {kept.uid}" if account is None else f"the path {kept.path}"
            raise DivergedError(seq, f"a request names {what}, and there is none")
        given = json.loads(kept.fields)
        return answered(handle(self._desk, account, route, given, kept.room))


def _compare(seq: int, recorded: Sequence[SessionOutcome], found: Sequence[SessionOutcome]) -> None:
    """Texts of answers are for people: only codes and results have to be the same."""
    for then, now in zip(recorded, found, strict=False):
        if isinstance(then, Answered) and isinstance(now, Answered):
            if (then.code, then.result) != (now.code, now.result):
                told = (
                    f"{then.code} {then.result} was answered, it should be {now.code} {now.result}"
                )
                raise DivergedError(seq, told)
        elif then != now:
            raise DivergedError(seq, "other private messages were told than the inputs lead to")
    if len(recorded) != len(found):
        told = f"{len(recorded)} outcomes are recorded, the inputs lead to {len(found)}"
        raise DivergedError(seq, told)
