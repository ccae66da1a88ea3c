"""``report`` and ``backtest --report`` as a person, a program and a browser meet them."""

import html
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.commands.conftest import HOUSE, MARKET, process, tell

BROWSER = shutil.which("chromium") or shutil.which("google-chrome") or ""


def test_a_report_is_a_page_and_files_for_programs(journal: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    told = tell("report", journal, "--out", out)
    assert told.code == 0, told.err
    assert str(out / "report.html") in told.out
    names = {file.name for file in out.iterdir()}
    assert names >= {
        "report.html",
        "result.json",
        "run_manifest.json",
        "trades.csv",
        "orders.csv",
        "positions.csv",
        "equity.csv",
        "account_curve.csv",
        "events.jsonl.gz",
    }
    assert not list(tmp_path.glob(".*")), "nothing half made is left beside it"


def test_a_report_answers_programs_with_its_figures(journal: Path, tmp_path: Path) -> None:
    data = tell("report", journal, "--out", tmp_path / "out", "--json").data
    shown = tell("replay", journal, "--json").data
    assert data["total"]["trades"] == shown["state"]["trades"]
    assert set(data["accounts"]) == {"va1", "va2"}


def test_the_settings_in_a_manifest_make_the_same_run_again(journal: Path, tmp_path: Path) -> None:
    """S2-98: the echo of the configuration is one itself, with every value written out."""
    out = tmp_path / "out"
    assert tell("report", journal, "--out", out).code == 0
    manifest = json.loads((out / "run_manifest.json").read_text())
    again = tmp_path / "again.json"
    again.write_text(json.dumps(manifest["settings"]))
    told = tell("backtest", again, "--data", MARKET, "--journal", tmp_path / "again.db", "--json")
    assert told.code == 0, told.err
    assert told.data["run"] == manifest["run"]
    assert told.data["digest"] == manifest["digest"]


@pytest.mark.parametrize("as_json", [True, False])
def test_a_backtest_makes_its_report(settings: Path, tmp_path: Path, as_json: bool) -> None:
    words = ["backtest", settings, "--data", MARKET, "--journal", tmp_path / "run.db"]
    told = tell(*words, "--report", tmp_path / "out", *(["--json"] if as_json else []))
    assert told.code == 0, told.err
    assert (tmp_path / "out" / "report.html").is_file()
    if as_json:
        assert told.data["report"] == str(tmp_path / "out")
    else:
        assert str(tmp_path / "out" / "report.html") in told.out


def test_a_folder_that_cannot_be_a_report_is_told_before_the_run(
    settings: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    run = tmp_path / "run.db"
    words = ["backtest", settings, "--data", MARKET, "--journal", run]
    told = tell(*words, "--report", tmp_path / "mine")
    assert told.code == 2
    assert "holds something that is no report" in told.err
    assert not run.exists()


def test_the_events_are_left_out_on_request(journal: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert tell("report", journal, "--out", out, "--no-events").code == 0
    names = {file.name for file in out.iterdir()}
    assert "events.jsonl.gz" not in names
    assert "account_curve.csv" in names
    again = tell("report", journal, "--out", out, "--replace")
    assert again.code == 0, again.err
    assert (out / "events.jsonl.gz").is_file()


def test_the_same_journal_gives_the_same_files(journal: Path, tmp_path: Path) -> None:
    """Byte for byte, from a copy elsewhere: nothing of the day or the place is in them."""
    copy = tmp_path / "far" / journal.name
    copy.parent.mkdir()
    shutil.copy(journal, copy)
    for source, out in ((journal, "one"), (copy, "other")):
        told = process("report", source.name, "--out", tmp_path / out, cwd=source.parent)
        assert told.code == 0, told.err
    assert files_of(tmp_path / "one") == files_of(tmp_path / "other")


def test_a_fresh_runs_report_is_that_of_its_journal(settings: Path, tmp_path: Path) -> None:
    run = tmp_path / "run.db"
    words = ["backtest", settings, "--data", MARKET, "--journal", run]
    assert tell(*words, "--report", tmp_path / "fresh").code == 0
    assert tell("report", run, "--out", tmp_path / "later").code == 0
    assert files_of(tmp_path / "fresh") == files_of(tmp_path / "later")


def files_of(folder: Path) -> dict[str, bytes]:
    """All files of a report by their names."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize("what", ["report", "diff"])
def test_a_full_disk_is_told_with_the_file_and_leaves_nothing(
    journal: Path, tmp_path: Path, what: str
) -> None:
    """A file system of 64 KiB: exit code 3, one sentence, and no half of a report."""
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no small file system can be mounted here")
    try:
        words = {
            "report": ("report", journal, "--out", small / "out"),
            "diff": ("diff", journal, journal, "--report", small / "out"),
        }
        full = {"report": "account_curve.csv", "diff": "report.html"}[what]
        if what == "diff":
            (small / "ballast").write_bytes(bytes(40_000))
        told = tell(*words[what])
        assert told.code == 3
        assert told.err.startswith(f"error: report {small / 'out' / full}: cannot be written (No")
        assert len(told.err.splitlines()) == 1
        assert [file.name for file in small.iterdir()] in ([], ["ballast"])
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_a_command_to_copy_asks_for_the_file_of_a_users_own_strategy(tmp_path: Path) -> None:
    """A journal names no file, so the page cannot: what it says works once the file is put in."""
    own = tmp_path / "mine.py"
    shutil.copy(HOUSE / "examples" / "my_strategy.py", own)
    config = tmp_path / "own.toml"
    config.write_text(
        '[accounts.va1]\nsymbols = ["BTCUSDT"]\nstrategy = "EmaCross"\n'
        '[accounts.va2]\nsymbols = ["ETHUSDT"]\nstrategy = "volatility_breakout"\n',
        encoding="utf-8",
    )
    words = ["--data", MARKET, "--strategy", f"{own}:EmaCross", "--journal", tmp_path / "run.db"]
    told = tell("backtest", config, *words, "--report", tmp_path / "out")
    assert told.code == 0, told.err
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    commands = {html.unescape(each) for each in re.findall(r'data-copy="([^"]*)"', page)}
    mine = sorted(each for each in commands if "-va1-" in each)
    shipped = sorted(each for each in commands if "-va2-" in each)
    assert mine
    assert shipped
    assert all(each.endswith(" --strategy path.py:EmaCross") for each in mine)
    assert not any("--strategy" in each for each in shipped)
    assert f"verify {tmp_path / 'run.db'} --strategy path.py:EmaCross" in page
    typed = shlex.split(mine[0].replace("path.py", str(own)))
    explained = process(*typed[1:], cwd=tmp_path)
    assert explained.code == 0, explained.err
    assert "not at hand" not in explained.out


def test_the_page_is_whole_in_a_real_browser(journal: Path, tmp_path: Path) -> None:
    """Equity, drawdown and one price for each symbol are seen, and no script fails.

    The script is run to its end: it leaves the ticks as they were when it looked closer and back.
    """
    if not BROWSER:
        pytest.skip("no chromium on this machine")
    out = tmp_path / "out"
    assert tell("report", journal, "--out", out).code == 0
    page = out / "report.html"
    text = page.read_text(encoding="utf-8")
    ticks = text.count('<div class="x"') + text.count('<div class="y"')
    tried = tmp_path / "tried.html"
    tried.write_text(text.replace("</body>", f"<script>{TRIAL}</script></body>"), encoding="utf-8")
    told = subprocess.run(
        [
            BROWSER,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--enable-logging=stderr",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--dump-dom",
            tried.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Uncaught" not in told.stderr
    found = json.loads(html.unescape(re.findall(r"<pre>(.*?)</pre>", told.stdout)[0]))
    assert found["charts"] == ["equity", "drawdown", "price-BTCUSDT", "price-ETHUSDT"]
    assert found["seen"] == [True] * 4, "each has lines with some height and width"
    assert re.match(r"20\d\d-\d\d-\d\d \d\d:\d\d · all accounts [\d,.]+ · va1", found["words"])
    assert found["closer"] is True
    assert found["ticks"] == ticks


TRIAL = """
point(0.5);
const words = charts[0].words.textContent;
zoom(0.4, 0.5);
const closer = charts.every((chart) => !chart.whole.hidden && chart.pane.style.width === "1000%");
zoom(0, 1);
const told = document.createElement("pre");
told.textContent = JSON.stringify({
  charts: charts.map((chart) => chart.figure.id), words, closer,
  seen: charts.map((chart) => [...chart.pane.querySelectorAll("path")].some((path) => {
    const box = path.getBoundingClientRect();
    return box.width > 100 && box.width < innerWidth && box.height > 10 && box.height < 400;
  })),
  ticks: document.querySelectorAll(".ticks > div").length,
});
document.body.append(told);
"""
