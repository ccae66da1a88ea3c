"""How often one may ask: rolling seconds per account and endpoint, and per address (7.1).

Pure: the wall clock's milliseconds come in. A bucket that is full says when it has room again,
always later than now, because pybit sleeps until then.
"""

from collections import deque
from typing import NamedTuple

SECOND_MS = 1_000
ADDRESS_MOST = 600
ADDRESS_WINDOW_MS = 5_000


class Quota(NamedTuple):
    """What the headers say: how many a second, how many are left, when there is room again."""

    limit: int
    left: int
    reset_ms: int
    taken: int


class Buckets:
    """The rolling windows of one account, by the bucket's name."""

    __slots__ = ("_taken",)

    def __init__(self) -> None:
        self._taken: dict[str, deque[int]] = {}

    def take(self, name: str, limit: int, wall_ms: int, wanted: int = 1) -> Quota:
        """Take up to ``wanted`` visits of a bucket; ``taken`` of them were free."""
        seen = self._taken.setdefault(name, deque())
        while seen and seen[0] <= wall_ms - SECOND_MS:
            seen.popleft()
        taken = max(0, min(wanted, limit - len(seen)))
        seen.extend([wall_ms] * taken)
        reset = seen[0] + SECOND_MS if seen and len(seen) >= limit else wall_ms
        return Quota(limit, limit - len(seen), max(reset, wall_ms + (taken < wanted)), taken)


class AddressLimit:
    """600 requests in 5 s from one address, all paths together; beyond it HTTP 403."""

    __slots__ = ("_most", "_seen")

    def __init__(self, most: int = ADDRESS_MOST) -> None:
        self._most = most
        self._seen: dict[str, deque[int]] = {}

    def admits(self, address: str, wall_ms: int) -> bool:
        """Whether one more is let in; one that is not does not count."""
        seen = self._seen.setdefault(address, deque())
        while seen and seen[0] <= wall_ms - ADDRESS_WINDOW_MS:
            seen.popleft()
        if len(seen) >= self._most:
            return False
        seen.append(wall_ms)
        return True
