"""What a bundle may not tell: paths, hosts, addresses, people and keys, wherever a text has one.

How this works: texts of a journal are of three kinds. Provenance is never folded, so all of it goes
but what says nothing of a person or a machine. Texts that only tell (why a strategy halted, what a
person gave as a reason, what a venue answered) are searched, and what must not be told is replaced
in them; the state keeps some of these, so its digest may become another one. Names and parameters
decide: they cannot be changed without another run, so one that must not be told is refused.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from engine.errors import NegativeAnswerError
from engine.evolve.router import evolve
from engine.ids import PositionKey
from engine.messages.inputs import Stamped
from engine.messages.runs import RunStarted
from engine.state import EngineState
from journal.frame import Frame, FrameSource
from replays.provenance import Provenance

REDACTED = "(redacted)"
_KEPT = frozenset({"mode", "code_version", "git_commit", "python", "byte_order"})
"""Provenance that says nothing of a person or a machine."""
_KEPT_OF_CANDLES = ("sha256", "rows", "interval", "first", "last", "gaps", "unit", "layout")
_TELLING = frozenset({"reason", "resolution", "exit_reason", "facts"})
"""Fields of messages that only tell. All other texts are names, or chosen from a few words."""
_DIGESTS = frozenset({"source_digest", "run", "nonce", "provenance"})
_SHORTEST_NAME = 3

_SECRETS = re.compile(
    r"""
      (?P<q>['"])[^'"]*[/\\][^'"]*(?P=q)                       # a path in quotes, with its spaces
    | \b[a-z][a-z0-9+.-]*://\S+                                 # an address of the web
    | (?<![\w.])(?:~|[a-z]:)?[/\\]{1,2}[\w.~-][^\s'",;()]*     # a path
    | (?<![\w.])\.{1,2}[/\\][^\s'",;()]+                        # and one from here
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)*                              # a mail address, a user at a host
    | \b\d{1,3}(?:\.\d{1,3}){3}\b                               # an address of the net
    | \b(?:[0-9a-f]{1,4}:){3,}[0-9a-f:]*                        # and its longer form
    | \b(?:[a-z0-9-]+\.)+(?:com|net|org|io|dev|local|lan|internal|corp|home|localdomain)\b
    | \b(?:api[_-]?key|secret|token|password|passwd|signature|sign)\b\s*[=:]\s*\S+
    | \b[0-9a-f]{32,}\b                                         # a signature
    | (?-i:\b(?=\w*\d)(?=\w*[a-z])(?=\w*[A-Z])[A-Za-z0-9]{16,}\b)  # a key; no symbol is one
    """,
    re.VERBOSE | re.IGNORECASE,
)


class Redaction:
    """Goes through the frames of one journal. ``names`` are of people and machines.

    ``changed`` are the frames of which a text that is folded, or decided, was replaced.
    """

    def __init__(self, names: Sequence[str] = ()) -> None:
        known = sorted({each for each in names if len(each) >= _SHORTEST_NAME}, key=len)
        words = "|".join(re.escape(each) for each in reversed(known))
        self._names = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) if words else None
        self._fine: set[str] = set()
        self._texts: dict[type, tuple[tuple[str, bool], ...]] = {}
        self.changed: list[int] = []

    def told(self, text: str) -> str:
        """``text`` with all that must not be told replaced."""
        text = _SECRETS.sub(REDACTED, text)
        return self._names.sub(REDACTED, text) if self._names is not None else text

    def frames(self, source: FrameSource) -> Iterator[Frame]:
        """The frames as they may be told. Raises ``NegativeAnswerError`` for a name that may not.

        ``changed`` is complete when the last frame is out.
        """
        self.changed = []
        for stamped, decisions in source.frames():
            seq = stamped.seq
            message = self._message(stamped.input, seq)
            decided = tuple(self._message(each, seq) for each in decisions)
            same = message is stamped.input or isinstance(message, RunStarted)
            if not same or any(one is not two for one, two in zip(decided, decisions, strict=True)):
                self.changed.append(seq)
            yield Stamped(seq, stamped.at, message), decided

    def provenance(self, told: Provenance) -> tuple[Provenance, tuple[str, ...]]:
        """Provenance without what names files, people or machines, and the names of what went."""
        shown, hidden = [], []
        for name, text in told:
            left = REDACTED
            if name in _KEPT or (name.startswith("candles ") and name.endswith(_KEPT_OF_CANDLES)):
                left = text
            elif name == "set" or name.startswith("option "):
                left = self.told(text)
            shown.append((name, left))
            if left != text:
                hidden.append(name)
        return tuple(shown), tuple(dict.fromkeys(hidden))

    def _message(self, message: Any, seq: int) -> Any:
        if type(message) is RunStarted:
            self._check_terms(message.terms)
            return attrs.evolve(message, provenance=self.provenance(message.provenance)[0])
        changes: dict[str, Any] = {}
        for name, tells in self._texts_of(type(message)):
            value = getattr(message, name)
            if value in self._fine:
                continue
            left = self._left_of(value)
            if left == value:
                self._fine.add(value)
            elif tells:
                changes[name] = left
            else:
                raise _decides(f"{name.replace('_', ' ')} of frame {seq}")
        return attrs.evolve(message, **changes) if changes else message

    def _left_of(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.told(value)
        found = [self._left_of(each) if isinstance(each, str | tuple) else each for each in value]
        return PositionKey(*found) if isinstance(value, PositionKey) else tuple(found)

    def _texts_of(self, cls: type) -> tuple[tuple[str, bool], ...]:
        """The fields of a message that hold texts, and whether these only tell."""
        known = self._texts.get(cls)
        if known is None:
            fields = attrs.fields_dict(cls)
            names = [name for name, each in fields.items() if _is_text(name, each.type)]
            known = self._texts[cls] = tuple((name, name in _TELLING) for name in names)
        return known

    def _check_terms(self, value: Any, place: str = "") -> None:
        """Terms decide: whoever follows them has to have them whole."""
        if isinstance(value, str):
            if self._left_of(value) != value:
                raise _decides(place)
        elif isinstance(value, tuple):
            for each in value:
                label = each[0] if isinstance(each, tuple) and each else getattr(each, "name", "")
                named = isinstance(label, str) and label
                self._check_terms(each, f"{place}.{label}" if named else place)
        elif attrs.has(type(value)):
            for name in attrs.fields_dict(type(value)):
                if name not in _DIGESTS:
                    self._check_terms(getattr(value, name), f"{place}.{name}".lstrip("."))


def _is_text(name: str, kind: Any) -> bool:
    """Ids of the venue are its own, and none of them is secret."""
    return name in _TELLING or (kind in (str, PositionKey) and not name.endswith("_id"))


def _decides(place: str) -> NegativeAnswerError:
    return NegativeAnswerError(
        f"--redact: {place} tells a path, a host, a person or a key, and what decides cannot be "
        "changed; choose another text, run again, and bundle that run"
    )


def state_of(frames: Iterator[Frame]) -> EngineState:
    """The state that frames fold to, without the strategies."""
    state = EngineState()
    for stamped, decisions in frames:
        evolve(state, stamped)
        for decision in decisions:
            evolve(state, decision)
    return state
