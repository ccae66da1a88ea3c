"""What tables tell together: changes of orders, exits and their entries, the real account."""

from pathlib import Path

import attrs
import pytest

from engine.domain.order import OrderState
from engine.ids import ClientId
from engine.messages.decisions import OrderNotPlaced, OrderUnknown, TradeClosed
from engine.messages.venue import (
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderFound,
    OrderRejected,
)
from engine.money import Money, Price, Quantity, Rate
from tests.journal.projected import TICK, rows_of, write
from tests.journal.samples import KEY, START, UNIT, Story, fill, funding, order, round_trip

A = ClientId("a")
HALF = fill("a", "x1", 1, 90_000 * UNIT, UNIT // 2)
REST = fill("a", "x2", 1, 90_000 * UNIT, UNIT // 2)
ACCEPTED = OrderAccepted(KEY, A, "v", START)
AMENDED = OrderAmended(KEY, A, Quantity(UNIT // 2), Price(0), Price(0), START)
CANCELLED = OrderCancelled(KEY, A, "ioc", START)
UNKNOWN = OrderUnknown(KEY, A, "silence", START)


def _found(state: OrderState) -> OrderFound:
    return OrderFound(KEY, A, "v", state, Quantity(0), START)


CHANGES = [
    ([ACCEPTED, HALF, REST], "working accepted, partially_filled fill, filled fill"),
    ([HALF, ACCEPTED, REST], "partially_filled fill, filled fill"),
    ([OrderRejected(KEY, A, 110007, "no money", START)], "rejected 110007 no money"),
    ([OrderRejected(KEY, A, 110072, "twice", START)], "unknown 110072 twice"),
    ([ACCEPTED, ACCEPTED, CANCELLED], "working accepted, cancelled ioc"),
    ([ACCEPTED, CANCELLED, HALF], "working accepted, cancelled ioc"),
    ([ACCEPTED, HALF, CANCELLED, REST], "working, partially_filled, cancelled, filled"),
    ([ACCEPTED, HALF, AMENDED], "working, partially_filled fill, filled amended"),
    ([UNKNOWN, ACCEPTED], "unknown silence, working accepted"),
    ([UNKNOWN, UNKNOWN, OrderNotPlaced(KEY, A)], "unknown silence, not_placed"),
    ([UNKNOWN, _found("working"), HALF], "unknown, working found by look-up, partially_filled"),
    ([ACCEPTED, UNKNOWN, _found("cancelled")], "working, unknown, cancelled found by look-up"),
]


@pytest.mark.parametrize(("told", "changes"), CHANGES, ids=range(len(CHANGES)))
@pytest.mark.parametrize("apart", [False, True])
def test_every_change_of_an_orders_state_is_told_once_with_its_reason(
    tmp_path: Path, told: list[object], changes: str, apart: bool
) -> None:
    """S0-50: from its request on, in one page or in many; what changes nothing is not told."""
    story = Story().tell(TICK, order("a", 1, UNIT))
    for fact in told:
        if isinstance(fact, OrderUnknown | OrderNotPlaced):
            story.tell(TICK, fact)
        else:
            story.tell(fact)  # type: ignore[arg-type]
    pages = [[frame] for frame in story.frames] if apart else [story.frames]
    rows = rows_of(write(tmp_path / "run.journal", *pages), "SELECT * FROM order_changes")
    assert (rows[0]["seq"], rows[0]["from_state"], rows[0]["to_state"]) == (2, None, "requested")
    wanted = changes.split(", ")
    assert len(rows) == 1 + len(wanted)
    before = "requested"
    for row, (state, _, reason) in zip(
        rows[1:], (each.partition(" ") for each in wanted), strict=True
    ):
        assert (row["client_id"], row["from_state"], row["to_state"]) == ("a", before, state)
        assert row["reason"] == reason or not reason
        assert row["at"] > rows[0]["at"]
        before = state


def test_a_stops_fill_and_an_exit_belong_to_the_entry_that_opened_the_position(
    tmp_path: Path,
) -> None:
    """S0-49: also in a later page, and also the second entry's part of a position."""
    stop, price = 89_000 * UNIT, 90_000 * UNIT
    story = Story().tell(TICK, order("in", 1, UNIT, stop_price=Price(stop)))
    story.tell(fill("in", "x1", 1, price, UNIT)).tell(TICK, order("more", 1, UNIT))
    story.tell(fill("more", "x2", 1, price, UNIT))
    story.tell(TICK, order("out", -1, UNIT, purpose="exit")).tell(
        fill("out", "x3", -1, price, UNIT)
    )
    story.tell(fill("", "x4", -1, stop, UNIT))
    story.tell(TICK, order("next", -1, UNIT)).tell(fill("next", "x5", -1, price, UNIT))
    for name, pages in (("one", [story.frames]), ("many", [[each] for each in story.frames])):
        path = write(tmp_path / f"{name}.journal", *pages)
        exits = rows_of(path, "SELECT * FROM exits")
        shown = [(row["entry_client_id"], row["exit_client_id"], row["cause"]) for row in exits]
        assert shown == [("in", "out", "order"), ("in", "", "stop_loss")]
        assert [row["stop_price"] for row in exits] == [89_000.0, 89_000.0]
        served = rows_of(path, "SELECT client_id, entry_client_id FROM orders ORDER BY 1")
        assert [tuple(row.values()) for row in served] == [
            *(("in", None), ("more", "in"), ("next", None), ("out", "in"))
        ]


def test_a_fill_that_overtook_the_late_fill_of_its_entry_is_that_entrys(tmp_path: Path) -> None:
    story = Story().tell(TICK, order("in", 1, UNIT))
    story.tell(fill("", "x1", -1, 89_000 * UNIT, UNIT))
    path = write(tmp_path / "run.journal", story.frames)
    (row,) = rows_of(path, "SELECT account, entry_client_id FROM fills")
    assert tuple(row.values()) == ("alpha", "in")


def test_the_real_account_is_told_beside_the_virtual_ones(tmp_path: Path) -> None:
    """S0-53, S0-54: 100 lost and two fees of 1 are missing in the venue's wallet, too."""
    path = write(tmp_path / "run.journal", round_trip())
    start, trade, day = rows_of(
        path, "SELECT cause, wallet, open_positions, equity FROM venue_equity"
    )
    paid = sum(row["fee"] for row in rows_of(path, "SELECT fee FROM fills"))
    after = start["wallet"] - 100 - paid
    assert tuple(start.values()) == ("start", start["wallet"], 0, start["wallet"])
    assert tuple(trade.values()) == ("trade", pytest.approx(after), 0, pytest.approx(after))
    assert day["cause"] == "day"
    assert day["wallet"] == pytest.approx(after)


def test_funding_of_a_position_without_an_owner_is_the_real_accounts_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "run.journal", [*Story().tell(funding("f", 3 * UNIT)).frames])
    assert rows_of(path, "SELECT account FROM funding") == [{"account": ""}]
    later = round_trip()
    frames = [(type(s)(s.seq + 1, s.at, s.input), d) for s, d in later]
    path = write(tmp_path / "b.journal", [*Story().tell(funding("f", 3 * UNIT)).frames, *frames])
    start, trade, _ = rows_of(path, "SELECT wallet FROM venue_equity")
    paid = sum(row["fee"] for row in rows_of(path, "SELECT fee FROM fills"))
    assert trade["wallet"] == pytest.approx(start["wallet"] - 3 - 100 - paid)


def test_statistics_are_those_of_the_trades(tmp_path: Path) -> None:
    """S0-57: by account and symbol, by account, and of all; two losses in a row at most."""
    (closed,) = (one for one in round_trip()[4][1] if isinstance(one, TradeClosed))
    story = Story()
    told = [("alpha", 30), ("alpha", -10), ("beta", 5), ("alpha", -20), ("alpha", 0), ("alpha", -1)]
    for number, (name, dollars) in enumerate(told, 1):
        pnl, r = Money(dollars * UNIT), Rate(dollars * UNIT // 10)
        story.tell(TICK, attrs.evolve(closed, trade=number, account=name, pnl=pnl, r_multiple=r))
    path = write(tmp_path / "run.journal", story.frames)
    alpha, alphas, _, _, both = rows_of(path, "SELECT * FROM statistics")
    assert [both["account"], both["symbol"], both["trades"]] == [None, None, 6]
    assert both["profit_factor"] == pytest.approx(35 / 31)
    assert (alpha["account"], alpha["symbol"], alphas["symbol"]) == ("alpha", "BTCUSDT", None)
    for row in (alpha, alphas):
        assert [row[each] for each in ("trades", "wins", "losses", "pnl", "fees")] == [
            5,
            1,
            3,
            -1,
            10,
        ]
        assert [row[each] for each in ("best", "worst", "longest_loss_streak")] == [30, -20, 2]
        assert row["profit_factor"] == pytest.approx(30 / 31)
        assert row["average_r"] == pytest.approx(-0.02)
        assert row["win_rate"] == pytest.approx(0.2)
    assert both["longest_loss_streak"] == 1  # beta won between


def test_an_account_that_never_lost_has_no_profit_factor(tmp_path: Path) -> None:
    (closed,) = (one for one in round_trip()[4][1] if isinstance(one, TradeClosed))
    won = attrs.evolve(closed, pnl=Money(UNIT))
    path = write(tmp_path / "run.journal", Story().tell(TICK, won).frames)
    told = rows_of(path, "SELECT profit_factor, longest_loss_streak FROM statistics")
    assert [tuple(row.values()) for row in told] == [(None, 0)] * 3
