"""What the journal of a served session holds: the closed unions of its inputs and outcomes.

A tag and its fields are a storage format for ever (``journal/upcast.py``). No key, secret or
signature has a place here: accounts go by their number.
"""

from typing import get_args

from adapters.bybit_wire.contracts import AccountSettings
from engine.domain.candle import Candle
from engine.domain.instrument import Instrument
from engine.messages.market import MarketEvent
from engine.messages.record import record
from engine.messages.runs import MarginMode, MatchedOn, PositionMode
from engine.money import Money
from engine.timebase import Nanos
from journal.codec import vocabulary
from journal.doorstep import SESSION_ID

WIRE_SEMANTICS = 1
"""Raised whenever the same inputs would be answered or told in another way than before."""


@record
class SessionAccount:
    """An account as it began: ``wallet`` e8 of the settlement asset."""

    uid: int
    wallet: Money
    margin_mode: MarginMode
    position_mode: PositionMode


@record
class SessionOpened:
    """The manifest: all that decides a session, and where it came from.

    ``run`` is the digest of all other fields but ``provenance``. ``opened_ns`` is the wall's time,
    from which a made market has its beginning; ``history`` are the candles of before ``start_ns``.
    """

    run: str
    semantics: int
    plays: str
    matched_on: MatchedOn
    opened_ns: Nanos
    start_ns: Nanos
    accounts: tuple[SessionAccount, ...]
    instruments: tuple[Instrument, ...]
    history: tuple[Candle, ...]
    provenance: tuple[tuple[str, str], ...]


@record
class SessionPaused:
    """The server was stopped in order. ``digest`` is the desk's state as the sources with the
    digest ``code`` have it, ``wall_ms`` the clock's time."""

    wall_ms: int
    code: str
    digest: str


@record
class SessionContinued:
    """A server took the session up again, of that version and with those sources."""

    wall_ms: int
    code: str
    version: str


@record
class RequestTaken:
    """A request that may change an account, after signature and limits were found right.

    ``fields`` is the JSON object that was sent, made plain; ``room`` how many orders of a batch
    were within the limit.
    """

    uid: int
    path: str
    fields: str
    room: int
    wall_ms: int


@record
class Answered:
    """What a request was answered: code, text, and the result as JSON."""

    code: int
    text: str
    result: str


@record
class Told:
    """How many private messages of an account an input caused, and the digest of them all."""

    uid: int
    messages: int
    digest: str


SessionInput = MarketEvent | SessionOpened | SessionPaused | SessionContinued | RequestTaken
SessionOutcome = Answered | Told

WORDS = vocabulary(SESSION_ID, SessionOpened, get_args(SessionInput), get_args(SessionOutcome))
"""How they are written."""


def account_of(settings: AccountSettings) -> SessionAccount:
    """The part of an account's settings that decides what becomes of it."""
    wallet = Money(settings.wallet)
    return SessionAccount(settings.uid, wallet, settings.margin_mode, settings.position_mode)
