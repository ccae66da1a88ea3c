"""From a file, the environment and ``--set`` to one checked configuration.

How this works: each source becomes a layer. The general tables ``[risk]`` and ``[sizing]`` are
spread over the accounts within their own layer, so that one law holds for every key: --set over
environment over file over defaults. A profile becomes a layer right below the one that names it,
so that a profile of ``--set`` wins over the values of a file. The keys of each layer are checked
where they were written, then pydantic-settings merges the layers and pydantic checks the values.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen
from pydantic import ValidationError

from adapters.config.assumptions import DEFAULT_ASSUMPTIONS, assumptions_layer
from adapters.config.catalogue import ORIGIN as CATALOGUE
from adapters.config.catalogue import catalogue_layer
from adapters.config.contradictions import check_together
from adapters.config.explained import DEFAULT, Origin, quoted, walk
from adapters.config.keys import GENERAL, check_keys
from adapters.config.layers import (
    KeyPath,
    Layer,
    Spelling,
    environment_layer,
    file_layer,
    leaves,
    set_layer,
)
from adapters.config.parameters import every_parameter
from adapters.config.schema import Settings
from adapters.config.venues import DEFAULT_VENUE, spot_layer, venue_layer
from engine.errors import UserError

_ACCOUNT = re.compile(r"[A-Za-z0-9_-]{1,64}")

ParametersOf = Callable[[str], Mapping[str, object]]
"""Name of a strategy to its parameters and their defaults; ``UserError`` for an unknown one."""

Complete = Callable[[str, Mapping[str, str]], Sequence[tuple[str, str]]]
"""Name of a strategy and texts to all its parameters in canonical spelling; ``UserError`` for a
value that the strategy does not take."""


@frozen
class Resolved:
    """A configuration that has been checked whole.

    ``parameters`` holds, for each account, every parameter of its strategy as canonical text.
    ``origins`` is what ``config explain`` shows.
    """

    settings: Settings
    parameters: Mapping[str, tuple[tuple[str, str], ...]]
    origins: tuple[Origin, ...]


def resolve(
    path: Path | None,
    environ: Mapping[str, str],
    sets: Sequence[str],
    parameters_of: ParametersOf,
    complete: Complete | None = None,
) -> Resolved:
    """The configuration that these sources mean; raises ``UserError`` with one sentence."""
    written = file_layer(path) if path is not None else Layer()
    name = str(path) if path is not None else "the configuration"
    return resolve_over(written, name, environ, sets, parameters_of, complete)


def resolve_over(
    written: Layer,
    name: str,
    environ: Mapping[str, str],
    sets: Sequence[str],
    parameters_of: ParametersOf,
    complete: Complete | None = None,
) -> Resolved:
    """``resolve`` over a layer that is already there, such as the terms of an earlier run."""
    options = set_layer(sets)
    written_tree = [options.tree, written.tree]
    parameters = _parameter_names(written_tree, parameters_of)
    environment = environment_layer(environ, Spelling(written_tree, parameters))
    layers = [options, environment, written]

    def of_account(account: str) -> Mapping[str, object]:
        return _parameters_of_account(layers, account, parameters_of)

    for layer in layers:
        check_keys(layer, of_account)
    accounts = _account_names(layers)
    if not accounts:
        raise UserError(f"{name}: has no account; add a table such as [accounts.va1]")
    for layer in layers:
        _spread(layer, accounts)
    _add_implied(layers, accounts)
    origins = _origins(layers)
    settings = _validated(layers, origins, name)
    check_together(settings, origins, name)
    texts = {}
    for account, section in settings.accounts.items():
        given = every_parameter(account, section.parameters, of_account(account), origins)
        if complete is not None:
            given = _completed(account, section.strategy, given, origins, complete)
        texts[account] = given
    return Resolved(settings, texts, walk(settings, layers, origins, texts))


def _account_names(layers: Sequence[Layer]) -> list[str]:
    found: dict[str, None] = {}
    for layer in reversed(layers):
        for account, section in layer.tree.get("accounts", {}).items():
            if not isinstance(section, Mapping):
                raise UserError(
                    f"{layer.origins[('accounts', account)]}: accounts.{account} is no table; "
                    f"write [accounts.{account}]"
                )
            if not _ACCOUNT.fullmatch(account):
                raise UserError(
                    f"accounts.{account}: the name of an account goes into order ids; "
                    "write it with letters, digits, - and _ only"
                )
            found[account] = None
    return list(found)


def _value(layers: Sequence[Layer], path: KeyPath) -> tuple[Any, str]:
    """The raw value that holds at ``path`` and its origin; ``(None, "")`` when none is written."""
    for layer in layers:
        if path in layer.origins:
            table: Any = layer.tree
            for key in path:
                table = table[key]
            return table, layer.origins[path]
    return None, ""


def _parameters_of_account(
    layers: Sequence[Layer], account: str, parameters_of: ParametersOf
) -> Mapping[str, object]:
    strategy, origin = _value(layers, ("accounts", account, "strategy"))
    if not isinstance(strategy, str):
        raise UserError(
            f"accounts.{account} has parameters but no strategy; "
            f'write strategy = "volatility_breakout" in [accounts.{account}]'
        )
    try:
        return parameters_of(strategy)
    except UserError as error:
        raise UserError(f"{origin}: accounts.{account}.strategy: {error}") from error


def _completed(
    account: str,
    strategy: str,
    given: tuple[tuple[str, str], ...],
    origins: Mapping[KeyPath, str],
    complete: Complete,
) -> tuple[tuple[str, str], ...]:
    """The parameters as the strategy's own types read them, sorted by name."""
    try:
        return tuple(sorted(complete(strategy, dict(given))))
    except UserError as error:
        written = [path for path in origins if path[:3] == ("accounts", account, "parameters")]
        origin = next((origins[path] for path in written if path[3] in str(error)), "default")
        raise UserError(f"{origin}: accounts.{account}.parameters: {error}") from error


def _parameter_names(trees: Sequence[Mapping[str, Any]], parameters_of: ParametersOf) -> list[str]:
    """All parameter names that a variable of the environment may mean, whatever its case."""
    names: list[str] = []
    for tree in trees:
        for path, value in leaves(tree):
            if path[0] == "accounts" and path[2:] == ("strategy",) and isinstance(value, str):
                try:
                    names.extend(parameters_of(value))
                except UserError:
                    continue  # told with its origin when the keys are checked
    return names


def _add_implied(layers: list[Layer], accounts: Sequence[str]) -> None:
    """Put the profiles, what they imply and the catalogue where they belong among ``layers``."""
    catalogue = catalogue_layer(_named_symbols(layers))
    known = dict.fromkeys(catalogue.tree["instruments"])
    for layer in layers:
        known |= dict.fromkeys(layer.tree.get("instruments", {}))

    def venue(profile: str, label: str) -> Layer:
        return venue_layer(profile, accounts, list(known), label)

    _add_profile(layers, "simulation", DEFAULT_ASSUMPTIONS, assumptions_layer)
    _add_profile(layers, "venue", DEFAULT_VENUE, venue)
    mode = ("venue", "margin_mode")
    place = next(n for n, layer in enumerate(layers) if mode in layer.origins)
    if layers[place].tree["venue"]["margin_mode"] == "none":
        layers.insert(place + 1, spot_layer(accounts))
    layers.append(catalogue)


def _add_profile(
    layers: list[Layer], section: str, usual: str, made: Callable[[str, str], Layer]
) -> None:
    """The layer of the profile that ``section`` names, right below the layer that names it."""
    path = (section, "profile")
    for place, layer in enumerate(layers):
        if path in layer.origins:
            name = str(layer.tree[section]["profile"])
            try:
                found = made(name, f"profile {name}")
            except UserError as error:
                raise UserError(f"{layer.origins[path]}: {error}") from error
            layers.insert(place + 1, found)
            return
    layers.append(made(usual, f"{DEFAULT} (profile {usual})"))


def _named_symbols(layers: Sequence[Layer]) -> set[str]:
    """Every contract that is traded or written somewhere; what is no symbol is told later."""
    found: set[str] = set()
    for layer in layers:
        found.update(layer.tree.get("instruments", {}))
        for section in layer.tree.get("accounts", {}).values():
            symbols = section.get("symbols", ())
            if isinstance(symbols, str):
                symbols = symbols.split(",")
            if isinstance(symbols, list | tuple):
                found.update(each.strip() for each in symbols if isinstance(each, str))
    return found


def _spread(layer: Layer, accounts: Sequence[str]) -> None:
    """Give every account what ``[risk]`` and ``[sizing]`` of this layer say, unless it says."""
    for section in GENERAL:
        general = layer.tree.pop(section, {})
        for path, value in leaves(general, (section,)):
            origin = layer.origins.pop(path)
            label = origin if origin.startswith("environment") else f"{origin} [{section}]"
            for account in accounts:
                full = ("accounts", account, *path)
                if full not in layer.origins:
                    layer.put(full, value, label)


def _origins(layers: Sequence[Layer]) -> dict[KeyPath, str]:
    found: dict[KeyPath, str] = {}
    for layer in reversed(layers):
        found.update(layer.origins)
    return found


def _validated(layers: Sequence[Layer], origins: Mapping[KeyPath, str], name: str) -> Settings:
    try:
        return Settings(layers=[layer.tree for layer in layers])  # type: ignore[call-arg]
    except ValidationError as error:
        raise UserError(_sentence(error, origins, name)) from error


def _sentence(error: ValidationError, origins: Mapping[KeyPath, str], name: str) -> str:
    """The first thing that pydantic found, in our words."""
    fault = error.errors()[0]
    location = tuple(str(part) for part in fault["loc"])
    key = ""
    for part in fault["loc"]:
        key += f"[{part}]" if isinstance(part, int) else f".{part}"
    key = key.removeprefix(".")
    begins = [location[:end] for end in range(len(location), 0, -1)]
    origin = next((origins[path] for path in begins if path in origins), "")
    if fault["type"] == "missing":
        table = key.rpartition(".")[0]
        place = "that row" if table.endswith("]") else f"[{table}]"
        origin = origin or _written_below(location[:-1], origins, name)
        return f"{origin}: {key} is missing; write it in {place}"
    origin = origin or _written_below(location, origins, name)
    reason = fault.get("ctx", {}).get("error", fault["msg"])
    value = fault["input"]
    written = "" if isinstance(value, Mapping) else f" = {quoted(value)}"
    return f"{origin}: {key}{written} {reason}"


def _written_below(table: KeyPath, origins: Mapping[KeyPath, str], name: str) -> str:
    """Where a person wrote into that table; ``name`` where nobody did."""
    below = [origin for path, origin in origins.items() if path[: len(table)] == table]
    return next((origin for origin in below if origin not in (CATALOGUE, DEFAULT)), name)
