"""The exchange itself, driven by hand: what a request must come to, reckoned without the wire.

It reads the fields of a request by itself and sends what they mean to an exchange of its own. The
codes of requests that mean nothing are the fact sheet's (bybit-v5.md 3.3, 5.4, 5.6).
"""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from adapters.bybit_wire.contracts import AccountSettings, account_terms, contracts_of
from adapters.simulated.exchange import SimulatedExchange
from adapters.simulated.orders import VenueOrder
from adapters.simulated.positions import VenuePosition
from adapters.simulated.wishes import AmendOpen
from engine.domain.order import OrderType
from engine.ids import ClientId, PositionKey
from engine.messages.effects import (
    CancelOrder,
    Effect,
    PlaceOrder,
    SetLeverage,
    SetStop,
)
from engine.messages.market import MarketEvent
from engine.messages.venue import (
    AmendRejected,
    CancelRejected,
    ExecutionReport,
    LeverageRejected,
    OrderAccepted,
    OrderRejected,
    StopRejected,
)
from engine.money import NO_PRICE, Price, Quantity, Rate, parse
from engine.timebase import NEVER, Nanos

REFUSED = (OrderRejected, AmendRejected, CancelRejected, StopRejected, LeverageRejected)
WORDS = {
    "side": ("Buy", "Sell"),
    "orderType": ("Limit", "Market"),
    "timeInForce": ("GTC", "IOC", "FOK", "PostOnly", "RPI"),
    "tpslMode": ("Full", "Partial"),
    "triggerBy": ("LastPrice", "MarkPrice", "IndexPrice"),
}
TYPES: dict[tuple[bool, bool], OrderType] = {
    (True, True): "stop_limit",
    (True, False): "stop_market",
    (False, True): "take_profit_limit",
    (False, False): "take_profit_market",
}


def e8(text: Any) -> int | None:
    """A decimal as an e8 integer, 0 where none is given; None for what is no number."""
    if text in ("", None):
        return 0
    try:
        scaled = Decimal(str(text)) * 100_000_000
    except InvalidOperation:
        return None
    return int(scaled) if scaled.is_finite() and scaled == int(scaled) else None


class Plain:
    """One account's exchange; ``placed`` are its orders by the id that the wire gave them."""

    def __init__(self, settings: AccountSettings, symbol: str) -> None:
        terms = account_terms(settings, contracts_of([symbol]), "depth")
        self.symbol, self.account = symbol, terms.venue.venue_account
        self.hedges = settings.position_mode == "hedge"
        self.apart = self.hedges and settings.margin_mode == "isolated"
        self.exchange = SimulatedExchange(terms)
        self.placed: dict[str, str] = {}
        self.links: dict[str, None] = {}
        self.now = Nanos(0)
        self._clients: dict[str, ClientId] = {}
        self._venue_ids: dict[ClientId, str] = {}
        self._count = 0
        for index in self.positions:
            self._send(SetLeverage(self._key(index), Rate(parse(10))))

    @property
    def positions(self) -> Mapping[int, VenuePosition]:
        """Every position of the symbol, flat ones too, by index."""
        return self.exchange.market(self.symbol).positions

    def _key(self, index: int) -> PositionKey:
        return PositionKey(self.account, self.symbol, index)

    def tell(self, event: MarketEvent, at: Nanos) -> None:
        """The market does something."""
        self.now = at
        self.exchange.observe(event, at)
        self._reports()

    def _send(self, effect: Effect) -> int:
        self.exchange.request(effect, self.now)
        while self.exchange.next_request_ns != NEVER:
            self.exchange.serve()
        first = self._reports()[0]
        return first.code if isinstance(first, REFUSED) else 0

    def _reports(self) -> list[ExecutionReport]:
        found: list[ExecutionReport] = []
        while self.exchange.next_report_ns != NEVER:
            found.append(self.exchange.take_report()[1])
        for each in found:
            if isinstance(each, OrderAccepted):
                self._venue_ids[each.client_id] = each.venue_order_id
        return found

    def order(self, order_id: str) -> VenueOrder | None:
        """The exchange's own order behind an id of the wire."""
        return self.exchange.order(self.placed[order_id])

    # What requests come to: the codes that are right.

    def create(self, fields: dict[str, Any]) -> set[int]:
        """Place an order; ``accepted`` tells the wire's name for it afterwards."""
        wrong = self._wrong_order(fields)
        if wrong:
            return wrong
        side = 1 if fields["side"] == "Buy" else -1
        is_limit = fields["orderType"] == "Limit"
        trigger = e8(fields.get("triggerPrice")) or 0
        rises = fields.get("triggerDirection") == 1
        kind: OrderType = "limit" if is_limit else "market"
        if trigger:
            kind = TYPES[rises == (side > 0), is_limit]
        key = self._key(int(fields.get("positionIdx", 0)))
        quantity = e8(fields["qty"]) or 0
        if not quantity and fields.get("reduceOnly") and fields.get("closeOnTrigger"):
            held = self.exchange.positions.get(key)
            quantity = held.reducible(side) if held else 0
            if not quantity:
                return {110017}
        self._count += 1
        self._last = ClientId(f"plain-{self._count}")
        mode = "partial" if fields.get("tpslMode") == "Partial" else "full"
        return {
            self._send(
                PlaceOrder(
                    key,
                    self._last,
                    side,  # type: ignore[arg-type]
                    kind,
                    Quantity(quantity),
                    Price((e8(fields.get("price")) or 0) if is_limit else 0),
                    Price(trigger),
                    fields.get("timeInForce", "GTC") if is_limit else "IOC",
                    bool(fields.get("reduceOnly")),
                    Price(e8(fields.get("stopLoss")) or 0),
                    Price(e8(fields.get("takeProfit")) or 0),
                    close_on_trigger=bool(fields.get("closeOnTrigger")),
                    protection=mode,  # type: ignore[arg-type]
                )
            )
        }

    def accepted(self, order_id: str, link: str) -> None:
        """The order that was created last was taken, under these names."""
        self._clients[order_id] = self._last
        self.placed[order_id] = self._venue_ids[self._last]
        if link:
            self.links[link] = None

    def _wrong_order(self, fields: dict[str, Any]) -> set[int]:
        """What is wrong with an order before the exchange sees it; each reason may be named."""
        found: set[int] = set()
        for name, words in WORDS.items():
            is_read = name != "timeInForce" or fields.get("orderType") == "Limit"
            if is_read and fields.get(name, words[0]) not in words:
                found.add(10001)
        numbers = ["qty", "stopLoss", "takeProfit", "triggerPrice"]
        if fields.get("orderType") == "Limit":
            numbers.append("price")
        if fields.get("qty") in ("", None) or any(e8(fields.get(n)) is None for n in numbers):
            found.add(10001)
        if fields.get("symbol") != self.symbol or fields.get("category") != "linear":
            found.add(10001)
        link = str(fields.get("orderLinkId", ""))
        if link and (len(link) > 36 or not re.fullmatch("[A-Za-z0-9_-]+", link)):
            found.add(10001)
        if link in self.links:
            found.add(110072)
        if fields.get("timeInForce") == "RPI":
            found.add(110119)
        if fields.get("reduceOnly") and (
            e8(fields.get("stopLoss")) or e8(fields.get("takeProfit"))
        ):
            found.add(10001)
        if e8(fields.get("triggerPrice")) and fields.get("triggerDirection") not in (1, 2):
            found.add(10001)
        return found

    def amend(self, order_id: str, fields: dict[str, Any]) -> set[int]:
        """Amend an order of ours."""
        quantity, price = e8(fields.get("qty")), e8(fields.get("price"))
        trigger = e8(fields.get("triggerPrice"))
        if quantity is None or price is None or trigger is None:
            return {10001}
        order = self.exchange.order(self.placed.get(order_id, ""))
        if order is None or order not in self.exchange.open_orders:
            return {110001}
        source = order.asked.trigger_by
        wish = AmendOpen(order.venue_order_id, quantity, price, trigger, None, source)
        refusal = self.exchange.ask(wish, self.now)
        self._reports()
        return {0 if refusal is None else refusal[0]}

    def cancel(self, order_id: str) -> set[int]:
        """Cancel an order of ours."""
        order = self.exchange.order(self.placed.get(order_id, ""))
        if order is None or order not in self.exchange.open_orders:
            return {110001}
        return {self._send(CancelOrder(order.position.key, self._clients[order_id]))}

    def trading_stop(self, fields: dict[str, Any]) -> set[int]:
        """Set what the position carries of its own; what is not given stays."""
        index = int(fields.get("positionIdx", 0))
        held = self.exchange.positions.get(self._key(index))
        if held is None:
            return {10001}
        now = (held.stop_price, held.target_price, held.trailing_distance)
        names = ("stopLoss", "takeProfit", "trailingStop")
        wanted = tuple(
            (e8(fields[name]) or 0) if fields.get(name) else kept
            for name, kept in zip(names, now, strict=True)
        )
        if wanted == now:
            return {34040}
        follows = Price(held.trailing_from if wanted[2] else 0)
        stop, target, distance = map(Price, wanted)
        return {self._send(SetStop(held.key, stop, target, "last", "last", distance, follows))}

    def clear_leg(self, kind: str, index: int) -> set[int]:
        """Cancel a position's own stop, target or trailing stop."""
        held = self.exchange.positions[self._key(index)]
        stop = NO_PRICE if kind == "StopLoss" else held.stop_price
        target = NO_PRICE if kind == "TakeProfit" else held.target_price
        trails = kind != "TrailingStop"
        distance = held.trailing_distance if trails else NO_PRICE
        follows = Price(held.trailing_from if trails else 0)
        asked = SetStop(held.key, stop, target, held.stop_by, held.target_by, distance, follows)
        return {self._send(asked)}

    def leverage(self, buy: str, sell: str) -> set[int]:
        """Set the leverage: of both sides alike, but for isolated hedge positions."""
        wanted = (e8(buy), e8(sell))
        if None in wanted or (wanted[0] != wanted[1] and not self.apart):
            return {10001}
        both = {1: wanted[0], 2: wanted[1]} if self.apart else {min(self.positions): wanted[0]}
        before = {index: self.exchange.leverage(self._key(index)) for index in both}
        codes = [self._send(SetLeverage(self._key(i), Rate(to or 0))) for i, to in both.items()]
        worse = {code for code in codes if code not in (0, 110043)}
        if worse:
            for index, leverage in before.items():
                self._send(SetLeverage(self._key(index), leverage))
        return worse or {min(codes)}
