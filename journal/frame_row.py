"""The row of a frame as it is stored, and what reads the rows of a page.

Never compiled: the parser of JSON fills the record itself.
"""

from typing import Any, NoReturn

import msgspec

from engine.timebase import Nanos


def _refuse_float(text: str) -> NoReturn:
    raise ValueError(f"holds the float {text}, and journals hold none")


class FrameRow(msgspec.Struct, array_like=True, gc=False):
    """One frame as it is stored: cheaper to make, and to take apart, than lists in a list."""

    at: Nanos
    input: tuple[Any, ...]
    decisions: tuple[tuple[Any, ...], ...] = ()


decode_rows = msgspec.json.Decoder(list[FrameRow], float_hook=_refuse_float).decode
"""The rows of a page from its JSON. Raises msgspec's errors, and ``ValueError`` for a float."""
