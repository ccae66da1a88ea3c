"""The digest of a desk's whole state: the same inputs leave the same digest on every machine.

How this works: everything that hangs on the desk is walked, attribute by attribute, so that what
is added to a class tomorrow counts without being named here. What is met again is written as the
number of its first meeting. Left out is what is no state of the market or of an account: keys and
limits, the feed, and what streams have not told yet.
"""

import hashlib
import json
from collections import deque
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from attrs import astuple

from adapters.bybit_wire.account import Account
from adapters.bybit_wire.bars import Bars
from adapters.bybit_wire.desk import Desk
from adapters.bybit_wire.hearing import Hearing
from adapters.bybit_wire.ledger import Holding, Ledger
from adapters.bybit_wire.market import Market
from engine.errors import InvariantError

NOT_STATE: dict[type, frozenset[str]] = {
    Desk: frozenset({"accounts", "keeper", "_feed", "_next"}),
    Account: frozenset({"settings", "buckets", "watch"}),
    Hearing: frozenset({"pushes"}),
    Market: frozenset({"fresh", "busts"}),
    Ledger: frozenset({"holdings"}),
    Bars: frozenset({"_day", "_day_marks"}),
}
"""Attributes that are no state, or are walked apart: accounts by their numbers, since keys may
change, holdings without the empty ones that looking leaves behind. What was reckoned for a reader
is reckoned again. Tests look at everything there is, and hold that the digest stays."""

_FLAT = astuple(Holding())
_CODE = (FunctionType, BuiltinFunctionType, MethodType, type)
_VALUES = ("engine.messages.", "engine.domain.", "engine.ids")
"""Where the classes are whose objects never change, so that one is as good as its equal."""


def desk_digest(desk: Desk) -> str:
    """64 hex digits that stand for the market's and all accounts' state."""
    walk = _Walk()
    accounts = [[each.settings.uid, walk.of(each)] for each in desk.accounts.values()]
    text = json.dumps([walk.of(desk), accounts], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class _Walk:
    """The canonical form of objects; those that can change are written once."""

    def __init__(self) -> None:
        self._met: dict[int, int] = {}

    def of(self, value: Any) -> Any:
        """The form of one value. ``InvariantError`` for what has none."""
        if value is None or isinstance(value, bool | int | str):
            return value
        if isinstance(value, tuple):
            return [self.of(item) for item in value]
        if isinstance(value, _CODE):
            return value.__qualname__
        if not type(value).__module__.startswith(_VALUES):
            if id(value) in self._met:
                return {"again": self._met[id(value)]}
            self._met[id(value)] = len(self._met)
        if isinstance(value, list | deque):
            return [self.of(item) for item in value]
        if isinstance(value, dict):
            return [[self.of(key), self.of(item)] for key, item in value.items()]
        return self._parts(value)

    def _parts(self, value: Any) -> Any:
        kind = type(value)
        left_out = NOT_STATE.get(kind, frozenset())
        names = [name for name in _names(value) if name not in left_out]
        if not names and not left_out and _is_foreign(kind):
            raise InvariantError(f"the desk holds a {kind.__name__}, which has no digest")
        found = [kind.__name__, *([name, self.of(getattr(value, name, None))] for name in names)]
        if isinstance(value, Ledger):
            held = ((key, each) for key, each in value.holdings.items() if astuple(each) != _FLAT)
            found.append([[self.of(key), self.of(each)] for key, each in sorted(held, key=_first)])
        return found


def _first(pair: tuple[Any, Any]) -> Any:
    return pair[0]


def _names(value: Any) -> list[str]:
    """Every attribute of an object, slots of its classes first, in the order of declaration."""
    slots = [
        name for kind in type(value).__mro__[::-1] for name in kind.__dict__.get("__slots__", ())
    ]
    own = [name for name in slots if name not in ("__weakref__", "__dict__")]
    return own + [name for name in getattr(value, "__dict__", {}) if name not in own]


def _is_foreign(kind: type) -> bool:
    return not kind.__module__.startswith(("adapters.", "engine."))
