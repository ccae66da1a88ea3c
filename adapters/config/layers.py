"""Where settings are written: a file, the environment, ``--set``; each becomes a layer.

A layer is a nested mapping of raw values and, for each leaf, the words that say where it was
written. Reading a layer judges nothing but its syntax.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import Factory, define

from adapters.config.documents import parse_document
from engine.errors import UserError

PREFIX = "TRADEFOLD__"
KeyPath = tuple[str, ...]
Tree = dict[str, Any]


@define
class Layer:
    """Raw settings of one source, and the origin of each leaf."""

    tree: Tree = Factory(dict)
    origins: dict[KeyPath, str] = Factory(dict)

    def put(self, path: KeyPath, value: object, origin: str) -> None:
        """Write ``value`` at ``path``, making the tables on the way."""
        table = self.tree
        for key in path[:-1]:
            below = table.setdefault(key, {})
            if not isinstance(below, dict):
                raise UserError(
                    f"{origin}: {'.'.join(path)} lies below {key}, which already has a value; "
                    "write the one or the other"
                )
            table = below
        table[path[-1]] = value
        self.origins[path] = origin


def leaves(tree: Mapping[str, Any], above: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Every value that is not a table, with its path, in the order of writing."""
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from leaves(value, (*above, key))
        else:
            yield (*above, key), value


def tree_layer(tree: Tree, origin: str) -> Layer:
    """A layer of an existing tree, all of one origin."""
    return Layer(tree, {path: origin for path, _ in leaves(tree)})


def file_layer(path: Path) -> Layer:
    """The file's settings: TOML, or JSON or YAML where its name says so."""
    name = str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{name} is not a text in UTF-8; save it as UTF-8") from error
    except OSError as error:
        raise UserError(
            f"{name} cannot be read ({error.strerror}); give the path of a configuration file"
        ) from error
    try:
        tree = parse_document(text, path)
    except ValueError as error:
        raise UserError(f"{name} cannot be parsed: {error}; correct that line") from error
    if not isinstance(tree, dict):
        raise UserError(f"{name} holds no table of settings; begin with a section such as [venue]")
    return tree_layer(tree, name)


def typed(text: str) -> object:
    """The value that a text outside a file means: as TOML would read it, else the text itself."""
    try:
        return tomllib.loads(f"value = {text}", parse_float=Decimal)["value"]
    except ValueError:
        return text


def set_layer(sets: Sequence[str]) -> Layer:
    """The ``--set KEY=VALUE`` options; of two with one key the later one holds."""
    layer = Layer()
    for option in sets:
        key, equals, text = option.partition("=")
        path = tuple(part.strip() for part in key.split("."))
        if not equals or not all(path):
            raise UserError(
                f"--set {option}: is not KEY=VALUE; write accounts.va1.parameters.fixed_tp_r=2.2"
            )
        layer.put(path, typed(text.strip()), "--set")
    return layer


def environment_layer(environ: Mapping[str, str], spelt: "Spelling") -> Layer:
    """Every ``TRADEFOLD__…`` variable, ``__`` between the keys, in any case of letters."""
    layer = Layer()
    for name in sorted(environ):
        if not name.upper().startswith(PREFIX):
            continue
        parts = name[len(PREFIX) :].split("__")
        origin = f"environment {name}"
        if not all(parts):
            raise UserError(f"{origin}: has an empty key; write {PREFIX}RUN__SEED, for example")
        layer.put(spelt.path(parts), typed(environ[name].strip()), origin)
    return layer


class Spelling:
    """Finds the real spelling of keys that come in capitals from the environment."""

    def __init__(self, trees: Sequence[Mapping[str, Any]], parameters: Sequence[str]) -> None:
        self._trees = trees
        self._parameters = {name.lower(): name for name in parameters}

    def path(self, parts: Sequence[str]) -> KeyPath:
        """``ACCOUNTS``, ``VA1``, ``STRATEGY`` as the configuration spells them."""
        tables: list[Mapping[str, Any]] = list(self._trees)
        found: list[str] = []
        for part in parts:
            key = self._key(part, found, tables)
            found.append(key)
            below = [table.get(key) for table in tables]
            tables = [table for table in below if isinstance(table, Mapping)]
        return tuple(found)

    def _key(self, part: str, above: Sequence[str], tables: Sequence[Mapping[str, Any]]) -> str:
        low = part.lower()
        for table in tables:
            for key in table:
                if key.lower() == low:
                    return key
        if above == ["instruments"]:
            return part.upper()
        if len(above) == 3 and above[0] == "accounts" and above[2] == "parameters":
            return self._parameters.get(low, low)
        return low
