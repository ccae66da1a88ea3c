"""A journal made ready to be given away: one archive that replays on any other machine.

How this works: the frames are written anew, byte for byte the same decisions and inputs, into a
journal of its own. Only the provenance of the manifest may change: it is chained and never
folded, so a redacted journal has another chain but the same state, decisions and explanations.
"""

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs

from engine.errors import UserError, WorldError
from engine.messages.inputs import Stamped
from engine.messages.runs import RunStarted
from journal.reader import JournalReader
from journal.store import SqliteJournal
from journal.upcast import FORMAT
from replays.folding import folding
from replays.provenance import Provenance
from replays.reproduce import digests, refold

JOURNAL = "journal.db"
_OWN = (JOURNAL, "manifest.json", "README.txt")
REDACTED = "(redacted)"
_KEPT = frozenset({"mode", "code_version", "git_commit", "python", "set"})
"""Provenance that says nothing of a person or a machine."""
_KEPT_OF_CANDLES = ("sha256", "rows", "interval", "first", "last", "gaps", "unit", "layout")


@attrs.frozen
class Bundle:
    """What was packed: the archive, its files, and what a receiver can hold the journal against."""

    path: Path
    files: tuple[str, ...]
    frames: int
    digest: str
    chain: str
    redacted: tuple[str, ...]


def check_archive(path: Path, replace: bool) -> None:
    """Raise ``UserError`` unless an archive may be called ``path``."""
    if not path.parent.is_dir():
        raise UserError(f"bundle {path}: there is no folder {path.parent}; make it first")
    if path.is_dir():
        raise UserError(f"bundle {path}: is a folder; name a file in it")
    if not path.exists():
        return
    if not replace:
        raise UserError(f"bundle {path}: exists already; choose another name or give --replace")
    if not zipfile.is_zipfile(path):
        raise UserError(f"bundle {path}: is no bundle, so it stays; choose another name")


def pack(
    source: JournalReader, path: Path, strategies: Sequence[str] = (), redact: bool = False
) -> Bundle:
    """Pack a journal, and the files of the strategies ``path.py:Name``, into one archive.

    The archive takes its name when it is complete. Raises ``WorldError`` when the disk refuses.
    """
    started = source.started
    own = _sources(strategies)
    provenance, hidden = _redacted(started.provenance) if redact else (started.provenance, ())
    with TemporaryDirectory(prefix="tradefold-") as folder:
        copy = Path(folder) / JOURNAL
        _write_anew(source, copy, attrs.evolve(started, provenance=provenance))
        with JournalReader(copy) as written:
            head = written.head
        files = {JOURNAL: copy, **own}
        read_me = _read_me(started, strategies)
        manifest = {
            "run": started.run,
            "frames": head.last_seq,
            "digest": head.state_digest,
            "chain": head.digest,
            "chain_of_the_original": source.head.digest,
            "sealed": bool(head.sealed),
            "redacted": list(hidden),
        }
        making = path.with_name(f".{path.name}.part")
        try:
            # Not strict: a file older than 1980, the first year that an archive knows, goes in too.
            with zipfile.ZipFile(
                making, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False
            ) as archive:
                for name, file in files.items():
                    archive.write(file, name)
                archive.writestr("manifest.json", json.dumps(manifest, indent=2) + "\n")
                archive.writestr("README.txt", read_me)
            making.replace(path)
        except OSError as error:
            raise WorldError(
                f"bundle {path}: cannot be written ({error}); look at the disk"
            ) from error
        finally:
            making.unlink(missing_ok=True)
    names = (*files, *_OWN[1:])
    return Bundle(path, names, head.last_seq, head.state_digest, head.digest, tuple(hidden))


def _write_anew(source: JournalReader, path: Path, manifest: RunStarted) -> None:
    """All frames of ``source`` into a new journal; a sealed one is sealed again."""
    frames = source.frames()
    first, decisions = next(frames)
    journal = SqliteJournal.create(path, Stamped(first.seq, first.at, manifest), decisions)
    try:
        for stamped, decided in frames:
            journal.append(stamped, decided)
        if source.head.sealed:
            head = source.head
            state = head.state_digest
            if head.format != FORMAT:
                # Written anew it is of today's format, and is digested by today's schema.
                with folding(source.name):
                    state = digests(refold(source))[0]
            journal.seal(state, head.strategy_digest)
        else:
            journal.close()
    except BaseException:
        journal.close()
        raise


def _redacted(provenance: Provenance) -> tuple[Provenance, tuple[str, ...]]:
    """Provenance without what names files, people or machines, and the names of what went."""
    shown, hidden = [], []
    for name, text in provenance:
        kept = name in _KEPT or name.startswith("option ")
        if name.startswith("candles "):
            kept = name.endswith(_KEPT_OF_CANDLES)
        shown.append((name, text if kept else REDACTED))
        if not kept:
            hidden.append(name)
    return tuple(shown), tuple(dict.fromkeys(hidden))


def _sources(strategies: Sequence[str]) -> dict[str, Path]:
    """The files of ``path.py:Name`` by the names that they get; no two may have one name."""
    found: dict[str, Path] = {}
    for text in strategies:
        file = Path(text.rpartition(":")[0])
        if file.name in _OWN or found.setdefault(file.name, file).resolve() != file.resolve():
            raise UserError(
                f"--strategy {text}: the bundle has another file {file.name}; rename one of them"
            )
    return found


def _read_me(started: RunStarted, strategies: Sequence[str]) -> str:
    names = [text.rpartition(":") for text in strategies]
    own = "".join(f" --strategy {Path(file).name}:{name}" for file, _, name in names)
    return (
        f"A tradefold journal, run {started.run}.\n\n"
        "Unpack it and ask it:\n\n"
        f"  tradefold verify {JOURNAL}{own}\n"
        f"  tradefold journal show {JOURNAL}\n"
        f"  tradefold incidents {JOURNAL}\n"
        f"  tradefold explain {JOURNAL} --seq N{own}\n"
        f"  tradefold report {JOURNAL}\n\n"
        "manifest.json has the digests to hold it against. Without the source of a strategy the\n"
        "state is refolded, and its decisions are not made again; verify says so.\n"
    )
