"""Liquidation in the oracle exchange (bybit-v5.md 6.4)."""

from tests.simulation.oracle import Oracle
from tests.simulation.oracle_book import ZERO, Number, Position, cent, number, to_step
from tests.simulation.oracle_margin import (
    bankruptcy_price,
    down,
    liquidation_price,
    maintenance,
    spare,
    tiers,
    unrealised,
)


def liquidate(oracle: Oracle, position: Position, mark: Number, here: Number) -> None:
    """The mark of a symbol, whose market is ``here``, is where a position was to end."""
    if oracle.is_cross:
        end_account(oracle, position.key.symbol, mark, here)
    else:
        end_position(oracle, position, mark, here)


def end_position(oracle: Oracle, position: Position, mark: Number, here: Number) -> None:
    """Cancel, cut tier by tier while that helps, else take over."""
    for order in [one for one in oracle.waiting if one.symbol == position.key.symbol]:
        oracle.end(order, "CancelByPrepareLiq")
    bust = bankruptcy_price(oracle, position)
    oracle.tell("PositionLiquidated", position.key, position.quantity, mark, bust)
    while position.side and position.side * mark <= position.side * (
        liquidation_price(oracle, position)
    ):
        bust = bankruptcy_price(oracle, position)
        cut = what_to_cut(oracle, position, mark, here, bust)
        close_part(oracle, position, cut, bust, here)


def end_account(oracle: Oracle, symbol: str, mark: Number, here: Number) -> None:
    """Cancel everything; then what needs most margin is cut, and taken over once that fails."""
    for each in oracle.markets:
        for order in [one for one in oracle.waiting if one.symbol == each]:
            oracle.end(order, "CancelAllBeforeLiq")
    told: list[Position] = []
    cuts = True
    while any(one.side for one in oracle.positions):
        if told and spare(oracle, symbol, mark) > 0:
            return
        marks = {each: market.mark for each, market in oracle.markets.items()} | {symbol: mark}
        places = {each: market.last for each, market in oracle.markets.items()} | {symbol: here}
        held = [one for one in oracle.positions if one.side]
        position = max(held, key=lambda one: maintenance(oracle, one, marks[one.key.symbol]))
        at, its_mark = places[position.key.symbol], marks[position.key.symbol]
        others = [one for one in held if one is not position]
        behind = oracle.wallet + sum(
            (unrealised(one, marks[one.key.symbol]) for one in others), ZERO
        )
        side, tick = position.side, oracle.tick(position.key.symbol)
        value = (position.entry - side * behind) / (1 - side * oracle.taker_fee)
        bust = max(tick, to_step(value / abs(position.quantity), tick, up=side > 0))
        if position not in told:
            told.append(position)
            oracle.tell("PositionLiquidated", position.key, position.quantity, its_mark, bust)
        cut = what_to_cut(oracle, position, its_mark, at, bust) if cuts else ZERO
        cuts = cut > 0
        close_part(oracle, position, cut, bust, at)


def close_part(oracle: Oracle, position: Position, cut: Number, bust: Number, here: Number) -> None:
    """Sell so much of it in the market, or, where that is nothing, let the venue take it all."""
    was, side, symbol = position.quantity, position.side, position.key.symbol
    if cut:
        price = oracle.worse(-side, here, oracle.off_market, symbol)
        oracle.markets[symbol].taken += cut
    else:
        cut, price = abs(was), bust
        oracle.insurance += side * (cent(here * cut) - cent(bust * cut))
    oracle.age += 1
    oracle.execute(position, "", "liquidation", -side, price, cut, False)
    oracle.look_after(position, was, None)


def what_to_cut(
    oracle: Oracle, position: Position, mark: Number, here: Number, bust: Number
) -> Number:
    """What brings the position to the next lower tier, if the market takes it before ``bust``."""
    symbol, size, side = position.key.symbol, abs(position.quantity), position.side
    lower = [one[0] for one in tiers(oracle, symbol) if one[0] < cent(mark * size)]
    if not lower:
        return ZERO
    lot = number(oracle.instruments[symbol].lot)
    wanted = size - to_step(down(lower[-1] / mark), lot, up=False)
    price = oracle.worse(-side, here, oracle.off_market, symbol)
    fits = wanted < size and wanted <= oracle.room(symbol)
    return wanted if fits and side * price >= side * bust else ZERO
