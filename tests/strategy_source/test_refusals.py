"""A strategy's file is read for what it must not do, before a line of it runs."""

import inspect
import sys
from pathlib import Path

import pytest

from adapters.strategy_source import check_source, load_strategy
from engine.errors import UserError
from engine.strategies import catalog

HOUSE = Path(__file__).resolve().parents[2]
BODY = """
import math
import engine.strategies as tf

KEPT = {{}}
SEEN = []


@tf.define
class S:
    number: int = tf.state(lambda self: 0)
    rows: list = tf.state(lambda self: [])

    def observe(self, candle):
        {observe}

    def propose(self, view):
        {propose}
        return ()

    def _helper(self, other):
        {helper}
"""
OBSERVE_LINE, PROPOSE_LINE, HELPER_LINE = 15, 18, 22


def source(observe: str = "pass", propose: str = "pass", helper: str = "pass") -> str:
    """A strategy with these statements in its three functions."""
    return BODY.format(observe=observe, propose=propose, helper=helper)


def refusal(text: str) -> str:
    """The sentence that ``text`` is refused with."""
    with pytest.raises(UserError) as refused:
        check_source(text, "mine.py")
    return str(refused.value)


OUTSIDE = [
    ("candle.close = 1", "candle.close is not the strategy's own"),
    ("candle.close //= 2", "candle.close is not the strategy's own"),
    ("candle.close: int = 2", "candle.close is not the strategy's own"),
    ("del candle.close", "candle.close is not the strategy's own"),
    ("candle.close, x = 1, 2", "candle.close is not the strategy's own"),
    ("[0 for candle.close in (1,)]", "candle.close is not the strategy's own"),
    ("for candle.close in (1,): pass", "candle.close is not the strategy's own"),
    ("mine = candle; mine.close = 1", "mine.close is not the strategy's own"),
    ("self.last.close = 1", "self.last.close is not the strategy's own"),
    ("self.rows[0].close = 1", "self.rows[0].close is not the strategy's own"),
    ("tf.Ema.update = None", "tf.Ema.update is not the strategy's own"),
    ("S.number = 1", "S.number is not the strategy's own"),
    ("type(self).number = 1", "type(self).number is not the strategy's own"),
    ("candle.rows[0] = 1", "candle.rows[0] is not the strategy's own"),
    ("KEPT['a'] = 1", "KEPT['a'] is not the strategy's own"),
    ("KEPT.update(a=1)", "KEPT.update() changes what is kept outside of the strategy"),
    ("SEEN.append(1)", "SEEN.append() changes what is kept outside of the strategy"),
    ("self = candle", "self has another meaning here"),
    ("setattr(candle, 'close', 1)", "setattr writes what is not the strategy's own"),
    ("put = setattr; put(candle, 'close', 1)", "setattr writes what is not"),
    ("delattr(candle, 'close')", "delattr writes what is not"),
    ("object.__setattr__(candle, 'close', 1)", "__setattr__ writes what is not"),
    ("object.__delattr__(candle, 'close')", "__delattr__ writes what is not"),
    ("type(candle).close.__set__(candle, 1)", "__set__ writes what is not"),
    ("self.rows.__setitem__(0, 1)", "__setitem__ writes what is not"),
    ("globals()", "globals() reaches into the program"),
    ("vars(tf)", "vars() reaches into the program"),
    ("breakpoint()", "breakpoint() asks the terminal"),
    ("S.__dict__", "__dict__ writes what is not"),
    ("global KEPT; KEPT = 1", "global keeps state outside of the strategy"),
    ("import sys", "import sys reaches into the program"),
    ("from sys import modules", "import sys reaches into the program"),
    ("import math, sys", "import sys reaches into the program"),
    ("import importlib", "import importlib imports at run time"),
    ("exit()", "exit() ends the program"),
    ("quit(1)", "quit() ends the program"),
    ("candle._secret", "candle._secret is private"),
]


@pytest.mark.parametrize(("statement", "words"), OUTSIDE)
def test_what_reaches_out_of_the_strategy_is_refused_with_its_line(
    statement: str, words: str
) -> None:
    told = refusal(source(observe=statement))
    assert told.startswith(f"strategy file mine.py, line {OBSERVE_LINE}: ")
    assert words in told
    assert "\n" not in told


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("view.candle.close = 1", "view.candle.close is not the strategy's own"),
        ("view.instrument.tick = 1", "view.instrument.tick is not the strategy's own"),
        ("view.trace = None", "view.trace is not the strategy's own"),
        ("view._position.quantity", "view._position is private"),
    ],
)
def test_the_view_is_not_written(statement: str, words: str) -> None:
    told = refusal(source(propose=statement))
    assert told.startswith(f"strategy file mine.py, line {PROPOSE_LINE}: ")
    assert words in told


WRITES = [
    "self.number = 1",
    "self.number += 1",
    "self.number: int = 1",
    "del self.number",
    "self.number, y = 1, 2",
    "self.number[0] = 1",
    "del self.number[0]",
    "self.number.append(1)",
    "self.number[0].append(1)",
    *(
        f"self.number.{name}(1)"
        for name in ("update", "pop", "clear", "add", "extend", "insert", "remove", "setdefault")
    ),
]


@pytest.mark.parametrize("statement", WRITES)
def test_propose_writes_nothing(statement: str) -> None:
    told = refusal(source(propose=statement))
    assert told == (
        f"strategy file mine.py, line {PROPOSE_LINE}: propose may not change self.number: only "
        "observe writes state"
    )


def test_what_propose_calls_writes_nothing_either() -> None:
    told = refusal(source(propose="self._helper(1)", helper="self.number = other"))
    assert told == (
        f"strategy file mine.py, line {HELPER_LINE}: propose may not change self.number: only "
        "observe writes state (propose calls _helper)"
    )


@pytest.mark.parametrize(
    "text",
    [
        "class A:\n    @staticmethod\n    def spoil(self):\n        self.close = 1\n",
        "def spoil(self):\n    self.close = 1\n",
        "class A:\n    def spoil(this, self):\n        self.close = 1\n",
        "spoil = lambda self: [0 for self.close in (1,)]\n",
        "class A:\n    def f(self, c):\n        def g(self):\n            self.close = 1\n",
    ],
)
def test_self_is_the_strategy_and_nothing_else(text: str) -> None:
    assert "self.close is not the strategy's own" in refusal(text)


def test_a_name_of_an_outer_function_is_not_written() -> None:
    text = "def f():\n    x = 0\n    def g():\n        nonlocal x\n        x = 1\n    return g\n"
    assert "line 4: nonlocal keeps state outside of the strategy" in refusal(text)


ALLOWED = [
    "x = 1; x += 1; del x",
    "x: int = 1",
    "rows = []; rows[0:] = [1]; rows.append(2); del rows[0]",
    "table = {}; table['a'] = 1; table.update(b=2)",
    "self.number = candle.close",
    "self.number += 1",
    "self.rows[-1] = 1",
    "self.rows.append(candle.close)",
    "self.rows[0][1] = 2",
    "x = [row for row in self.rows if (y := row) > 0]",
    "KEPT = {}; KEPT['a'] = 1",
    "print(candle.close)",
    "x = math.sqrt(2.0)",
    "x = self._own",
    "x = type(self).__name__",
]


@pytest.mark.parametrize("statement", ALLOWED)
def test_what_is_its_own_a_strategy_may_write(statement: str) -> None:
    check_source(source(observe=statement), "mine.py")


def test_local_names_are_free_in_propose_too() -> None:
    check_source(source(propose="wishes = []; wishes.append(1); wishes[0] = 2"), "mine.py")


@pytest.mark.parametrize("name", list(catalog.CATALOG))
def test_shipped_strategies_pass_the_same_check(name: str) -> None:
    module = sys.modules[catalog.CATALOG[name].__module__]
    check_source(inspect.getsource(module), str(module.__file__))


@pytest.mark.parametrize("path", sorted((HOUSE / "examples").glob("*.py")), ids=lambda p: p.name)
def test_examples_pass_the_same_check(path: Path) -> None:
    check_source(path.read_text(encoding="utf-8"), str(path))


def loaded(folder: Path, text: str) -> str:
    """The sentence that loading ``text`` as S is refused with."""
    (folder / "mine.py").write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as refused:
        load_strategy(f"{folder / 'mine.py'}:S")
    return str(refused.value)


METHODS = "    def observe(self, candle): ...\n    def propose(self, view): return ()\n"


def test_a_file_without_a_class_is_told_so(tmp_path: Path) -> None:
    for text in ("", "x = 1\n"):
        assert loaded(tmp_path, text).endswith(
            "mine.py: has no class S; it has no class at all, begin with examples/my_strategy.py"
        )
    assert loaded(tmp_path, "class A: ...\n").endswith("has no class S; it has A")


def test_a_class_without_define_is_told_the_word_that_the_manual_uses(tmp_path: Path) -> None:
    assert loaded(tmp_path, f"class S:\n{METHODS}").endswith(
        "mine.py: S has no @tf.define above the class; write it, after "
        "import engine.strategies as tf"
    )


def test_a_file_that_ends_the_program_does_not_load(tmp_path: Path) -> None:
    told = loaded(tmp_path, "x = 1\nraise SystemExit(0)\n")
    assert "mine.py, line 2: does not load: SystemExit: 0" in told
