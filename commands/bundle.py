"""``tradefold journal bundle``: one file to attach to an incident, which replays elsewhere."""

import os
import platform
from pathlib import Path

import click
from attrs import asdict
from rich.console import Console

from commands.envelope import Answer, InterruptedRunError, give
from commands.options import (
    journal_argument,
    json_option,
    open_journal,
    shelf_of,
    strategy_option,
)
from commands.screen import facts, heading, lines, screen
from replays.bundle import Bundle, check_archive, pack
from replays.calm import calm_collector
from replays.redaction import Redaction


@click.command("bundle")
@journal_argument
@click.option(
    "--out", type=click.Path(path_type=Path), help="The archive; else JOURNAL's name .zip."
)
@click.option("--redact", is_flag=True, help="Leave out paths, hosts, people and keys.")
@strategy_option
@click.option("--replace", is_flag=True, help="Replace that archive.")
@json_option
def command(
    journal: Path,
    out: Path | None,
    redact: bool,
    strategies: tuple[str, ...],
    replace: bool,
    as_json: bool,
) -> int:
    """Pack JOURNAL into one archive that verifies, replays and explains itself elsewhere.

    --strategy adds the file of a strategy of your own, so that its decisions can be made again
    there; files go as they are. --redact hides paths and machine in the manifest, and every path,
    host, address, key and your name in the texts of frames. Where no frame has any, decisions and
    digests stay as they are, and the chain is a new one; else the answer names these frames, and
    whether the digest of the state is another one. A journal that is being written is packed as it
    is now.

    \b
    Examples:
      tradefold journal bundle run.db
      tradefold journal bundle run.db --redact --strategy mine.py:EmaCross --out incident.zip
    """
    shelf = shelf_of(strategies)
    redaction = Redaction(_own_names()) if redact else None
    path = out or Path(f"{journal.stem}.zip")
    check_archive(path, replace)
    try:
        with open_journal(journal) as source, calm_collector():
            bundle = pack(source, path, shelf, strategies, redaction)
    except KeyboardInterrupt as stop:
        raise InterruptedRunError("stopped by Ctrl-C; no bundle was written") from stop
    data = {**asdict(bundle), "path": str(path), "journal": str(journal)}
    warnings = _warnings(bundle, strategies, redaction)
    return give(Answer(data, lambda: _show(screen(), bundle), warnings=warnings), as_json)


def _own_names() -> tuple[str, ...]:
    """What this machine and whoever sits at it are called."""
    found = [os.environ.get(name, "") for name in ("USER", "LOGNAME", "USERNAME")]
    host = platform.node()
    return (*found, Path.home().name, host, host.partition(".")[0])


def _warnings(
    bundle: Bundle, strategies: tuple[str, ...], redaction: Redaction | None
) -> tuple[str, ...]:
    """What a receiver will stumble over, and what was packed without a change."""
    if redaction is None:
        return ()
    found = []
    if bundle.digest != bundle.digest_of_the_original and bundle.changed:
        found.append(
            f"texts of {len(bundle.changed)} frames were redacted, and the state keeps some of "
            f"them: its digest is {bundle.digest} now, {bundle.digest_of_the_original} before"
        )
    if bundle.fault:
        found.append(f"verify will say of the bundle: {bundle.fault}")
    for text in strategies:
        file = Path(text.rpartition(":")[0])
        lines = file.read_text(encoding="utf-8").splitlines()
        at = [n for n, line in enumerate(lines, 1) if redaction.told(line) != line]
        if at:
            places = ", ".join(str(n) for n in at[:5])
            found.append(f"{file} is packed as it is; look at line {places} before you give it")
    return tuple(found)


def _show(console: Console, bundle: Bundle) -> None:
    heading(console, "bundle")
    lines(console, [str(bundle.path)])
    hidden = ", ".join(bundle.redacted) or "nothing"
    facts(
        console,
        [
            ("files", ", ".join(bundle.files)),
            ("frames", f"{bundle.frames:,}"),
            ("redacted", hidden),
            *([("in frames", _frames(bundle.changed))] if bundle.changed else []),
            ("state digest", bundle.digest or "not sealed"),
            ("chain", bundle.chain),
        ],
    )


def _frames(changed: tuple[int, ...]) -> str:
    shown = ", ".join(f"{seq:,}" for seq in changed[:10])
    return shown if len(changed) <= 10 else f"{shown} and {len(changed) - 10:,} more"
