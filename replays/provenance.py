"""Where a run came from: code, commit, Python and machine, as texts for the manifest.

None of it decides anything, so none of it is in the terms: it is chained and never folded.
"""

import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path

Provenance = tuple[tuple[str, str], ...]

_HERE = Path(__file__).resolve().parents[1]
_PATIENCE_SECONDS = 5
_COMMIT = "# branch.oid "


def code_version() -> str:
    """The version of tradefold that runs, ``unknown`` when it is not installed."""
    try:
        return metadata.version("tradefold")
    except metadata.PackageNotFoundError:
        return "unknown"


def git_commit(folder: Path = _HERE) -> str:
    """The commit that the code was checked out at, ``+`` behind it when files differ; "" for none.

    Only where the code's own folder is the top of a checkout: an installed copy has no commit.
    """
    if not (folder / ".git").exists():
        return ""
    told = _git(folder, "status", "--porcelain=v2", "--branch", "--untracked-files=no")
    lines = told.splitlines()
    commit = next((line.removeprefix(_COMMIT) for line in lines if line.startswith(_COMMIT)), "")
    changed = any(not line.startswith("#") for line in lines)
    if not commit.isalnum():  # "(initial)" where nothing is committed yet
        return ""
    return commit + "+" if changed else commit


def of_the_code() -> Provenance:
    """Which code ran on what."""
    told = (
        ("code_version", code_version()),
        ("git_commit", git_commit()),
        ("python", f"{platform.python_implementation()} {platform.python_version()}"),
        ("platform", f"{platform.system()} {platform.release()} {platform.machine()}"),
        ("byte_order", sys.byteorder),
    )
    return tuple((name, text) for name, text in told if text)


def _git(folder: Path, *words: str) -> str:
    """What git answers, or "" where there is no git: provenance never stops a run."""
    try:
        told = subprocess.run(
            ["git", "--no-optional-locks", "-C", str(folder), *words],
            capture_output=True,
            text=True,
            check=True,
            timeout=_PATIENCE_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return told.stdout.strip()
