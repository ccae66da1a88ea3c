"""``journal bundle``: one archive that replays elsewhere, and tells no more than is wanted."""

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from journal.reader import JournalReader
from tests.commands.conftest import MARKET, process, tell

OWN = """import engine.strategies as tf


@tf.define
class Always:
    last: int = 0

    def observe(self, candle):
        self.last = candle.close

    def propose(self, view):
        return (tf.Enter(1, self.last - self.last // 500),)
"""


def unpacked(archive: Path, folder: Path) -> Path:
    """The journal of a bundle, on a machine of its own."""
    with zipfile.ZipFile(archive) as zipped:
        zipped.extractall(folder)
    return folder / "journal.db"


def frames(path: Path) -> list[Any]:
    """All frames but the manifest's provenance."""
    with JournalReader(path) as reader:
        first, *rest = reader.frames()
        return [(first[0].at, first[1], reader.started.terms), *rest]


def test_a_bundle_verifies_and_decides_the_same_elsewhere(journal: Path, tmp_path: Path) -> None:
    told = tell("journal", "bundle", journal, "--out", tmp_path / "b.zip", "--json")
    assert told.code == 0, told.err
    copy = unpacked(tmp_path / "b.zip", tmp_path / "elsewhere")
    proof = tell("verify", copy, "--json").data
    assert proof["redecided"]
    assert proof["digest"] == tell("verify", journal, "--json").data["digest"]
    assert frames(copy) == frames(journal)
    assert told.data["chain"] == proof["chain"]


def test_a_redacted_bundle_names_no_path_and_no_machine(journal: Path, tmp_path: Path) -> None:
    archive = tmp_path / "b.zip"
    assert tell("journal", "bundle", journal, "--redact", "--out", archive).code == 0
    copy = unpacked(archive, tmp_path / "elsewhere")
    with JournalReader(journal) as reader:
        told = dict(reader.started.provenance)
    with JournalReader(copy) as reader:
        left = dict(reader.started.provenance)
    assert list(left) == list(told)
    for name in ("config", "platform"):
        assert told[name] not in left.values()
        assert left[name] == "(redacted)"
    assert left["candles BTCUSDT sha256"] == told["candles BTCUSDT sha256"]
    assert frames(copy) == frames(journal)
    assert tell("verify", copy, "--json").data["redecided"]
    manifest = json.loads(zipfile.ZipFile(archive).read("manifest.json"))
    assert set(manifest["redacted"]) >= {"config", "platform"}


def test_a_bundle_brings_a_strategy_of_ones_own(tmp_path: Path) -> None:
    own = tmp_path / "mine.py"
    own.write_text(OWN, encoding="utf-8")
    config = tmp_path / "own.toml"
    config.write_text(
        '[accounts.va1]\nsymbols = ["BTCUSDT"]\nstrategy = "Always"\n', encoding="utf-8"
    )
    run, archive = tmp_path / "own.db", tmp_path / "own.zip"
    strategy = ("--strategy", f"{own}:Always")
    assert tell("backtest", config, "--data", MARKET, *strategy, "--journal", run).code == 0
    assert tell("journal", "bundle", run, *strategy, "--out", archive).code == 0

    elsewhere = tmp_path / "elsewhere"
    unpacked(archive, elsewhere)
    told = process("verify", "journal.db", "--strategy", "mine.py:Always", "--json", cwd=elsewhere)
    assert told.data["redecided"], told.err
    assert "--strategy mine.py:Always" in (elsewhere / "README.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("make", "words", "sentence"),
    [
        ("zip", (), "exists already"),
        ("text", ("--replace",), "is no bundle, so it stays"),
        ("folder", (), "is a folder"),
        ("", ("--strategy", "nowhere.py:X"), "cannot be read"),
    ],
)
def test_a_wrong_archive_is_one_sentence(
    journal: Path, tmp_path: Path, make: str, words: tuple[str, ...], sentence: str
) -> None:
    archive = tmp_path / "b.zip"
    if make == "zip":
        zipfile.ZipFile(archive, "w").close()
    elif make == "text":
        archive.write_text("dear diary", encoding="utf-8")
    elif make == "folder":
        archive.mkdir()
    told = tell("journal", "bundle", journal, "--out", archive, *words)
    assert told.code == 2
    assert sentence in told.err
    assert not list(tmp_path.glob(".*"))


def test_a_bundle_in_no_folder_is_told_before_the_work(journal: Path, tmp_path: Path) -> None:
    told = tell("journal", "bundle", journal, "--out", tmp_path / "no" / "b.zip")
    assert told.code == 2
    assert "there is no folder" in told.err


def test_two_strategies_of_one_file_name_are_not_one(journal: Path, tmp_path: Path) -> None:
    words: list[str | Path] = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mine.py").write_text(OWN + f"# {folder}\n", encoding="utf-8")
        words += ["--strategy", f"{tmp_path / folder / 'mine.py'}:Always"]
    out = ("--out", tmp_path / "b.zip")
    told = tell("journal", "bundle", journal, *out, *words)
    assert told.code == 2
    assert "another file mine.py" in told.err
    assert tell("journal", "bundle", journal, *out, *words[:2], *words[:2]).code == 0


def test_a_strategy_from_before_1980_is_packed_too(journal: Path, tmp_path: Path) -> None:
    """The format of archives begins with that year; files of some images are of 1970."""
    own = tmp_path / "mine.py"
    own.write_text(OWN, encoding="utf-8")
    os.utime(own, (0, 0))
    strategy = ("--strategy", f"{own}:Always")
    told = tell("journal", "bundle", journal, "--out", tmp_path / "b.zip", *strategy)
    assert told.code == 0, told.err


def test_a_bundle_that_was_stopped_leaves_nothing(
    journal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(zipfile.ZipFile, "writestr", stop)
    told = tell("journal", "bundle", journal, "--out", tmp_path / "b.zip")
    assert told.code == 130
    assert not list(tmp_path.iterdir())
