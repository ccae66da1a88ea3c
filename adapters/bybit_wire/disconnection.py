"""Disconnection protection (DCP): who still listens, and since when nobody does (bybit-v5.md 4.3).

Pure: the wall clock's milliseconds come in. It counts connections, so it is no part of what an
account is, and a server that starts anew has seen nobody leave.
"""

TOPIC = "dcp.future"
TOPICS = (TOPIC, "dcp.spot", "dcp.option")
LEAST_SECONDS, MOST_SECONDS = 3, 300
USUAL_SECONDS = 10


class Watch:
    """The connections of one account that listen to ``dcp.future``."""

    __slots__ = ("_listeners", "_lost_ms")

    def __init__(self) -> None:
        self._listeners = 0
        self._lost_ms: int | None = None

    def join(self) -> None:
        """One more listens: a countdown ends."""
        self._listeners += 1
        self._lost_ms = None

    def leave(self, lost_ms: int | None) -> None:
        """One less listens: the connection was lost at ``lost_ms``, or it unsubscribed (None)."""
        self._listeners -= 1
        if not self._listeners and lost_ms is not None:
            self._lost_ms = lost_ms

    def take_due(self, seconds: int, wall_ms: int) -> bool:
        """Whether all have been gone for longer than ``seconds``; true but once."""
        if self._lost_ms is None or not seconds or wall_ms - self._lost_ms < seconds * 1_000:
            return False
        self._lost_ms = None
        return True
