"""One account at the oracle exchange: what is known, and what everything looks at."""

from fractions import Fraction

from engine.ids import PositionKey
from engine.messages.runs import Terms
from tests.simulation.oracle_book import (
    WITHOUT_LIMIT,
    ZERO,
    Market,
    Number,
    Order,
    Position,
    number,
    to_step,
)


class Account:
    """Positions, orders, prices and the wallet; whatever is reported is in ``reports``."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.instruments = {one.symbol: one for one in terms.instruments}
        self.markets = {symbol: Market() for symbol in self.instruments}
        indexes = (1, 2) if terms.venue.position_mode == "hedge" else (0,)
        keys = [PositionKey("main", symbol, i) for symbol in self.instruments for i in indexes]
        self.positions = [Position(key) for key in keys]
        for position in self.positions:
            mine = [one for one in terms.accounts if position.key.symbol in one.symbols]
            used = [number(one.sizing.leverage) for one in mine]
            position.leverage = max(used, default=Fraction(1))
        self.waiting: list[Order] = []
        """In the order in which they began to wait."""
        self.known: dict[str, Order] = {}
        self.is_cross = terms.venue.margin_mode == "cross"
        self.is_spot = terms.venue.margin_mode == "none"
        """Everything is paid in full: nothing is sold short, maintained or liquidated."""
        self.wallet = number(terms.venue.wallet)
        self.age = 0
        self.now = 0
        """Venue time of what happens."""
        self.ambiguous = 0
        self.funding = ZERO
        self.insurance = ZERO
        self.reports: list[tuple[object, ...]] = []
        costs = terms.simulation
        self.half_spread = number(costs.half_spread)
        self.off_market = number(costs.half_spread + costs.slippage)
        self.taker_fee = number(terms.venue.taker_fee)
        self.maker_fee = number(terms.venue.maker_fee)

    def pass_to(self, symbol: str, now: int) -> int:
        """Something happens in a market, not before what happened last; when that is."""
        market = self.markets[symbol]
        market.clock = max(market.clock, now)
        return market.clock

    def wait(self, order: Order) -> None:
        """It waits from now on."""
        order.since_ns = self.pass_to(order.symbol, self.now)
        self.waiting.append(order)

    def tick(self, symbol: str) -> Number:
        """The price step."""
        return number(self.instruments[symbol].tick)

    def of(self, key: PositionKey) -> Position | None:
        """The position of that key."""
        return next((one for one in self.positions if one.key == key), None)

    def worse(self, side: int, price: Number, rate: Number, symbol: str) -> Number:
        """``price`` moved by ``rate`` against ``side``, to the tick, never below one."""
        tick = self.tick(symbol)
        return max(tick, to_step(price * (1 + side * rate), tick, up=side > 0))

    def bound(self, side: int, mark: Number, symbol: str) -> Number:
        """The worst price of a market order: X from the mark (5.3); 0 without a band."""
        near = number(self.instruments[symbol].price_limit_x)
        return to_step(mark * (1 + side * near), self.tick(symbol), up=side < 0) if near else ZERO

    def within(self, side: int, price: Number, mark: Number, symbol: str) -> Number:
        """A limit price, or the edge of the band where it is beyond that (5.6)."""
        contract = self.instruments[symbol]
        near, far = number(contract.price_limit_x), number(contract.price_limit_y)
        if not near or not mark:
            return price
        nearer = max if side > 0 else min
        farther = min if side > 0 else max
        index = self.markets[symbol].told.get("index", mark)
        edge = nearer(index, mark * (1 + side * near))
        if far:
            edge = farther(edge, mark * (1 + side * far))
        return farther(price, to_step(edge, self.tick(symbol), up=side < 0))

    def room(self, symbol: str) -> Number:
        """What takers may still have of the last closed bar."""
        volume = self.markets[symbol].volume
        if volume is None or not self.terms.simulation.volume_share:
            return WITHOUT_LIMIT
        return max(ZERO, self.shared(symbol, volume) - self.markets[symbol].taken)

    def shared(self, symbol: str, volume: Number) -> Number:
        """Our share of a bar's volume."""
        lot = number(self.instruments[symbol].lot)
        return to_step(volume * number(self.terms.simulation.volume_share), lot, up=False)

    def tell_stop(self, position: Position) -> None:
        """Report stop and target as they are."""
        self.tell("StopReported", position.key, *position.protection)

    def tell_values(self, order: Order) -> None:
        """Report quantity and prices of an order as they are; nobody hears it of children."""
        if order.name:
            self.tell("OrderAmended", order.name, order.quantity, order.price, order.trigger)

    def tell(self, *report: object) -> None:
        """Append a report."""
        self.reports.append(report)
