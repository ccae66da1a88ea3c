"""Candles row by row: where something is wrong, the first wrong row is named in one sentence."""

import pyarrow as pa

from adapters.history.exact import exact_number
from adapters.history.moments import Moments
from adapters.history.tables import NUMBERS, Table
from engine.errors import UserError
from engine.money import render
from engine.timebase import render_time


def walk(
    table: Table,
    moments: Moments,
    columns: list[pa.Array],
    rows: "range | list[int]",
    before: int | None,
) -> list[int]:
    """The opening times (ns) of rows of which, after all, nothing is wrong.

    ``rows`` are their numbers in the file, ``before`` the opening of the bar before them.
    ``UserError`` names the first wrong one with its line or row, value and mend.
    """
    opened: list[int] = []
    raw = zip(*(column.to_pylist() for column in columns[: 1 + len(NUMBERS)]), strict=True)
    for row, values in zip(rows, raw, strict=True):
        place = f"{table.path}: {table.where(row)}: "
        at = _moment(table, moments, values[0], place)
        if before is not None:
            _refuse_order(table, place, at, before)
        numbers = []
        for name, value in zip(NUMBERS, values[1:], strict=True):
            try:
                numbers.append(exact_number(value))
            except ValueError as error:
                mend = (
                    "round it to the contract's tick"
                    if "finer" in str(error)
                    else "correct it, or leave the row out"
                )
                raise UserError(f"{place}{name} = {_shown(value)} {error}; {mend}") from error
        _refuse_bar(place, *numbers)
        before = at
        opened.append(at)
    return opened


def _moment(table: Table, moments: Moments, value: object, place: str) -> int:
    try:
        return moments.one(value)
    except ValueError as error:
        raise UserError(
            f"{place}{table.names[0]} = {_shown(value)} {error}; correct it, or leave the row out"
        ) from error


def _shown(value: object) -> str:
    return "(nothing)" if value is None or value == "" else str(value)


def _refuse_order(table: Table, place: str, at: int, before: int) -> None:
    if at == before:
        differ = " and says two things" if table.paged else ""
        raise UserError(
            f"{place}the bar of {render_time(at)} is there twice{differ}; remove one of the two"
        )
    if at < before and table.turned:
        raise UserError(
            f"{place}the bar of {render_time(at)} stands before that of {render_time(before)} in a "
            "file that begins with the newest; sort the file by time"
        )
    if at < before:
        raise UserError(
            f"{place}the bar of {render_time(at)} comes after that of {render_time(before)}; "
            "sort the file by time"
        )


def _refuse_bar(place: str, opened: int, high: int, low: int, closed: int, volume: int) -> None:
    for name, price in (("open", opened), ("high", high), ("low", low), ("close", closed)):
        if price <= 0:
            raise UserError(
                f"{place}{name} = {render(price)} is no price; prices are above 0, "
                "so correct it or leave the row out"
            )
    if high < low:
        raise UserError(
            f"{place}high = {render(high)} is below low = {render(low)}; "
            "swap the two columns, or correct the row"
        )
    for name, price in (("open", opened), ("close", closed)):
        if not low <= price <= high:
            raise UserError(
                f"{place}{name} = {render(price)} lies outside low = {render(low)} to "
                f"high = {render(high)}; correct the row"
            )
    if volume < 0:
        raise UserError(f"{place}volume = {render(volume)} is negative; correct it")
