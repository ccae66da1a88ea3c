"""Projections are disposable: folded on by a later process or all anew, they are the same."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import NegativeAnswerError, UserError
from journal.projections.rebuild import rebuild
from journal.projections.tables import TABLES
from journal.store import SqliteJournal
from tests.journal.projected import TICK, everything, rows_of, write
from tests.journal.samples import (
    UNIT,
    Story,
    fill,
    first_frame,
    order,
    round_trip,
)


def test_a_later_process_folds_on_from_where_the_first_one_ended(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.journal", *[[frame] for frame in round_trip()])
    for cut in range(1, 6):
        path = write(tmp_path / f"cut-{cut}.journal", *[[f] for f in round_trip()[:cut]])
        with SqliteJournal.resume(path, "0123456789abcdef") as journal:
            for stamped, decisions in round_trip()[cut:]:
                journal.append(stamped, decisions)
                journal.flush()
        assert everything(path) == everything(whole)


def _drop_orders(connection: sqlite3.Connection) -> None:
    connection.execute("DROP TABLE orders")


def _spoil_trades(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE trades SET pnl = 1000000")


def _empty_all(connection: sqlite3.Connection) -> None:
    for table in (*TABLES, "projection_state"):
        connection.execute(f"DELETE FROM {table}")


def _make_decisions_a_table(connection: sqlite3.Connection) -> None:
    """As it was in journals of earlier versions."""
    connection.execute("DROP VIEW decisions")
    connection.execute("CREATE TABLE decisions (seq INTEGER, kind TEXT)")


@pytest.mark.parametrize(
    "spoil", [_drop_orders, _spoil_trades, _empty_all, _make_decisions_a_table]
)
@pytest.mark.parametrize("sealed", [False, True])
def test_projections_are_disposable(
    tmp_path: Path, spoil: Callable[[sqlite3.Connection], None], sealed: bool
) -> None:
    path = write(tmp_path / "run.journal", round_trip()[:3], round_trip()[3:])
    if sealed:
        SqliteJournal.resume(path, "0123456789abcdef").seal("a", "b")
    before = everything(path)
    connection = sqlite3.connect(path)
    spoil(connection)
    connection.commit()
    connection.close()
    rebuild(path)
    assert everything(path) == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["run.journal"]


@pytest.mark.parametrize(
    "state",
    ["'[]'", "'[1,[],[[],[]],[]]'", "NULL", "'nonsense'", "5", "'{}'", "'[2,[[1]],[[],[]],[]]'"],
)
def test_a_journal_is_not_gone_on_with_from_a_state_that_this_version_did_not_leave(
    tmp_path: Path, state: str
) -> None:
    """It is told before the first frame, and rebuilding mends it."""
    path = write(tmp_path / "run.journal", round_trip())
    before = everything(path)
    connection = sqlite3.connect(path)
    connection.execute(f"UPDATE projection_state SET state = {state} WHERE id = 2")
    connection.commit()
    connection.close()
    with pytest.raises(UserError, match="tradefold journal rebuild"):
        SqliteJournal.resume(path, "0123456789abcdef")
    rebuild(path)
    assert everything(path) == before
    SqliteJournal.resume(path, "0123456789abcdef").close()


def test_a_changed_journal_is_not_folded_anew_and_keeps_its_tables(tmp_path: Path) -> None:
    path = write(tmp_path / "run.journal", round_trip())
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER pages_refuse_update")
    connection.execute("UPDATE pages SET last_at = 1 WHERE first_seq = 2")
    connection.commit()
    connection.close()
    before = everything(path)
    with pytest.raises(NegativeAnswerError, match="page from seq 2"):
        rebuild(path)
    assert everything(path) == before


def test_what_is_being_written_is_not_rebuilt(tmp_path: Path) -> None:
    path = tmp_path / "run.journal"
    with SqliteJournal.create(path, first_frame()), pytest.raises(UserError, match="by process"):
        rebuild(path)


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.sampled_from([1, -1]), st.integers(1, 9)), min_size=1, max_size=12),
    st.integers(1, 12),
)
def test_law_a_position_is_the_sum_of_its_fills(
    tmp_path_factory: pytest.TempPathFactory, fills: list[tuple[int, int]], cut: int
) -> None:
    story = Story().tell(TICK, order("a", 1, 99 * UNIT))
    for n, (side, lots) in enumerate(fills):
        story.tell(fill("a" if side > 0 else "", f"x{n}", side, 100 * UNIT, lots * UNIT))
    folder = tmp_path_factory.mktemp("law")
    path = write(folder / "run.journal", story.frames[:cut], *[story.frames[cut:]])
    signed = "CASE side WHEN 'buy' THEN quantity ELSE -quantity END"
    (total,) = rows_of(path, f"SELECT coalesce(sum({signed}), 0) AS q FROM fills")
    (held,) = rows_of(path, f"SELECT coalesce(sum({signed}), 0) AS q FROM positions")
    assert total["q"] == held["q"] == sum(side * lots for side, lots in fills)
    before = everything(path)
    rebuild(path)
    assert everything(path) == before
