"""A journal made ready to be given away: one archive that replays on any other machine.

How this works: the frames are written anew into a journal of its own. Redacted, it has another
chain, since provenance is chained, and the same state, decisions and explanations: unless a text of
a frame had to be replaced. Then the archive says in which frames, whether the state's digest is
another one for it, and whether deciding again still comes to the same.
"""

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs

from adapters.strategy_source import StrategyShelf
from engine.errors import UserError, WorldError
from journal.reader import JournalReader
from journal.store import SqliteJournal
from journal.upcast import FORMAT
from replays.folding import folding
from replays.proof import prove
from replays.redaction import Redaction, state_of
from replays.reproduce import digests, refold

JOURNAL = "journal.db"
_OWN = (JOURNAL, "manifest.json", "README.txt")


@attrs.frozen
class Bundle:
    """What was packed: the archive, its files, and what a receiver can hold the journal against.

    ``redacted`` are the names of provenance that went, ``changed`` the frames of which a text was
    replaced. ``fault`` is what verifying the packed journal then finds, "" for nothing or where no
    frame was changed.
    """

    path: Path
    files: tuple[str, ...]
    frames: int
    digest: str
    digest_of_the_original: str
    chain: str
    redacted: tuple[str, ...]
    changed: tuple[int, ...]
    fault: str


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
    source: JournalReader,
    path: Path,
    shelf: StrategyShelf,
    strategies: Sequence[str] = (),
    redaction: Redaction | None = None,
) -> Bundle:
    """Pack a journal, and the files of the strategies ``path.py:Name``, into one archive.

    The archive takes its name when it is complete. Raises ``WorldError`` when the disk refuses,
    ``NegativeAnswerError`` when ``redaction`` finds what it may not tell and cannot change.
    """
    own = _sources(strategies)
    with TemporaryDirectory(prefix="tradefold-") as folder:
        copy = Path(folder) / JOURNAL
        _write_anew(source, copy, redaction)
        with JournalReader(copy) as written:
            bundle = _told(source, written, path, (JOURNAL, *own, *_OWN[1:]), redaction, shelf)
        _zip(path, {JOURNAL: copy, **own}, _manifest(source, bundle), _read_me(source, strategies))
    return bundle


def _told(
    source: JournalReader,
    written: JournalReader,
    path: Path,
    files: tuple[str, ...],
    redaction: Redaction | None,
    shelf: StrategyShelf,
) -> Bundle:
    """What the packed journal is, and whether it still proves itself where a text is another."""
    hidden: tuple[str, ...] = ()
    changed: tuple[int, ...] = ()
    fault = ""
    if redaction is not None:
        hidden = redaction.provenance(source.started.provenance)[1]
        changed = tuple(redaction.changed)
    if changed:
        proof = prove(written, shelf, chain_only=False)
        fault = proof.fault
    head, original = written.head, source.head.state_digest
    return Bundle(
        path, files, head.last_seq, head.state_digest, original, head.digest, hidden, changed, fault
    )


def _manifest(source: JournalReader, bundle: Bundle) -> dict[str, Any]:
    told: dict[str, Any] = {
        "run": source.started.run,
        "frames": bundle.frames,
        "digest": bundle.digest,
        "digest_of_the_original": bundle.digest_of_the_original,
        "chain": bundle.chain,
        "chain_of_the_original": source.head.digest,
        "sealed": bool(source.head.sealed),
        "redacted": list(bundle.redacted),
        "redacted_frames": list(bundle.changed),
    }
    if bundle.digest != bundle.digest_of_the_original:
        told["digest_differs_because"] = _why(source, bundle)
    if bundle.fault:
        told["verify_finds"] = bundle.fault
    return told


def _why(source: JournalReader, bundle: Bundle) -> str:
    if bundle.changed:
        return "texts that the state keeps were redacted; everything else is folded as it was"
    return f"the original is of format {source.head.format}, this of format {FORMAT}"


def _zip(path: Path, files: Mapping[str, Path], manifest: dict[str, Any], read_me: str) -> None:
    making = path.with_name(f".{path.name}.part")
    try:
        # Not strict: a file older than 1980, the first year that an archive knows, goes in too.
        with zipfile.ZipFile(making, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
            for name, file in files.items():
                archive.write(file, name)
            archive.writestr("manifest.json", json.dumps(manifest, indent=2) + "\n")
            archive.writestr("README.txt", read_me)
        making.replace(path)
    except OSError as error:
        raise WorldError(f"bundle {path}: cannot be written ({error}); look at the disk") from error
    finally:
        making.unlink(missing_ok=True)


def _write_anew(source: JournalReader, path: Path, redaction: Redaction | None) -> None:
    """All frames of ``source`` into a new journal; a sealed one is sealed again."""
    frames = redaction.frames(source) if redaction is not None else source.frames()
    journal = SqliteJournal.create(path, *next(frames))
    try:
        for stamped, decided in frames:
            journal.append(stamped, decided)
        if source.head.sealed:
            journal.seal(_state_digest(source, redaction), source.head.strategy_digest)
        else:
            journal.close()
    except BaseException:
        journal.close()
        raise


def _state_digest(source: JournalReader, redaction: Redaction | None) -> str:
    """The digest of the state that the new frames fold to: the old one, where they say the same.

    Written anew they are of today's format, and are digested by today's schema.
    """
    with folding(source.name):
        if redaction is not None and redaction.changed:
            return digests(state_of(redaction.frames(source)))[0]
        if source.head.format != FORMAT:
            return digests(refold(source))[0]
    return source.head.state_digest


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


def _read_me(source: JournalReader, strategies: Sequence[str]) -> str:
    names = [text.rpartition(":") for text in strategies]
    own = "".join(f" --strategy {Path(file).name}:{name}" for file, _, name in names)
    return (
        f"A tradefold journal, run {source.started.run}.\n\n"
        "Unpack it and ask it:\n\n"
        f"  tradefold verify {JOURNAL}{own}\n"
        f"  tradefold journal show {JOURNAL}\n"
        f"  tradefold incidents {JOURNAL}\n"
        f"  tradefold explain {JOURNAL} --seq N{own}\n"
        f"  tradefold report {JOURNAL}\n\n"
        "manifest.json has the digests to hold it against. Without the source of a strategy the\n"
        "state is refolded, and its decisions are not made again; verify says so.\n"
    )
