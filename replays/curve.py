"""The account state at every candle, folded from a journal's frames, and what is drawn from it.

How this works: the frames are refolded once. At the end of each moment at which a candle closed
the engine's own state is read: that is the proof-grade curve (S2-97). What the last candle's orders
still brought, after it, is read once more at the end and belongs to its day. Nothing grows with
history but what is asked for: lines are thinned on the way, days are kept whole.
"""

from collections.abc import Callable, Iterator

import attrs

from engine.domain.candle import Candle
from engine.evolve.router import DECISION_ROUTES, INPUT_ROUTES
from engine.ids import PositionKey
from engine.messages.decisions import Approved, OrderRequested, TradeClosed
from engine.messages.venue import OrderFilled
from engine.money import SCALE, notional
from engine.state import EngineState
from engine.timebase import day_start
from journal.frame import FrameSource
from replays.folding import folding
from replays.thinning import Bars, Line

ALL = ""
"""The name under which the sum of all accounts is kept."""


@attrs.frozen
class AccountPoint:
    """One account at the end of one moment; money e8.

    ``equity`` is ``cash`` plus ``unrealised``; ``exposure`` is the value of its open positions at
    the mark, longs and shorts added up.
    """

    at: int
    account: str
    cash: int
    unrealised: int
    equity: int
    peak_equity: int
    exposure: int
    open_positions: int
    standing: str


Sink = Callable[[AccountPoint], None]
Watch = Callable[[EngineState], None]


@attrs.define
class Fall:
    """The deepest fall of a line from its highest point: times in nanoseconds, depth e8.

    ``recovered_at`` is 0 while the line has not been as high again.
    """

    depth: int = 0
    peak_at: int = 0
    trough_at: int = 0
    recovered_at: int = 0
    highest: int = 0
    highest_at: int = 0

    def take(self, at: int, equity: int) -> int:
        """Take in the next point; how deep it lies below the highest so far, e8 of that."""
        if equity >= self.highest:
            if self.depth and not self.recovered_at and self.highest_at == self.peak_at:
                self.recovered_at = at
            self.highest, self.highest_at = equity, at
            return 0
        if self.highest <= 0:
            return 0
        depth = (self.highest - equity) * SCALE // self.highest
        if depth > self.depth:
            self.depth, self.peak_at, self.trough_at = depth, self.highest_at, at
            self.recovered_at = 0
        return depth


@attrs.define
class Curve:
    """What one account, or all of them, went through.

    ``days`` are ``(day_ns, equity at its end)``, ``moments`` the candles' closes and ``exposed``
    those with an open position. ``slippage`` is what fills cost against the price that the
    decision saw (> 0 was lost), ``traded`` the value of all fills. ``falls`` is the drawdown at
    each point, e8 and never above 0, where it is wanted: made of a thinned line of equity it would
    miss the highest point that it is measured from.
    """

    start: int
    line: Line
    falls: Line | None = None
    days: dict[int, int] = attrs.field(factory=dict)
    fall: Fall = attrs.field(factory=Fall)
    moments: int = 0
    exposed: int = 0
    equity_sum: int = 0
    slippage: int = 0
    traded: int = 0

    def take(self, at: int, day: int, equity: int, exposed: bool) -> None:
        """Take in the next moment."""
        self.reach(at, day, equity)
        self.moments += 1
        self.exposed += exposed
        self.equity_sum += equity

    def reach(self, at: int, day: int, equity: int) -> None:
        """Take in an equity that is no candle's."""
        self.line.take(at, equity)
        depth = self.fall.take(at, equity)
        if self.falls is not None:
            self.falls.take(at, -depth)
        self.days[day] = equity

    @property
    def end(self) -> int:
        """The equity that was reached last; e8 money."""
        return next(reversed(self.days.values()), self.start)


@attrs.define
class RunCurves:
    """All curves of a run, by account (``ALL`` for the sum), and the prices of its symbols.

    ``closed`` is what its closed trades brought by the frames, e8, whatever the tables say.
    """

    curves: dict[str, Curve]
    prices: dict[str, Bars]
    closed: int = 0


def fold_curves(
    source: FrameSource,
    points: int,
    sink: Sink | None = None,
    begun: Watch | None = None,
    whole_points: int = 0,
) -> RunCurves:
    """Fold the frames of ``source`` into curves of about ``points`` points, that of the whole of
    ``whole_points`` where they are given.

    Every point of every account goes to ``sink`` as it is reached. ``begun`` is given the live
    state once, to show progress from.
    """
    head, started = source.head, source.started
    first_at = next(iter(source.frames(1, 1)))[0].at
    span = max(1, head.last_at - first_at)
    allocations: dict[str, int] = {
        each.name: each.virtual_equity for each in started.terms.accounts
    }
    allocations = {ALL: sum(allocations.values()), **allocations}
    whole = whole_points or points
    found = RunCurves(
        {
            name: Curve(
                start,
                Line(first_at, span, points if name else whole),
                None if name else Line(first_at, span, whole),
                fall=Fall(highest=start, highest_at=first_at),
            )
            for name, start in allocations.items()
        },
        {each.symbol: Bars(first_at, span, points) for each in started.terms.instruments},
    )
    reset_hour = started.terms.limits.daily_reset_hour
    state = EngineState()
    if begun is not None:
        begun(state)
    for _ in _closes(source, state, _Watcher(found)):
        _take(found, state, day_start(state.at - 1, reset_hour), sink)
    if any(account.equity != found.curves[name].end for name, account in state.accounts.items()):
        day = next(reversed(found.curves[ALL].days), day_start(state.at - 1, reset_hour))
        _take(found, state, day, sink, is_candle=False)
    return found


def _take(
    found: RunCurves, state: EngineState, day: int, sink: Sink | None, is_candle: bool = True
) -> None:
    """Read the state at the end of a moment."""
    total, exposed = 0, False
    held: dict[str, int] = {}
    for positions in state.open_positions.values():
        for position in positions:
            value = notional(state.markets[position.key.symbol].mark, abs(position.quantity))
            held[position.account] = held.get(position.account, 0) + value
    for name, account in state.accounts.items():
        equity = account.equity
        total += equity
        exposed = exposed or name in held
        _reach(found.curves[name], state.at, day, equity, (name in held) if is_candle else None)
        if sink is not None:
            cash, open_value = equity - account.unrealised, held.get(name, 0)
            standing = account.standing(state.at)
            sink(
                AccountPoint(
                    state.at,
                    name,
                    cash,
                    account.unrealised,
                    equity,
                    account.peak_equity,
                    open_value,
                    account.open_positions,
                    standing,
                )
            )
    _reach(found.curves[ALL], state.at, day, total, exposed if is_candle else None)


def _reach(curve: Curve, at: int, day: int, equity: int, exposed: bool | None) -> None:
    """Take in a candle's moment, or the end of the run, at which ``exposed`` is None."""
    if exposed is None:
        curve.reach(at, day, equity)
    else:
        curve.take(at, day, equity, exposed)


class _Watcher:
    """Looks at each frame before it is folded: prices, and what fills cost."""

    def __init__(self, found: RunCurves) -> None:
        self.found = found
        self.expected: dict[str, tuple[str, int]] = {}
        """Owner and price that the decision saw, by client order id."""
        self.overtaking: dict[PositionKey, int] = {}
        """Value of fills that the venue made of a position whose entry is not told yet, e8."""

    def decided(self, state: EngineState, decisions: tuple[object, ...]) -> None:
        """Remember the price that an order expected: its own, the gate's, or the last one."""
        approved: Approved | None = None
        for decision in decisions:
            if type(decision) is Approved:
                approved = decision
            elif type(decision) is OrderRequested:
                seen = state.markets[decision.key.symbol].last
                if approved is not None:
                    seen, approved = approved.entry_price, None
                price = decision.price or decision.trigger_price or seen
                self.expected[decision.client_id] = decision.account, price
            elif type(decision) is TradeClosed:
                self.found.closed += decision.pnl

    def filled(self, state: EngineState, fill: OrderFilled) -> None:
        """Count what a new fill cost against the price that was expected of it."""
        if fill.execution_id in state.blotter.executions:
            return
        position = state.positions.get(fill.key)
        owner = position.account if position is not None else ""
        wanted = 0
        if fill.client_id in self.expected:
            owner, wanted = self.expected[fill.client_id]
        elif position is not None and fill.cause == "stop_loss":
            wanted = position.venue_stop
        elif position is not None and fill.cause == "take_profit":
            wanted = position.venue_target
        value = notional(fill.price, fill.quantity)
        lost = notional(fill.side * (fill.price - wanted), fill.quantity) if wanted else 0
        whole = self.found.curves[ALL]
        whole.slippage += lost
        whole.traded += value
        own = self.found.curves.get(owner) if owner else None
        if own is not None:
            own.slippage += lost
            own.traded += value + self.overtaking.pop(fill.key, 0)
        elif fill.cause != "order":
            self.overtaking[fill.key] = self.overtaking.get(fill.key, 0) + value


def _closes(source: FrameSource, state: EngineState, watcher: _Watcher) -> Iterator[None]:
    """Fold all frames; stops for a look at the end of each moment at which a candle closed."""
    with folding(source.name):
        closed = False
        prices = watcher.found.prices
        for first, turns in source.turns():
            for seq, (at, message, decisions) in enumerate(turns, first):
                if closed and at > state.at:
                    closed = False
                    yield
                if type(message) is Candle:
                    closed = True
                    prices[message.symbol].take(message)
                elif type(message) is OrderFilled:
                    watcher.filled(state, message)
                state.seq, state.at = seq, at
                INPUT_ROUTES[type(message)](state, message)
                if decisions:
                    watcher.decided(state, decisions)
                    for decision in decisions:
                        DECISION_ROUTES[type(decision)](state, decision)
        if state.run and closed:
            yield
