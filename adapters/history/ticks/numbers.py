"""The numbers of a recording: exact, of the right sign, and prices on the contract's tick."""

from typing import Any

import pyarrow as pa
from attrs import frozen

from adapters.history.arrow import compute
from adapters.history.exact import (
    exact_column,
    exact_number,
    integers,
    off_step,
    on_step_column,
)
from engine.errors import UserError
from engine.money import render


@frozen
class Contract:
    """The symbol that rows are for, and its price step (e8); 0 where no account trades it."""

    symbol: str = ""
    tick: int = 0


@frozen
class Number:
    """A column of numbers: the file's name for it, its least value (e8), whether it is a price."""

    name: str
    least: int = 1
    price: bool = False


def exact_array(column: pa.Array, number: Number, contract: Contract) -> pa.Array | None:
    """The e8 integers of a column in which nothing is wrong, or ``None``."""
    if column.null_count:
        return None
    tick = contract.tick if number.price else 0
    found = on_step_column(column, tick)
    if found is None:
        found = exact_column(column)
        if found is None or (tick and off_step(found, tick)):
            return None
    return found if compute("min", found).as_py() >= number.least else None


def exact_list(column: pa.Array) -> list[Any]:
    """The e8 integers of a checked column."""
    found = None if column.null_count else exact_column(column)
    if found is None:
        return [exact_number(value) for value in column.to_pylist()]
    return integers(found)


def judged(place: str, value: Any, number: Number, contract: Contract) -> int:
    """The e8 integer of one value; ``UserError`` with place, value and mend otherwise."""
    try:
        found = exact_number(value)
    except ValueError as error:
        raise UserError(
            f"{place}{number.name} = {shown(value)} {error}; correct it, or leave the row out"
        ) from error
    if found < number.least:
        wrong = "is negative" if number.least == 0 else "is not above 0"
        raise UserError(
            f"{place}{number.name} = {render(found)} {wrong}; correct it, or leave the row out"
        )
    if number.price and contract.tick and found % contract.tick:
        raise UserError(
            f"{place}{number.name} = {render(found)} is no multiple of {contract.symbol}'s tick "
            f"{render(contract.tick)}; give a recording of this contract, or set "
            f"instruments.{contract.symbol}.tick to the step of these prices"
        )
    return found


def shown(value: object) -> str:
    """A value for people, as the file has it."""
    return "(nothing)" if value is None or value == "" else str(value)
