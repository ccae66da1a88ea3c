"""States of orders and the real account, in tables as in the engine that wrote the frames."""

import sqlite3
from contextlib import closing

import pytest

from engine.messages.decisions import DayRolled, Decision, TradeClosed
from engine.messages.inputs import Stamped
from engine.money import SCALE
from engine.orders.blotter import Blotter, Order
from engine.orders.lifecycle import FINISHED, OrderEvent
from journal.projections.fold import Projections
from journal.projections.making import create_projections
from tests.properties.deeper_runs import DeepPlan
from tests.properties.made_runs import Plan, Played, play

FAULTS = (3, 3, 3, 8, 8, 8, 5)
PLANS = [
    DeepPlan(seed=7, bars=120, faults=FAULTS, commands=12, hedge=True, leverage=50, shocks=2),
    DeepPlan(seed=22, bars=300, faults=FAULTS, commands=3, leverage=20, shocks=1),
    Plan(seed=2, bars=300, faults=FAULTS, commands=4, strict=False),
    Plan(seed=5, bars=300, faults=FAULTS, strict=False, crash=200),
]
Moves = dict[str, list[tuple[int, str, str]]]
Money = dict[tuple[int, str], tuple[int, int, bool]]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{type(plan).__name__}-{plan.seed}")
@pytest.mark.parametrize("page", [17, 100_000])
def test_law_orders_change_and_the_wallet_moves_as_in_the_engine(
    monkeypatch: pytest.MonkeyPatch, plan: Plan, page: int
) -> None:
    """S0-50, S0-53, S0-54: what the engine did while it ran, not what it told afterwards."""
    moves, money = _watched(monkeypatch)
    frames = play(plan).frames
    assert len(money) > 5
    with closing(sqlite3.connect(":memory:")) as tables:
        create_projections(tables)
        projections = Projections(tables)
        for first in range(0, len(frames), page):
            projections.write(frames[first : first + page])
        told: Moves = {}
        changes = "SELECT client_id, seq, from_state, to_state FROM order_changes"
        for client_id, *move in tables.execute(f"{changes} WHERE from_state <> ''"):
            told.setdefault(client_id, []).append(tuple(move))
        for client_id, known in moves.items():
            # A fill that is told after the end is in the table, and no matter of the engine's.
            ended = known[-1][2] in FINISHED
            assert told[client_id][: len(known) if ended else None] == known
        assert told.keys() == moves.keys()
        rows = "SELECT seq, cause, wallet, equity FROM venue_equity"
        found = {(seq, cause): (w, e) for seq, cause, w, e in tables.execute(rows)}
        for place, (wallet, equity, is_flat) in money.items():
            assert round(found[place][0] * SCALE) == wallet
            if is_flat or place[1] == "day":
                assert round(found[place][1] * SCALE) == equity
            else:
                assert found[place][1] is None


def _watched(monkeypatch: pytest.MonkeyPatch) -> tuple[Moves, Money]:
    """What the blotter and the ledger of the next run go through, frame by frame."""
    moves: Moves = {}
    money: Money = {}
    playing: list[Played] = []
    move, append, begin = Blotter.move, Played.append, Played.__init__

    def begun(played: Played, plan: Plan) -> None:
        begin(played, plan)
        playing[:] = [played]

    def moved(blotter: Blotter, order: Order, event: OrderEvent) -> None:
        before = order.state
        move(blotter, order, event)
        if order.state != before:
            step = playing[0].state.seq, before, order.state
            moves.setdefault(order.request.client_id, []).append(step)

    def appended(played: Played, stamped: Stamped, decisions: tuple[Decision, ...]) -> None:
        state = played.state
        is_flat = not any(state.open_positions.values())
        now = state.ledger.wallet, state.real_equity, is_flat
        for decision in decisions:
            if isinstance(decision, DayRolled):
                money[stamped.seq, "day"] = now
            elif isinstance(decision, TradeClosed) and decision.account:
                money[stamped.seq, "trade"] = now
        append(played, stamped, decisions)

    monkeypatch.setattr(Played, "__init__", begun)
    monkeypatch.setattr(Blotter, "move", moved)
    monkeypatch.setattr(Played, "append", appended)
    return moves, money
