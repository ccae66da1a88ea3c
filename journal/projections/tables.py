"""The tables that people query: what they are called, what is in them.

Numbers are plain decimals, times ISO 8601 in UTC with nine digits of the second (they sort as
text), sides ``buy`` and ``sell``. All of them can be dropped and folded anew from the pages;
nothing but the owner of a position is enforced here.
"""

import sqlite3

from sqlite_utils import Database

from journal.projections.views import VIEWS

_KEY = {"venue_account": str, "symbol": str, "position_index": int}

TABLES: dict[str, tuple[dict[str, type], tuple[str, ...]]] = {
    "orders": (
        {
            "client_id": str,
            "requested_seq": int,
            "requested_n": int,
            "requested_at": str,
            "account": str,
            **_KEY,
            "purpose": str,
            "side": str,
            "order_type": str,
            "quantity": float,
            "price": float,
            "trigger_price": float,
            "time_in_force": str,
            "reduce_only": int,
            "stop_price": float,
            "target_price": float,
            "risk": float,
            "tag": str,
            "reason": str,
            "entry_client_id": str,
            "accepted_seq": int,
            "accepted_at": str,
            "state": str,
            "filled_quantity": float,
            "average_price": float,
            "fees": float,
            "venue_order_id": str,
            "remark": str,
            "updated_seq": int,
            "updated_at": str,
        },
        ("client_id",),
    ),
    "other_order_changes": (
        {
            "client_id": str,
            "seq": int,
            "n": int,
            "at": str,
            "to_state": str,
            "reason": str,
        },
        (),
    ),
    "fills": (
        {
            "execution_id": str,
            "seq": int,
            "at": str,
            "venue_at": str,
            "account": str,
            **_KEY,
            "client_id": str,
            "venue_order_id": str,
            "cause": str,
            "side": str,
            "price": float,
            "quantity": float,
            "value": float,
            "fee": float,
            "fee_asset": str,
            "is_maker": int,
            "is_ambiguous": int,
            "entry_client_id": str,
            "order_state": str,
        },
        ("execution_id",),
    ),
    "funding": (
        {
            "execution_id": str,
            "seq": int,
            "at": str,
            "venue_at": str,
            "account": str,
            **_KEY,
            "quantity": float,
            "price": float,
            "rate": float,
            "amount": float,
        },
        ("execution_id",),
    ),
    "positions": (
        {
            "account": str,
            **_KEY,
            "side": str,
            "quantity": float,
            "entry_price": float,
            "entry_value": float,
            "stop_price": float,
            "target_price": float,
            "venue_stop_price": float,
            "venue_target_price": float,
            "opened_at": str,
            "updated_seq": int,
            "updated_at": str,
        },
        ("account", *_KEY),
    ),
    "trades": (
        {
            "trade": int,
            "seq": int,
            "n": int,
            "account": str,
            **_KEY,
            "side": str,
            "quantity": float,
            "entry_price": float,
            "exit_price": float,
            "entry_value": float,
            "exit_value": float,
            "fees": float,
            "funding": float,
            "pnl": float,
            "r_multiple": float,
            "opened_at": str,
            "closed_at": str,
            "seconds": float,
            "exit_reason": str,
            "tag": str,
        },
        ("trade",),
    ),
    "equity": (
        {
            "seq": int,
            "n": int,
            "at": str,
            "account": str,
            "cause": str,
            "equity": float,
            "peak": float,
            "drawdown": float,
            "venue_wallet": float,
            "venue_open_positions": int,
        },
        (),
    ),
    "daily_pnl": (
        {
            "account": str,
            "day": str,
            "pnl": float,
            "trades": int,
            "equity": float,
            "seq": int,
        },
        ("account", "day"),
    ),
    "venue_daily_pnl": (
        {
            "day": str,
            "pnl": float,
            "trades": int,
            "wallet": float,
            "unrealised": float,
            "equity": float,
            "seq": int,
            "at": str,
        },
        ("seq",),
    ),
    "other_decisions": (
        {
            "seq": int,
            "n": int,
            "at": str,
            "kind": str,
            "account": str,
            "symbol": str,
            "client_id": str,
            "reason": str,
            "facts": str,
        },
        (),
    ),
    "incidents": (
        {
            "incident": int,
            "opened_seq": int,
            "opened_at": str,
            "kind": str,
            "account": str,
            **_KEY,
            "facts": str,
            "closed_seq": int,
            "closed_at": str,
            "resolution": str,
        },
        ("incident",),
    ),
    "governor_events": (
        {
            "seq": int,
            "n": int,
            "at": str,
            "account": str,
            "action": str,
            "reason": str,
            "value": float,
            "threshold": float,
            "until": str,
        },
        (),
    ),
    "virtual_accounts": (
        {
            "account": str,
            "venue_account": str,
            "symbols": str,
            "timeframe": str,
            "strategy": str,
            "parameters": str,
            "virtual_equity": float,
            "realised_equity": float,
            "peak_equity": float,
            "trades": int,
            "wins": int,
            "losses": int,
            "standing": str,
            "standing_reason": str,
            "standing_until": str,
            "size_factor": float,
        },
        ("account",),
    ),
}
"""Name to columns and primary key, in the order of a query's ``*``."""

TABLES_VERSION = 4
"""Rises with every change of what is in the tables: a later process folds on only from its own."""

PROJECTED = (*TABLES, *VIEWS, "projection_state")

_INDICES = {"fills": "client_id", "other_decisions": "kind"}
"""What is asked for by a name that few rows have; a scan of the rest takes milliseconds."""


def create_projections(database: Database) -> None:
    """Make every table, empty. One owner per position is a unique index (S0-52)."""
    for name, (columns, key) in TABLES.items():
        table = database.table(name)
        # A table without a key of its own is a list in the order of its frames: cheap to append to.
        table.create(columns, pk=key if len(key) > 1 else key[0] if key else None)
    database.table("positions").create_index(tuple(_KEY), "one_owner_per_position", unique=True)
    database.table("projection_state").create({"id": int, "state": str}, pk="id")
    for name, query in VIEWS.items():
        database.create_view(name, query)


def drop_projections(connection: sqlite3.Connection) -> None:
    """Remove whatever goes by the name of a projection, of this version or an earlier one."""
    kinds = dict(connection.execute("SELECT name, type FROM sqlite_master").fetchall())
    for name in PROJECTED:
        if name in kinds:
            connection.execute(f"DROP {kinds[name]} {name}")


def create_indices(connection: sqlite3.Connection) -> None:
    """What makes queries quick; made when a journal is sealed, since it slows writing down."""
    for table, column in _INDICES.items():
        name = f"{table}_by_{column}"
        connection.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({column})")
