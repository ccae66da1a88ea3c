"""Liquidation in the oracle exchange, of isolated positions (bybit-v5.md 6.4)."""

from tests.simulation.oracle import Oracle
from tests.simulation.oracle_book import ZERO, Number, Position, cent, number, to_step
from tests.simulation.oracle_margin import bankruptcy_price, down, liquidation_price, tiers


def liquidate(oracle: Oracle, position: Position, mark: Number, here: Number) -> None:
    """Cancel, cut tier by tier while that helps, else take over (6.4)."""
    for order in [one for one in oracle.waiting if one.symbol == position.key.symbol]:
        oracle.end(order, "CancelByPrepareLiq")
    bust = bankruptcy_price(oracle, position)
    oracle.tell("PositionLiquidated", position.key, position.quantity, mark, bust)
    while position.side and position.side * mark <= position.side * (
        liquidation_price(oracle, position)
    ):
        bust = bankruptcy_price(oracle, position)
        cut = what_to_cut(oracle, position, mark, here, bust)
        was, side = position.quantity, position.side
        if cut:
            price = oracle.worse(-side, here, oracle.off_market, position.key.symbol)
            oracle.markets[position.key.symbol].taken += cut
        else:
            cut, price = abs(was), bust
            worth = cent(here * cut) - cent(bust * cut)
            oracle.insurance += side * worth
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
