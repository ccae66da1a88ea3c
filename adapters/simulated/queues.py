"""The queues that our resting limit orders of one symbol stand in, by the model of the run."""

from adapters.simulated.orders import VenueOrder
from adapters.simulated.place import Place
from adapters.simulated.shown import UNTOLD, Shown
from engine.domain.order import BUY, SELL
from engine.messages.runs import MatchedOn, QueueModel


class Queues:
    """The places of one symbol's resting limit orders, by the model of the run."""

    __slots__ = ("_by_price", "_has_places", "_shown", "model", "waiting")

    def __init__(self, matched_on: MatchedOn, model: QueueModel, shown: Shown) -> None:
        is_shown = matched_on in ("quotes", "depth")
        self.model: QueueModel = model if is_shown or model == "front" else "through"
        """Where nothing is shown nobody knows a queue: then a trade must go through the price."""
        self._has_places = matched_on != "candles"
        self._shown = shown
        self._by_price: dict[int, dict[int, dict[int, VenueOrder]]] = {BUY: {}, SELL: {}}
        self.waiting = 0
        """How many orders have a place that a changed level moves."""

    def join(self, order: VenueOrder, now: int) -> None:
        """An order comes to rest at ``now``, behind all that is shown there."""
        if not self._has_places:
            return
        shown, price = self._shown, order.price
        if self.model in ("through", "front"):
            order.place = Place(price, now, 0, now, False)
            return
        ahead = shown.ahead(order.side, price)
        order.place = Place(price, now, ahead, shown.told_ns, self.model == "pro_rata")
        self._by_price[order.side].setdefault(price, {})[order.number] = order
        self.waiting += 1

    def leave(self, order: VenueOrder) -> None:
        """An order waits no more."""
        place = order.place
        assert place is not None, "it has a place"
        order.place = None
        here = self._by_price[order.side].get(place.price)
        if here is not None:
            del here[order.number]
            self.waiting -= 1
            if not here:
                del self._by_price[order.side][place.price]

    def tell(self, side: int, levels: tuple[tuple[int, int], ...], venue_ns: int) -> None:
        """Levels of ``side`` were told; those that we wait at move our places."""
        waiting, shown = self._by_price[side], self._shown
        if not waiting:
            return
        for price, _ in levels:
            if price in waiting:
                self._tell_price(shown, side, price, venue_ns)

    def tell_all(self, side: int, venue_ns: int) -> None:
        """The whole side was told."""
        for price in self._by_price[side]:
            self._tell_price(self._shown, side, price, venue_ns)

    def _tell_price(self, shown: Shown, side: int, price: int, venue_ns: int) -> None:
        quantity = shown.ahead(side, price)
        if quantity < UNTOLD:
            for order in self._by_price[side][price].values():
                if order.place is not None:
                    order.place.told(quantity, venue_ns)


def goes_through(matched_on: MatchedOn, model: QueueModel) -> bool:
    """Whether the market must go beyond a resting order's price, and not only to it."""
    if matched_on in ("candles", "trades"):
        return model != "front"
    return model == "through"
