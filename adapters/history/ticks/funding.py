"""Files of settled funding rates: one row a settlement, at the moment of it (bybit-v5.md 6.6)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any

import pyarrow as pa
from attrs import frozen

from adapters.history.arrow import compute
from adapters.history.recording import FUNDING
from adapters.history.tables import BATCH_ROWS, TIME_NAMES, Header, Table
from adapters.history.ticks.layout import STRETCH, Columns, TickFacts, needed
from adapters.history.ticks.numbers import Contract, Number, exact_array, exact_list, judged
from engine.errors import UserError
from engine.messages.market import FundingRated, MarketEvent
from engine.money import SCALE, render
from engine.timebase import Nanos

RATE = ("funding_rate", "fundingRate", "last_funding_rate")
_TIMES = (*TIME_NAMES, "fundingRateTimestamp", "fundingTime", "calc_time")
_OF_FREQTRADE = "open"
"""freqtrade stores rates in the form of candles; the rate is in this column, the others are 0."""
_LARGEST = SCALE // 10
"""No venue lets a rate go as far as a tenth for one interval; in percent, many would."""


@frozen
class FundingLayout:
    """Rates are fractions for one interval: 0.0001 is 0.01 %."""

    rate: Number
    kind: str = FUNDING
    rows: int = BATCH_ROWS
    stretch: int = STRETCH
    strict: bool = True
    closes: bool = False

    def kept(self, columns: Columns) -> tuple[pa.Array | None, Counter[str]]:
        """Every row is a settlement."""
        del columns
        return None, Counter()

    def exact(
        self, columns: Columns, contract: Contract, facts: TickFacts
    ) -> Sequence[pa.Array] | None:
        """Rates that are fractions."""
        del facts
        rates = exact_array(columns[0], self.rate, contract)
        return None if rates is None or compute("max", rates).as_py() >= _LARGEST else [rates]

    def judge(self, place: str, row: Sequence[Any], contract: Contract, facts: TickFacts) -> None:
        """The same of one row, in a sentence."""
        del facts
        rate = judged(place, row[0], Number(self.rate.name, -SCALE * SCALE), contract)
        if not -_LARGEST < rate < _LARGEST:
            raise UserError(
                f"{place}{self.rate.name} = {render(rate)} is no rate of one interval; rates are "
                "fractions, so write 0.0001 for 0.01 %"
            )

    def fields(self, columns: Columns) -> list[list[Any]]:
        """Rates."""
        return [exact_list(columns[0])]

    def events(
        self, symbol: str, venue: list[Nanos], fields: list[list[Any]]
    ) -> Iterator[MarketEvent]:
        """One ``FundingRated`` a row."""
        return map(FundingRated, repeat(symbol), venue, *fields)


def open_funding(header: Header) -> tuple[Table, FundingLayout]:
    """The columns of funding rates of a file; ``UserError`` with what is missing."""
    rates = RATE if header.find(*RATE) else (*RATE, _OF_FREQTRADE)
    time, rate = needed(header, _TIMES, rates)
    return header.table([time, time, rate], [rate]), FundingLayout(Number(rate, 1 - _LARGEST))
