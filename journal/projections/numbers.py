"""Integers of the engine as the plain decimals of SQL."""

_SCALE = 100_000_000


def decimal(value: int) -> float:
    """An e8 integer as the nearest number that SQL can hold."""
    return value / _SCALE


def quotient(value: int, quantity: int) -> float:
    """An average price: e8 money over an e8 quantity, 0 when there is no quantity."""
    return value / quantity if quantity else 0.0
