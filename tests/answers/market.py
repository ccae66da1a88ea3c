"""A market of seven candles and a strategy of one rule: all that follows can be worked out by hand.

At the close of a bar above the floor, flat: buy 1, stop 2 below the close, target 4 above. So, with
fees of 0.1 % and nothing else that costs: bought at 101 when bar 2 opens, sold at 105 within bar 3
(4 less 0.101 and 0.105 is 3.794); bought at 106 when bar 4 opens, stopped at 104 within it (-2 less
0.106 and 0.104 is -2.21); bought at 103 when bar 5 opens, and held.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.commands.conftest import Told, tell

CANDLES = (
    (100, 100, 100, 100),
    (100, 101, 100, 101),
    (101, 103, 101, 103),
    (103, 106, 103, 106),
    (106, 106, 103, 103),
    (103, 103, 103, 103),
    (103, 103, 102, 102),
)
"""Open, high, low and close of bars of five minutes."""
FIRST, SECOND = "3.794", "-2.21"
"""What the two closed trades brought."""
STRATEGY = """import engine.strategies as tf


@tf.define
class Floor:
    floor: tf.Rate = tf.rate("100.5")
    ceiling: tf.Rate = tf.rate("1000")
    distance: tf.Rate = tf.rate("2")
    seen: int = 0

    def observe(self, candle):
        self.seen = candle.close

    def propose(self, view):
        if self.seen > self.ceiling:
            raise ValueError("above the ceiling")
        up = view.check("close_e8", self.seen, ">", self.floor)
        if not up or view.busy or view.side:
            return ()
        stop, target = self.seen - self.distance, self.seen + 2 * self.distance
        return (tf.Enter(tf.BUY, stop, target, tag="floor"),)
"""
CONFIG = """
[venue]
taker_fee = 0.001
maker_fee = 0.001

[simulation]
half_spread = 0
slippage = 0
volume_share = 0

[accounts.va1]
symbols = ["BTCUSDT"]
timeframe = "5m"
strategy = "Floor"

[accounts.va1.sizing]
fixed_qty = 1

[accounts.va1.risk]
max_daily_loss = 0
max_drawdown = 0
max_trades_per_day = 0
"""
START_MS, BAR_MS = 1_735_689_600_000, 300_000


def closed(bar: int) -> str:
    """When this bar closes, as ``--at`` takes it."""
    minutes = 5 * (bar + 1)
    return f"2025-01-01T00:{minutes:02d}"


class World:
    """A folder with the market, the strategy and the configuration."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        rows = [
            f"{START_MS + n * BAR_MS},{','.join(map(str, bar))},1000"
            for n, bar in enumerate(CANDLES)
        ]
        header = "ts_ms,open,high,low,close,volume"
        self.candles = self._written("BTCUSDT.csv", "\n".join([header, *rows]) + "\n")
        self.config = self._written("floor.toml", CONFIG)
        self.own = ("--strategy", f"{self._written('floor.py', STRATEGY)}:Floor")

    def _written(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, name: str, sets: Sequence[str] = (), rate: str = "") -> Path:
        """The journal of a run with these settings; ``rate`` of funding settles as bar 3 opens."""
        path = self.folder / f"{name}.db"
        words: list[Any] = ["--data", self.candles, *self.own, "--journal", path]
        if rate:
            rows = f"ts_ms,funding_rate\n{START_MS + 3 * BAR_MS},{rate}\n"
            words += ["--data", self._written("BTCUSDT_funding.csv", rows)]
        for each in sets:
            words += ["--set", each]
        told = tell("backtest", self.config, *words)
        assert told.code == 0, told.err
        return path

    def ask(self, command: str, *words: object) -> Told:
        """What a command answers a program."""
        return tell(command, *words, *self.own, "--json")

    @staticmethod
    def difference(a: Path, b: Path) -> dict[str, Any]:
        """The whole envelope of ``diff``."""
        return tell("diff", a, b, "--json").envelope
