"""The text of a configuration file as a tree: TOML, JSON or YAML, told apart by the file's name.

Whatever the form, a decimal is read as a decimal, a key that is written twice is a mistake, and a
word is a word: YAML is read by its version 1.2, in which ``no`` is no number and no boolean and
``1:30`` is no count of seconds.
"""

import json
import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import ScalarNode

_YAML_FLOAT = "tag:yaml.org,2002:float"
_YAML_TIME = "tag:yaml.org,2002:timestamp"
_UNTOLD = {".inf": "Infinity", "-.inf": "-Infinity", ".nan": "NaN"}


def parse_document(text: str, path: Path) -> object:
    """What ``text`` says, by the suffix of ``path``; ``ValueError`` with the place of a mistake."""
    return _PARSERS.get(path.suffix.lower(), _toml)(text)


def _toml(text: str) -> object:
    return tomllib.loads(text, parse_float=Decimal)


def _json(text: str) -> object:
    return json.loads(
        text, parse_float=Decimal, parse_constant=str, object_pairs_hook=_without_twins
    )


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} is written twice; keep one of them")
        found[key] = value
    return found


class _Exact(SafeConstructor):
    """Makes decimals of what YAML calls floats, and leaves times as they were written."""

    def decimal(self, node: ScalarNode) -> object:
        """The exact number; what is no finite number is told later, with its key."""
        text = str(node.value).replace("_", "")
        return _UNTOLD.get(text.lower()) or Decimal(text)

    def words(self, node: ScalarNode) -> object:
        """The text itself."""
        return str(node.value)


_Exact.add_constructor(_YAML_FLOAT, _Exact.decimal)
_Exact.add_constructor(_YAML_TIME, _Exact.words)


def _yaml(text: str) -> object:
    reader = YAML(typ="safe", pure=True)
    reader.Constructor = _Exact
    try:
        return reader.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" (line {mark.line + 1})" if mark is not None else ""
        raise ValueError(f"{error.problem or error.context}{where}") from error
    except YAMLError as error:
        raise ValueError(str(error).splitlines()[0]) from error


_PARSERS: dict[str, Callable[[str], object]] = {
    ".json": _json,
    ".yaml": _yaml,
    ".yml": _yaml,
}
"""By the file's suffix; all else is TOML."""
