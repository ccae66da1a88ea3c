"""The only writer of state: see ``router.evolve``."""

from engine.evolve.router import evolve

__all__ = ["evolve"]
