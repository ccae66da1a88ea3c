"""What everybody sees of one symbol: book, trades, candles, mark, funding (bybit-v5.md 3.2, 4.2).

It is fed the same events as the accounts' exchanges and knows nothing of them: an account's own
orders move no price here. A feed without trades shows the middle of its quotes as the last price,
one without a mark or an index the last price as both.
"""

from collections import deque

from attrs import define

from adapters.bybit_wire.answers import Fields
from adapters.bybit_wire.bars import Bars
from adapters.bybit_wire.fields import ms
from adapters.bybit_wire.interest import Interest
from adapters.bybit_wire.system_orders import Bust
from adapters.simulated.depth import DepthBook
from engine.domain.candle import Candle
from engine.domain.instrument import Instrument
from engine.messages.market import (
    BarOpened,
    DepthChanged,
    FundingRated,
    IndexPriced,
    MarkCandle,
    MarketEvent,
    MarkPriced,
    Quoted,
    Traded,
)
from engine.money import SCALE, render
from engine.timebase import DAY, HOUR, MILLISECOND

TRADES_KEPT = 1_000
RATES_KEPT = 1_000
USUAL_RATE = 10_000
"""0.01 % each interval: shown until the feed tells a rate (6.6), e8."""
RATE_CAP = 500_000
"""0.5 %: shown as the cap of the funding rate, e8."""

Levels = tuple[tuple[int, int], ...]


@define
class PublicTrade:
    """One trade: ``number`` counts them, ``direction`` is the tick direction's name."""

    number: int
    at: int
    price: int
    quantity: int
    side: int
    direction: str


class Market:
    """The public side of one contract; all numbers e8, times ns."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.symbol = instrument.symbol
        self.bars = Bars()
        self.mark_bars = Bars()
        self.index_bars = Bars()
        self.premium_bars = Bars()
        """How far the middle of the book is from the index, as a part of it."""
        self.trades: deque[PublicTrade] = deque(maxlen=TRADES_KEPT)
        self.rates: deque[tuple[int, int]] = deque(maxlen=RATES_KEPT)
        """``(settlement, rate)``, newest last."""
        self.fresh: list[PublicTrade] = []
        """Trades that no stream has told yet."""
        self.busts: list[Bust] = []
        """Liquidations that no stream has told yet."""
        self.last = 0
        self.mark = 0
        self.index = 0
        self.interest = Interest()
        self.changed_ns = 0
        self.direction = "ZeroPlusTick"
        self.updates = 0
        """How often the book changed."""
        self._traded = False
        self._numbers = 0
        self._book = DepthBook()
        self._top: tuple[Levels, Levels] | None = None

    def recorded(self, candle: Candle) -> None:
        """A candle from before the session: history, not a price to trade at."""
        self.bars.recorded(candle)
        self.mark_bars.recorded(candle)
        self.index_bars.recorded(candle)
        self.last = candle.close

    def observe(self, event: MarketEvent, at: int) -> None:
        """Take in what the feed tells of this symbol."""
        self.changed_ns = at
        match event:
            case Traded():
                self._traded = True
                self._trade(at, event.price, event.quantity, event.side)
            case DepthChanged():
                self._book.apply(event)
                self.updates += 1
                self._middle(at, self._book.bid, self._book.ask)
            case Quoted():
                bids: Levels = ((event.bid, event.bid_quantity),) if event.bid else ()
                asks: Levels = ((event.ask, event.ask_quantity),) if event.ask else ()
                self._top = (bids, asks)
                self.updates += 1
                self._middle(at, event.bid, event.ask)
            case BarOpened() if not self.last:
                self.last = event.price
            case MarkPriced():
                self.mark = event.price
                self.mark_bars.trade(at, event.price, 0)
            case MarkCandle():
                self.mark = event.close
            case IndexPriced():
                self.index = event.price
                self.index_bars.trade(at, event.price, 0)
            case FundingRated():
                if not self.rates or self.rates[-1][0] < event.settle_ns:
                    self.rates.append((event.settle_ns, event.rate))
            case _:
                pass

    def _trade(self, at: int, price: int, quantity: int, side: int) -> None:
        if price != self.last:
            self.direction = "PlusTick" if price > self.last else "MinusTick"
        elif self.direction in ("PlusTick", "MinusTick"):
            self.direction = "Zero" + self.direction
        self._numbers += 1
        trade = PublicTrade(self._numbers, at, price, quantity, side or 1, self.direction)
        self.trades.append(trade)
        self.fresh.append(trade)
        self.last = price
        self._price(at, price, quantity)

    def _middle(self, at: int, bid: int, ask: int) -> None:
        if not bid or not ask:
            return
        if self.index_price:
            premium = (bid + ask) * SCALE // (2 * self.index_price) - SCALE
            self.premium_bars.trade(at, premium, 0)
        if not self._traded:
            self.last = (bid + ask) // 2 // self.instrument.tick * self.instrument.tick
            self._price(at, self.last, 0)

    def _price(self, at: int, price: int, quantity: int) -> None:
        self.bars.trade(at, price, quantity)
        if not self.mark:
            self.mark_bars.trade(at, price, 0)
        if not self.index:
            self.index_bars.trade(at, price, 0)

    @property
    def mark_price(self) -> int:
        """The feed's mark, or the last price."""
        return self.mark or self.last

    @property
    def index_price(self) -> int:
        """The feed's index, or the last price."""
        return self.index or self.last

    def book(self, depth: int) -> tuple[Levels, Levels]:
        """Bids, best first, and asks, best first; at most ``depth`` levels of each.

        Where the feed has no book it is its quote, and without one a tick around the last price.
        """
        if self._book.begun:
            bids, asks = self._book.bids, self._book.asks
            best_bids = bids.prices[: -depth - 1 : -1]
            best_asks = asks.prices[:depth]
            return (
                tuple((price, bids.quantities[price]) for price in best_bids),
                tuple((price, asks.quantities[price]) for price in best_asks),
            )
        if self._top is not None:
            return self._top
        if not self.last:
            return (), ()
        tick, lot = self.instrument.tick, self.instrument.min_quantity
        return ((self.last - tick, lot),), ((self.last + tick, lot),)

    def next_funding(self, now: int) -> int:
        """The settlement that comes next."""
        interval = self.instrument.funding_interval_ns
        return now - now % interval + interval

    @property
    def rate(self) -> int:
        """The last funding rate that is known, e8."""
        return self.rates[-1][1] if self.rates else USUAL_RATE

    def ticker(self, now: int) -> Fields:
        """The ticker of REST; the stream's has ``tickDirection`` too."""
        day, last = self.bars.day(now), self.last
        before = self.bars.close_before(now - DAY) or last
        bids, asks = self.book(1)
        change = (last - before) * 1_000_000 // before * 100 if before else 0
        hours = self.instrument.funding_interval_ns // HOUR
        return {
            "symbol": self.symbol,
            "lastPrice": render(last),
            "indexPrice": render(self.index_price),
            "markPrice": render(self.mark_price),
            "prevPrice24h": render(before),
            "price24hPcnt": render(change),
            "highPrice24h": render(day.high if day else last),
            "lowPrice24h": render(day.low if day else last),
            "prevPrice1h": render(self.bars.close_before(now - HOUR) or last),
            "openInterest": render(self.interest.both),
            "openInterestValue": render(self.interest.both * self.mark_price // SCALE),
            "singleOpenInterest": render(self.interest.single),
            "singleOpenInterestValue": render(self.interest.single * self.mark_price // SCALE),
            "turnover24h": render(day.turnover if day else 0),
            "volume24h": render(day.volume if day else 0),
            "fundingRate": render(self.rate),
            "nextFundingTime": ms(self.next_funding(now)),
            "predictedDeliveryPrice": "",
            "basisRate": "",
            "basisRateYear": "",
            "basis": "",
            "deliveryFeeRate": "",
            "deliveryTime": "0",
            "ask1Size": render(asks[0][1]) if asks else "",
            "bid1Price": render(bids[0][0]) if bids else "",
            "ask1Price": render(asks[0][0]) if asks else "",
            "bid1Size": render(bids[0][1]) if bids else "",
            "preOpenPrice": "",
            "preQty": "",
            "curPreListingPhase": "",
            "fundingIntervalHour": str(hours),
            "fundingCap": render(RATE_CAP),
        }


def millis(at: int) -> int:
    """Nanoseconds as whole milliseconds."""
    return at // MILLISECOND
