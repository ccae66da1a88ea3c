"""Positions and the wallet as Bybit shows them (bybit-v5.md 3.4, 3.5, 6)."""

from adapters.bybit_wire.answers import Fields
from adapters.bybit_wire.fields import SIDE_NAMES, ms, shown
from adapters.bybit_wire.ledger import Holding
from adapters.simulated.exchange import SimulatedExchange
from adapters.simulated.markets import VenueMarket
from adapters.simulated.positions import VenuePosition
from engine.accounts.liquidation import shown_price
from engine.accounts.profit import break_even_price
from engine.ids import PositionKey
from engine.money import SCALE, Price, ratio, render


def position_fields(
    exchange: SimulatedExchange, key: PositionKey, held: Holding, fee: int, is_push: bool = False
) -> Fields:
    """The position object; the stream calls the average entry ``entryPrice`` (4.3)."""
    market = exchange.market(key.symbol)
    position = market.positions[key.position_index]
    size, mark = abs(position.quantity), market.mark_price
    average = position.entry_value * SCALE // size if size else 0
    rules = market.margin
    initial = rules.initial(position, mark) if size else 0
    maintenance = rules.maintenance(position, mark, market.ladder) if size else 0
    tier, limit = _tier(market, position)
    name = "entryPrice" if is_push else "avgPrice"
    fields: Fields = {
        "positionIdx": key.position_index,
        "riskId": tier,
        "riskLimitValue": render(limit),
        "symbol": key.symbol,
        "side": SIDE_NAMES[position.side],
        "size": render(size),
        name: render(average),
        "positionValue": render(position.entry_value) if size else "",
        "tradeMode": 0,
        "positionStatus": "Normal",
        "autoAddMargin": int(position.auto_adds),
        "adlRankIndicator": 2 if size else 0,
        "leverage": render(position.leverage),
        "breakEvenPrice": _break_even(position, held.realised, fee),
        "positionBalance": render(initial),
        "markPrice": render(mark),
        "liqPrice": _liquidation(market, position, exchange.liquidation_price(key)),
        "bustPrice": "",
        "positionMM": render(maintenance),
        "positionMMByMp": render(maintenance),
        "positionIM": render(initial),
        "positionIMByMp": render(initial),
        "tpslMode": "Full",
        "takeProfit": shown(position.target_price) if size else "",
        "stopLoss": shown(position.stop_price) if size else "",
        "trailingStop": render(position.trailing_distance),
        "unrealisedPnl": render(position.unrealised(mark)) if size else "",
        "curRealisedPnl": render(held.realised if size else 0),
        "cumRealisedPnl": render(held.realised_ever),
        "sessionAvgPrice": "",
        "delta": "",
        "gamma": "",
        "vega": "",
        "theta": "",
        "seq": held.sequence,
        "isReduceOnly": False,
        "mmrSysUpdatedTime": "",
        "leverageSysUpdatedTime": "",
        "createdTime": ms(held.opened_ns),
        "updatedTime": ms(held.updated_ns),
        "openTime": held.opened_ns // 1_000_000 if size else 0,
    }
    if is_push:
        fields["category"] = "linear"
    return fields


def _tier(market: VenueMarket, position: VenuePosition) -> tuple[int, int]:
    """Number and limit of the risk tier that the position's value lies in."""
    for number, tier in enumerate(market.ladder, start=1):
        if position.entry_value <= tier.limit:
            return number, tier.limit
    return len(market.ladder), market.ladder[-1].limit


def _liquidation(market: VenueMarket, position: VenuePosition, price: Price) -> str:
    """Empty where flat, or where it would be outside of the contract's prices."""
    if not position.quantity:
        return ""
    return shown(shown_price(price, market.instrument))


def _break_even(position: VenuePosition, realised: int, fee: int) -> str:
    """Empty where flat, or where no price would leave nothing."""
    if not position.quantity:
        return ""
    size = abs(position.quantity)
    return shown(break_even_price(position.side, size, position.entry_value, realised, fee))


def margins(exchange: SimulatedExchange) -> tuple[int, int, int]:
    """Initial margin of all orders, initial and maintenance margin of all positions."""
    orders = initial = maintenance = 0
    for market in exchange.markets:
        orders += market.held_by_orders
        for position in market.positions.values():
            if position.quantity:
                initial += market.margin.initial(position, market.mark_price)
                maintenance += market.margin.maintenance(position, market.mark_price, market.ladder)
    return orders, initial, maintenance


def wallet_fields(exchange: SimulatedExchange, asset: str, first_cash: int) -> Fields:
    """The wallet object of REST and of the stream: one coin, the settlement asset."""
    unrealised = exchange.equity - exchange.wallet
    orders, position_im, position_mm = margins(exchange)
    equity, initial = int(exchange.equity), orders + position_im
    im_rate = render(ratio(initial, equity)) if equity > 0 else "0"
    mm_rate = render(ratio(position_mm, equity)) if equity > 0 else "0"
    coin = {
        "coin": asset,
        "equity": render(equity),
        "usdValue": render(equity),
        "walletBalance": render(exchange.wallet),
        "availableToWithdraw": render(max(0, exchange.available)),
        "availableToBorrow": "",
        "free": "",
        "locked": "0",
        "spotHedgingQty": "0",
        "borrowAmount": "0",
        "accruedInterest": "0",
        "totalOrderIM": render(orders),
        "totalPositionIM": render(position_im),
        "totalPositionMM": render(position_mm),
        "unrealisedPnl": render(unrealised),
        "cumRealisedPnl": render(exchange.wallet - first_cash),
        "bonus": "0",
        "collateralSwitch": True,
        "marginCollateral": True,
        "colRes": "0",
        "spotBorrow": "0",
    }
    return {
        "accountType": "UNIFIED",
        "accountLTV": "0",
        "accountIMRate": im_rate,
        "accountIMRateByMp": im_rate,
        "accountMMRate": mm_rate,
        "accountMMRateByMp": mm_rate,
        "totalEquity": render(equity),
        "totalWalletBalance": render(exchange.wallet),
        "totalMarginBalance": render(equity),
        "totalAvailableBalance": render(max(0, exchange.available)),
        "totalPerpUPL": render(unrealised),
        "totalInitialMargin": render(initial),
        "totalInitialMarginByMp": render(initial),
        "totalMaintenanceMargin": render(position_mm),
        "totalMaintenanceMarginByMp": render(position_mm),
        "coin": [coin],
    }
