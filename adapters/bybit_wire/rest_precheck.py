"""What an order would do to the account's margin rates: it is placed on a copy (3.3)."""

from copy import deepcopy

from adapters.bybit_wire.account import Account
from adapters.bybit_wire.answers import PARAMETER, Fields, Outcome, RefusedError, done
from adapters.bybit_wire.desk import Session
from adapters.bybit_wire.fields import text_of
from adapters.bybit_wire.orders_asked import order_asked
from adapters.bybit_wire.position_rows import margins
from adapters.simulated.exchange import SimulatedExchange
from adapters.simulated.wishes import MoveCash
from engine.accounts.account_margin import account_rate
from engine.messages.effects import PlaceOrder
from engine.messages.venue import OrderRejected
from engine.money import SCALE
from engine.timebase import NEVER, Nanos

BALANCE = 110007
PLENTY = 10**12 * SCALE
"""With so much cash every order is affordable."""


def pre_check(session: Session, given: Fields) -> Outcome:
    """``/v5/order/pre-check``: of a cross account, and not for conditional orders."""
    account = session.trader
    if account.margin_mode != "cross":
        raise RefusedError(PARAMETER, "params error: isolated margin mode is not supported")
    if text_of(given, "triggerPrice"):
        raise RefusedError(PARAMETER, "params error: conditional orders are not supported")
    asked, row = order_asked(session, given)
    before = account.exchange.account_rates
    trial = _copy(account)
    refused = _place(trial, asked, session.at)
    if refused is not None:
        extra: Fields = {"future_order_id": row.order_id, "future_order_link_id": row.link_id}
        if refused.code == BALANCE:
            extra |= _rates_anyway(account, asked, session.at)
        raise RefusedError(refused.code, refused.reason, None, extra)
    after = trial.account_rates
    return done(
        {
            "orderId": row.order_id,
            "orderLinkId": row.link_id,
            "preImrE4": _e4(before[0]),
            "preMmrE4": _e4(before[1]),
            "postImrE4": _e4(after[0]),
            "postMmrE4": _e4(after[1]),
        }
    )


def _copy(account: Account) -> SimulatedExchange:
    """What never changes is shared: the terms, and the orders that ended."""
    shared = (account.terms, *account.exchange.finished_orders())
    return deepcopy(account.exchange, {id(each): each for each in shared})


def _place(exchange: SimulatedExchange, asked: PlaceOrder, at: Nanos) -> OrderRejected | None:
    exchange.request(asked, at)
    while exchange.next_request_ns != NEVER:
        exchange.serve()
    answer = exchange.take_report()[1]
    return answer if isinstance(answer, OrderRejected) else None


def _rates_anyway(account: Account, asked: PlaceOrder, at: Nanos) -> Fields:
    """The rates of an order that cannot be afforded: its margins, by what the account has."""
    behind, rich = account.exchange.equity, _copy(account)
    rich.ask(MoveCash(PLENTY), at)
    _place(rich, asked, at)
    orders, initial, maintenance = margins(rich)
    return {
        "post_imr_e4": _e4(account_rate(orders + initial, behind)),
        "post_mmr_e4": _e4(account_rate(maintenance, behind)),
    }


def _e4(rate: int) -> int:
    return rate * 10_000 // SCALE
