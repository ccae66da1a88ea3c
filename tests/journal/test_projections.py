"""The tables that people query: folded with each page, and the same when folded anew."""

from pathlib import Path

import attrs
import pytest

from engine.errors import InvariantError
from engine.ids import ClientId
from engine.messages.decisions import (
    Decision,
    OrderNotPlaced,
    OrderUnknown,
)
from engine.messages.inputs import Stamped
from engine.messages.venue import (
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderFilled,
    OrderFound,
    OrderRejected,
)
from engine.money import Price, Quantity
from journal.present import moment
from tests.journal.projected import TICK, rows_of, write
from tests.journal.samples import (
    KEY,
    START,
    UNIT,
    Story,
    every_decision,
    every_input,
    fill,
    funding,
    order,
    round_trip,
)


def test_an_order_and_its_fill_read_as_a_trader_would_say_them(tmp_path: Path) -> None:
    path = write(tmp_path / "run.journal", round_trip())
    (row,) = rows_of(path, "SELECT * FROM orders")
    wanted = {
        "client_id": "entry-1",
        "requested_seq": 2,
        "requested_at": "2025-01-01T00:01:00.000000000Z",
        "account": "alpha",
        "venue_account": "unified",
        "symbol": "BTCUSDT",
        "position_index": 0,
        "purpose": "entry",
        "side": "buy",
        "order_type": "market",
        "quantity": 0.1,
        "price": 0.0,
        "stop_price": 89_000.0,
        "state": "filled",
        "filled_quantity": 0.1,
        "average_price": 90_000.0,
        "fees": 1.0,
        "updated_seq": 4,
    }
    assert {name: row[name] for name in wanted} == wanted
    entry, stop = rows_of(path, "SELECT * FROM fills ORDER BY seq")
    assert (entry["value"], entry["fee"], entry["is_maker"]) == (9_000.0, 1.0, 0)
    assert (stop["cause"], stop["side"], stop["account"]) == ("stop_loss", "sell", "alpha")


def test_a_round_trip_becomes_a_trade_and_a_step_of_equity(tmp_path: Path) -> None:
    path = write(tmp_path / "run.journal", round_trip())
    (trade,) = rows_of(path, "SELECT * FROM trades")
    assert (trade["entry_price"], trade["exit_price"]) == (90_000.0, 89_000.0)
    assert (trade["pnl"], trade["fees"], trade["r_multiple"]) == (-102.0, 2.0, -1.02)
    assert (trade["seconds"], trade["side"], trade["tag"]) == (120.0, "buy", "breakout")
    steps = rows_of(path, "SELECT cause, account, equity, peak, drawdown FROM equity")
    assert [tuple(step.values()) for step in steps] == [
        ("start", "alpha", 1000.0, 1000.0, 0.0),
        ("start", "beta", 1000.0, 1000.0, 0.0),
        ("trade", "alpha", 898.0, 1000.0, 0.102),
        ("day", "alpha", 898.0, 1000.0, 0.102),
    ]


@pytest.mark.parametrize("apart", [False, True])
def test_an_amended_order_has_the_values_that_the_venue_has(tmp_path: Path, apart: bool) -> None:
    """F11: what is filled already counts towards its new quantity."""
    asked = order("a", 1, UNIT, order_type="limit", price=Price(90 * UNIT))
    story = Story().tell(TICK, asked).tell(fill("a", "x", 1, 90 * UNIT, UNIT // 4))
    half, price = Quantity(UNIT // 2), Price(91 * UNIT)
    story.tell(OrderAmended(KEY, ClientId("a"), half, price, Price(0), START))
    pages = [[frame] for frame in story.frames] if apart else [story.frames]
    (row,) = rows_of(write(tmp_path / "a.journal", *pages), "SELECT * FROM orders")
    assert [row[name] for name in ("quantity", "price", "state")] == [0.5, 91.0, "partially_filled"]
    quarter = Quantity(UNIT // 4)
    story.tell(OrderAmended(KEY, ClientId("a"), quarter, price, Price(0), START))
    pages = [[frame] for frame in story.frames] if apart else [story.frames]
    (row,) = rows_of(write(tmp_path / "b.journal", *pages), "SELECT * FROM orders")
    assert [row[name] for name in ("quantity", "state")] == [0.25, "filled"]


def test_funding_is_told_once_and_belongs_to_the_owner(tmp_path: Path) -> None:
    """F40: also when it is told again in a later page; after the close it is the last owner's."""
    trip, late = round_trip(), funding("late", UNIT)
    told = [funding("one", 3 * UNIT // 10), funding("one", 3 * UNIT // 10)]
    frames = [*trip[:4], *((Stamped(0, trip[3][0].at, one), ()) for one in told), *trip[4:5]]
    frames += [(Stamped(0, trip[4][0].at, one), ()) for one in (late, late)]
    frames = [(attrs.evolve(s, seq=seq), d) for seq, (s, d) in enumerate(frames, 2)]
    for name, pages in (("one", [frames]), ("many", [[frame] for frame in frames])):
        path = write(tmp_path / f"{name}.journal", *pages)
        rows = rows_of(path, "SELECT * FROM funding ORDER BY seq")
        assert [(row["execution_id"], row["account"]) for row in rows] == [
            ("one", "alpha"),
            ("late", "alpha"),
        ]
        assert [rows[0][each] for each in ("quantity", "price", "rate", "amount")] == [
            *(0.1, 90_000.0, 0.0001, 0.3)
        ]
        steps = rows_of(path, "SELECT cause, equity FROM equity WHERE account = 'alpha'")
        assert [tuple(step.values()) for step in steps] == [
            ("start", 1000.0),
            ("trade", 898.0),
            ("funding", 897.0),
        ]


@pytest.mark.parametrize("apart", [False, True])
def test_funding_that_overtook_a_fill_is_whose_entry_was_the_last(
    tmp_path: Path, apart: bool
) -> None:
    """Alpha's entry is told as cancelled, beta's on the other side lives: 0.1 long is alpha's."""
    story = Story().tell(TICK, order("a", 1, UNIT)).tell(OrderCancelled(KEY, "a", "no", START))
    story.tell(TICK, order("b", -1, UNIT, account="beta")).tell(funding("f", UNIT))
    pages = [[frame] for frame in story.frames] if apart else [story.frames]
    path = write(tmp_path / "run.journal", *pages)
    (row,) = rows_of(path, "SELECT account FROM funding")
    assert row["account"] == "alpha"


def test_a_day_is_named_by_the_date_on_which_it_began(tmp_path: Path) -> None:
    path = write(tmp_path / "run.journal", round_trip())
    (day,) = rows_of(path, "SELECT * FROM daily_pnl")
    assert (day["day"], day["pnl"], day["trades"], day["equity"]) == (
        "2025-01-01",
        -102.0,
        1,
        898.0,
    )


def test_an_open_position_stands_in_the_table_until_it_is_flat(tmp_path: Path) -> None:
    held = write(tmp_path / "held.journal", round_trip()[:4])
    (position,) = rows_of(held, "SELECT * FROM positions")
    assert (position["account"], position["side"], position["quantity"]) == ("alpha", "buy", 0.1)
    assert (position["entry_price"], position["entry_value"]) == (90_000.0, 9_000.0)
    assert (position["stop_price"], position["venue_stop_price"]) == (89_000.0, 89_000.0)
    for name, pages in (("one", [round_trip()]), ("two", [round_trip()[:4], round_trip()[4:]])):
        flat = write(tmp_path / f"{name}.journal", *pages)
        assert rows_of(flat, "SELECT * FROM positions") == []


def test_a_fill_that_turns_a_position_around_leaves_the_rest_without_an_owner(
    tmp_path: Path,
) -> None:
    story = Story().tell(TICK, order("a", 1, UNIT)).tell(fill("a", "x1", 1, 100 * UNIT, UNIT))
    story.tell(fill("", "x2", -1, 110 * UNIT, 3 * UNIT))
    path = write(tmp_path / "run.journal", story.frames)
    (position,) = rows_of(path, "SELECT * FROM positions")
    assert (position["account"], position["side"], position["quantity"]) == ("", "sell", 2.0)
    assert position["entry_value"] == 220.0


@pytest.mark.parametrize("apart", [False, True])
def test_a_second_owner_of_a_position_is_refused_by_the_table(tmp_path: Path, apart: bool) -> None:
    """The gate lets no second owner in (S0-18); this is the second place that does not (S0-52)."""
    first, second = order("a", 1, UNIT), order("b", 1, UNIT, account="beta")
    story = Story().tell(TICK, first).tell(fill("a", "x1", 1, 100 * UNIT, UNIT))
    story.tell(TICK, second).tell(fill("b", "x2", 1, 100 * UNIT, UNIT))
    pages = [story.frames[:2], story.frames[2:]] if apart else [story.frames]
    with pytest.raises(InvariantError, match=r"UNIQUE.*positions\.venue_account"):
        write(tmp_path / "run.journal", *pages)


def test_the_same_execution_told_twice_is_one_fill(tmp_path: Path) -> None:
    once = fill("a", "x1", 1, 100 * UNIT, UNIT)
    story = Story().tell(TICK, order("a", 1, 2 * UNIT)).tell(once).tell(once).tell(once)
    path = write(tmp_path / "run.journal", story.frames[:3], story.frames[3:])
    assert len(rows_of(path, "SELECT * FROM fills")) == 1
    (row,) = rows_of(path, "SELECT state, filled_quantity, fees FROM orders")
    assert row == {"state": "partially_filled", "filled_quantity": 1.0, "fees": 1.0}
    (held,) = rows_of(path, "SELECT quantity FROM positions")
    assert held["quantity"] == 1.0


A, AT = ClientId("a"), START
Told = OrderAccepted | OrderRejected | OrderFilled | OrderCancelled | OrderFound | Decision
HALF = fill("a", "half", 1, 100 * UNIT, UNIT // 2)
REST = fill("a", "rest", 1, 100 * UNIT, UNIT // 2)


@pytest.mark.parametrize(
    ("told", "state", "filled"),
    [
        ([], "requested", 0.0),
        ([OrderAccepted(KEY, A, "v", AT)], "working", 0.0),
        ([OrderRejected(KEY, A, 110007, "no money", AT)], "rejected", 0.0),
        ([HALF], "partially_filled", 0.5),
        ([HALF, OrderAccepted(KEY, A, "v", AT)], "partially_filled", 0.5),
        ([HALF, REST], "filled", 1.0),
        ([HALF, REST, OrderAccepted(KEY, A, "v", AT)], "filled", 1.0),
        ([HALF, OrderCancelled(KEY, A, "ioc", AT)], "cancelled", 0.5),
        ([HALF, OrderCancelled(KEY, A, "ioc", AT), REST], "filled", 1.0),
        ([HALF, REST, OrderCancelled(KEY, A, "late", AT)], "filled", 1.0),
        ([OrderUnknown(KEY, A, "silence", AT)], "unknown", 0.0),
        ([OrderUnknown(KEY, A, "silence", AT), OrderNotPlaced(KEY, A)], "not_placed", 0.0),
        (
            [OrderUnknown(KEY, A, "s", AT), OrderFound(KEY, A, "v", "working", Quantity(0), AT)],
            "working",
            0.0,
        ),
        (
            [HALF, OrderFound(KEY, A, "v", "cancelled", Quantity(UNIT // 2), AT)],
            "cancelled",
            0.5,
        ),
    ],
)
@pytest.mark.parametrize("apart", [False, True])
def test_the_state_of_an_order_is_what_was_last_learnt_of_it(
    tmp_path: Path, told: list[Told], state: str, filled: float, apart: bool
) -> None:
    story = Story().tell(TICK, order("a", 1, UNIT))
    for fact in told:
        if isinstance(fact, OrderUnknown | OrderNotPlaced):
            story.tell(TICK, fact)
        else:
            story.tell(fact)  # type: ignore[arg-type]
    pages = [[frame] for frame in story.frames] if apart else [story.frames]
    path = write(tmp_path / "run.journal", *pages)
    (row,) = rows_of(path, "SELECT state, filled_quantity, average_price FROM orders")
    assert (row["state"], row["filled_quantity"]) == (state, filled)
    assert row["average_price"] == (100.0 if filled else 0.0)
    assert sum(r["quantity"] for r in rows_of(path, "SELECT quantity FROM fills")) == filled
    assert all(r["account"] == "alpha" for r in rows_of(path, "SELECT account FROM fills"))


def test_decisions_are_told_with_who_why_and_what(tmp_path: Path) -> None:
    path = write(tmp_path / "run.journal", round_trip())
    query = "SELECT seq, n, kind, account, symbol, client_id FROM decisions ORDER BY seq, n"
    rows = rows_of(path, query)
    assert [tuple(row.values()) for row in rows][1:4] == [
        (2, 2, "OrderRequested", "alpha", "BTCUSDT", "entry-1"),
        (6, 1, "TradeClosed", "alpha", "BTCUSDT", ""),
        (6, 2, "GovernorActed", "alpha", "", ""),
    ]
    frames = round_trip()
    wanted = [(s.seq, n, type(d).__name__) for s, told in frames for n, d in enumerate(told, 1)]
    assert [(row["seq"], row["n"], row["kind"]) for row in rows] == wanted
    times = rows_of(path, "SELECT DISTINCT seq, at FROM decisions ORDER BY seq")
    assert [tuple(row.values()) for row in times] == [
        (stamped.seq, moment(stamped.at)) for stamped, told in frames if told
    ]


@pytest.mark.parametrize("count", [1, 15, 16, 17, 40])
def test_many_rows_of_a_page_are_written_as_one_by_one(tmp_path: Path, count: int) -> None:
    story = Story()
    for n in range(count):
        story.tell(TICK, order(f"o{n}", 1, UNIT)).tell(fill(f"o{n}", f"x{n}", 1, 7 * UNIT, UNIT))
    at_once = write(tmp_path / "at-once.journal", story.frames)
    one_by_one = write(tmp_path / "one-by-one.journal", *[[frame] for frame in story.frames])
    for table in ("orders", "fills"):
        query = f"SELECT * FROM {table} ORDER BY rowid"
        assert len(rows_of(at_once, query)) == count
        assert rows_of(at_once, query) == rows_of(one_by_one, query)


def test_an_incident_is_opened_and_closed_in_its_row(tmp_path: Path) -> None:
    path = write(tmp_path / "run.journal", round_trip()[:5], round_trip()[5:])
    (row,) = rows_of(path, "SELECT * FROM incidents")
    assert (row["opened_seq"], row["closed_seq"], row["resolution"]) == (6, 7, "adopted")
    assert (row["kind"], row["facts"]) == ("drift", '{"expected":"0","found":"1"}')


def test_every_message_there_is_can_be_projected(tmp_path: Path) -> None:
    story = Story()
    for one in every_input():
        story.tell(one)
    story.tell(TICK, *every_decision())
    path = write(tmp_path / "run.journal", story.frames)
    assert len(rows_of(path, "SELECT * FROM decisions")) == len(every_decision())
