"""Times as options give them."""

from engine.errors import UserError
from engine.timebase import Nanos, parse_time


def moment_of(option: str, text: str, otherwise: int) -> Nanos:
    """The time that an option gives; ``otherwise`` when it is empty."""
    if not text:
        return Nanos(otherwise)
    try:
        return parse_time(text)
    except ValueError as error:
        raise UserError(
            f"{option} {text} is no time; write 2025-01-31 or 2025-01-31T12:00 (UTC)"
        ) from error
