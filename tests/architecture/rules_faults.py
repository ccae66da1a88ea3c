"""Faults and doors: nothing is swallowed, nothing is executed from text, no mode is asked for."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import SHIPPED, Source, Violation, dotted, imported, is_in, sources

BROAD = ("Exception", "BaseException")
MAY_CATCH_ALL = {
    "engine/evolve/market.py": "the user's observe() is called, its failure stored (design 2)",
    "engine/decide/market.py": "the user's propose() is called, its failure halts the strategy",
}
CODE_FROM_TEXT = ("eval", "exec", "compile")
UNSAFE_MODULES = ("pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib")
LOADS_STRATEGY_FILES = {
    "adapters/strategy_source.py": "a user names a strategy file on the command line",
}
FILE_LOADERS = ("spec_from_file_location", "exec_module", "run_path", "SourceFileLoader")
MODES = ("backtest", "paper", "live", "rehearsal")
MODE_TABLE = "adapters/wiring.py"


def swallowed_exceptions(root: Path) -> Iterator[Violation]:
    """Style 12: never catch everything and go on."""
    for source in sources(root, *SHIPPED):
        if is_in(source.path, *MAY_CATCH_ALL):
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ExceptHandler) and _is_broad(node) and not _raises(node):
                yield source.breaks(
                    node,
                    "every exception is caught and the program goes on",
                    "name the exceptions that are meant, or raise again",
                )
            elif isinstance(node, ast.Call) and _suppresses_all(node):
                yield source.breaks(
                    node, "every exception is suppressed", "name the exceptions that are meant"
                )


def _is_broad(node: ast.ExceptHandler) -> bool:
    kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return any(kind is None or dotted(kind) in BROAD for kind in kinds)


def _suppresses_all(call: ast.Call) -> bool:
    named = dotted(call.func).split(".")[-1] == "suppress"
    return named and any(dotted(argument) in BROAD for argument in call.args)


def _raises(node: ast.ExceptHandler) -> bool:
    """Whether the handler's last statement raises: a branch that may not is no re-raise."""
    return isinstance(node.body[-1], ast.Raise)


def code_from_text(root: Path) -> Iterator[Violation]:
    """Design 11: no pickle, no eval, no code from journals or presets."""
    for source in sources(root, *SHIPPED):
        for node, name in imported(source.tree):
            if name.split(".")[0] in UNSAFE_MODULES:
                yield source.breaks(
                    node, f"{name} runs what it reads", "store JSON and parse it at the door"
                )
        for call in ast.walk(source.tree):
            if isinstance(call, ast.Call):
                yield from _unsafe_call(source, call)


def _unsafe_call(source: Source, call: ast.Call) -> Iterator[Violation]:
    name = dotted(call.func)
    last = name.split(".")[-1]
    if source.path in LOADS_STRATEGY_FILES and last in (*FILE_LOADERS, "exec", "compile"):
        return
    if name in CODE_FROM_TEXT:
        yield source.breaks(call, f"{name}() runs text", "use a table from name to function")
    elif name == "yaml.load":
        yield source.breaks(call, "yaml.load() can run what it reads", "use yaml.safe_load()")
    elif last in FILE_LOADERS:
        yield source.breaks(
            call,
            f"{last}() runs a file",
            "only the loader of a user's strategy file may; call that",
        )


def compared_modes(root: Path) -> Iterator[Violation]:
    """Style 5: a mode is a row in the wiring table, never an if."""
    for source in sources(root, *SHIPPED):
        if source.path == MODE_TABLE:
            continue
        for node in ast.walk(source.tree):
            compared: list[ast.expr] = []
            if isinstance(node, ast.Compare):
                compared = [node.left, *node.comparators]
            elif isinstance(node, ast.MatchValue):
                compared = [node.value]
            for expression in compared:
                for part in ast.walk(expression):
                    if isinstance(part, ast.Constant) and part.value in MODES:
                        yield source.breaks(
                            part,
                            f"the code asks whether the mode is {part.value!r}",
                            f"put what differs into the row of {MODE_TABLE}",
                        )
