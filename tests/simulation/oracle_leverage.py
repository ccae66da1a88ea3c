"""Another leverage in the oracle exchange (bybit-v5.md 6.5)."""

from engine.messages.effects import SetLeverage
from tests.simulation.oracle_account import Account
from tests.simulation.oracle_book import Number, Position, number
from tests.simulation.oracle_margin import (
    available,
    liquidation_price,
    opened_by,
    tier_of,
    value_held,
)


def set_leverage(account: Account, asked: SetLeverage) -> None:
    """A position and the orders that open it have another leverage, or it is refused (6.5)."""
    position = account.of(asked.key)
    code = 10001 if position is None else leverage_code(account, position, number(asked.leverage))
    if code:
        account.tell("LeverageRejected", asked.key, code)
    else:
        account.tell("LeverageSet", asked.key, number(asked.leverage))


def leverage_code(account: Account, position: Position, wanted: Number) -> int:
    """Set the leverage, or undo it and say why."""
    symbol, was = position.key.symbol, position.leverage
    if account.is_spot or wanted < 1 or (wanted * 100).denominator != 1:
        return 10001
    if wanted == was:
        return 110043
    for side in (1, -1):
        held = value_held(account, position, side)
        mine = account.is_cross or opened_by(account, symbol, side) is position
        if mine and wanted > tier_of(account, symbol, held)[2]:
            return 110013
    changed = [position]
    if account.is_cross:
        changed = [one for one in account.positions if one.key.symbol == symbol]
    for one in changed:
        one.leverage = wanted
    end, mark = liquidation_price(account, position), account.markets[symbol].mark
    code = 0
    if wanted < was and available(account) < 0:
        code = 110012
    elif wanted > was and end and position.side * mark <= position.side * end:
        code = 110011
    for one in changed if code else []:
        one.leverage = was
    return code
