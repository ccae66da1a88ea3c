"""Strategies by name or from a user's own file, with the digest of their source.

A path comes from the command line alone; one named in a journal is never executed. A file is
read for what a strategy must not do (clock, randomness, files, network) before it is run.
"""

import ast
import importlib.util
import inspect
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast

import attrs

from engine.domain.instrument import Instrument
from engine.errors import UserError
from engine.messages.runs import AccountTerms
from engine.strategies import catalog
from engine.strategies.strategy import Strategy

FORBIDDEN_MODULES: Final = {
    "asyncio": "runs tasks",
    "http": "uses the network",
    "multiprocessing": "starts processes",
    "os": "asks the operating system",
    "pathlib": "reads files",
    "random": "draws random numbers",
    "requests": "uses the network",
    "secrets": "draws random numbers",
    "socket": "uses the network",
    "subprocess": "starts processes",
    "threading": "starts threads",
    "time": "reads the clock",
    "urllib": "uses the network",
    "uuid": "draws random numbers",
}
FORBIDDEN_CALLS: Final = {
    "__import__": "imports at run time",
    "eval": "runs text as code",
    "exec": "runs text as code",
    "hash": "differs from run to run",
    "id": "differs from run to run",
    "input": "asks the terminal",
    "open": "reads files",
}
CLOCK_METHODS: Final = ("now", "today", "utcnow")
MEND = "a strategy sees only its candles and the view (view.at is the time)"


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
        return catalog.build(source.strategy, terms.strategy.parameters, instrument)

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
        raise UserError(f"strategy file {path}: has no class {name}; it has {', '.join(own)}")
    for method in ("observe", "propose"):
        if not callable(getattr(strategy, method, None)):
            raise UserError(f"strategy file {path}: {name} has no {method}(); see examples/")
    if not attrs.has(strategy):
        raise UserError(f"strategy file {path}: {name} needs @attrs.define above the class")
    known = cast(catalog.StrategyClass, strategy)
    return StrategySource(name, known, catalog.source_digest(source))


def check_source(source: str, path: str) -> None:
    """Refuse a file that reaches out of its candles, naming the line."""
    try:
        tree = ast.parse(source, filename=path)
    except SyntaxError as error:
        raise UserError(f"strategy file {path}, line {error.lineno}: {error.msg}") from error
    for node in ast.walk(tree):
        fault = _fault(node)
        if fault:
            line = getattr(node, "lineno", 1)
            raise UserError(f"strategy file {path}, line {line}: {fault}; {MEND}")


def _fault(node: ast.AST) -> str:
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names = names or [alias.name for alias in node.names]
        for name in names:
            reason = FORBIDDEN_MODULES.get(name.split(".")[0])
            if reason:
                return f"import {name} {reason}"
    elif isinstance(node, ast.Call):
        called = node.func
        if isinstance(called, ast.Name) and called.id in FORBIDDEN_CALLS:
            return f"{called.id}() {FORBIDDEN_CALLS[called.id]}"
        if isinstance(called, ast.Attribute) and called.attr in CLOCK_METHODS:
            return f"{called.attr}() reads the clock"
    return ""


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
    except Exception as error:
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
