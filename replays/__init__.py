"""Whole runs: make one, prove it, ask it why. For scripts and notebooks: ``backtest``, ``Run``.

Both are found when they are asked for: a command that imports one room of this package should
not wait for all of them.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from replays.notebook import Run, backtest

__all__ = ["Run", "backtest"]


def __getattr__(name: str) -> Any:
    """``backtest`` and ``Run`` of ``replays.notebook`` (PEP 562)."""
    if name in __all__:
        return getattr(importlib.import_module("replays.notebook"), name)
    raise AttributeError(f"module 'replays' has no attribute {name!r}")
