"""Writes the golden journal of a served session: every message that there is, in few frames.

Run ``python -m tests.golden.make_session`` only while its format is not released.
"""

from pathlib import Path
from random import Random

from tests.bybit_wire.given import WALL, Client, settings
from tests.bybit_wire.kept import CODE_NOW, HEDGED, SECOND_KEY, asked, kept, look, play, trade

SESSION = Path(__file__).parent / "session-format-2.journal"


def make(path: Path) -> None:
    """Two accounts that do anything, a server that is stopped and started again."""
    random, wanted = Random(2), asked(settings(), HEDGED, warm_up=5)
    for _ in range(2):
        session = kept(path, wanted)
        clients = [Client(session.opened.desk, key) for key in (settings().key, SECOND_KEY)]
        for _ in range(15):
            there = random.choice(clients)
            there.wall = WALL + session.opened.desk.market_ms
            trade(there, random)
            look(there, random)
            play(session, random.choice((0, 5, 30)))
        session.keeper.pause(WALL, CODE_NOW)


if __name__ == "__main__":
    SESSION.unlink(missing_ok=True)
    make(SESSION)
    print(f"{SESSION.name}: {SESSION.stat().st_size:,} bytes")
