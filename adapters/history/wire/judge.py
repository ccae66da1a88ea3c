"""Whether what a message tells can be: the same rules as for files of rows, in one sentence each.

Changes of a book may cross it for a moment, and quantity 0 removes a level; a snapshot may not.
"""

from typing import Any

from adapters.history.ticks.numbers import Contract
from adapters.history.ticks.quotes import refuse_crossed
from engine.errors import UserError
from engine.messages.market import (
    DepthChanged,
    IndexPriced,
    Level,
    MarketEvent,
    MarkPriced,
    Quoted,
    Traded,
)
from engine.money import render

_REMOVE = "correct it, or remove the line"


def judge_event(place: str, event: MarketEvent, contract: Contract | None) -> None:
    """``UserError`` with one sentence for an event that cannot be."""
    tick = contract.tick if contract is not None else 0
    match event:
        case Traded():
            _price(place, "a trade's price", event.price, tick, contract)
            _above(place, "a trade's quantity", event.quantity, 1)
        case Quoted():
            _price(place, "the bid", event.bid, tick, contract)
            _price(place, "the ask", event.ask, tick, contract)
            _above(place, "the bid's quantity", event.bid_quantity, 0)
            _above(place, "the ask's quantity", event.ask_quantity, 0)
            refuse_crossed(place, event.bid, event.ask)
        case DepthChanged():
            least = 1 if event.snapshot else 0
            for name, levels in (("bid", event.bids), ("ask", event.asks)):
                _levels(place, name, levels, least, tick, contract)
            if event.snapshot and event.bids and event.asks:
                refuse_crossed(place, event.bids[0][0], event.asks[0][0])
        case MarkPriced() | IndexPriced():
            _price(place, "the mark or index", event.price, 0, None)
        case _:
            pass


def _levels(
    place: str,
    name: str,
    levels: tuple[Level, ...],
    least: int,
    tick: int,
    contract: Contract | None,
) -> None:
    for price, quantity in levels:
        if price <= 0 or quantity < least or (tick and price % tick):
            _price(place, f"a level's {name}", price, tick, contract)
            _above(place, f"the quantity of the {name} {render(price)}", quantity, least)


def _price(place: str, name: str, price: Any, tick: int, contract: Contract | None) -> None:
    _above(place, name, price, 1)
    if tick and contract is not None and price % tick:
        raise UserError(
            f"{place}{name} {render(price)} is no multiple of {contract.symbol}'s tick "
            f"{render(tick)}; give a recording of this contract, or set "
            f"instruments.{contract.symbol}.tick to the step of these prices"
        )


def _above(place: str, name: str, value: int, least: int) -> None:
    if value < least:
        wrong = "is negative" if least == 0 else "is not above 0"
        raise UserError(f"{place}{name} {render(value)} {wrong}; {_REMOVE}")
