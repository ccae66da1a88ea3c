"""The life of an order as one table. What the table does not name cannot happen.

``unknown`` is a state like the others: silence from the venue is never read as yes or no.
A finished order stays finished; a late older report about it changes nothing (bybit-v5.md 5.1).
"""

from typing import Final, Literal

from engine.domain.order import OrderState

OrderEvent = Literal[
    "accepted",
    "amended",
    "partly_filled",
    "fully_filled",
    "cancelled",
    "rejected",
    "expired",
    "outcome_unknown",
    "not_placed",
]

FINISHED: Final[frozenset[OrderState]] = frozenset(
    ("filled", "cancelled", "rejected", "expired", "not_placed")
)

GONE: Final = frozenset((40004, 110001, 110008, 110010))
"""Refusals of an amendment after which the order may have ended or changed (bybit-v5.md 7.2), so it
is looked up. After any other it is as it was."""

TRANSITIONS: Final[dict[tuple[OrderState, OrderEvent], OrderState]] = {
    ("requested", "accepted"): "working",
    ("requested", "partly_filled"): "partially_filled",
    ("requested", "fully_filled"): "filled",
    ("requested", "cancelled"): "cancelled",
    ("requested", "rejected"): "rejected",
    ("requested", "expired"): "expired",
    ("requested", "outcome_unknown"): "unknown",
    ("requested", "amended"): "working",
    ("working", "accepted"): "working",
    ("working", "amended"): "working",
    ("working", "partly_filled"): "partially_filled",
    ("working", "fully_filled"): "filled",
    ("working", "cancelled"): "cancelled",
    ("working", "rejected"): "rejected",
    ("working", "expired"): "expired",
    ("working", "outcome_unknown"): "unknown",
    ("partially_filled", "accepted"): "partially_filled",
    ("partially_filled", "amended"): "partially_filled",
    ("partially_filled", "partly_filled"): "partially_filled",
    ("partially_filled", "fully_filled"): "filled",
    ("partially_filled", "cancelled"): "cancelled",
    ("partially_filled", "rejected"): "cancelled",
    ("partially_filled", "expired"): "expired",
    ("partially_filled", "outcome_unknown"): "unknown",
    ("unknown", "accepted"): "working",
    ("unknown", "amended"): "working",
    ("unknown", "partly_filled"): "partially_filled",
    ("unknown", "fully_filled"): "filled",
    ("unknown", "cancelled"): "cancelled",
    ("unknown", "rejected"): "rejected",
    ("unknown", "expired"): "expired",
    ("unknown", "outcome_unknown"): "unknown",
    ("unknown", "not_placed"): "not_placed",
}


def next_state(state: OrderState, event: OrderEvent) -> OrderState:
    """The state after ``event``; a finished order keeps its state, an illegal move is an error."""
    if state in FINISHED:
        return state
    return TRANSITIONS[state, event]
