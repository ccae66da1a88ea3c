"""The three kinds of "no", as far as they are exceptions.

A refusal is a decision with a code, never an exception; an adapter's fault becomes an input.
"""


class InvariantError(AssertionError):
    """The engine contradicts itself: the process ends, start is recovery. Exit code 4."""


class UserError(Exception):
    """Wrong usage, config or data: one sentence that names the place and the mend. Exit code 2."""


class WorldError(Exception):
    """Disk, network or venue failed: one clear sentence. Exit code 3."""


class NegativeAnswerError(Exception):
    """The answer to the question is no: refused, diverged, tampered. Exit code 1."""
