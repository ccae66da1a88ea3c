"""What a strategy asks for. An intent is a wish: sizing and the gate decide what becomes of it."""

from typing import Literal

from engine.domain.order import Side
from engine.messages.record import record
from engine.money import NO_PRICE, ONE, Price, Rate, round_down, round_up


@record
class Enter:
    """Open a position: the stop is mandatory, so an entry without one cannot be written (S0-12).

    ``limit_price`` 0 enters at the market; ``target_price`` 0 means no take profit. With a
    ``trigger_price`` the order waits at the venue until the last price has come there, from
    wherever it is now: a breakout beyond the market, or a turn before it.
    """

    side: Side
    stop_price: Price
    target_price: Price = NO_PRICE
    limit_price: Price = NO_PRICE
    tag: str = ""
    trigger_price: Price = NO_PRICE


@record
class Exit:
    """Close ``fraction`` (e8, default all) of the position at the market, reduce-only."""

    reason: str = "signal"
    fraction: Rate = ONE


@record
class MoveStop:
    """Move the position's stop; it may only get tighter. ``target_price`` 0 keeps the target."""

    stop_price: Price
    target_price: Price = NO_PRICE


@record
class Reprice:
    """Change the prices of the own entry that rests at the venue; 0 leaves one as it is.

    It keeps its stop and target. A price that risks more passes the gate again, and its quantity
    shrinks to what the gate lets (it never grows: 110022). Nothing rests, or it waits for an
    answer: nothing happens, and the strategy may ask again.
    """

    limit_price: Price = NO_PRICE
    trigger_price: Price = NO_PRICE


@record
class CancelEntry:
    """Take back the own entry that rests at the venue; what fills meanwhile is a position."""

    reason: str = "signal"


_KINDS_OF_ENTER = (int, int, int, int, int, str)

Intent = Enter | Exit | MoveStop | Reprice | CancelEntry
TargetMode = Literal["fixed", "trailing"]


def find_mistake(intent: object) -> str:
    """What is wrong with what a strategy handed over, or "": prices and fractions are integers.

    Strategies are user code, so their types are checked where they enter the engine.
    """
    if type(intent) is Enter and _is_sound(intent):
        return ""
    numbers: tuple[object, ...]
    words: object = ""
    if isinstance(intent, Enter):
        levels = (intent.stop_price, intent.target_price)
        numbers = (*levels, intent.limit_price, intent.trigger_price)
        words = intent.tag
        if not _is_side(intent.side):
            return f"propose gave Enter the side {intent.side!r}; it is 1 (buy) or -1 (sell)"
    elif isinstance(intent, Exit):
        numbers = (intent.fraction,)
        words = intent.reason
    elif isinstance(intent, MoveStop):
        numbers = (intent.stop_price, intent.target_price)
    elif isinstance(intent, Reprice):
        numbers = (intent.limit_price, intent.trigger_price)
    elif isinstance(intent, CancelEntry):
        numbers = ()
        words = intent.reason
    else:
        kinds = "Enter, Exit, MoveStop, Reprice or CancelEntry"
        return f"propose gave a {type(intent).__name__}; it gives {kinds}"
    for number in numbers:
        if not _is_whole(number):
            name = type(intent).__name__
            return f"propose gave {name} the number {number!r}; prices are e8 integers"
    if type(words) is not str:
        name = type(intent).__name__
        return f"propose gave {name} the text {words!r}; a tag or reason is a str"
    if isinstance(intent, Exit) and not 0 < intent.fraction <= ONE:
        return f"propose gave Exit a fraction of {intent.fraction}; it is 1 to {ONE} (e8)"
    return ""


def _is_sound(intent: Enter) -> bool:
    """What every entry passes, in one look; what is wrong with another is told field by field."""
    side, stop, target, limit, trigger = (
        intent.side,
        intent.stop_price,
        intent.target_price,
        intent.limit_price,
        intent.trigger_price,
    )
    kinds = (type(side), type(stop), type(target), type(limit), type(trigger), type(intent.tag))
    if kinds != _KINDS_OF_ENTER:
        return False
    return side in (1, -1) and stop >= 0 and target >= 0 and limit >= 0 and trigger >= 0


def _is_whole(number: object) -> bool:
    return type(number) is int and number >= 0


def _is_side(side: object) -> bool:
    return type(side) is int and side in (1, -1)


def to_ticks(intent: Enter, tick: Price) -> Enter:
    """The entry with its prices on the tick grid: the stop towards safety (less risk), the
    target and a limit towards the price that is surely reached, a trigger the other way, so that
    no entry looks better than it will be.
    """
    stop, target, limit = intent.stop_price, intent.target_price, intent.limit_price
    trigger = intent.trigger_price
    if not (stop % tick or target % tick or limit % tick or trigger % tick):
        return intent
    inwards, outwards = (round_down, round_up) if intent.side > 0 else (round_up, round_down)
    return Enter(
        intent.side,
        Price(outwards(stop, tick)),
        Price(inwards(target, tick)),
        Price(inwards(limit, tick)),
        intent.tag,
        Price(outwards(trigger, tick)),
    )


def reprice_to_ticks(intent: Reprice, side: Side, tick: Price) -> Reprice:
    """The prices on the tick grid, rounded as those of an entry are."""
    inwards, outwards = (round_down, round_up) if side > 0 else (round_up, round_down)
    limit, trigger = inwards(intent.limit_price, tick), outwards(intent.trigger_price, tick)
    return Reprice(Price(limit), Price(trigger))
