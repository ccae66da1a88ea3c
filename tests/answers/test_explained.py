"""What ``explain`` answers of each scenario, worked out by hand: why this, and why not that."""

import pytest

from tests.answers.market import FIRST, SECOND, World, closed

ACCOUNT = "accounts.va1"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The market of seven candles."""
    return World(tmp_path_factory.mktemp("explained"))


TARGET = f"a long trade of 1 BTCUSDT that brought {FIRST} net, 1.897 R (take_profit)"
ORDERS: list[tuple[str, list[str], int, str, list[str]]] = [
    (
        "a target",
        [],
        1,
        TARGET,
        [
            "the gate lets va1 buy 1 BTCUSDT",
            "requests",
            "the venue has",
            "filled: buy 1 BTCUSDT at 101, taker fee 0.101",
            "the venue protects BTCUSDT with stop 99, target 105",
            "take profit filled: sell 1 BTCUSDT at 105, taker fee 0.105",
            "trade 1 of va1 closed",
        ],
    ),
    (
        "a stop",
        [],
        2,
        f"a long trade of 1 BTCUSDT that brought {SECOND} net, -1.105 R (stop_loss)",
        [
            "filled: buy 1 BTCUSDT at 106",
            "stop loss filled: sell 1 BTCUSDT at 104",
            "trade 2 of va1 closed",
        ],
    ),
    (
        "a rejection",
        ["simulation.faults.reject=1"],
        1,
        "the venue rejects",
        ["requests", "the venue rejects"],
    ),
    (
        # Its execution is evidence that it is there, so it never was unknown.
        "silence, and it was there",
        ["simulation.faults.no_answer_placed=1"],
        1,
        TARGET,
        [
            "requests",
            "filled: buy 1 BTCUSDT at 101",
            "no answer to place of",
            "trade 1 of va1 closed",
        ],
    ),
    (
        "silence, and it was not",
        ["simulation.faults.no_answer_lost=1"],
        1,
        "was never placed: two look-ups found no trace",
        [
            "requests",
            "no answer to place of",
            "is unknown now (no answer)",
            "attempt 1",
            "attempt 2",
        ],
    ),
]


@pytest.mark.parametrize(
    ("name", "sets", "number", "end", "steps"), ORDERS, ids=[row[0] for row in ORDERS]
)
def test_the_story_of_an_order(
    world: World, name: str, sets: list[str], number: int, end: str, steps: list[str]
) -> None:
    """Its end in one sentence, and the steps to it in their order."""
    run = world.run(name, sets)
    story = world.ask("explain", run, "--order", f"va1-BTCUSDT-{number}").data
    told = "\n".join(each["what"] for each in story["story"])
    places = [told.index(step) for step in steps]
    assert places == sorted(places)
    assert end in story["end"]
    assert [each["passed"] for each in story["gate"]] == [True] * len(story["gate"])
    assert story["conditions"][0]["threshold"] == "100.5"


COSTS: list[tuple[str, list[str], dict[str, str] | None]] = [
    # 1 bought at 101 as seen, for 0.1 % of it.
    (
        "none but fees",
        [],
        {"seen_price": "101", "average_price": "101", "slippage": "0", "fees": "0.101"},
    ),
    # 0.5 % of 101 is 0.505, and the next step above 101.505 is 101.6: 0.6 for each of two.
    (
        "slippage",
        ["simulation.slippage=0.005", "accounts.va1.sizing.fixed_qty=2"],
        {"seen_price": "101", "average_price": "101.6", "slippage": "1.2", "fees": "0.2032"},
    ),
    ("nothing filled", ["simulation.faults.reject=1"], None),
]


@pytest.mark.parametrize(("name", "sets", "cost"), COSTS, ids=[row[0] for row in COSTS])
def test_what_an_order_cost(
    world: World, name: str, sets: list[str], cost: dict[str, str] | None
) -> None:
    run = world.run(f"{name} cost", sets)
    assert world.ask("explain", run, "--order", "va1-BTCUSDT-1").data["cost"] == cost


WHY_NOT: list[tuple[str, list[str], int, str, list[str]]] = [
    ("below the floor", [], 0, "it asked for nothing: close 100 is not > 100.5", []),
    ("an entry", [], 1, "-va1-BTCUSDT-1 (entry: signal)", []),
    (
        "in a position",
        [],
        2,
        "it asked for nothing, and its strategy states no condition that failed",
        [],
    ),
    (
        "the second trade of a day",
        [f"{ACCOUNT}.risk.max_trades_per_day=1"],
        3,
        "today's entries are under the limit, 1 is not < 1",
        ["trades_per_day"],
    ),
    (
        "too large",
        [f"{ACCOUNT}.risk.max_position_notional=50"],
        1,
        "the position's value is in the limit, 101 is not <= 50",
        ["position_notional"],
    ),
    (
        "too much of one symbol",
        ["limits.max_symbol_exposure=0.001"],
        1,
        "net exposure is in its share of equity, 101 is not <= 100",
        ["symbol_exposure"],
    ),
    (
        "too small",
        ["instruments.BTCUSDT.min_quantity=2"],
        1,
        "the size reaches the smallest order, 0 is not >= 2",
        ["quantity"],
    ),
    (
        "after the loss of a day",
        [f"{ACCOUNT}.risk.max_daily_loss=1", f"{ACCOUNT}.parameters.floor=105"],
        4,
        "it asked for nothing: close 103 is not > 105",
        [],
    ),
    (
        "paused by its fall",
        [f"{ACCOUNT}.risk.max_drawdown=0.0002", f"{ACCOUNT}.risk.drawdown_action=pause"],
        4,
        "the account is not paused",
        ["paused", "drawdown"],
    ),
    (
        "killed by its fall",
        [f"{ACCOUNT}.risk.max_drawdown=0.0002"],
        4,
        "the account is not killed, yes is not == no",
        ["killed", "drawdown"],
    ),
    (
        "a strategy that fails",
        [f"{ACCOUNT}.parameters.ceiling=105"],
        3,
        "the strategy failed here: propose: ValueError: above the ceiling",
        [],
    ),
    (
        "a strategy that failed",
        [f"{ACCOUNT}.parameters.ceiling=105"],
        4,
        "the strategy was halted earlier: propose: ValueError: above the ceiling",
        [],
    ),
    (
        "between two bars",
        [f"{ACCOUNT}.timeframe=15m"],
        3,
        "no 15m candle closed here, so the strategy was not asked; ask --at 2025-01-01T00:15:00Z",
        [],
    ),
]


@pytest.mark.parametrize(
    ("name", "sets", "bar", "because", "checks"), WHY_NOT, ids=[row[0] for row in WHY_NOT]
)
def test_why_and_why_not(
    world: World, name: str, sets: list[str], bar: int, because: str, checks: list[str]
) -> None:
    """One sentence, and where the gate refused what did not pass."""
    run = world.run(name, sets)
    asked = ("--at", closed(bar), "--symbol", "BTCUSDT", "--why-not")
    (account,) = world.ask("explain", run, *asked).data["accounts"]
    assert because in account["because"]
    failed = [each["name"] for each in account["gate"] if not each["passed"]]
    assert failed == checks
