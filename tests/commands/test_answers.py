"""What ``explain``, ``what-if`` and ``diff`` answer of one small market, every number by hand.

Four still bars of 100 (range 2), a breakout that closes at 102.5, and a bar that rises to 107. The
strategy looks at three bars; its stop is their mean range below the close (2), its target twice
that above (4). One percent of 10,000 is 100 at risk, so 50 BTC at the next opening, 102.5, with a
stop at 100.5 and a target at 106.5: 200 won, less 0.055 % of 5,125 and of 5,325.
"""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import tell

START_MS = 1_735_689_600_000
BARS = [(100, 101, 99, 100)] * 4 + [
    (100, 103, 100, 102.5),
    (102.5, 107, 102, 106),
    (106, 106.2, 105.8, 106),
]
SETTINGS = """
[simulation]
half_spread = 0
slippage = 0

[accounts.va1]
virtual_equity = 10000
symbols = ["BTCUSDT"]
timeframe = "5m"
strategy = "volatility_breakout"

[accounts.va1.parameters]
lookback_candles = 3
fixed_tp_r = 2

[accounts.va1.risk]
max_trades_per_day = 1
"""
BREAKOUT = "2025-01-01T00:25:00"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The journal of that market."""
    folder = tmp_path_factory.mktemp("answers")
    lines = ["ts_ms,open,high,low,close,volume"]
    lines += [
        f"{START_MS + n * 300_000},{','.join(str(price) for price in bar)},100000"
        for n, bar in enumerate(BARS)
    ]
    (folder / "BTCUSDT_5m.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "one.toml").write_text(SETTINGS, encoding="utf-8")
    told = tell(
        "backtest",
        folder / "one.toml",
        "--data",
        folder / "BTCUSDT_5m.csv",
        "--journal",
        folder / "one.db",
    )
    assert told.code == 0, told.err
    return folder / "one.db"


def fees(*values: str) -> Decimal:
    """Taker fees of executions of these values."""
    return sum((Decimal(value) * Decimal("0.00055") for value in values), Decimal())


@pytest.mark.parametrize(
    ("change", "kinds", "fill", "pnl"),
    [
        # A taker pays 0.1 % more: 102.6025 is 102.7 on the tick, 106.3935 is 106.3.
        (
            "simulation.slippage=0.001",
            ("TradeClosed", "TradeClosed"),
            "102.7",
            Decimal(180) - fees("5135", "5315"),
        ),
        # Twice the risk is twice the quantity.
        (
            "accounts.va1.sizing.risk_per_trade=0.02",
            ("Approved", "Approved"),
            "102.5",
            Decimal(400) - fees("10250", "10650"),
        ),
        # A target of once the stop's distance is 104.5.
        (
            "accounts.va1.parameters.fixed_tp_r=1",
            ("Approved", "Approved"),
            None,
            Decimal(100) - fees("5125", "5225"),
        ),
        # 50 at 102.5 are 5,125: more than is allowed.
        (
            "accounts.va1.risk.max_position_notional=5000",
            ("Approved", "IntentRefused"),
            None,
            Decimal(0),
        ),
        # Twice the stop's distance, half the quantity, and a target (110.5) out of reach.
        (
            "accounts.va1.parameters.sl_range_mult=2",
            ("Approved", "Approved"),
            "102.5",
            Decimal(0),
        ),
    ],
)
def test_what_if_answers_by_hand(
    run: Path, change: str, kinds: tuple[str, str], fill: str | None, pnl: Decimal
) -> None:
    data = tell("what-if", run, "--set", change, "--json").data
    assert Decimal(data["a"]["pnl"]) == Decimal(200) - fees("5125", "5325")
    assert Decimal(data["b"]["pnl"]) == pnl
    parting = data["first_decision"]
    assert tuple(parting[side]["message"]["kind"] for side in "ab") == kinds
    if fill is not None:
        told: dict[str, Any] = data["first_input"]["b"]["message"]
        assert (told["kind"], told["price"]) == ("OrderFilled", fill)


def test_what_if_names_the_rule_that_would_have_refused(run: Path) -> None:
    change = "accounts.va1.risk.max_position_notional=5000"
    refusal = tell("what-if", run, "--set", change, "--json").data["first_decision"]["b"]
    assert refusal["message"]["code"] == "position_notional"
    failed = [check for check in refusal["message"]["checks"] if not check["passed"]]
    assert [check["name"] for check in failed] == ["position_notional"]


def test_explain_tells_why_it_entered(run: Path) -> None:
    """The conditions of the strategy, and every check of the gate with its numbers."""
    told = tell("explain", run, "--at", BREAKOUT, "--symbol", "BTCUSDT")
    assert told.code == 0, told.err
    for words in ("buy 50 BTCUSDT", "stop 100.5, target 106.5", "100 at risk"):
        assert words in " ".join(told.out.split())
    rows = [line.split() for line in told.out.splitlines()]
    assert any(row[1:5] == ["stop_distance", "2", ">", "0"] for row in rows)
    assert any(row[1:4] == ["quantity", "50", ">="] for row in rows)


def test_explain_tells_why_not_a_second_time(run: Path) -> None:
    """At the close of 106 the breakout breaks out again, and one trade a day is the limit."""
    told = tell("explain", run, "--at", "2025-01-01T00:30", "--symbol", "BTCUSDT", "--why-not")
    assert told.code == 0, told.err
    assert "trades_per_day" in told.out


def test_the_report_says_the_same(run: Path, tmp_path: Path) -> None:
    data = tell("report", run, "--out", tmp_path / "report", "--json").data
    total = data["total"]
    assert Decimal(total["net_pnl"]) == Decimal("194.2525")
    assert (total["trades"], total["win_rate"], total["profit_factor"]) == (1, 1.0, None)
    assert total["average_r"] == 1.942525
    assert data["refusals"] == [{"account": "va1", "rule": "trades_per_day", "count": 1}]
    assert total["slippage"] == "0"
