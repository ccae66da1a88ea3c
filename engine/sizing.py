"""How large an entry may be (S0-30 … S0-33): whole numbers from the budget to the lot.

How this works: the quantity is the smaller of what the risk budget pays for (the loss between
entry and stop) and what the leverage allows, rounded down to the lot. Floors are then looked at
in a fixed order, and the first that is missed is the refusal. Every rounding goes down, so the
risk is never above the budget and the notional never above its cap.
"""

from typing import Final, Literal

from engine.domain.instrument import Instrument
from engine.messages.record import record
from engine.messages.runs import SizingTerms
from engine.money import (
    SCALE,
    ZERO_MONEY,
    Money,
    Price,
    Quantity,
    Rate,
    notional,
    quantity_for,
    round_down,
)

SizeRefusal = Literal[
    "", "no_equity", "stop_distance_too_small", "below_min_quantity", "below_min_notional"
]
NOTHING: Final = Quantity(0)


@record
class Sized:
    """What sizing came to; all e8. ``refusal`` is empty when the entry may go on to the gate.

    ``risk`` is the loss between entry and stop without fees. A refusal has no quantity, risk or
    notional; ``value`` and ``threshold`` then say what was missed: ``value`` is below
    ``threshold`` (for ``no_equity`` not above it).
    """

    quantity: Quantity
    risk: Money
    notional: Money
    refusal: SizeRefusal
    value: int
    threshold: int


def size_entry(
    sizing: SizingTerms,
    instrument: Instrument,
    equity: Money,
    size_factor: Rate,
    max_leverage: Rate,
    entry_price: Price,
    stop_price: Price,
) -> Sized:
    """The quantity of an entry at ``entry_price`` with its stop at ``stop_price`` (S0-31).

    ``quantity = min(risk budget / risk of one unit, max notional / entry price)`` with
    ``risk budget = equity * risk_per_trade * size_factor`` and
    ``max notional = equity * min(leverage, max_leverage, the contract's own maximum)``; a
    maximum of 0 is off. It is capped by what one market order may carry. A ``fixed_quantity``
    takes the place of the formula and its caps (and of ``size_factor``): too much of it is the
    gate's to refuse, but lot and floors hold.
    """
    assert entry_price > 0, "an entry has a price"
    if equity <= 0:
        return _refused("no_equity", equity, 0)
    distance = abs(entry_price - stop_price)
    least = -(-entry_price * sizing.min_stop_fraction // SCALE) or 1
    if distance < least:
        return _refused("stop_distance_too_small", distance, least)
    wanted = sizing.fixed_quantity
    if wanted <= 0:
        wanted = _affordable(
            sizing, instrument, equity, size_factor, max_leverage, entry_price, distance
        )
    quantity = Quantity(round_down(wanted, instrument.lot))
    floor = max(instrument.min_quantity, sizing.min_quantity, 1)
    if quantity < floor:
        return _refused("below_min_quantity", quantity, floor)
    value = notional(entry_price, quantity)
    least = max(instrument.min_notional, sizing.min_notional)
    if value < least:
        return _refused("below_min_notional", value, least)
    return Sized(quantity, notional(distance, quantity), value, "", 0, 0)


def _affordable(
    sizing: SizingTerms,
    instrument: Instrument,
    equity: int,
    size_factor: int,
    max_leverage: int,
    entry_price: int,
    distance: int,
) -> int:
    """The smallest of what risk, leverage and the venue allow, before the lot."""
    budget = equity * sizing.risk_per_trade * size_factor // (SCALE * SCALE)
    leverage: int = sizing.leverage
    if 0 < max_leverage < leverage:
        leverage = max_leverage
    if 0 < instrument.max_leverage < leverage:
        leverage = instrument.max_leverage
    by_risk = quantity_for(budget, distance)
    by_leverage = quantity_for(equity * leverage // SCALE, entry_price)
    wanted = min(by_leverage, by_risk)
    return min(wanted, instrument.max_market_quantity or wanted)


def _refused(code: SizeRefusal, value: int, threshold: int) -> Sized:
    return Sized(NOTHING, ZERO_MONEY, ZERO_MONEY, code, value, threshold)
