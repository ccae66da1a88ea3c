"""What the compiler reads says what the sources say."""

import ast
import sys
import types
from pathlib import Path
from typing import Any

import attrs
import pytest

from compiling.build import HOUSE
from compiling.constants import with_finals
from compiling.records import TOLD_TO_ATTRS, spelt_out
from compiling.rooms import LEFT, ROOMS, is_compiled, sources
from engine.messages import market, record
from engine.money import Price
from engine.timebase import Nanos

MESSAGES = [
    HOUSE / f"engine/messages/{name}.py" for name in ("decisions", "effects", "market", "venue")
]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The function that the copy of the module of ``record`` has, in the module that is here."""
    found: dict[str, Any] = {}
    exec(TOLD_TO_ATTRS, found)
    monkeypatch.setattr(record, "told_to_attrs", found["told_to_attrs"], raising=False)


def written_out(path: Path) -> dict[str, Any]:
    """What a module holds when its records are written out, run by the interpreter."""
    module = types.ModuleType(f"written_{path.stem}")
    module.__dict__["__file__"] = str(path)
    exec(spelt_out(path.read_text(encoding="utf-8")), module.__dict__)
    return module.__dict__


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: path.stem)
def test_a_written_out_record_has_the_fields_and_defaults_of_its_source(path: Path) -> None:
    name = f"engine.messages.{path.stem}"
    source = sys.modules[name]
    found = written_out(path)
    for title, cls in vars(source).items():
        if isinstance(cls, type) and attrs.has(cls) and cls.__module__ == name:
            ours, theirs = attrs.fields(found[title]), attrs.fields(cls)
            assert [each.name for each in ours] == [each.name for each in theirs]
            assert [each.default for each in ours] == [each.default for each in theirs]


@pytest.mark.usefixtures("told")
def test_a_written_out_record_is_equal_shown_and_copied_like_one_of_attrs() -> None:
    cls = written_out(HOUSE / "engine/messages/market.py")["BarOpened"]
    one, other = cls("BTCUSDT", Nanos(1), Price(2)), cls("BTCUSDT", Nanos(1), Price(2))
    assert one == other
    assert one != cls("BTCUSDT", Nanos(1), Price(3))
    assert one != market.BarOpened("BTCUSDT", Nanos(1), Price(2))
    assert repr(one) == repr(market.BarOpened("BTCUSDT", Nanos(1), Price(2)))
    assert attrs.evolve(one, price=Price(3)).price == 3
    with pytest.raises(TypeError):
        hash(one)


def test_a_constant_is_final_and_a_name_assigned_twice_is_not() -> None:
    text = "import os\nONE = 1\nTWO: int = 2\nTWICE = 1\nTWICE = 2\nAlias = int\n"
    lines = with_finals(text).splitlines()
    assert "ONE: _Final = 1" in lines
    assert "TWO: _Final[int] = 2" in lines
    assert {"TWICE = 1", "TWICE = 2", "Alias = int"} <= set(lines)


def test_constants_are_all_that_finals_change() -> None:
    """Every other statement of every compiled module is as it was."""
    for name in sources(HOUSE):
        if is_compiled(name):
            text = (HOUSE / name).read_text(encoding="utf-8")
            before = [ast.unparse(node) for node in ast.parse(text).body]
            after = [ast.unparse(node) for node in ast.parse(with_finals(text)).body]
            added = [line for line in after if "_Final" in line]
            assert [line for line in after if line not in added] == [
                line for line in before if line in after
            ]
            assert len(after) - len(before) in (0, 1)


def test_whatever_is_compiled_or_left_is_there() -> None:
    """A room that has moved would silently be interpreted."""
    for name in (*ROOMS, *LEFT):
        assert (HOUSE / name).exists(), name
    assert is_compiled("engine/step.py")
    assert not is_compiled("engine/messages/record.py"), "the alias is never compiled"
    assert not is_compiled("engine/strategies/strategy.py")
