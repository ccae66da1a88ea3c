"""One configuration in TOML, JSON and YAML: the same settings to the last digit."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.config.documents import parse_document
from adapters.config.resolve import resolve
from adapters.config.terms import run_id, to_terms
from adapters.strategy_source import StrategyShelf
from engine.timebase import MINUTE, Nanos

TOML = """
[run]
seed = 3

[simulation]
slippage = 0.00012345

[accounts.va1]
virtual_equity = 12345.678901
symbols = ["BTCUSDT"]
timeframe = "15m"
strategy = "volatility_breakout"

[accounts.va1.risk]
max_drawdown = 0.25
ladder = "off"
"""
YAML = """
run:
  seed: 3
simulation:
  slippage: 0.00012345
accounts:
  va1:
    virtual_equity: 12345.678901
    symbols: [BTCUSDT]
    timeframe: 15m
    strategy: volatility_breakout
    risk:
      max_drawdown: 0.25
      ladder: off
"""


def run_of(path: Path) -> str:
    """The name of the run that a file describes."""
    resolved = resolve(path, {}, (), StrategyShelf().parameters_of)
    return run_id(to_terms(resolved, Nanos(5 * MINUTE), {"volatility_breakout": "d"}))


def test_three_forms_of_one_configuration_are_one_run(tmp_path: Path) -> None:
    tree = {
        "run": {"seed": 3},
        "simulation": {"slippage": 0.00012345},
        "accounts": {
            "va1": {
                "virtual_equity": 12345.678901,
                "symbols": ["BTCUSDT"],
                "timeframe": "15m",
                "strategy": "volatility_breakout",
                "risk": {"max_drawdown": 0.25, "ladder": "off"},
            }
        },
    }
    texts = {"a.toml": TOML, "a.yaml": YAML, "a.yml": YAML, "a.json": json.dumps(tree)}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert len({run_of(tmp_path / name) for name in texts}) == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1", Decimal("0.1")),
        ("1e-5", Decimal("0.00001")),
        ("0.10000000000000000001", Decimal("0.10000000000000000001")),
        ("7", 7),
        ("no", "no"),
        ("off", "off"),
        ("true", True),
        ("1:30", "1:30"),
        ("2025-01-31", "2025-01-31"),
        ("2025-01-31T12:00:00Z", "2025-01-31T12:00:00Z"),
        (".inf", "Infinity"),
        ("'0.1'", "0.1"),
    ],
)
def test_a_yaml_value_is_what_it_looks_like(text: str, value: object) -> None:
    """No trap of older YAML: words are words, times are texts, decimals are exact."""
    found = parse_document(f"value: {text}\n", Path("a.yaml"))
    assert found == {"value": value}
    assert isinstance(found, dict)
    assert type(found["value"]) is type(value)
