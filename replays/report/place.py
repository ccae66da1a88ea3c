"""Where a report may go; apart from its making, so that asking loads nothing that draws."""

from pathlib import Path

from engine.errors import UserError

PAGE = "report.html"
EVENTS = "events.jsonl.gz"
"""Every decision and execution; the largest file by far, so it is packed."""
TABLES = (
    "trades",
    "statistics",
    "orders",
    "order_changes",
    "fills",
    "exits",
    "positions",
    "equity",
    "daily_pnl",
    "venue_equity",
    "venue_daily_pnl",
    "funding",
    "incidents",
)
"""Projections that a report has as they are, one CSV file each."""
FILES = frozenset(
    (
        PAGE,
        "account_curve.csv",
        "returns.csv",
        "result.json",
        "run_manifest.json",
        EVENTS,
        "events.jsonl",
        *(f"{table}.csv" for table in TABLES),
    )
)
"""All files of a report, and nothing else is ever one."""


def check_folder(folder: Path, replace: bool) -> None:
    """Refuse a folder that cannot become a report, before any work is done for it.

    Only what is a report is ever replaced, and only when nothing else lies in it: all of it goes.
    Raises ``UserError`` with one sentence.
    """
    if not folder.name or folder.name == "..":
        raise UserError(f"report {folder}: is no name; name a folder to be made")
    if not folder.parent.is_dir():
        raise UserError(f"report {folder}: there is no folder {folder.parent}; make it first")
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UserError(f"report {folder}: is a file; name a folder")
    if folder.is_symlink():
        raise UserError(f"report {folder}: is a link; name the folder itself")
    inside = [file.name for file in folder.iterdir()]
    if inside and PAGE not in inside:
        raise UserError(f"report {folder}: holds something that is no report; name another folder")
    foreign = sorted(name for name in inside if name not in FILES)
    if foreign:
        raise UserError(
            f"report {folder}: holds {foreign[0]} too, which is no part of a report; move it away "
            "or name another folder"
        )
    if not replace:
        raise UserError(f"report {folder}: exists already; name another folder or give --replace")
