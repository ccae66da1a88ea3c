"""The laws as functions that raise: what must hold of a state, whatever has happened before.

Each is written from the design and not from the engine: it knows the words of the engine (its
messages and the slots of its state), but none of its judgements.
"""

from collections.abc import Iterable

from engine.domain.position import Position
from engine.ids import ClientId, PositionKey
from engine.messages.decisions import AmendRequested, Approved, Decision, OrderRequested
from engine.messages.effects import Effect, Notify, PlaceOrder
from engine.messages.inputs import Stamped
from engine.messages.venue import FundingPaid, OrderFilled
from engine.money import ONE
from engine.orders.blotter import Order
from engine.react import pending
from engine.state import EngineState
from engine.step import Step


def to_do(state: EngineState, effects: Iterable[Effect]) -> None:
    """Law 4: what was just asked stands in the to-do list until its answer comes."""
    listed = list(pending(state))
    for effect in effects:
        if not isinstance(effect, Notify):
            assert effect in listed, f"law 4: {effect} is not pending"


def protection(state: EngineState) -> None:
    """Law 5: an open position is covered, or covering in time, or closing as an incident."""
    for key, position in state.positions.items():
        if position.quantity and position.account:
            assert _is_looked_after(state, key, position), (
                f"law 5: {key} is open at {state.at} and nobody looks after it: "
                f"wanted {position.stop_price}, covering until {position.covering_until}, "
                f"closing {position.closing!r}, incident {position.incident}"
            )


def _is_looked_after(state: EngineState, key: PositionKey, position: Position) -> bool:
    if position.venue_stop:
        return True
    if position.covering_until >= state.at and ("protection", "", key) in state.timers.due:
        return True
    closing = position.closing in state.blotter.live or ("close", "", key) in state.timers.due
    return closing and position.incident in state.incidents


def gate(decisions: Iterable[Decision]) -> None:
    """Law 7: an entry follows its approval, of the same size, and every check had passed."""
    before: Decision | None = None
    for decision in decisions:
        if isinstance(decision, OrderRequested) and decision.purpose == "entry":
            assert isinstance(before, Approved), "law 7: an entry without an approval"
            assert all(passed for _, _, _, passed in before.checks), (
                "law 7: approved with a failure"
            )
            asked = decision.key, decision.account, decision.side, decision.quantity
            let = before.key, before.account, before.side, before.quantity
            assert asked == let, "law 7: the entry is not what was approved"
            assert decision.stop_price > 0, "S0-15: an entry without a stop"
        elif isinstance(decision, OrderRequested):
            assert decision.reduce_only, "law 7: a close that could open"
        before = decision


class Books:
    """Laws 6 and 9 over a run: what was filled, and which client ids were ever sent."""

    def __init__(self) -> None:
        self.executions: set[str] = set()
        self.filled: dict[PositionKey, int] = {}
        self.funding = 0
        self.sent: set[ClientId] = set()
        self.stakes: dict[ClientId, tuple[int, int]] = {}

    def check(self, state: EngineState, stamped: Stamped, done: Step) -> None:
        """Take in one step and hold the state against the own count."""
        fill = stamped.input
        if isinstance(fill, OrderFilled) and fill.execution_id not in self.executions:
            self.executions.add(fill.execution_id)
            signed = fill.side * fill.quantity
            self.filled[fill.key] = self.filled.get(fill.key, 0) + signed
        if isinstance(fill, FundingPaid) and fill.execution_id not in self.executions:
            self.executions.add(fill.execution_id)
            self.funding += fill.amount
        for effect in done.effects:
            if isinstance(effect, PlaceOrder):
                assert effect.client_id not in self.sent, f"law 9: {effect.client_id} sent twice"
                self.sent.add(effect.client_id)
        self._approved(done.decisions)
        self._balance(state)

    def _approved(self, decisions: Iterable[Decision]) -> None:
        """Law 7: an entry that is changed to risk more than was ever let through is let through."""
        before: Decision | None = None
        for decision in decisions:
            if isinstance(decision, OrderRequested) and decision.purpose == "entry":
                self.stakes[decision.client_id] = decision.risk, decision.notional
            elif isinstance(decision, AmendRequested):
                risk, value = self.stakes[decision.client_id]
                if decision.risk > risk or decision.notional > value:
                    assert isinstance(before, Approved), "law 7: more at stake, and nobody asked"
                    assert (before.risk, before.notional, before.quantity) == (
                        decision.risk,
                        decision.notional,
                        decision.quantity,
                    ), "law 7: the amendment is not what was approved"
                stakes = max(risk, decision.risk), max(value, decision.notional)
                self.stakes[decision.client_id] = stakes
            before = decision

    def _balance(self, state: EngineState) -> None:
        for key, position in state.positions.items():
            held = self.filled.get(key, 0)
            assert position.quantity == held, f"law 6: {key} is {position.quantity}, filled {held}"
            assert (position in state.open_positions[key.symbol]) == (position.quantity != 0)
            if not position.quantity:
                assert position.marked == 0, "law 6: a flat position is worth nothing"
                assert position.entry_value == 0, "law 6: a flat position cost nothing"
                continue
            mark = state.markets[key.symbol].mark
            size = abs(position.quantity)
            worth = (mark * size + 50_000_000) // 100_000_000
            profit = (worth - position.entry_value) * (1 if position.quantity > 0 else -1)
            assert position.marked == profit, "law 6: unrealised profit is at the mark"
        ledger = state.ledger
        paid = ledger.fees + ledger.funding
        assert ledger.wallet == ledger.deposits + ledger.realised - paid, "law 6: wallet"
        assert ledger.funding == self.funding, "law 6: funding is what was told, once"
        for name, account in state.accounts.items():
            own = [p for p in state.positions.values() if p.account == name and p.quantity]
            assert account.unrealised == sum(p.marked for p in own), "law 6: unrealised"
            assert account.open_positions == len(own), f"law 6: {name} counts its positions"
            total = account.terms.virtual_equity + account.realised + account.unrealised
            assert account.equity == total, "law 6: equity == cash + unrealised"


def hold(state: EngineState, stamped: Stamped, done: Step, books: Books) -> None:
    """All laws that can be seen after one step."""
    to_do(state, done.effects)
    protection(state)
    gate(done.decisions)
    books.check(state, stamped, done)


def limits(state: EngineState, decisions: Iterable[Decision]) -> None:
    """Law 8: after an entry was let out, no limit of its account or symbol is exceeded.

    The worst case is counted anew, from positions at the mark and from every live order, whatever
    its state: an order of unknown outcome counts as filled.
    """
    for entry in decisions:
        if isinstance(entry, OrderRequested) and entry.purpose == "entry":
            _account_limits(state, entry)
            _symbol_limits(state, entry)


def _entries(state: EngineState) -> list[Order]:
    return [o for o in state.blotter.live.values() if o.request.purpose == "entry"]


def _worth(state: EngineState, position: Position) -> int:
    return state.markets[position.key.symbol].mark * position.quantity // ONE


def _account_limits(state: EngineState, entry: OrderRequested) -> None:
    account = state.accounts[entry.account]
    risk = account.risk
    assert account.standing(state.at) == "active", f"law 8: {account.standing(state.at)} and enters"
    mine = [o for o in _entries(state) if o.request.account == account.name]
    held = [p for p in state.positions.values() if p.quantity and p.account == account.name]
    others = sum(o.reserved_risk for o in mine if o.request.client_id != entry.client_id)
    if risk.max_daily_loss:
        assert account.day_loss + others < risk.max_daily_loss, "law 8: daily loss"
    if risk.max_drawdown:
        assert account.drawdown < risk.max_drawdown, "law 8: drawdown"
    if risk.max_trades_per_day:
        assert account.day_entries + len(mine) <= risk.max_trades_per_day, "law 8: trades a day"
    if risk.max_open_positions:
        assert len(held) + len(mine) <= risk.max_open_positions, "law 8: open positions"
    if risk.max_leverage:
        used = sum(abs(_worth(state, p)) for p in held) + sum(o.reserved_notional for o in mine)
        assert used <= account.equity * risk.max_leverage // ONE + 1, "law 8: leverage"


def _symbol_limits(state: EngineState, entry: OrderRequested) -> None:
    symbol = entry.key.symbol
    held = [p for p in state.positions.values() if p.quantity and p.key.symbol == symbol]
    live = [o for o in state.blotter.live.values() if o.request.key.symbol == symbol]
    assert not any(o.state == "unknown" for o in live), "law 8: an unknown order on the symbol"
    here = [p.account for p in held if p.key == entry.key]
    owners = {*here, *(o.request.account for o in live if o.request.key == entry.key)}
    assert owners == {entry.account}, f"S0-18: {sorted(owners)} share {entry.key}"
    if state.terms.venue.position_mode == "one_way":
        sides = {p.side for p in held} | {o.request.side for o in _entries(state) if o in live}
        assert sides == {entry.side}, f"S0-19: both sides of {symbol}"
    share = state.terms.limits.max_symbol_exposure
    if share:
        opening = [o for o in live if o.request.purpose == "entry"]
        net = sum(_worth(state, p) for p in held)
        net += sum(o.request.side * o.reserved_notional for o in opening)
        assert abs(net) <= state.real_equity * share // ONE + 2, "law 8: symbol exposure"
