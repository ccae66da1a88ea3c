"""Where a report may go; apart from its making, so that asking loads nothing that draws."""

from pathlib import Path

from engine.errors import UserError

PAGE = "report.html"


def check_folder(folder: Path, replace: bool) -> None:
    """Refuse a folder that cannot become a report, before any work is done for it.

    Only what is a report is ever replaced. Raises ``UserError`` with one sentence.
    """
    if not folder.parent.is_dir():
        raise UserError(f"report {folder}: there is no folder {folder.parent}; make it first")
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UserError(f"report {folder}: is a file; name a folder")
    if any(folder.iterdir()) and not (folder / PAGE).is_file():
        raise UserError(f"report {folder}: holds something that is no report; name another folder")
    if not replace:
        raise UserError(f"report {folder}: exists already; name another folder or give --replace")
