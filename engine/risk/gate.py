"""The gate: no order that opens risk without its ``Approved`` (law 7).

Exits and protection never come here, so nothing here can block them. Each check leaves its
name, value, threshold and verdict in the decision, also when it passes, in this order; the
first one that failed names the refusal.
"""

from operator import itemgetter

from engine.domain.intent import Enter
from engine.messages.checks import CheckRow, as_checks
from engine.messages.decisions import Approved, IntentRefused
from engine.money import Price
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
        account.risk.max_leverage,
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
