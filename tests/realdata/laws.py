"""The laws, asked of the state after each step of a run (design, section 3).

A quiet candle with nothing open changes no money, so the whole examination is left out there.
"""

from decimal import Decimal

from adapters.simulated.exchange import SimulatedExchange
from engine.domain.candle import Candle
from engine.domain.position import Position
from engine.messages.decisions import (
    Approved,
    Decision,
    GovernorActed,
    IncidentOpened,
    OrderRequested,
    TradeClosed,
)
from engine.messages.effects import Effect, Notify
from engine.messages.inputs import Stamped
from engine.messages.market import BarOpened, DataGap
from engine.messages.venue import FundingPaid, OrderFilled, PositionLiquidated
from engine.money import render
from engine.react import pending
from engine.state import EngineState
from engine.timebase import NEVER
from tests.realdata.books import Books, Fill, RoundTrip


def decimal(value: int) -> Decimal:
    """An e8 integer as people write it."""
    return Decimal(render(value))


class Laws:
    """Watches a run; every broken law is an assertion that names the frame."""

    def __init__(self) -> None:
        self.books = Books()
        self.client_ids: set[str] = set()
        self.gaps: list[DataGap] = []
        self.incidents: list[IncidentOpened] = []
        self.governed: list[GovernorActed] = []
        self.trades: list[TradeClosed] = []
        self.external = False
        """Whether a fill came that belonged to no account: late, after its position was closed."""
        self.liquidations: list[PositionLiquidated] = []
        self.looked_at = 0
        self.settled = 0

    def __call__(
        self,
        stamped: Stamped,
        decisions: tuple[Decision, ...],
        effects: tuple[Effect, ...],
        state: EngineState,
        exchange: SimulatedExchange,
    ) -> None:
        """Ask every law of the state after one step."""
        trips: list[RoundTrip] = []
        if isinstance(stamped.input, OrderFilled):
            trips = self._book(stamped.input)
        elif isinstance(stamped.input, FundingPaid):
            paid = stamped.input
            self.books.settle(paid.execution_id, str(paid.key), decimal(paid.amount))
        elif isinstance(stamped.input, PositionLiquidated):
            self.liquidations.append(stamped.input)
        elif isinstance(stamped.input, DataGap):
            self.gaps.append(stamped.input)
        quiet = not decisions and isinstance(stamped.input, BarOpened | Candle)
        if quiet and not any(state.open_positions.values()):
            return
        where = f"seq {stamped.seq}, {type(stamped.input).__name__}"
        self.looked_at += 1
        self._judge_decisions(decisions, trips, where)
        for position in state.positions.values():
            self.external |= bool(position.quantity) and not position.account
            assert decimal(position.quantity) == self.books.held(str(position.key)), where
            assert not position.spill, f"{where}: a spill outlives its step"
            judge_protection(state, position, where)
        self._judge_money(state, where)
        self._judge_to_do(effects, state, where)
        under_way = min(exchange.next_request_ns, exchange.next_report_ns) != NEVER
        if not (effects or under_way or state.blotter.unknown):
            self._judge_rest(state, exchange, where)

    def _book(self, fill: OrderFilled) -> list[RoundTrip]:
        entry = Fill(
            fill.execution_id,
            str(fill.key),
            fill.side,
            decimal(fill.price),
            decimal(fill.quantity),
            decimal(fill.fee),
        )
        return list(self.books.book(entry))

    def _judge_decisions(
        self, decisions: tuple[Decision, ...], trips: list[RoundTrip], where: str
    ) -> None:
        """Laws 6, 7 and 9: sums of trades, the gate before each entry, an id only once."""
        approved: list[Approved] = []
        closed: list[TradeClosed] = []
        for decision in decisions:
            if isinstance(decision, Approved):
                approved.append(decision)
            elif isinstance(decision, TradeClosed):
                closed.append(decision)
            elif isinstance(decision, IncidentOpened):
                self.incidents.append(decision)
            elif isinstance(decision, GovernorActed):
                self.governed.append(decision)
            elif isinstance(decision, OrderRequested):
                assert decision.client_id not in self.client_ids, f"{where}: an id a second time"
                self.client_ids.add(decision.client_id)
                if decision.purpose == "entry":
                    gate = approved.pop()
                    assert (gate.key, gate.side, gate.quantity) == (
                        decision.key,
                        decision.side,
                        decision.quantity,
                    ), f"{where}: an entry that the gate did not let through"
        self.trades += closed
        self.external |= any(not trade.account for trade in closed)
        told = [(str(t.key), t.side, decimal(t.quantity), decimal(t.pnl)) for t in closed]
        own = [(trip.place, trip.side, trip.quantity, trip.pnl) for trip in trips]
        assert told == own, f"{where}: a trade's profit is not the sum of its fills"

    def _judge_money(self, state: EngineState, where: str) -> None:
        """Law 6: balances, and unrealised profit as the sum over positions."""
        ledger = state.ledger
        earned = ledger.realised - ledger.fees - ledger.funding
        assert ledger.wallet == ledger.deposits + earned, where
        assert decimal(ledger.fees) == self.books.fees, where
        assert decimal(ledger.funding) == self.books.funding, where
        virtual = 0
        for name, account in state.accounts.items():
            own = [each for each in state.positions.values() if each.account == name]
            assert account.unrealised == sum(
                each.unrealised(state.markets[each.key.symbol].mark)
                for each in own
                if each.quantity
            ), f"{where}: unrealised profit of {name}"
            assert account.open_positions == sum(1 for each in own if each.quantity), where
            virtual += account.realised
        marks = {str(k): decimal(state.markets[k.symbol].mark) for k in state.positions}
        if not self.external:
            assert decimal(virtual) == decimal(earned), where
        gained = decimal(state.real_equity - ledger.deposits)
        assert gained == self.books.worth(marks), f"{where}: equity is not cash and positions"

    def _judge_to_do(self, effects: tuple[Effect, ...], state: EngineState, where: str) -> None:
        """Law 4: whatever expects an answer can be found again from the state alone."""
        expected = [effect for effect in effects if not isinstance(effect, Notify)]
        if expected:
            to_do = list(pending(state))
            for effect in expected:
                assert effect in to_do, f"{where}: {effect} is not in the to-do list"

    def _judge_rest(self, state: EngineState, exchange: SimulatedExchange, where: str) -> None:
        """With nothing under way the two books, kept apart, say the same."""
        self.settled += 1
        assert exchange.wallet == state.ledger.wallet, f"{where}: the venue's wallet differs"
        assert exchange.funding == state.ledger.funding, f"{where}: the venue's funding differs"
        held = {key: each.quantity for key, each in exchange.positions.items()}
        ours = {p.key: p.quantity for p in state.positions.values() if p.quantity}
        assert held == ours, f"{where}: the venue's positions differ"


def judge_protection(state: EngineState, position: Position, where: str) -> None:
    """Law 5: covered by a working stop, or covering until a deadline, or closing, or external."""
    if not position.quantity or position.venue_stop:
        return
    covering = position.covering_until >= state.at
    closing = position.incident in state.incidents and (
        bool(position.closing) or ("close", "", position.key) in state.timers.due
    )
    external = not position.account and position.incident in state.incidents
    sound = covering or closing or external
    assert sound, f"{where}: {position.key} is open without any protection"
