"""The engine and the simulated exchange are pure: held by reading their code."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.architecture import rules_purity as rules
from tests.architecture.sources import HOUSE, Violation, judge, write

Rule = Callable[[Path], Iterable[Violation]]

RULES = [
    rules.impure_calls,
    rules.floats_in_money_rooms,
    rules.float_powers,
    rules.set_orders,
]

OFFENCES: list[tuple[Rule, str]] = [
    (rules.impure_calls, "text = open('a').read()"),
    (rules.impure_calls, "print('a')"),
    (rules.impure_calls, "key = hash(name)"),
    (rules.impure_calls, "key = id(name)"),
    (rules.impure_calls, "names = sorted(names, key=id)"),
    (rules.impure_calls, "names = map(hash, names)"),
    (rules.impure_calls, "at = datetime.now(UTC)"),
    (rules.impure_calls, "at = datetime.datetime.utcnow()"),
    (rules.impure_calls, "day = date.today()"),
    (rules.impure_calls, "import math\nx = math.exp(1)"),
    (rules.floats_in_money_rooms, "fee = 0.00055"),
    (rules.floats_in_money_rooms, "fee = float(rate)"),
    (rules.floats_in_money_rooms, "def f(price: float) -> None: ..."),
    (rules.floats_in_money_rooms, "half = value / 2"),
    (rules.floats_in_money_rooms, "value /= 2"),
    (rules.float_powers, "root = value ** 0.5"),
    (rules.set_orders, "for name in {'a', 'b'}:\n    pass"),
    (rules.set_orders, "for name in {n for n in names}:\n    pass"),
    (rules.set_orders, "for name in set(names):\n    pass"),
    (rules.set_orders, "rows = [name for name in frozenset(names)]"),
    (rules.set_orders, "rows = tuple(set(names))"),
    (rules.set_orders, "rows = [*set(names)]"),
    (rules.set_orders, "text = ','.join({'a', 'b'})"),
    (rules.set_orders, "open_names: set[str] = make()\nfor name in open_names:\n    pass"),
    (rules.set_orders, "names = set()\nnames.pop()"),
    (rules.set_orders, "def f(names: frozenset[str]) -> None:\n    for n in names:\n        pass"),
    (rules.set_orders, "a = set()\nfor name in a - b:\n    pass"),
    (rules.set_orders, "class A:\n    def f(self):\n        self.a = {1}\n        list(self.a)"),
]

INNOCENT: list[tuple[Rule, str]] = [
    (rules.impure_calls, "seen = self.id(name)\nopen = candle.open\nclose = open"),
    (rules.floats_in_money_rooms, "lots = value // 2 * 3 % 4"),
    (rules.float_powers, "scale = 10 ** 8"),
    (rules.set_orders, "names = {'a', 'b'}\nif name in names:\n    names.add(name)"),
    (rules.set_orders, "for name in sorted({'a', 'b'}):\n    pass"),
    (rules.set_orders, "for name in {'a': 1}:\n    pass"),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_pure_rooms_keep(rule: Rule) -> None:
    """Nothing in them can look anything up."""
    judge(rule(HOUSE))


@pytest.mark.parametrize("room", ["engine/risk", "adapters/simulated"])
@pytest.mark.parametrize(("rule", "text"), OFFENCES)
def test_the_rule_catches(rule: Rule, text: str, room: str, tmp_path: Path) -> None:
    """A rule that cannot fail holds nothing."""
    write(tmp_path, f"{room}/a.py", text)
    with pytest.raises(AssertionError, match=rf"{room}/a.py:\d+: "):
        judge(rule(tmp_path))


@pytest.mark.parametrize(("rule", "text"), INNOCENT)
def test_the_rule_lets_pass(rule: Rule, text: str, tmp_path: Path) -> None:
    """What is in order is not told."""
    write(tmp_path, "engine/a.py", text)
    judge(rule(tmp_path))


@pytest.mark.parametrize("room", rules.FLOAT_ROOMS)
def test_floats_may_live_in_indicators_and_strategies(room: str, tmp_path: Path) -> None:
    """Elsewhere a value that becomes a price has passed one named rounding."""
    path = room if room.endswith(".py") else f"{room}/a.py"
    write(tmp_path, path, "smoothing = 2.0 / (period + 1.0)\n")
    judge(rules.floats_in_money_rooms(tmp_path))


def test_the_edges_may_read_clocks_and_files(tmp_path: Path) -> None:
    """Purity is for the engine and the simulated exchange, not for the edges."""
    write(tmp_path, "adapters/clocks.py", "at = datetime.now(UTC)\nopen('a')\n")
    judge(rules.impure_calls(tmp_path))
