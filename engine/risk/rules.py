"""What each check of the gate means: its unit, its comparison, and a sentence for people.

A check is recorded as numbers (``Check``); this table is how to read them.
"""

from typing import Final, Literal, NamedTuple

Unit = Literal["count", "flag", "fraction", "money", "price", "quantity", "side", "time"]


class Rule(NamedTuple):
    """How to read one check. ``passes_if`` relates value to threshold; a limit of 0 is off."""

    unit: Unit
    passes_if: Literal["<", "<=", "==", ">", ">="]
    meaning: str
    source: str


RULES: Final[dict[str, Rule]] = {
    "killed": Rule("flag", "==", "the account is not killed", "S0-14"),
    "paused": Rule("time", "<=", "the account is not paused", "S2-24"),
    "cooldown": Rule("time", "<=", "no cooldown runs", "S0-21, S3-03"),
    "daily_loss": Rule("money", "<", "today's loss is under the limit", "S0-13"),
    "drawdown": Rule("fraction", "<", "the fall from the peak is under the limit", "S0-14"),
    "trades_per_day": Rule("count", "<", "today's entries are under the limit", "S0-16"),
    "open_positions": Rule("count", "<", "the account's positions are under the limit", "S3-05"),
    "one_symbol": Rule("count", "==", "the account is in no other symbol", "S3-01"),
    "already_open": Rule("quantity", "==", "no position or order of its own is there", "S0-18"),
    "symbol_owner": Rule("count", "==", "no other account has a position or order there", "S0-18"),
    "opposing": Rule("count", "==", "no account holds the other side", "S0-19"),
    "symbol_unknown": Rule("count", "==", "no order on the symbol is unknown", "design 7"),
    "external": Rule("flag", "==", "the position belongs to an account", "F26"),
    "stop_distance": Rule("price", ">", "the stop is on the losing side of the price", "S0-15"),
    "target_distance": Rule("price", ">", "the target is on the winning side", "S0-12"),
    "side": Rule("side", "==", "the account holds this side", "bybit-v5.md 5.5"),
    "trigger_distance": Rule("price", ">", "the trigger is not at the last price", "110092"),
    "quantity": Rule("quantity", ">=", "the size reaches the smallest order", "S0-32"),
    "position_notional": Rule("money", "<=", "the position's value is in the limit", "S3-20"),
    "leverage": Rule("money", "<=", "exposure is in the leverage cap", "S0-23"),
    "symbol_exposure": Rule("money", "<=", "net exposure is in its share of equity", "S0-20"),
    "risk_limit": Rule("money", "<=", "the risk tiers allow it at the leverage", "110090"),
    "available_margin": Rule("money", "<=", "the order's cost is available", "bybit-v5.md 6.2"),
}
