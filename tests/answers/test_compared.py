"""What ``what-if`` and ``diff`` answer of each change, worked out by hand: where two runs part, and
what that came to."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.answers.market import FIRST, SECOND, World
from tests.commands.conftest import tell

ACCOUNT = "accounts.va1"
BOTH = Decimal(FIRST) + Decimal(SECOND)


@attrs.frozen
class Row:
    """A change, and the answer to it.

    ``kinds`` are those of the first decision that differs on both sides ("" for none), ``apart``
    some facts of it by name with both values; ``same``, ``changed``, ``only_a`` and ``only_b``
    count trades; ``pnl`` is by how much the closed trades' result changed.
    """

    change: str
    kinds: tuple[str, str]
    apart: dict[str, tuple[str, str]]
    trades: tuple[int, int, int, int]
    pnl: Decimal


def row(
    change: str,
    kinds: tuple[str, str],
    apart: dict[str, tuple[str, str]],
    trades: tuple[int, int, int, int],
    pnl: str | int | Decimal,
) -> Row:
    """A row of the table."""
    return Row(change, kinds, apart, trades, Decimal(pnl))


SAME_KIND = ("Approved", "Approved")
TABLE = [
    # Twice the fee: the cost that the gate asks for has it in, then 0.1 % more of all four fills.
    row("venue.taker_fee=0.002", SAME_KIND, {}, (0, 2, 0, 0), "-0.416"),
    row(
        f"{ACCOUNT}.sizing.fixed_qty=2",
        SAME_KIND,
        {"quantity": ("1", "2"), "risk": ("2", "4"), "notional": ("101", "202")},
        (0, 2, 0, 0),
        BOTH,
    ),
    # A stop at 99.5 and a target at 104 for the first, 104.5 and 109 for the second trade.
    row(
        f"{ACCOUNT}.parameters.distance=1.5",
        SAME_KIND,
        {"risk": ("2", "1.5"), "check stop_distance": ("2 > 0", "1.5 > 0")},
        (0, 2, 0, 0),
        # The first sells at 104 and not at 105, the second at 104.5 and not at 104.
        Decimal(-1) + Decimal("0.001") + Decimal("0.5") - Decimal("0.0005"),
    ),
    # Nothing is bought at 101; a bar later, at 103, the first decision is one that a does not have.
    row(
        f"{ACCOUNT}.parameters.floor=101",
        ("Approved", "Approved"),
        {"entry price": ("101", "103"), "at": ("2025-01-01T00:10:00Z", "2025-01-01T00:15:00Z")},
        (0, 0, 2, 0),
        # Bought at 103, stop 101, target 107: neither is reached, so it stays open.
        -BOTH,
    ),
    row(
        f"{ACCOUNT}.risk.max_trades_per_day=1",
        ("Approved", "Approved"),
        {"check trades_per_day": ("0 < off", "0 < 1")},
        (1, 0, 1, 0),
        -Decimal(SECOND),
    ),
    row(
        f"{ACCOUNT}.risk.max_position_notional=50",
        ("Approved", "IntentRefused"),
        {},
        (0, 0, 2, 0),
        -BOTH,
    ),
    row(
        f"{ACCOUNT}.side=short",
        ("Approved", "IntentRefused"),
        {},
        (0, 0, 2, 0),
        -BOTH,
    ),
    # More in the wallet: the limits that hang on it are other ones, the trades are not.
    row(
        "venue.wallet=200000",
        SAME_KIND,
        {"check symbol_exposure": ("101 <= 100000", "101 <= 200000")},
        (2, 0, 0, 0),
        0,
    ),
    # Everything later: the same trades, and the first decision that says when one was opened.
    row("simulation.request_latency=80ms", ("TradeClosed",) * 2, {}, (0, 2, 0, 0), 0),
    # Nothing is drawn from it here.
    row("run.seed=8", ("", ""), {}, (2, 0, 0, 0), 0),
    # Sooner, and no bar here has two ways: nothing else comes of it.
    row("simulation.profile=optimistic", ("TradeClosed",) * 2, {}, (0, 2, 0, 0), 0),
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The market of seven candles."""
    return World(tmp_path_factory.mktemp("compared"))


@pytest.fixture(scope="module")
def base(world: World) -> Path:
    """The run that is asked."""
    return world.run("base")


def answered(told: dict[str, Any], wanted: Row) -> None:
    """Hold an answer against the row."""
    decision = told["first_decision"]
    sides = [side["message"]["kind"] if side else "" for side in both(decision)]
    assert tuple(sides) == wanted.kinds
    apart = {each["name"]: (each["a"], each["b"]) for each in (decision or {}).get("apart", ())}
    assert wanted.apart.items() <= apart.items()
    counts = told["trades"]
    found = counts["same"], counts["changed"], counts["only_a"], counts["only_b"]
    assert found == wanted.trades
    assert Decimal(told["b"]["pnl"]) - Decimal(told["a"]["pnl"]) == wanted.pnl
    assert wanted.change.split("=")[0] in [each["key"] for each in told["settings"]]


def both(decision: dict[str, Any] | None) -> tuple[Any, Any]:
    """The two sides of a parting, None for a run that has nothing more."""
    return (decision["a"], decision["b"]) if decision is not None else (None, None)


@pytest.mark.parametrize("wanted", TABLE, ids=[each.change for each in TABLE])
def test_what_if_tells_where_runs_part_and_what_it_came_to(
    world: World, base: Path, wanted: Row
) -> None:
    told = world.ask("what-if", base, "--set", wanted.change)
    assert told.code == 0, told.err
    answered(told.data, wanted)


@pytest.mark.parametrize("wanted", TABLE, ids=[each.change for each in TABLE])
def test_diff_of_two_backtests_tells_what_what_if_tells(
    world: World, base: Path, wanted: Row
) -> None:
    """The changed side is a run of its own here, by ``backtest --set``."""
    answered(tell_diff(base, world.run(wanted.change, [wanted.change])), wanted)


def tell_diff(a: Path, b: Path) -> dict[str, Any]:
    """The data of ``diff``, which exits with 1 where runs differ."""
    from_diff = World.difference(a, b)
    data: dict[str, Any] = from_diff["data"]
    assert from_diff["ok"] == data["identical"]
    return data


def test_a_run_does_not_differ_from_itself(base: Path) -> None:
    told = tell_diff(base, base)
    assert told["identical"]
    assert told["first_decision"] is told["first_input"] is None
    assert told["settings"] == []
    assert told["trades"]["same"] == 2


def test_what_funding_cost_is_told_on_both_sides(world: World) -> None:
    """1 % of the one that is held at 103 when bar 3 opens; without it the trade keeps it."""
    paid = world.run("funded", rate="0.01")
    words = ("what-if", paid, "--set", "simulation.funding=false")
    told = world.ask(*words).data
    assert (told["a"]["funding"], told["b"]["funding"]) == ("1.03", "0")
    assert Decimal(told["b"]["pnl"]) - Decimal(told["a"]["pnl"]) == Decimal("1.03")
    shown = tell(*words, *world.own).out
    row = next(line for line in shown.splitlines() if "funding paid" in line)
    assert row.split() == ["funding", "paid", "1.03", "0.00", "-1.03"]
