"""Strategies by name or from a user's own file, with the digest of their source.

A path comes from the command line alone; one named in a journal is never executed. A file is
read for what a strategy must not do (``strategy_rules``) before it is run.
"""

import ast
import importlib.util
import inspect
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import attrs

from adapters.strategy_rules import faults
from engine.domain.instrument import Instrument
from engine.errors import UserError
from engine.messages.runs import AccountTerms
from engine.strategies import catalog
from engine.strategies.strategy import Strategy


@attrs.frozen
class StrategySource:
    """A strategy class under its name, and the digest of its source text."""

    name: str
    strategy: catalog.StrategyClass
    digest: str


class StrategyShelf:
    """The strategies at hand: the shipped ones, and at most a few of the user's own."""

    def __init__(self, own: tuple[StrategySource, ...] = ()) -> None:
        self._own = {source.name: source for source in own}

    def find(self, name: str) -> StrategySource:
        """The strategy called ``name``. Raises ``UserError`` with the nearest name."""
        if name in self._own:
            return self._own[name]
        strategy = catalog.find(name)
        return StrategySource(name, strategy, shipped_digest(strategy))

    def parameters_of(self, name: str) -> dict[str, str]:
        """Every parameter of a strategy with its default as text."""
        return catalog.parameters_of(self.find(name).strategy)

    def complete(self, name: str, given: Mapping[str, str]) -> catalog.Parameters:
        """All parameters of a strategy, those given in their canonical spelling."""
        return catalog.complete(self.find(name).strategy, given)

    def digests(self) -> dict[str, str]:
        """Source digests of all that is at hand, by name."""
        names = [*catalog.CATALOG, *self._own]
        return {name: self.find(name).digest for name in names}

    def build(self, terms: AccountTerms, instrument: Instrument) -> Strategy:
        """A fresh strategy for a seat: the factory that the engine is given."""
        source = self.find(terms.strategy.name)
        try:
            return catalog.build(source.strategy, terms.strategy.parameters, instrument)
        except SystemExit as error:
            raise UserError(
                f"strategy {source.name} cannot be built: it ends the program (SystemExit: "
                f"{error}); a strategy may not"
            ) from error

    def build_known(self, terms: AccountTerms, instrument: Instrument) -> Strategy | None:
        """Like ``build``, but None where the source is not at hand or is not the one that ran."""
        name = terms.strategy.name
        if name not in self._own and name not in catalog.CATALOG:
            return None
        if self.find(name).digest != terms.strategy.source_digest:
            return None
        return self.build(terms, instrument)


def shipped_digest(strategy: catalog.StrategyClass) -> str:
    """Digest of the module that a shipped strategy lives in."""
    return catalog.source_digest(inspect.getsource(sys.modules[strategy.__module__]))


def load_strategy(text: str) -> StrategySource:
    """The strategy of ``path.py:Name``. Raises ``UserError`` with one sentence."""
    path_text, _, name = text.rpartition(":")
    if not path_text or not name.isidentifier():
        raise UserError(f"--strategy {text}: write it as path.py:Name")
    path = Path(path_text)
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"strategy file {path}: cannot be read ({error}); check the path"
        ) from error
    check_source(source, str(path))
    module = _run(path, source)
    strategy = module.get(name)
    if not isinstance(strategy, type):
        classes = [key for key, value in module.items() if isinstance(value, type)]
        own = [key for key in classes if module[key].__module__ == _module_name(path)]
        there = ", ".join(own) or "no class at all, begin with examples/my_strategy.py"
        raise UserError(f"strategy file {path}: has no class {name}; it has {there}")
    for method in ("observe", "propose"):
        if not callable(getattr(strategy, method, None)):
            raise UserError(f"strategy file {path}: {name} has no {method}(); see examples/")
    if not attrs.has(strategy):
        raise UserError(
            f"strategy file {path}: {name} has no @tf.define above the class; write it, after "
            "import engine.strategies as tf"
        )
    known = cast(catalog.StrategyClass, strategy)
    return StrategySource(name, known, catalog.source_digest(source))


def check_source(source: str, path: str) -> None:
    """Refuse a file that reaches out of its candles or writes what is not its own (the rules
    are in ``strategy_rules``): one sentence with the line and the mend.
    """
    try:
        tree = ast.parse(source, filename=path)
    except SyntaxError as error:
        raise UserError(f"strategy file {path}, line {error.lineno}: {error.msg}") from error
    for line, fault in faults(tree):
        raise UserError(f"strategy file {path}, line {line}: {fault}")


def _module_name(path: Path) -> str:
    return f"tradefold_strategy_{path.stem}"


def _run(path: Path, source: str) -> dict[str, object]:
    """Execute a strategy file as a module of its own."""
    spec = importlib.util.spec_from_loader(_module_name(path), loader=None)
    assert spec is not None, "a spec without a loader is always made"
    module = importlib.util.module_from_spec(spec)
    module.__file__ = str(path)
    sys.modules[spec.name] = module
    try:
        exec(compile(source, str(path), "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        where = _line_of(error, str(path))
        kind = type(error).__name__
        raise UserError(f"strategy file {path}{where}: does not load: {kind}: {error}") from error
    return module.__dict__


def _line_of(error: BaseException, path: str) -> str:
    line = 0
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == path:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return f", line {line}" if line else ""
