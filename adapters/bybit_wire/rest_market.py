"""Public market data (bybit-v5.md 3.2)."""

import uuid

from adapters.bybit_wire.answers import PARAMETER, Fields, Outcome, RefusedError, done
from adapters.bybit_wire.desk import Session, elsewhere, linear
from adapters.bybit_wire.fields import SIDE_NAMES, listed, ms, page, text_of, whole
from adapters.bybit_wire.hearing import NAMES
from adapters.bybit_wire.market import RATE_CAP, Levels, PublicTrade, millis
from engine.accounts.tiers import ladder_of
from engine.domain.instrument import Instrument
from engine.money import SCALE, render
from engine.timebase import MINUTE

Row = list[str]
RISK_SYMBOLS = 15
"""So many symbols are on a page of risk limits."""


def server_time(session: Session, given: Fields) -> Outcome:
    """``/v5/market/time``: the market's time."""
    del given
    now = session.desk.now_ns
    return done({"timeSecond": str(now // 1_000_000_000), "timeNano": str(now)})


def instruments_info(session: Session, given: Fields) -> Outcome:
    """``/v5/market/instruments-info``: everything trades, nothing is in pre-launch."""
    nothing = elsewhere(given)
    if nothing is not None:
        return done(nothing)
    linear(given)
    symbol, base = text_of(given, "symbol"), text_of(given, "baseCoin")
    if symbol and symbol not in session.desk.instruments:
        raise RefusedError(PARAMETER, "params error: symbol invalid")
    rows = [
        instrument_fields(each, number)
        for number, each in enumerate(session.desk.instruments.values(), start=1)
        if symbol in ("", each.symbol) and base in ("", base_of(each))
    ]
    if text_of(given, "status") not in ("", "Trading"):
        rows = []
    taken, cursor = page(rows, given, "symbol", 500, 1_000)
    return done(listed(taken, cursor))


def base_of(instrument: Instrument) -> str:
    """The base coin: the symbol without the coin that it settles in."""
    return instrument.symbol.removesuffix(instrument.settle_asset)


def instrument_fields(each: Instrument, number: int) -> Fields:
    """A contract as instruments-info shows it (3.2.1)."""
    step = render(each.tick)
    scale = len(step.partition(".")[2])
    largest = render(each.max_limit_quantity)
    return {
        "symbol": each.symbol,
        "symbolId": number,
        "symbolType": "",
        "contractType": "LinearPerpetual",
        "status": "Trading",
        "baseCoin": base_of(each),
        "quoteCoin": each.settle_asset,
        "settleCoin": each.settle_asset,
        "launchTime": "1584230400000",
        "deliveryTime": "0",
        "deliveryFeeRate": "",
        "priceScale": str(scale),
        "leverageFilter": {
            "minLeverage": "1",
            "maxLeverage": _hundredths(each.max_leverage),
            "leverageStep": "0.01",
        },
        "priceFilter": {
            "minPrice": render(each.min_price),
            "maxPrice": render(each.max_price),
            "tickSize": step,
        },
        "lotSizeFilter": {
            "maxOrderQty": largest,
            "minOrderQty": render(each.min_quantity),
            "qtyStep": render(each.lot),
            "postOnlyMaxOrderQty": largest,
            "maxMktOrderQty": render(each.max_market_quantity),
            "minNotionalValue": render(each.min_notional),
        },
        "unifiedMarginTrade": True,
        "fundingInterval": each.funding_interval_ns // MINUTE,
        "copyTrading": "none",
        "upperFundingRate": render(RATE_CAP),
        "lowerFundingRate": render(-RATE_CAP),
        "displayName": "",
        "forbidUplWithdrawal": False,
        "isPreListing": False,
        "preListingInfo": None,
        "riskParameters": {
            "priceLimitRatioX": render(each.price_limit_x),
            "priceLimitRatioY": render(each.price_limit_y),
        },
    }


def tickers(session: Session, given: Fields) -> Outcome:
    """``/v5/market/tickers``: of one symbol or of all."""
    nothing = elsewhere(given)
    if nothing is not None:
        return done({"category": nothing["category"], "list": []})
    linear(given)
    markets = session.desk.markets.values()
    wanted = [session.market(given)] if text_of(given, "symbol") else list(markets)
    rows = [each.ticker(session.desk.now_ns) for each in wanted]
    return done({"category": "linear", "list": rows})


def orderbook(session: Session, given: Fields) -> Outcome:
    """``/v5/market/orderbook``: bids falling, asks rising."""
    market = session.market(given)
    bids, asks = market.book(whole(given, "limit", 25, 1, 1_000))
    return done(
        {
            "s": market.symbol,
            "b": level_rows(bids),
            "a": level_rows(asks),
            "ts": session.desk.market_ms,
            "u": market.updates,
            "seq": market.updates,
            "cts": millis(market.changed_ns),
        }
    )


def level_rows(levels: Levels) -> list[Row]:
    """Levels as pairs of texts."""
    return [[render(price), render(quantity)] for price, quantity in levels]


def recent_trade(session: Session, given: Fields) -> Outcome:
    """``/v5/market/recent-trade``: newest first."""
    market = session.market(given)
    limit = whole(given, "limit", 500, 1, 1_000)
    newest = list(reversed(market.trades))[:limit]
    rows = [_trade_row(market.symbol, each) for each in newest]
    return done({"category": "linear", "list": rows})


def _trade_row(symbol: str, trade: PublicTrade) -> Fields:
    return {
        "execId": trade_id(symbol, trade),
        "symbol": symbol,
        "price": render(trade.price),
        "size": render(trade.quantity),
        "side": SIDE_NAMES[trade.side],
        "time": ms(trade.at),
        "isBlockTrade": False,
        "isRPITrade": False,
        "seq": str(trade.number),
    }


def trade_id(symbol: str, trade: PublicTrade) -> str:
    """The name of a public trade: a UUID, as the venue's are, and the same in each session."""
    return str(uuid.uuid5(NAMES, f"{symbol}/{trade.number}"))


def funding_history(session: Session, given: Fields) -> Outcome:
    """``/v5/market/funding/history``: newest first; a start alone is an error."""
    market = session.market(given)
    start, end = whole(given, "startTime", -1), whole(given, "endTime", -1)
    if start >= 0 and end < 0:
        raise RefusedError(PARAMETER, "params error: endTime is required with startTime")
    limit = whole(given, "limit", 200, 1, 200)
    last = end if end >= 0 else session.desk.market_ms
    rows = [
        {"symbol": market.symbol, "fundingRate": render(rate), "fundingRateTimestamp": ms(at)}
        for at, rate in reversed(market.rates)
        if start <= millis(at) <= last
    ]
    return done({"category": "linear", "list": rows[:limit]})


def risk_limit(session: Session, given: Fields) -> Outcome:
    """``/v5/market/risk-limit``: of one symbol, or of fifteen a page."""
    nothing = elsewhere(given)
    if nothing is not None:
        return done(nothing)
    linear(given)
    desk = session.desk
    if text_of(given, "symbol"):
        symbols, cursor = [session.market(given).symbol], ""
    else:
        everything = [{"symbol": symbol} for symbol in desk.instruments]
        rows, cursor = page(everything, given | {"limit": ""}, "symbol", RISK_SYMBOLS, 15)
        symbols = [row["symbol"] for row in rows]
    tiers = [row for symbol in symbols for row in tier_rows(desk.instruments[symbol])]
    return done(listed(tiers, cursor))


def _hundredths(leverage: int) -> str:
    """A leverage as the ladders tell it: ``90.00`` (6.9)."""
    cents = leverage // (SCALE // 100)
    return f"{cents // 100}.{cents % 100:02d}"


def _margin_rate(leverage: int) -> str:
    """One divided by a leverage to four places, the nearest: ``0.0111`` of 90 (6.9)."""
    places = 10_000
    return render((places * SCALE * 2 + leverage) // (2 * leverage) * (SCALE // places))


def tier_rows(instrument: Instrument) -> list[Fields]:
    """The risk tiers of a contract; rates are fractions (6.9)."""
    rows: list[Fields] = []
    for number, tier in enumerate(ladder_of(instrument), start=1):
        rows.append(
            {
                "id": number,
                "symbol": instrument.symbol,
                "riskLimitValue": render(tier.limit),
                "maintenanceMargin": render(tier.maintenance_rate),
                "initialMargin": _margin_rate(tier.max_leverage),
                "isLowestRisk": 1 if number == 1 else 0,
                "maxLeverage": _hundredths(tier.max_leverage),
                "mmDeduction": render(tier.deduction) if number > 1 else "",
            }
        )
    return rows
