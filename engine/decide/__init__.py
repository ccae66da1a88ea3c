"""Judges inputs and never writes: see ``router.decide``."""

from engine.decide.router import decide

__all__ = ["decide"]
