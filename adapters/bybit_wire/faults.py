"""Which request or message goes wrong, and how: the plan of faults. Pure.

How this works: rules say what may go wrong and how often. Whether one strikes is a hash of the
seed, the rule and the name of what passes: the order's link id and how often it was sent, else the
path and how many came there before; a message's connection, topic and number. So an order more, a
rule more or a listener more moves no other fault (design 4). What struck is counted and listed.
"""

from collections import deque
from collections.abc import Iterable
from typing import Literal, NamedTuple

from attrs import define, frozen

from adapters.simulated.faults import Draws
from engine.money import SCALE

Channel = Literal["way", "rest", "trade", "private", "movable", "public", "book"]
"""``way``: a request over REST before it arrives; ``movable``: a private message with one of
another topic behind it; ``book``: a delta of one."""

Key = tuple[str | int, ...]
"""The name of one request or message, for its draw."""

_REQUESTS: tuple[Channel, ...] = ("rest", "trade")
_MESSAGES: tuple[Channel, ...] = ("private", "public")


@frozen
class Terms:
    """Where a kind of fault may strike, what it does, and how long it lasts (ms; 0: no matter)."""

    channels: tuple[Channel, ...]
    meaning: str
    usual_ms: int = 0


KINDS: dict[str, Terms] = {
    "delay": Terms((*_REQUESTS, *_MESSAGES), "the answer or the message is late", 1_000),
    "delay_before": Terms(("way",), "the request arrives late, and is answered then", 1_000),
    "drop": Terms(_MESSAGES, "the message is lost"),
    "duplicate": Terms(("private",), "the message comes twice"),
    "reorder": Terms(("movable",), "later messages of other topics come first"),
    "book_gap": Terms(("book",), "a delta of the book is lost"),
    "timeout_before": Terms(_REQUESTS, "nothing is done and nothing answered"),
    "timeout_after": Terms(_REQUESTS, "it is done and nothing answered"),
    "server_error_before": Terms(("rest",), "502, 503 or 504, and nothing is done"),
    "server_error_after": Terms(("rest",), "502, 503 or 504, and it is done"),
    "internal_error_before": Terms(_REQUESTS, "10016 or 10000, and nothing is done"),
    "internal_error_after": Terms(_REQUESTS, "10016 or 10000, and it is done"),
    "bad_json": Terms(_REQUESTS, "it is done, and the answer breaks off"),
    "rate_limit": Terms(_REQUESTS, "too many visits, and nothing is done", 1_000),
    "disconnect": Terms((*_REQUESTS, *_MESSAGES), "the connection breaks in place of the answer"),
    "maintenance": Terms(_REQUESTS, "the exchange is shut: 503, and sockets are closed", 5_000),
}
PICKS = 60
UNTIL_CLEARED = 1 << 62
FIRED_KEPT = 1_000
NAMES_KEPT = 10_000


@frozen
class Rule:
    """What may go wrong: ``rate`` (e8) of what passes ``on`` a path, an operation of the trade
    socket or a topic (``*`` at its end stands for the rest, empty for all), of one account or of
    all. ``times`` is how often it may strike, None without end; ``ms`` 0 is the usual length."""

    kind: str
    rate: int = SCALE
    on: str = ""
    account: str = ""
    times: int | None = None
    ms: int = 0


class Passing(NamedTuple):
    """A request or a message on its way. ``key`` names it among all of its ``name``."""

    channels: tuple[Channel, ...]
    name: str
    account: str
    key: Key


class Fault(NamedTuple):
    """What strikes: ``pick`` in ``[0, PICKS)`` chooses among the forms that a kind has."""

    kind: str
    ms: int
    pick: int


class Fired(NamedTuple):
    """A fault that struck, for those who ask what happened; ``at_ms`` is the wall's."""

    number: int
    kind: str
    on: str
    account: str
    key: str
    at_ms: int


@define(eq=False)
class Standing:
    """A rule that is in force; ``left`` counts down from its ``times``."""

    number: int
    rule: Rule
    left: int | None

    def covers(self, passing: Passing) -> bool:
        """Whether what passes is of this rule's kind, place and account."""
        rule = self.rule
        if not any(each in passing.channels for each in KINDS[rule.kind].channels):
            return False
        if rule.account and rule.account != passing.account:
            return False
        if rule.on.endswith("*"):
            return passing.name.startswith(rule.on[:-1])
        return not rule.on or rule.on == passing.name


class Faults:
    """The rules in force, and what they did; ``is_quiet`` while there is nothing to draw."""

    def __init__(self, seed: int = 0, rules: Iterable[Rule] = (), wall_ms: int = 0) -> None:
        self.standing: list[Standing] = []
        self.counts: dict[str, int] = {}
        """How often each kind struck since the beginning."""
        self.fired: deque[Fired] = deque(maxlen=FIRED_KEPT)
        self.is_quiet = True
        self.down_until_ms = 0
        """The wall's time at which maintenance is over; ``UNTIL_CLEARED`` for one without end."""
        self._outage = 0
        self._numbers = 0
        self._seen: dict[Key, int] = {}
        self._connections: dict[tuple[str, str], int] = {}
        self.replace(seed, rules, wall_ms)

    def replace(self, seed: int, rules: Iterable[Rule], wall_ms: int) -> None:
        """Another plan; what struck before stays counted."""
        self.seed = seed
        self._draws = Draws(seed)
        self._seen.clear()
        self.clear()
        for rule in rules:
            self.add(rule, wall_ms)

    def add(self, rule: Rule, wall_ms: int) -> int:
        """Put a rule in force; returns its number. Maintenance at the rate 1 begins at once."""
        assert rule.kind in KINDS, "rules are made of known kinds"
        self._numbers += 1
        self.is_quiet = False
        if rule.kind == "maintenance" and rule.rate == SCALE:
            until = wall_ms + rule.ms if rule.ms else UNTIL_CLEARED
            self._shut(until, self._numbers)
            self._note(rule.kind, Passing((), "", "", ()), wall_ms)
        else:
            self.standing.append(Standing(self._numbers, rule, rule.times))
        return self._numbers

    def remove(self, number: int) -> bool:
        """End a rule, or the maintenance that it began; False for a number without one."""
        if self._outage == number and self.down_until_ms:
            self._shut(0, 0)
        else:
            kept = [each for each in self.standing if each.number != number]
            if len(kept) == len(self.standing):
                return False
            self.standing = kept
        self._hush()
        return True

    def clear(self) -> None:
        """End all rules, and maintenance."""
        self.standing = []
        self._shut(0, 0)
        self._hush()

    def is_down(self, wall_ms: int) -> bool:
        """Whether maintenance is on."""
        if self.down_until_ms and wall_ms >= self.down_until_ms:
            self._shut(0, 0)
            self._hush()
        return self.down_until_ms > 0

    def nth(self, *name: str | int) -> int:
        """How often this name was asked for before; of many names the oldest are forgotten."""
        found = self._seen.pop(name, 0)
        self._seen[name] = found + 1
        if len(self._seen) > NAMES_KEPT:
            del self._seen[next(iter(self._seen))]
        return found

    def connection(self, kind: str, account: str) -> int:
        """The number of a new connection among those of its kind and account."""
        found = self._connections.get((kind, account), 0)
        self._connections[kind, account] = found + 1
        return found

    def strike(self, passing: Passing, wall_ms: int) -> Fault | None:
        """The fault that what passes meets, if any: of rules for the next few the oldest, then
        of the others the oldest whose draw says so."""
        found = None
        for each in self.standing:
            if not each.covers(passing) or (found is not None and each.left is None):
                continue
            rule = each.rule
            if self._draws.strikes(rule.rate, rule.kind, rule.on, rule.account, *passing.key):
                found = each
                if each.left is not None:
                    break
        if found is None:
            return None
        if found.left is not None:
            found.left -= 1
            if not found.left:
                self.standing.remove(found)
                self._hush()
        rule = found.rule
        ms = rule.ms or KINDS[rule.kind].usual_ms
        if rule.kind == "maintenance":
            self._shut(wall_ms + ms, found.number)
            self.is_quiet = False
        self._note(rule.kind, passing, wall_ms)
        return Fault(rule.kind, ms, self._draws.below(PICKS, "pick", rule.kind, *passing.key))

    def _shut(self, until_ms: int, number: int) -> None:
        self.down_until_ms = until_ms
        self._outage = number

    def _hush(self) -> None:
        self.is_quiet = not self.standing and not self.down_until_ms

    def _note(self, kind: str, passing: Passing, wall_ms: int) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        number = self.fired[-1].number + 1 if self.fired else 1
        key = "/".join(map(str, passing.key))
        self.fired.append(Fired(number, kind, passing.name, passing.account, key, wall_ms))
