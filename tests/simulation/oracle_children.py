"""Partial stops and targets in the oracle exchange: a pair for each fill (bybit-v5.md 5.4)."""

import attrs

from engine.ids import ClientId
from engine.money import Price
from tests.simulation.oracle_account import Account
from tests.simulation.oracle_book import Number, Order, Position


def bear(account: Account, parent: Order, quantity: Number) -> int:
    """A fill with partial protection has a stop and a target of its own size (5.4)."""
    asked, born = parent.asked, []
    levels = asked.stop_price, asked.target_price
    if children(account, parent.position) + sum(level > 0 for level in levels) > 20:
        return 110061
    for kind, cause, level, limit, source in (
        ("stop", "stop_loss", asked.stop_price, asked.stop_limit, asked.stop_by),
        ("take_profit", "take_profit", asked.target_price, asked.target_limit, asked.target_by),
    ):
        if level:
            closing = attrs.evolve(
                asked,
                client_id=ClientId(""),
                side=-asked.side,
                order_type=f"{kind}_{'limit' if limit else 'market'}",
                price=limit,
                trigger_price=level,
                trigger_by=source,
                time_in_force="GTC" if limit else "IOC",
                protection="full",
                stop_price=Price(0),
                target_price=Price(0),
            )
            account.age += 1
            child = Order(closing, parent.position, account.age, quantity, True, cause=cause)
            born.append(child)
    if len(born) == 2:
        born[0].sibling, born[1].sibling = born[1], born[0]
    for child in born:
        account.wait(child)
    return 0


def children(account: Account, position: Position) -> int:
    """How many partial stops and targets wait for a position."""
    mine = (one for one in account.waiting if one.position is position and one.cause != "order")
    return sum(1 for one in mine if position.reducible(one.side))


def part(order: Order) -> Order | None:
    """The two of a pair know each other no more."""
    sibling = order.sibling
    if sibling is not None:
        order.sibling = sibling.sibling = None
    return sibling
