"""``report`` and ``backtest --report`` as a person, a program and a browser meet them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.commands.conftest import MARKET, tell

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
        "events.jsonl",
    }
    assert not list(tmp_path.glob(".*")), "nothing half made is left beside it"


def test_a_report_answers_programs_with_its_figures(journal: Path, tmp_path: Path) -> None:
    data = tell("report", journal, "--out", tmp_path / "out", "--json").data
    shown = tell("replay", journal, "--json").data
    assert data["total"]["trades"] == shown["state"]["trades"]
    assert set(data["accounts"]) == {"va1", "va2"}


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


def test_the_page_draws_in_a_real_browser(journal: Path, tmp_path: Path) -> None:
    """Equity, drawdown and one price for each symbol; no script fails."""
    if not BROWSER:
        pytest.skip("no chromium on this machine")
    out = tmp_path / "out"
    assert tell("report", journal, "--out", out).code == 0
    told = subprocess.run(
        [
            BROWSER,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--enable-logging=stderr",
            "--virtual-time-budget=8000",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--dump-dom",
            (out / "report.html").as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    drawn = set(
        re.findall(r'id="(equity|drawdown|price-\w+)" class="[^"]*js-plotly-plot', told.stdout)
    )
    drawn |= set(re.findall(r'class="[^"]*js-plotly-plot[^"]*" id="(price-\w+)"', told.stdout))
    assert drawn == {"equity", "drawdown", "price-BTCUSDT", "price-ETHUSDT"}
    assert "Uncaught" not in told.stderr
