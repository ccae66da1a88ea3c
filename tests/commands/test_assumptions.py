"""Assumptions on the command line: told by every run, and changed with one option."""

from pathlib import Path

import pytest

from journal.reader import JournalReader
from replays.queries import rows_of
from tests.commands.conftest import HOUSE, MARKET, tell

EXAMPLES = HOUSE / "examples"
PROFILES = ("pessimistic", "neutral", "optimistic")


@pytest.mark.parametrize("profile", PROFILES)
def test_one_option_changes_the_profile_of_a_file_that_writes_everything_out(
    profile: str, tmp_path: Path
) -> None:
    told = tell(
        "backtest",
        EXAMPLES / "volatility_breakout.toml",
        *("--data", MARKET, "--journal", tmp_path / "run.db"),
        *("--set", f"simulation.profile={profile}", "--json"),
    )
    assumed = told.data["assumptions"]
    assert assumed["profile"] == profile
    assert assumed["changed_from_profile"] == {}


def test_journal_show_tells_what_the_summary_told(settings: Path, tmp_path: Path) -> None:
    journal = tmp_path / "run.db"
    run = tell("backtest", settings, "--data", MARKET, "--journal", journal, "--json")
    shown = tell("journal", "show", journal, "--json")
    assert shown.data["assumptions"] == run.data["assumptions"]
    assert run.data["assumptions"]["ambiguous_bars"] == run.data["ambiguous_bars"]
    words = tell("journal", "show", journal).out
    for title in ("profile", "path in a bar", "limit orders", "mark price", "funding", "margin"):
        assert f"\n  {title} " in words, title


def test_the_hedge_example_holds_both_sides_of_one_symbol(tmp_path: Path) -> None:
    journal = tmp_path / "hedge.db"
    market = "synthetic:7,days=20"
    config = EXAMPLES / "hedge.toml"
    told = tell("backtest", config, "--data", market, "--journal", journal, "--json")
    assert told.data["assumptions"]["position_mode"] == "hedge"
    with JournalReader(journal) as reader:
        query = "SELECT DISTINCT account, position_index, side FROM trades ORDER BY 1"
        assert rows_of(reader, query) == [("longs", 1, "buy"), ("shorts", 2, "sell")]
    assert tell("verify", journal).code == 0
