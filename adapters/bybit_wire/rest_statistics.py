"""Open interest and who holds it, price limits, insurance, and what never happens (3.2).

Of open interest and liquidations only what the accounts of this exchange hold is known.
"""

from adapters.bybit_wire.answers import PARAMETER, Fields, Outcome, RefusedError, done
from adapters.bybit_wire.desk import Session, elsewhere, linear
from adapters.bybit_wire.fields import listed, ms, page, text_of, whole
from adapters.bybit_wire.interest import PERIODS
from engine.money import SCALE, render
from engine.timebase import MILLISECOND


def open_interest(session: Session, given: Fields) -> Outcome:
    """``/v5/market/open-interest``: at the ends of intervals, newest first, as of now before the
    first of them has ended."""
    market = session.market(given)
    period = PERIODS.get(text_of(given, "intervalTime"))
    if period is None:
        raise RefusedError(PARAMETER, "params error: intervalTime invalid")
    start, end = whole(given, "startTime", -1), whole(given, "endTime", -1)
    now = session.desk.now_ns
    notes = [(each.at, each.longs, each.shorts) for each in market.interest.of(period)]
    notes = notes or [(now, *market.interest.sides)]
    rows = [
        {
            "openInterest": render(longs + shorts),
            "singleOpenInterest": render(max(longs, shorts)),
            "timestamp": ms(at),
        }
        for at, longs, shorts in notes
        if start <= at // MILLISECOND and (end < 0 or at // MILLISECOND <= end)
    ]
    taken, cursor = page(rows, given, "timestamp", 50, 200)
    return done(listed(taken, cursor) | {"symbol": market.symbol})


def account_ratio(session: Session, given: Fields) -> Outcome:
    """``/v5/market/account-ratio``: of the accounts with a position, those that are net long and
    net short; nothing for times at which nobody had one."""
    market = session.market(given)
    period = PERIODS.get(text_of(given, "period"))
    if period is None:
        raise RefusedError(PARAMETER, "params error: period invalid")
    rows: list[Fields] = []
    for each in market.interest.of(period):
        total = each.buyers + each.sellers
        if total:
            buyers = SCALE * each.buyers // total
            rows.append(
                {
                    "symbol": market.symbol,
                    "buyRatio": render(buyers),
                    "sellRatio": render(SCALE - buyers),
                    "timestamp": ms(each.at),
                }
            )
    taken, cursor = page(rows, given, "timestamp", 50, 500)
    return done({"list": taken, "nextPageCursor": cursor})


def price_limit(session: Session, given: Fields) -> Outcome:
    """``/v5/market/price-limit``: the highest price to buy and the lowest to sell."""
    market = session.market(given)
    limits = session.desk.price_limits(market.symbol)
    return done(limits | {"ts": str(session.desk.market_ms)})


def insurance(session: Session, given: Fields) -> Outcome:
    """``/v5/market/insurance``."""
    row = session.desk.insurance_row()
    rows = [row] if text_of(given, "coin") in ("", row["coin"]) else []
    return done({"updatedTime": str(session.desk.market_ms), "list": rows})


def delivery_price(session: Session, given: Fields) -> Outcome:
    """``/v5/market/delivery-price``: perpetuals are never delivered."""
    nothing = elsewhere(given)
    if nothing is not None:
        return done(nothing)
    linear(given)
    if text_of(given, "symbol"):
        session.market(given)
    return done(listed([]))


def adl_alert(session: Session, given: Fields) -> Outcome:
    """``/v5/market/adlAlert``: nobody is ever deleveraged here, so no contract is watched."""
    del given
    return done({"updatedTime": str(session.desk.market_ms), "list": []})
