"""Messages as native classes: what ``@record`` declares, written out for the compiler.

How this works: mypyc makes no native class of an attrs class, and reads its fields slower than the
interpreter does. So in the copy of the sources that is compiled each record is spelt out: the same
fields in the same order, an ``__init__``, ``__eq__`` and ``__repr__`` as attrs makes them, and what
``attrs.fields``, ``attrs.evolve`` and type hints look for. Nothing else of a class is touched.
"""

import ast

_IMPORTS = (
    "from typing import Any as _Any",
    "from mypy_extensions import mypyc_attr as _mypyc_attr",
    "from engine.messages.record import told_to_attrs as _told_to_attrs",
)

_OPEN = {"Input": "_Any"}
"""Fields of this type hold whatever is handed in, as they do at run time everywhere: another kind
of journal has other inputs, and each one would be looked for among forty classes."""

TOLD_TO_ATTRS = '''
import attrs as _attrs
from typing import Any as _Any


def told_to_attrs(cls: _Any, hints: dict[str, str], defaults: dict[str, _Any]) -> None:
    """Let a native record be read, copied and asked for its fields like the attrs class it is."""
    given = {
        name: _attrs.field(default=defaults[name]) if name in defaults else _attrs.field()
        for name in hints
    }
    cls.__attrs_attrs__ = _attrs.fields(_attrs.make_class(cls.__name__, given))
    cls.__annotations__ = hints
    cls.__match_args__ = tuple(hints)
    cls.__hash__ = None
'''
"""What the copy of the module that declares ``record`` ends with; it is never compiled."""


def spelt_out(text: str) -> str:
    """The source of a module with each of its records written out; without one it is as it was."""
    tree = ast.parse(text)
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and _is_record(node)]
    if not classes:
        return text
    lines = text.splitlines()
    for node in reversed(classes):
        first = node.decorator_list[0].lineno - 1
        lines[first : node.end_lineno] = _record(node, lines)
    imports = (node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom))
    place = next(imports).lineno - 1
    lines[place:place] = _IMPORTS
    return "\n".join(lines) + "\n"


def _is_record(node: ast.ClassDef) -> bool:
    return any(isinstance(each, ast.Name) and each.id == "record" for each in node.decorator_list)


def _record(node: ast.ClassDef, text: list[str]) -> list[str]:
    """The lines of one record. It holds nothing that could lead back to it: no cycles."""
    fields = [each for each in node.body if isinstance(each, ast.AnnAssign)]
    others = [each for each in node.body if not isinstance(each, ast.AnnAssign)]
    hints = {ast.unparse(each.target): ast.unparse(each.annotation) for each in fields}
    defaults = {ast.unparse(each.target): ast.unparse(each.value) for each in fields if each.value}
    native = {name: _OPEN.get(hint, hint) for name, hint in hints.items()}
    lines = ["@_mypyc_attr(acyclic=True)", f"class {node.name}:"]
    for each in others:
        lines += text[each.lineno - 1 : each.end_lineno]
    lines += [f"    {name}: {hint}" for name, hint in native.items()]
    lines += _methods(node.name, native, defaults)
    told = ", ".join(f"{name!r}: {hint!r}" for name, hint in hints.items())
    values = ", ".join(f"{name!r}: {value}" for name, value in defaults.items())
    return [*lines, "", f"_told_to_attrs({node.name}, {{{told}}}, {{{values}}})"]


def _methods(name: str, hints: dict[str, str], defaults: dict[str, str]) -> list[str]:
    given = [
        f"{field}: {hint} = {defaults[field]}" if field in defaults else f"{field}: {hint}"
        for field, hint in hints.items()
    ]
    equal = " and ".join(f"self.{field} == other.{field}" for field in hints)
    shown = ", ".join(f"{field}={{self.{field}!r}}" for field in hints)
    return [
        f"    def __init__(self, {', '.join(given)}) -> None:",
        *(f"        self.{field} = {field}" for field in hints),
        "    def __eq__(self, other: object) -> bool:",
        f"        if not isinstance(other, {name}):",
        "            return NotImplemented",
        f"        return {equal}",
        "    def __repr__(self) -> str:",
        f'        return f"{name}({shown})"',
    ]
