"""Wallet, fees, modes and records of an account (bybit-v5.md 3.3, 3.5)."""

from collections.abc import Iterable

from adapters.bybit_wire.answers import PARAMETER, Fields, Outcome, RefusedError, done
from adapters.bybit_wire.desk import Session, elsewhere, linear
from adapters.bybit_wire.fields import DAY_MS, listed, ms, needed, page, span, text_of, whole
from adapters.simulated.wishes import SwitchMarginMode
from engine.messages.runs import MarginMode
from engine.money import render

MARGIN_MODES: dict[str, MarginMode] = {
    "REGULAR_MARGIN": "cross",
    "ISOLATED_MARGIN": "isolated",
}
MODE_NAMES = {mode: name for name, mode in MARGIN_MODES.items()}
MARGIN_MODE_UNCHANGED = 110026
MARGIN_MODE_FAILED = 3400045
UNIFIED = 5
"""``unifiedMarginStatus`` of UTA 2.0."""


def executions(session: Session, given: Fields) -> Outcome:
    """``/v5/execution/list``: fills and funding, newest first."""
    nothing = elsewhere(given)
    if nothing is not None:
        return done(nothing)
    linear(given)
    wanted = {
        name: text_of(given, field)
        for field, name in (
            ("symbol", "symbol"),
            ("orderId", "orderId"),
            ("orderLinkId", "orderLinkId"),
            ("execType", "execType"),
        )
        if text_of(given, field)
    }
    if "symbol" in wanted:
        session.market(given)
    start, end = span(given, session.desk.market_ms)
    rows = _within(session.trader.ledger.executions, wanted, "execTime", start, end)
    taken, cursor = page(rows, given, "execId", 50, 100)
    return done(listed(taken, cursor))


def _within(
    rows: Iterable[Fields], wanted: Fields, time: str, start: int, end: int
) -> list[Fields]:
    """Rows that have what is wanted, in a span of time, newest first."""
    found = [
        row
        for row in rows
        if start <= int(row[time]) <= end
        and all(row[name] == value for name, value in wanted.items())
    ]
    return found[::-1]


def wallet_balance(session: Session, given: Fields) -> Outcome:
    """``/v5/account/wallet-balance``: of the unified account."""
    if needed(given, "accountType") != "UNIFIED":
        raise RefusedError(PARAMETER, "accountType only support UNIFIED.")
    wallet = session.trader.heard.wallet()
    coins = [each for each in text_of(given, "coin").split(",") if each]
    if coins:
        wallet["coin"] = [row for row in wallet["coin"] if row["coin"] in coins]
    return done({"list": [wallet]})


def fee_rate(session: Session, given: Fields) -> Outcome:
    """``/v5/account/fee-rate``: the same for every contract. ccxt names no category."""
    linear(given, "linear")
    scope = given | {"category": "linear"}
    wanted = [session.market(scope).symbol] if text_of(given, "symbol") else session.desk.markets
    ledger = session.trader.ledger
    rows = [
        {
            "symbol": symbol,
            "takerFeeRate": render(ledger.taker_fee),
            "makerFeeRate": render(ledger.maker_fee),
            "baseCoin": "",
        }
        for symbol in wanted
    ]
    return done({"list": rows})


def account_info(session: Session, given: Fields) -> Outcome:
    """``/v5/account/info``."""
    del given
    account = session.trader
    changed = max(account.changed_ns, session.desk.start_ns)
    return done(
        {
            "marginMode": MODE_NAMES[account.margin_mode],
            "updatedTime": ms(changed),
            "unifiedMarginStatus": UNIFIED,
            "dcpStatus": "ON" if account.dcp_seconds else "OFF",
            "timeWindow": account.dcp_seconds,
            "smpGroup": 0,
            "isMasterTrader": False,
            "spotHedgingStatus": "OFF",
        }
    )


def set_margin_mode(session: Session, given: Fields) -> Outcome:
    """``/v5/account/set-margin-mode``: for the whole account, if it can stand under the other."""
    account = session.trader
    name = needed(given, "setMarginMode")
    if name == "PORTFOLIO_MARGIN":
        raise _mode_failed("3400000", "Portfolio margin is not simulated")
    wanted = MARGIN_MODES.get(name)
    if wanted is None:
        raise RefusedError(PARAMETER, "params error: setMarginMode invalid")
    refusal = account.ask(SwitchMarginMode(wanted), session.at)
    if refusal is None:
        account.changed_ns = session.at
        return done({"reasons": []})
    if refusal.code == MARGIN_MODE_UNCHANGED:
        raise RefusedError(*refusal)
    raise _mode_failed(str(refusal.code), refusal.text)


def _mode_failed(code: str, text: str) -> RefusedError:
    reasons = [{"reasonCode": code, "reasonMsg": text}]
    return RefusedError(MARGIN_MODE_FAILED, "Set margin mode failed", {"reasons": reasons})


def transaction_log(session: Session, given: Fields) -> Outcome:
    """``/v5/account/transaction-log``: what moved the cash, newest first; a day where no time, or
    one end of it alone, is asked for."""
    nothing = elsewhere(given)
    if nothing is not None:
        return done(nothing)
    if text_of(given, "accountType") not in ("", "UNIFIED"):
        raise RefusedError(PARAMETER, "accountType only support UNIFIED.")
    now = session.desk.market_ms
    start, end = whole(given, "startTime", -1), whole(given, "endTime", -1)
    if start >= 0 and end >= 0:
        start, end = span(given, now)
    elif start >= 0:
        end = start + DAY_MS
    else:
        end = end if end >= 0 else now
        start = end - DAY_MS
    wanted = {
        name: text_of(given, name)
        for name in ("type", "currency", "category", "symbol")
        if text_of(given, name)
    }
    rows = _within(session.trader.ledger.log, wanted, "transactionTime", start, end)
    base = text_of(given, "baseCoin")
    rows = [row for row in rows if row["symbol"].startswith(base)]
    taken, cursor = page(rows, given, "id", 20, 50)
    return done({"list": taken, "nextPageCursor": cursor})
