"""The one way to declare a message: frozen for the type checker, cheap at run time.

Never compiled: at run time a record is a plain slotted attrs class, because a frozen one costs
more than twice as much to make, and a candle has a budget of ten microseconds.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from attrs import frozen as record
else:
    from attrs import define

    record = define(weakref_slot=False)

__all__ = ["record"]
