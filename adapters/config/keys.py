"""Which keys there are, and what a misspelt one was probably meant to be."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from adapters.config.layers import KeyPath, Layer
from adapters.config.nearest import nearest
from adapters.config.schema import RiskSection, Settings, SizingSection
from engine.errors import UserError

GENERAL: Mapping[str, type[BaseModel]] = {"risk": RiskSection, "sizing": SizingSection}
"""Top-level tables that hold for every account unless the account says otherwise."""

Node = type[BaseModel] | str | None
"""What lies below a key: a table, ``"parameters"``, or nothing."""


def tables_of(model: type[BaseModel]) -> dict[str, tuple[type[BaseModel] | str, bool]]:
    """The keys of ``model`` that hold tables: what is in each, and whether names come between."""
    found: dict[str, tuple[type[BaseModel] | str, bool]] = {}
    for key, field in model.model_fields.items():
        annotation = field.annotation
        if get_origin(annotation) is dict:
            below = get_args(annotation)[1]
            found[key] = ("parameters", False) if below is Any else (below, True)
        elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
            found[key] = (annotation, False)
    return found


def check_keys(layer: Layer, parameters: Callable[[str], Mapping[str, object]]) -> None:
    """Refuse the first key of ``layer`` that means nothing.

    ``parameters`` gives the parameters of the strategy of an account by the account's name.
    """
    for path in layer.origins:
        _check_path(path, layer, parameters)


def _check_path(
    path: KeyPath, layer: Layer, parameters: Callable[[str], Mapping[str, object]]
) -> None:
    model: type[BaseModel] | str = Settings
    place = 0
    while place < len(path):
        key = path[place]
        if isinstance(model, str):
            known: Iterable[str] = parameters(path[1])
            below: Mapping[str, tuple[type[BaseModel] | str, bool]] = {}
        else:
            below = tables_of(model)
            known = list(model.model_fields)
            if model is Settings:
                below = {**below, **{name: (section, False) for name, section in GENERAL.items()}}
                known = [*known, *GENERAL]
        if key not in known:
            _refuse(path[: place + 1], layer.origins[path], list(known), below)
        place += 1
        if key not in below:
            _refuse_below(path, place, layer.origins[path])
            return
        model, named = below[key]
        place += named
        if place >= len(path):
            name = ".".join(path)
            raise UserError(
                f"{layer.origins[path]}: {name} is a section, not a value; "
                f"write a key in it, such as {name}.{_first_key(model, named)}"
            )


def _first_key(model: type[BaseModel] | str, named: bool) -> str:
    key = "name" if isinstance(model, str) else next(iter(model.model_fields))
    return f"NAME.{key}" if named else key


def _refuse_below(path: KeyPath, place: int, origin: str) -> None:
    if place < len(path):
        raise UserError(
            f"{origin}: {'.'.join(path)} is not a setting; "
            f"{'.'.join(path[:place])} is a value and has no keys below it"
        )


def _refuse(
    path: KeyPath,
    origin: str,
    known: list[str],
    below: Mapping[str, tuple[type[BaseModel] | str, bool]],
) -> None:
    key = path[-1]
    guess = nearest(key, known) or nearest(key, _deeper(below)) or ""
    advice = f"did you mean {guess}?" if guess else "known are " + ", ".join(sorted(known))
    kind = "parameter of the strategy" if path[-2:-1] == ("parameters",) else "setting"
    raise UserError(f"{origin}: {'.'.join(path)} is not a {kind}; {advice}")


def _deeper(below: Mapping[str, tuple[type[BaseModel] | str, bool]]) -> Iterator[str]:
    """The keys of the tables below, for one that was written a level too high."""
    for table, (model, named) in below.items():
        if not named and not isinstance(model, str):
            for key in model.model_fields:
                yield f"{table}.{key}"
