"""The funding account beside the unified one, and money that goes between them (3.5).

Codes of transfers are those of Bybit's account-asset documentation. Nothing is ever deposited or
withdrawn, lent or delivered, so those lists are empty.
"""

from collections.abc import Callable
from uuid import UUID

from adapters.bybit_wire.account import Account
from adapters.bybit_wire.answers import PARAMETER, Fields, Outcome, RefusedError, done
from adapters.bybit_wire.desk import Session
from adapters.bybit_wire.fields import ms, needed, number, page, span, text_of
from engine.money import SCALE, render

UNIFIED, FUND = "UNIFIED", "FUND"
BAD_TRANSFER = 131203
SAME_ACCOUNT = 131211
NO_BALANCE = 131212
TRANSFER_EXISTS = 131214
NO_ACCOUNT = 131207
TRANSFERS_KEPT = 1_000
MOST_APPLIED = 100_000


def _account_type(given: Fields, name: str) -> str:
    found = needed(given, name)
    if found not in (UNIFIED, FUND):
        raise RefusedError(NO_ACCOUNT, f"Account not exist: {found}")
    return found


def _balances(account: Account, kind: str) -> tuple[int, int]:
    """What lies there, and what of it can go."""
    if kind == FUND:
        return account.fund, account.fund
    wallet = account.exchange.wallet
    return wallet, max(0, min(wallet, account.exchange.available))


def _coin_row(account: Account, kind: str) -> Fields:
    there, free = _balances(account, kind)
    return {
        "coin": account.terms.venue.asset,
        "transferBalance": render(free),
        "walletBalance": render(there),
        "bonus": "",
    }


def all_balances(session: Session, given: Fields) -> Outcome:
    """``/v5/asset/transfer/query-account-coins-balance``."""
    account, kind = session.trader, _account_type(given, "accountType")
    coins = [each for each in text_of(given, "coin").split(",") if each]
    if kind == UNIFIED and not coins:
        raise RefusedError(PARAMETER, "params error: coin is required")
    rows = [_coin_row(account, kind)]
    if coins and account.terms.venue.asset not in coins:
        rows = []
    uid = str(account.settings.uid)
    return done({"memberId": uid, "accountType": kind, "balance": rows})


def one_balance(session: Session, given: Fields) -> Outcome:
    """``/v5/asset/transfer/query-account-coin-balance``."""
    account, kind = session.trader, _account_type(given, "accountType")
    if needed(given, "coin") != account.terms.venue.asset:
        raise RefusedError(PARAMETER, "params error: coin invalid")
    row = _coin_row(account, kind) | {"transferSafeAmount": "", "ltvTransferSafeAmount": ""}
    uid = str(account.settings.uid)
    found = {"accountType": kind, "bizType": 1, "accountId": uid, "memberId": uid}
    return done(found | {"balance": row})


def transferable(session: Session, given: Fields) -> Outcome:
    """``/v5/account/withdrawal``: what can leave the unified account."""
    account = session.trader
    coins = needed(given, "coinName").split(",")
    free = render(_balances(account, UNIFIED)[1])
    found = {coin: free if coin == account.terms.venue.asset else "0" for coin in coins}
    return done({"availableWithdrawal": found[coins[0]], "availableWithdrawalMap": found})


def transfer_coins(session: Session, given: Fields) -> Outcome:
    """``/v5/asset/transfer/query-transfer-coin-list``."""
    for name in ("fromAccountType", "toAccountType"):
        _account_type(given, name)
    return done({"list": [session.trader.terms.venue.asset]})


def transfer(session: Session, given: Fields) -> Outcome:
    """``/v5/asset/transfer/inter-transfer``: between unified and funding account."""
    account = session.trader
    name, coin = needed(given, "transferId"), needed(given, "coin")
    source = _account_type(given, "fromAccountType")
    target = _account_type(given, "toAccountType")
    needed(given, "amount")
    amount = number(given, "amount")
    try:
        UUID(name)
    except ValueError as error:
        raise RefusedError(BAD_TRANSFER, "Request parameter error: transferId") from error
    if coin != account.terms.venue.asset or amount <= 0:
        raise RefusedError(BAD_TRANSFER, "Request parameter error")
    if source == target:
        text = "fromAccountType can't be the same as toAccountType"
        raise RefusedError(SAME_ACCOUNT, text)
    if name in account.transfers:
        raise RefusedError(TRANSFER_EXISTS, "TransferId exist")
    if amount > _balances(account, source)[1]:
        raise RefusedError(NO_BALANCE, "Insufficient balance")
    moved, kind = (amount, "TRANSFER_IN") if source == FUND else (-amount, "TRANSFER_OUT")
    refusal = account.move_cash(moved, session.at, kind, name)
    if refusal is not None:
        raise RefusedError(NO_BALANCE, "Insufficient balance")
    account.fund -= moved
    account.transfers[name] = {
        "transferId": name,
        "coin": coin,
        "amount": render(amount),
        "fromAccountType": source,
        "toAccountType": target,
        "timestamp": ms(session.at),
        "status": "SUCCESS",
    }
    if len(account.transfers) > TRANSFERS_KEPT:
        del account.transfers[next(iter(account.transfers))]
    return done({"transferId": name, "status": "SUCCESS"})


def transfers(session: Session, given: Fields) -> Outcome:
    """``/v5/asset/transfer/query-inter-transfer-list``: newest first, the last 7 days."""
    start, end = span(given, session.desk.market_ms)
    wanted = {name: text_of(given, name) for name in ("transferId", "coin", "status")}
    rows = [
        row
        for row in reversed(session.trader.transfers.values())
        if start <= int(row["timestamp"]) <= end
        and all(not value or row[name] == value for name, value in wanted.items())
    ]
    taken, cursor = page(rows, given, "transferId", 20, 50)
    return done({"list": taken, "nextPageCursor": cursor})


def apply_money(session: Session, given: Fields) -> Outcome:
    """``/v5/account/demo-apply-money``: money for nothing, as the demo environment has it."""
    account = session.trader
    asked = given.get("utaDemoApplyMoney")
    rows = asked if isinstance(asked, list) else []
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise RefusedError(PARAMETER, "params error: utaDemoApplyMoney is no list of coins")
    reduces = text_of(given, "adjustType") == "1"
    for row in rows:
        amount = number(row, "amountStr")
        if needed(row, "coin") != account.terms.venue.asset or amount <= 0:
            raise RefusedError(PARAMETER, "params error: coin or amountStr invalid")
        if amount > MOST_APPLIED * SCALE:
            raise RefusedError(PARAMETER, f"params error: amountStr is above {MOST_APPLIED}")
    total = sum(number(row, "amountStr") for row in rows)
    name = account.heard.next_id("bonus")
    if account.move_cash(-total if reduces else total, session.at, "BONUS", name) is not None:
        raise RefusedError(NO_BALANCE, "Insufficient balance")
    return done()


def coin_info(session: Session, given: Fields) -> Outcome:
    """``/v5/asset/coin/query-info``: the settlement asset alone, which cannot be moved."""
    asset = session.trader.terms.venue.asset
    rows = [{"name": asset, "coin": asset, "remainAmount": "0", "chains": []}]
    return done({"rows": rows if text_of(given, "coin") in ("", asset) else []})


def nothing_of(**empty: str | int | tuple[()]) -> Callable[[Session, Fields], Outcome]:
    """The handler of a list in which there is never anything here."""

    def handle(session: Session, given: Fields) -> Outcome:
        del session, given
        return done({name: [] if value == () else value for name, value in empty.items()})

    return handle
