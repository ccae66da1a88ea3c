"""Integers of the engine as the plain decimals of SQL: an e8 integer is divided by ``SCALE``."""


def quotient(value: int, quantity: int) -> float:
    """An average price: e8 money over an e8 quantity, 0 when there is no quantity."""
    return value / quantity if quantity else 0.0
