"""The gate: no order that opens risk without its ``Approved`` (law 7).

Exits and protection never come here, so nothing here can block them. Each check leaves its
name, value, threshold and verdict in the decision, also when it passes, in this order; the
first one that failed names the refusal.
"""

from operator import itemgetter
from typing import Final

from engine.accounts.account import VirtualAccount
from engine.domain.intent import Enter
from engine.domain.order import BUY
from engine.messages.checks import CheckRow, as_checks
from engine.messages.decisions import Approved, IntentRefused
from engine.money import SCALE, Price, Quantity, Rate, notional
from engine.orders.blotter import Order
from engine.risk.account_rules import account_checks
from engine.risk.global_rules import exposure_checks, ownership_checks
from engine.risk.holdings import survey
from engine.sizing import size_entry
from engine.state import EngineState, Seat

_passed = itemgetter(3)
GOVERNOR_RULES = ("symbol_owner", "opposing", "symbol_exposure")
"""Breaches of these put the account into the breach cooldown (S0-21)."""


def review(state: EngineState, seat: Seat, intent: Enter) -> Approved | IntentRefused:
    """Judge an entry. Writes nothing; ``Approved`` reserves once its order is requested."""
    account = seat.account
    market = state.markets[seat.key.symbol]
    instrument = market.instrument
    entry = intent.limit_price or intent.trigger_price or market.last
    equity = account.equity
    sizing = account.terms.sizing
    sized = size_entry(
        sizing,
        instrument,
        equity,
        account.size_factor,
        _most_leverage(state, account),
        entry,
        intent.stop_price,
    )
    held = survey(state, seat, intent.side)
    least: int = instrument.min_quantity
    if sizing.min_quantity > least:
        least = sizing.min_quantity
    checks = (
        *account_checks(state, seat, held, equity),
        *ownership_checks(state, seat, held),
        *_price_checks(intent, entry, market.last),
        *_side_checks(state, account, intent.side),
        ("quantity", sized.quantity, least, not sized.refusal),
        *exposure_checks(state, seat, held, equity, intent.side, sized.notional),
    )
    if not all(map(_passed, checks)):
        name = next(row[0] for row in checks if not row[3])
        code = sized.refusal if name == "quantity" else name
        return IntentRefused(seat.key, account.name, intent.side, code, as_checks(checks))
    return Approved(
        seat.key,
        account.name,
        intent.side,
        sized.quantity,
        entry,
        sized.risk,
        sized.notional,
        account.size_factor,
        checks,
    )


_STILL: Final = frozenset(("killed", "paused", "cooldown", "daily_loss", "drawdown"))
"""What an entry that rests has to pass again; counts and owners are those that it has made."""


def review_again(
    state: EngineState, seat: Seat, order: Order, entry: Price
) -> Approved | IntentRefused:
    """Judge a resting entry at another price: no more than a new one at it could be.

    ``quantity`` of the approval is the whole order's, what is filled included, and never larger
    than it is now (110022).
    """
    account, now = seat.account, order.now
    instrument, equity = state.markets[seat.key.symbol].instrument, account.equity
    sizing, most = account.terms.sizing, _most_leverage(state, account)
    sized = size_entry(sizing, instrument, equity, account.size_factor, most, entry, now.stop_price)
    quantity = min(sized.quantity, now.quantity)
    held = survey(state, seat, now.side, order)
    distance = (entry - now.stop_price) * now.side
    rest = notional(entry, max(quantity - order.filled, 0))
    least = order.filled + instrument.lot
    whole, limit = notional(entry, quantity), account.risk.max_position_notional
    exposure = exposure_checks(state, seat, held, equity, now.side, rest)
    checks: list[CheckRow] = [
        *(row for row in account_checks(state, seat, held, equity) if row[0] in _STILL),
        ("symbol_unknown", held.unknown, 0, not held.unknown),
        ("stop_distance", distance, 0, distance > 0),
        ("quantity", quantity, least, not sized.refusal and quantity >= least),
        ("position_notional", whole, limit, not limit or whole <= limit),
        *(row for row in exposure if row[0] != "position_notional"),
    ]
    if now.target_price:
        gain = (now.target_price - entry) * now.side
        checks.append(("target_distance", gain, 0, gain > 0))
    if not all(map(_passed, checks)):
        name = next(row[0] for row in checks if not row[3])
        code = sized.refusal or name if name == "quantity" else name
        return IntentRefused(seat.key, account.name, now.side, code, as_checks(checks))
    return Approved(
        seat.key,
        account.name,
        now.side,
        Quantity(quantity),
        entry,
        notional(distance, quantity),
        whole,
        account.size_factor,
        tuple(checks),
    )


def _side_checks(state: EngineState, account: VirtualAccount, side: int) -> tuple[CheckRow, ...]:
    """An account of one side never opens the other: in hedge mode it has no place for it, and
    without margin there is nothing to sell.
    """
    held: int = account.terms.side
    if state.margin.in_full:
        held = BUY
    return (("side", side, held, side == held),) if held else ()


def _most_leverage(state: EngineState, account: VirtualAccount) -> Rate:
    """The account's cap; where everything is paid in full, what the wallet pays with its fee."""
    most = account.risk.max_leverage
    if not state.margin.in_full:
        return most
    full = Rate(SCALE * SCALE // (SCALE + state.terms.venue.taker_fee))
    return min(most, full) if most else full


def _price_checks(intent: Enter, entry: Price, last: Price) -> tuple[CheckRow, ...]:
    side, stop, target, trigger = (
        intent.side,
        intent.stop_price,
        intent.target_price,
        intent.trigger_price,
    )
    distance = (entry - stop) * side
    stopped: CheckRow = ("stop_distance", distance, 0, distance > 0 and stop > 0)
    if not (target or trigger):
        return (stopped,)
    rows = [stopped]
    if target:
        gain = (target - entry) * side
        rows.append(("target_distance", gain, 0, gain > 0))
    if trigger:
        way = abs(trigger - last)
        rows.append(("trigger_distance", way, 0, way > 0))
    return tuple(rows)
