"""What the engine concluded, past tense. Decisions change state and are the source of effects."""

from typing import Literal

from engine.domain.order import OrderType, Purpose, Side, TimeInForce
from engine.ids import ClientId, PositionKey
from engine.messages.checks import Check, CheckRow
from engine.messages.record import record
from engine.money import ZERO_MONEY, Money, Price, Quantity, Rate
from engine.timebase import Nanos


@record
class Approved:
    """The gate let an entry through. Only the gate makes this, and no entry leaves without it.

    ``checks`` are those of ``Check``, without their names: ``as_checks`` gives them.
    """

    key: PositionKey
    account: str
    side: Side
    quantity: Quantity
    entry_price: Price
    risk: Money
    notional: Money
    size_factor: Rate
    checks: tuple[CheckRow, ...]


@record
class IntentRefused:
    """The engine will not do what the strategy asked; ``code`` is the first check that failed."""

    key: PositionKey
    account: str
    side: Side
    code: str
    checks: tuple[Check, ...]


@record
class OrderRequested:
    """An order is to be sent. ``stop_price`` rides with an entry as the position's stop.

    ``risk`` and ``notional`` are what the order reserves until it ends; 0 unless an entry.
    """

    key: PositionKey
    account: str
    client_id: ClientId
    purpose: Purpose
    side: Side
    order_type: OrderType
    quantity: Quantity
    price: Price
    trigger_price: Price
    time_in_force: TimeInForce
    reduce_only: bool
    stop_price: Price
    target_price: Price
    risk: Money
    notional: Money
    tag: str
    reason: str


@record
class CancelRequested:
    """A working order is to be cancelled.

    ``keeps_fills``: the strategy itself takes its entry back, so what fills all the same is its
    position; else it is not wanted and closed.
    """

    key: PositionKey
    client_id: ClientId
    reason: str
    keeps_fills: bool = False


@record
class AmendRequested:
    """A resting entry is to have these values; ``quantity`` is the whole order's, filled included.

    ``risk`` and ``notional`` are what the whole order would reserve; until the answer comes, the
    worse of before and after is held.
    """

    key: PositionKey
    account: str
    client_id: ClientId
    quantity: Quantity
    price: Price
    trigger_price: Price
    risk: Money
    notional: Money
    reason: str


@record
class OrderUnknown:
    """Nobody can say whether the venue has the order: it counts as filled until evidence comes."""

    key: PositionKey
    client_id: ClientId
    reason: str
    look_up_ns: Nanos


@record
class LookUpRequested:
    """The venue is asked for an order (or, with an empty id, for the position)."""

    key: PositionKey
    client_id: ClientId
    attempt: int


@record
class LookUpMissed:
    """A look-up brought nothing (no trace, or no answer); the next is due at ``look_up_ns``."""

    key: PositionKey
    client_id: ClientId
    negative: bool
    look_up_ns: Nanos


@record
class OrderNotPlaced:
    """Two look-ups, one beyond the receive window, found no trace: the order never existed."""

    key: PositionKey
    client_id: ClientId


@record
class StopMoved:
    """The position's stop and target shall be these: by the strategy, or because one is missing."""

    key: PositionKey
    account: str
    stop_price: Price
    target_price: Price
    reason: str


@record
class CloseDelayed:
    """An order that had to close a position ended without closing it: again at ``due_ns``."""

    key: PositionKey
    account: str
    attempt: int
    due_ns: Nanos


@record
class TradeClosed:
    """A position went from open to flat: the whole round trip, net of fees and funding.

    ``pnl`` is what the wallet got: profit less ``fees`` less ``funding`` (> 0 was paid). The
    venue's own closedPnl has no funding in it (bybit-v5.md 6.1): it is ``pnl`` plus ``funding``.
    ``r_multiple`` is e8: pnl over the risk taken at entry, 0 where that is unknown.
    """

    key: PositionKey
    account: str
    trade: int
    side: Side
    quantity: Quantity
    entry_value: Money
    exit_value: Money
    fees: Money
    pnl: Money
    r_multiple: Rate
    opened_ns: Nanos
    closed_ns: Nanos
    exit_reason: str
    tag: str
    funding: Money = ZERO_MONEY


GovernorAction = Literal["size", "cooldown", "pause", "kill", "expire", "resume"]


@record
class GovernorActed:
    """The governor changed what an account may do.

    ``size``: ``value`` is the e8 factor of risk. ``cooldown`` and ``pause``: ``until_ns`` is when
    it ends; NEVER waits for a person. ``expire``: a cooldown or pause came to its end. ``kill``
    holds until ``resume``, which lifts everything.
    """

    account: str
    action: GovernorAction
    reason: str
    value: int
    threshold: int
    until_ns: Nanos


@record
class DayRolled:
    """The trading day of an account ended: its result, and the equity the next one starts with."""

    account: str
    day_ns: Nanos
    pnl: Money
    trades: int
    equity: Money
    next_day_ns: Nanos


@record
class LimitSet:
    """A limit of an account has a new value."""

    account: str
    name: str
    value: int


@record
class StrategyHalted:
    """The strategy's own code failed: its account opens no more, positions stay protected."""

    account: str
    symbol: str
    reason: str


@record
class IncidentOpened:
    """Something needs a person's eye. ``incident`` counts from 1 in a run."""

    incident: int
    kind: str
    key: PositionKey
    account: str
    facts: tuple[tuple[str, str], ...]


@record
class IncidentClosed:
    """The matter of an incident is settled, and how."""

    incident: int
    resolution: str


@record
class CommandRefused:
    """A command named an account or limit that does not exist, or a value that cannot be."""

    reason: str


Decision = (
    Approved
    | IntentRefused
    | OrderRequested
    | CancelRequested
    | AmendRequested
    | OrderUnknown
    | LookUpRequested
    | LookUpMissed
    | OrderNotPlaced
    | StopMoved
    | CloseDelayed
    | TradeClosed
    | GovernorActed
    | DayRolled
    | LimitSet
    | StrategyHalted
    | IncidentOpened
    | IncidentClosed
    | CommandRefused
)
