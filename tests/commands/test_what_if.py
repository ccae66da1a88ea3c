"""``what-if`` and ``diff`` as a person or a program meets them."""

import json
import re
from pathlib import Path

import pytest

from tests.commands.conftest import MARKET, tell

CHANGE = "simulation.slippage=0.001"


@pytest.fixture(scope="module")
def other(settings: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the same market with more slippage, by ``backtest`` itself."""
    path = tmp_path_factory.mktemp("others") / "other.db"
    told = tell("backtest", settings, "--data", MARKET, "--set", CHANGE, "--journal", path)
    assert told.code == 0, told.err
    return path


def test_what_if_without_a_change_says_that_nothing_differs(journal: Path) -> None:
    told = tell("what-if", journal)
    assert told.code == 0, told.err
    assert "identical" in told.out
    data = tell("what-if", journal, "--json").data
    assert data["identical"]
    assert data["first_decision"] is data["first_input"] is None


def test_what_if_is_the_backtest_with_that_setting(
    journal: Path, other: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.db"
    told = tell("what-if", journal, "--set", CHANGE, "--keep", kept, "--json")
    assert told.code == 0, told.err
    assert not told.data["identical"]
    assert told.data["trades"]["changed"] > 0

    same = tell("diff", other, kept, "--json")
    assert same.code == 0
    assert same.data["identical"]


def test_diff_exits_with_1_where_runs_differ_and_names_both_sides(
    journal: Path, other: Path
) -> None:
    told = tell("diff", journal, other, "--json")
    assert told.code == 1
    envelope = told.envelope
    assert envelope["error"]["code"] == "different"
    data = envelope["data"]
    assert data["settings"] == [{"key": "simulation.slippage", "a": "0.00002", "b": "0.001"}]
    sides = data["first_input"]["a"], data["first_input"]["b"]
    assert [side["message"]["kind"] for side in sides] == ["OrderFilled", "OrderFilled"]
    assert tell("diff", journal, other).out.count("first input that differs") == 1


def test_decisions_that_read_alike_are_told_apart_by_what_differs_in_them(journal: Path) -> None:
    """Both let the same entry through: only what the gate held it against is another."""
    words = ("what-if", journal, "--set", "accounts.va1.risk.max_daily_loss=123456")
    parting = tell(*words, "--json").data["first_decision"]
    assert parting["a"]["words"] == parting["b"]["words"]
    (row,) = parting["apart"]
    assert row["name"] == "check daily_loss"
    assert row["a"] != row["b"]
    assert "123456" in row["b"]
    assert "check daily_loss" in tell(*words).out


def test_diff_shows_as_many_trades_as_asked(journal: Path, other: Path) -> None:
    data = tell("diff", journal, other, "--json", "--most", "2").envelope["data"]
    assert len(data["trades"]["largest"]) == 2
    assert "and " in tell("diff", journal, other, "--most", "1").out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--set", "simulation.slipage=1"), "did you mean slippage"),
        (("--keep", "kept.db"), "there is no changed run without --set"),
        (("--set", "simulation.matched_on=trades"), "holds no trades of BTCUSDT"),
        (("--set", "simulation.matched_on=depth"), "holds no depth of BTCUSDT"),
        (("--set", CHANGE, "--keep", "{journal}"), "is the journal that is asked"),
        (("--set", CHANGE, "--keep", "{journal}", "--replace"), "is the journal that is asked"),
    ],
)
def test_wrong_words_of_what_if_are_one_sentence(
    journal: Path, words: tuple[str, ...], sentence: str
) -> None:
    told = tell("what-if", journal, *(word.format(journal=journal) for word in words))
    assert told.code == 2
    assert sentence in told.err
    assert told.err.count("\n") == 1


@pytest.mark.parametrize(("keep", "sentence"), [(False, "nothing was written"), (True, "stays")])
def test_a_what_if_that_was_stopped_says_what_is_left(
    journal: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    keep: bool,
    sentence: str,
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("commands.what_if.compare", stop)
    kept = ("--keep", tmp_path / "kept.db") if keep else ()
    told = tell("what-if", journal, "--set", CHANGE, *kept)
    assert told.code == 130
    assert sentence in told.err
    assert (tmp_path / "kept.db").exists() == keep


def test_a_strategy_of_ones_own_is_wanted_again(tmp_path: Path) -> None:
    """A path in a journal is never executed, so it has to be given once more."""
    own = tmp_path / "mine.py"
    own.write_text(
        "import engine.strategies as tf\n\n\n@tf.define\nclass Quiet:\n"
        "    def observe(self, candle):\n        pass\n\n"
        "    def propose(self, view):\n        return ()\n",
        encoding="utf-8",
    )
    config = tmp_path / "own.toml"
    config.write_text(
        '[accounts.va1]\nsymbols = ["BTCUSDT"]\nstrategy = "Quiet"\n', encoding="utf-8"
    )
    run = tmp_path / "own.db"
    strategy = ("--strategy", f"{own}:Quiet")
    told = tell("backtest", config, "--data", MARKET, *strategy, "--journal", run)
    assert told.code == 0, told.err

    assert "strategy 'Quiet' is not in the catalog" in tell("what-if", run).err
    assert tell("what-if", run, *strategy, "--json").data["identical"]


def test_two_runs_stand_side_by_side_on_one_page(
    journal: Path, other: Path, tmp_path: Path
) -> None:
    told = tell("diff", journal, other, "--report", tmp_path / "both", "--json")
    assert told.envelope["data"]["report"] == str(tmp_path / "both")
    page = (tmp_path / "both" / "report.html").read_text(encoding="utf-8")
    for words in ("simulation.slippage", "First input that differs", journal.name, other.name):
        assert words in page
    for run in (journal, other):
        name = tell("journal", "show", run, "--json").data["run"]
        assert f"{name[:8]}-" not in page, "orders in a parting go without their run, as on screen"
    facts = json.loads((tmp_path / "both" / "result.json").read_text(encoding="utf-8"))
    assert set(facts) == {journal.name, other.name}

    again = tell("diff", journal, other, "--report", tmp_path / "both")
    assert again.code == 2
    assert "exists already" in again.err


def test_a_what_if_leaves_its_page_and_no_journal(journal: Path, tmp_path: Path) -> None:
    told = tell("what-if", journal, "--set", CHANGE, "--report", tmp_path / "both")
    assert told.code == 0, told.err
    assert str(tmp_path / "both" / "report.html") in told.out
    assert {file.name for file in tmp_path.iterdir()} == {"both"}


def test_what_costs_more_is_shown_as_a_loss(journal: Path, tmp_path: Path) -> None:
    told = tell("what-if", journal, "--set", CHANGE, "--report", tmp_path / "both")
    assert told.code == 0, told.err
    page = (tmp_path / "both" / "report.html").read_text(encoding="utf-8")
    rows = dict(re.findall(r"quiet\">([^<]+)</td>(.*?)</tr>", page))
    tones = {
        name: re.findall(r'class="(\w*)">([+-])', rows[name])
        for name in ("slippage", "net result of trades")
    }
    assert tones == {"slippage": [("loss", "+")], "net result of trades": [("loss", "-")]}


def test_a_profile_that_is_named_takes_the_place_of_the_recorded_values(journal: Path) -> None:
    data = tell("what-if", journal, "--set", "simulation.profile=optimistic", "--json").data
    changed = {row["key"] for row in data["settings"]}
    assert {"simulation.profile", "simulation.slippage", "simulation.path"} <= changed


def test_spans_are_told_as_they_are_written_and_orders_without_their_run(journal: Path) -> None:
    """The name of a run is in each of its ids: shown, it would look like what differs."""
    told = tell("what-if", journal, "--set", "simulation.request_latency=80ms")
    assert told.code == 0, told.err
    _, settings, *_ = (line for line in told.out.splitlines() if "request_latency" in line)
    assert settings.split() == ["simulation.request_latency", "50ms", "80ms"]
    _, parting = told.out.split("first input that differs")
    assert parting.count("the venue has va2-ETHUSDT-1 as sim-1") == 2
    assert not re.search(r"[0-9a-f]{8}-va", parting)
