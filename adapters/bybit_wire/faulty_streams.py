"""How what is said on a WebSocket meets the plan of faults. Pure.

Only what streams tell and what becomes of orders on the trade socket goes wrong: answers to
subscriptions, logins and pings, and first snapshots, come as they are. A late message keeps those
behind it waiting, because a connection tells in order. A private message is overtaken by messages
of other topics alone: within a topic the venue keeps the order (bybit-v5.md 4.3).
"""

from collections.abc import Sequence
from typing import NamedTuple

from adapters.bybit_wire.answers import Fields, Refusal, to_text
from adapters.bybit_wire.conversation import DELAY_MS, Conversation
from adapters.bybit_wire.faults import Channel, Fault, Faults, Key, Passing
from adapters.bybit_wire.faulty_answers import FAILED, Ending, broken_off, passing_of
from adapters.bybit_wire.router import read_json
from adapters.bybit_wire.routes import TRADED


class Told(NamedTuple):
    """A message of a topic, and its text."""

    topic: str
    text: str
    is_delta: bool


class Said(NamedTuple):
    """A message as it goes out: ``delay_ms`` late, then closing, or cutting, the connection."""

    delay_ms: int
    text: str
    closes: bool = False
    ending: Ending = "whole"


RESTARTS = Refusal(10019, "service is restarting")
TOO_FREQUENT = Refusal(10429, "System level frequency protection")
CUT = Said(0, "", ending="cut")


def told(message: Fields) -> Told:
    """A message of a stream, as text too."""
    return Told(message["topic"], to_text(message), message.get("type") == "delta")


class Line:
    """One connection, as the faults know it: the n-th of its kind."""

    def __init__(self, faults: Faults, talk: Conversation) -> None:
        self._faults = faults
        self._talk = talk
        self._serial = -1

    def hear(self, text: str, wall_ms: int) -> list[Said]:
        """What is answered to a text message."""
        if self._talk.kind != "trade" or self._faults.is_quiet:
            return self._heard(text, wall_ms)
        asked = read_json(text) or {}
        op = str(asked.get("op"))
        if op not in TRADED:
            return self._heard(text, wall_ms)
        if self._faults.is_down(wall_ms):
            return [self._refused(asked, RESTARTS)]
        fault = self._faults.strike(self._passing(op, asked), wall_ms)
        if fault is None:
            return self._heard(text, wall_ms)
        instead = self._instead(fault, asked)
        if instead is not None:
            return instead
        return self._spoilt(fault, asked, self._heard(text, wall_ms))

    def _heard(self, text: str, wall_ms: int) -> list[Said]:
        replies = self._talk.hear(text, wall_ms)
        return [Said(each.delay_ms, to_text(each.message), each.closes) for each in replies]

    def tell(self, messages: Sequence[Told], wall_ms: int) -> list[Said]:
        """What goes out of the messages of one moment, which belong to topics listened to here."""
        if self._faults.is_quiet:
            return [Said(0, each.text) for each in messages]
        waiting = [(each, self._key(each.topic)) for each in messages]
        said: list[Said] = []
        while waiting:
            message, key = waiting.pop(0)
            place = _place_behind(message, waiting) if key else 0
            passing = Passing(self._channels(message, place), message.topic, self._account, key)
            fault = self._faults.strike(passing, wall_ms) if key else None
            if fault is None:
                said.append(Said(0, message.text))
                continue
            match fault.kind:
                case "delay":
                    said.append(Said(fault.ms, message.text))
                case "duplicate":
                    said += [Said(0, message.text)] * 2
                case "reorder":
                    waiting.insert(place, (message, ()))  # struck already
                case "disconnect":
                    return [*said, CUT]
                case _:
                    assert fault.kind in ("drop", "book_gap"), f"{fault.kind} is no stream's"
        return said

    @property
    def _account(self) -> str:
        account = self._talk.account
        return account.settings.key if account is not None else ""

    def _key(self, topic: str) -> Key:
        if self._serial < 0:  # not before it tells something: then its account is known
            self._serial = self._faults.connection(self._talk.kind, self._account)
        base = (self._talk.kind, self._account, self._serial, topic)
        return (*base, self._faults.nth(*base))

    def _channels(self, message: Told, place: int) -> tuple[Channel, ...]:
        if self._talk.kind == "private":
            return ("private", "movable") if place else ("private",)
        is_book = message.topic.startswith("orderbook.") and message.is_delta
        return ("public", "book") if is_book else ("public",)

    def _passing(self, op: str, asked: Fields) -> Passing:
        args = asked.get("args")
        given = args[0] if isinstance(args, list) and args and isinstance(args[0], dict) else {}
        return passing_of(self._faults, "trade", op, self._account, given)

    def _refused(self, asked: Fields, refusal: Refusal) -> Said:
        return Said(DELAY_MS, to_text(self._talk.traded(asked, refusal)))

    def _instead(self, fault: Fault, asked: Fields) -> list[Said] | None:
        """What is said where the exchange does not get to hear of it; None where it does."""
        match fault.kind:
            case "timeout_before":
                return []
            case "maintenance":
                return [self._refused(asked, RESTARTS)]
            case "internal_error_before":
                return [self._refused(asked, FAILED)]
            case "rate_limit":
                return [self._refused(asked, TOO_FREQUENT)]
        return None

    def _spoilt(self, fault: Fault, asked: Fields, said: list[Said]) -> list[Said]:
        """How the answer goes out to what the exchange heard."""
        match fault.kind:
            case "delay":
                return [each._replace(delay_ms=each.delay_ms + fault.ms) for each in said]
            case "timeout_after":
                return []
            case "internal_error_after":
                return [self._refused(asked, FAILED)]
            case "bad_json":
                return [each._replace(text=broken_off(each.text)) for each in said]
        assert fault.kind == "disconnect", f"{fault.kind} does not strike orders"
        return [CUT]


def _place_behind(message: Told, others: Sequence[tuple[Told, Key]]) -> int:
    """How many of the next messages may come before this one: those before its topic's next."""
    for place, (other, _) in enumerate(others):
        if other.topic == message.topic:
            return place
    return len(others)
