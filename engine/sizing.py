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
from engine.money import SCALE, ZERO_MONEY, Money, Price, Quantity, Rate, notional

SizeRefusal = Literal[
    "", "no_equity", "stop_distance_too_small", "below_min_quantity", "below_min_notional"
]
_NO_QUANTITY: Final = Quantity(0)
_SCALE_SQUARED: Final = SCALE * SCALE


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
    distance = entry_price - stop_price if entry_price > stop_price else stop_price - entry_price
    least: int = -(-entry_price * sizing.min_stop_fraction // SCALE) or 1
    if distance < least:
        return _refused("stop_distance_too_small", distance, least)
    wanted = sizing.fixed_quantity
    if wanted <= 0:
        leverage: int = sizing.leverage
        if 0 < max_leverage < leverage:
            leverage = max_leverage
        if 0 < instrument.max_leverage < leverage:
            leverage = instrument.max_leverage
        budget = equity * sizing.risk_per_trade * size_factor // _SCALE_SQUARED
        wanted = budget * SCALE // distance
        by_leverage = equity * leverage // SCALE * SCALE // entry_price
        if by_leverage < wanted:
            wanted = by_leverage
        if 0 < instrument.max_market_quantity < wanted:
            wanted = instrument.max_market_quantity
    quantity = Quantity(wanted - wanted % instrument.lot)
    least = instrument.min_quantity or instrument.lot
    if sizing.min_quantity > least:
        least = sizing.min_quantity
    if quantity < least:
        return _refused("below_min_quantity", quantity, least)
    value = notional(entry_price, quantity)
    least = instrument.min_notional
    if sizing.min_notional > least:
        least = sizing.min_notional
    if value < least:
        return _refused("below_min_notional", value, least)
    return Sized(quantity, notional(distance, quantity), value, "", 0, 0)


def _refused(code: SizeRefusal, value: int, threshold: int) -> Sized:
    return Sized(_NO_QUANTITY, ZERO_MONEY, ZERO_MONEY, code, value, threshold)
