"""What a kind of journal is made of: which messages it holds, and how they become rows.

There are two kinds: the run of an engine, and the session of an exchange that is served to clients.
Both have the same pages, chain, head, lock and format versions; the messages are other ones, and
so is the mark in the file's first bytes, so that neither is ever taken for the other.
"""

from collections.abc import Mapping
from typing import Protocol

import attrs

from engine.errors import InvariantError
from journal.structural import Decode, Encode


class Manifest(Protocol):
    """The first message of a journal: what decides all that follows."""

    @property
    def run(self) -> str:
        """Which run, or session, it is; the head row names it."""


@attrs.frozen
class Vocabulary:
    """The closed unions of one kind of journal, as tables.

    The inputs have to hold all market events: candles and bar openings have a short way of their
    own.
    """

    mark: int
    """``application_id`` in the file's header."""
    manifest: type[Manifest]
    """The message that the first frame holds; it has a ``run``."""
    checked: Mapping[type, Encode]
    """Encoders that refuse a field of another type than is declared."""
    encoders: Mapping[type, Encode]
    """The same rows, made without looking."""
    inputs: Mapping[str, Decode]
    """From an input's tag to the function that makes a message of its row."""
    decisions: Mapping[str, Decode]
    """The same for what was decided upon it."""
    bare: frozenset[type]
    """Inputs that concern no projection as long as nothing was decided upon them."""
    bare_tags: frozenset[str]
    has_tables: bool
    """Whether projections are written beside the pages."""

    def run_of(self, message: object) -> str:
        """The run that a first message names. ``InvariantError`` for one that is no manifest."""
        if not isinstance(message, self.manifest):
            raise InvariantError(f"a journal begins with {self.manifest.__name__} at seq 1")
        return message.run
