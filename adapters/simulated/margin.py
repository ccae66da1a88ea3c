"""What positions and resting orders hold of the wallet, and what one more order would cost.

The formulas are the engine's (``engine.accounts``); here is what they apply to. An order against
a position costs nothing as far as it only reduces it: the position serves the orders against it
in the order of their age, and what is beyond it opens and costs (bybit-v5.md 6.2). Reducing
orders cost nothing, untriggered conditional ones reserve nothing (5.1).
"""

from collections.abc import Mapping

from adapters.simulated.orders import VenueOrder
from adapters.simulated.positions import VenuePosition
from engine.accounts.liquidation import (
    Held,
    isolated_liquidation_price,
    isolated_liquidation_price_2024,
)
from engine.accounts.margin import MarginFormulas, netted
from engine.domain.instrument import RiskTier
from engine.messages.runs import MarginMode, MarginRule, OrderNetting, VenueTerms
from engine.money import NO_PRICE, Price, notional


class MarginRules:
    """How the venue account is margined: the words of its terms, and the formulas they mean."""

    __slots__ = ("formulas", "mode", "netting", "rule", "taker_fee", "terms")

    def __init__(self, terms: VenueTerms) -> None:
        self.terms = terms
        self.mode: MarginMode = terms.margin_mode
        self.rule: MarginRule = terms.margin_rule
        self.netting: OrderNetting = terms.order_netting
        self.formulas = MarginFormulas(terms.margin_mode, terms.margin_rule, terms.taker_fee)
        self.taker_fee = terms.taker_fee if self.formulas.reserves else 0
        """The fee rate that margins reckon with; 0 where nothing is reserved for closing."""

    def initial(self, position: VenuePosition, mark: int) -> int:
        """What an open position holds, with what was added to it."""
        formulas, entry = self.formulas, position.entry_value
        value = notional(mark, abs(position.quantity)) if formulas.at_mark else entry
        return formulas.initial(position.side, entry, value, position.leverage) + position.added

    def maintenance(self, position: VenuePosition, mark: int, ladder: tuple[RiskTier, ...]) -> int:
        """What an open position needs so as not to be liquidated."""
        value = notional(mark, abs(position.quantity))
        formulas, entry = self.formulas, position.entry_value
        return formulas.maintenance(position.side, entry, value, position.leverage, ladder)

    def isolated_price(
        self, position: VenuePosition, ladder: tuple[RiskTier, ...], tick: int
    ) -> Price:
        """Where an isolated position is liquidated (bybit-v5.md 6.4); ``NO_PRICE`` in other modes.

        The cross mode's prices hang on the whole account (``cross.py``).
        """
        assert position.quantity, "a flat position has no end"
        if self.mode != "isolated":
            return NO_PRICE
        held = held_of(position)
        if self.rule == "bybit_2024":
            return isolated_liquidation_price_2024(held, ladder, tick)
        return isolated_liquidation_price(held, ladder, self.taker_fee, tick)


def held_of(position: VenuePosition) -> Held:
    """An open position as the formulas see it."""
    return Held(
        position.side,
        abs(position.quantity),
        position.entry_value,
        position.leverage,
        position.added,
    )


class OpeningOrders:
    """The resting orders of one side that would open, oldest first, and what they hold.

    Sums are kept as orders come and go, so that one more among ten thousand costs no walk.
    """

    __slots__ = ("_rows", "cost", "quantity", "value")

    def __init__(self) -> None:
        self._rows: dict[str, tuple[int, int, int]] = {}
        self.quantity = 0
        self.value = 0
        self.cost = 0

    def put(self, order: VenueOrder, formulas: MarginFormulas) -> None:
        """Count an order in, or anew after a fill; it keeps its place by age."""
        quantity = order.remaining
        value: int = notional(order.price, quantity)
        cost: int = formulas.order_cost(order.side, value, order.position.leverage)
        name = order.venue_order_id
        was = self._rows.get(name, (0, 0, 0))
        self._rows[name] = (quantity, value, cost)
        self._count(quantity - was[0], value - was[1], cost - was[2])

    def drop(self, order: VenueOrder) -> None:
        """An order rests no more; one that never counted is fine."""
        was = self._rows.pop(order.venue_order_id, None)
        if was is not None:
            self._count(-was[0], -was[1], -was[2])

    def _count(self, quantity: int, value: int, cost: int) -> None:
        self.quantity += quantity
        self.value += value
        self.cost += cost

    def beyond(self, cover: int) -> tuple[int, int]:
        """Value and cost of what opens where ``cover`` of an opposite position is closed first."""
        value, cost = self.value, self.cost
        if cover >= self.quantity:
            return 0, 0
        for quantity, its_value, its_cost in self._rows.values():
            if cover <= 0:
                break
            part = min(cover, quantity)
            value -= its_value * part // quantity
            cost -= its_cost * part // quantity
            cover -= part
        return value, cost


def opening_quantity(position: VenuePosition, side: int, quantity: int, waiting: int) -> int:
    """The part of one more order that opens (bybit-v5.md 5.5).

    It is what is beyond an opposite position, less what that position has to serve already:
    the ``waiting`` quantity of the orders that rest on the same side.
    """
    left = position.reducible(side) - waiting
    return quantity if left <= 0 else max(0, quantity - left)


def orders_held(
    opening: Mapping[int, OpeningOrders],
    sides: Mapping[int, VenuePosition],
    netting: OrderNetting,
    more: tuple[int, int] = (0, 0),
) -> int:
    """What the resting orders of a symbol hold, and ``more``: of further buys and sells."""
    buys = opening[1].beyond(sides[1].reducible(1))[1] if opening[1].quantity else 0
    sells = opening[-1].beyond(sides[-1].reducible(-1))[1] if opening[-1].quantity else 0
    return netted(netting, buys + more[0], sells + more[1])
