"""A report is folded from the journal alone, and agrees with the engine, the tables and itself."""

import csv
import gzip
import json
import re
import shutil
from pathlib import Path

import pytest

from adapters.strategy_source import StrategyShelf, load_strategy
from adapters.wiring import BACKTEST
from engine.errors import UserError
from engine.messages.venue import OrderFilled, StopReported
from engine.money import SCALE, notional, parse
from journal.reader import JournalReader
from replays.curve import ALL, AccountPoint, fold_curves
from replays.plan import Wanted, plan_run
from replays.report.charts import charts_of
from replays.report.contents import Report, read_report
from replays.report.figures import report_facts
from replays.report.folder import write_report
from replays.report.page import write_page
from replays.report.place import check_folder
from replays.reproduce import refold
from replays.running import Kept, run_to_file

SETTINGS = """
[risk]
max_daily_loss = 0
max_trades_per_day = 0
max_drawdown = 0

[accounts.va1]
symbols = ["BTCUSDT"]
timeframe = "15m"
strategy = "volatility_breakout"

[accounts.va2]
virtual_equity = 5000
symbols = ["ETHUSDT"]
timeframe = "5m"
strategy = "volatility_breakout"
"""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed run of two accounts over five days."""
    folder = tmp_path_factory.mktemp("reported")
    (folder / "two.toml").write_text(SETTINGS, encoding="utf-8")
    plan = plan_run(
        Wanted(folder / "two.toml", ("synthetic:5,days=5",)), BACKTEST, {}, StrategyShelf()
    )
    run_to_file(plan, BACKTEST, folder / "two.db", False, Kept())
    return folder / "two.db"


@pytest.fixture(scope="module")
def report(recorded: Path) -> Report:
    """Its report."""
    with JournalReader(recorded) as reader:
        return read_report(reader)


def rows(path: Path) -> list[dict[str, str]]:
    """A CSV file by its columns."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_curve_is_the_engines_own_state_at_every_candle(recorded: Path) -> None:
    points: list[AccountPoint] = []
    with JournalReader(recorded) as reader:
        fold_curves(reader, 100, points.append)
        closes = {point.at for point in points}
        checked = sorted(closes)[::97]
        for at in checked:
            state = refold(reader, to_at=at)
            here = {point.account: point for point in points if point.at == at}
            assert set(here) == set(state.accounts)
            for name, account in state.accounts.items():
                assert here[name].equity == account.equity
                assert here[name].open_positions == account.open_positions
    assert len(checked) > 10
    assert all(point.equity == point.cash + point.unrealised for point in points)
    assert all(point.peak_equity >= point.equity for point in points)


def test_the_end_of_the_curve_is_the_equity_of_the_summary(report: Report) -> None:
    for account in report.summary.accounts:
        assert report.curves.curves[account.name].line.points()[-1][1] == account.equity
    total = sum(account.equity for account in report.summary.accounts)
    assert report.curves.curves[ALL].line.points()[-1][1] == total


def test_months_days_and_total_return_tell_one_story(report: Report) -> None:
    growth = 1.0
    for _, value in report.months:
        growth *= 1 + value
    assert growth - 1 == pytest.approx(report.risks[ALL].total_return)
    assert report.risks[ALL].days == 5


def test_every_grouping_holds_every_trade_once(report: Report) -> None:
    for groups in (report.by_account, report.by_symbol, report.by_month, report.by_tag):
        assert sum(group.results.trades for group in groups) == len(report.trades)
        assert sum(group.results.pnl for group in groups) == report.summary.total.pnl
    assert len(report.trades) == report.summary.total.trades > 30


def test_every_trade_names_the_order_that_opened_it(recorded: Path, report: Report) -> None:
    with JournalReader(recorded) as reader:
        orders = {
            row[0]: row[1:]
            for row in reader.connection.execute(
                "SELECT client_id, account, symbol, side, stop_price FROM orders"
            )
        }
    for trade in report.trades:
        account, symbol, side, stop = orders[trade.entry_order]
        assert (account, symbol, side) == (trade.account, trade.symbol, trade.side)
        assert trade.first_stop == round(stop * SCALE) > 0


def test_slippage_of_stops_is_what_they_paid_past_their_level(recorded: Path) -> None:
    """Recomputed from the reports alone, of one account without other exits."""
    stops: dict[str, int] = {}
    lost = 0
    with JournalReader(recorded) as reader:
        for stamped, _ in reader.frames():
            message = stamped.input
            if isinstance(message, StopReported) and message.stop_price:
                stops[message.key.symbol] = message.stop_price
            if isinstance(message, OrderFilled) and message.cause == "stop_loss":
                past = stops[message.key.symbol] - message.price
                lost += notional(-message.side * past, message.quantity)
        found = fold_curves(reader, 10).curves
    assert lost > 0
    assert found[ALL].slippage == sum(c.slippage for name, c in found.items() if name)
    assert found[ALL].slippage > lost, "entries slip too"


def test_a_copy_of_the_journal_elsewhere_gives_the_same_report(
    recorded: Path, report: Report, tmp_path: Path
) -> None:
    copy = tmp_path / "elsewhere.db"
    shutil.copy(recorded, copy)
    with JournalReader(copy) as reader:
        again = read_report(reader)
    assert report_facts(again) == report_facts(report)
    assert again.trades == report.trades


def test_the_files_say_what_the_tables_say(recorded: Path, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    with JournalReader(recorded) as reader:
        report = write_report(reader, folder)
        count = reader.connection.execute("SELECT count(*) FROM fills").fetchone()[0]
    assert len(rows(folder / "fills.csv")) == count
    trades = rows(folder / "trades.csv")
    assert sum(parse(row["pnl"]) for row in trades) == report.summary.total.pnl
    assert [row["entry_order"] for row in trades] == [t.entry_order for t in report.trades]
    curve = rows(folder / "account_curve.csv")
    assert len(curve) == 2 * report.curves.curves[ALL].moments
    growth = 1.0
    for row in rows(folder / "returns.csv"):
        growth *= 1 + float(row["all"])
    assert growth - 1 == pytest.approx(report.risks[ALL].total_return, abs=1e-6)
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    assert result["total"]["trades"] == len(trades)
    events = gzip.decompress((folder / "events.jsonl.gz").read_bytes()).decode().splitlines()
    kinds = [json.loads(line)["input"]["kind"] for line in events]
    assert kinds[0] == "RunStarted"
    assert kinds.count("OrderFilled") >= count


def test_a_page_stands_alone_and_lets_no_text_of_a_run_act(tmp_path: Path) -> None:
    """A tag is a user's text: on the page it is only that."""
    evil = "</script><img src=x onerror=alert(1)>"
    own = tmp_path / "mine.py"
    own.write_text(
        "import engine.strategies as tf\n\n\n@tf.define\nclass Tagged:\n"
        "    last: int = 0\n\n"
        "    def observe(self, candle):\n        self.last = candle.close\n\n"
        "    def propose(self, view):\n"
        f"        return (tf.Enter(1, self.last - self.last // 500, tag={evil!r}),)\n",
        encoding="utf-8",
    )
    config = tmp_path / "tagged.toml"
    config.write_text(
        '[accounts.va1]\nsymbols = ["BTCUSDT"]\nstrategy = "Tagged"\n', encoding="utf-8"
    )
    shelf = StrategyShelf((load_strategy(f"{own}:Tagged"),))
    plan = plan_run(Wanted(config, ("synthetic:5,days=1",)), BACKTEST, {}, shelf)
    run_to_file(plan, BACKTEST, tmp_path / "tagged.db", False, Kept())
    with JournalReader(tmp_path / "tagged.db") as reader:
        report = write_report(reader, tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert {trade.tag for trade in report.trades} == {evil}
    assert "<img" not in page
    assert "<script src" not in page
    assert "<link" not in page
    assert len(page) < 1_000_000
    assert all(own.name not in command for command in re.findall(r'data-copy="([^"]*)"', page))


def test_a_page_of_many_symbols_and_accounts_is_no_larger(
    recorded: Path, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if these two were too many: lines share their points, symbols their marks."""
    alone = charts_of(report)
    monkeypatch.setattr("replays.report.contents.ALL_POINTS", 400)
    monkeypatch.setattr("replays.report.charts.ALL_MARKED_TRADES", 20)
    monkeypatch.setattr("replays.report.charts.SHOWN_ACCOUNTS", 1)
    with JournalReader(recorded) as reader:
        crowded = charts_of(read_report(reader))
    assert [line.name for line in alone.equity] == ["all accounts", "va1", "va2"]
    assert [line.name for line in crowded.equity] == ["all accounts"]
    assert crowded.equity[0] == alone.equity[0], "the whole is drawn as finely"
    for one, other in zip(alone.prices, crowded.prices, strict=True):
        assert len(other.bars) <= 201 < len(one.bars)
        assert one.candles == other.candles == 5 * 288
        assert len(other.trades) <= 10
        assert len(other.trades) + other.left_out == len(one.trades) + one.left_out
        for place, furthest in ((2, max), (3, min)):
            extremes = [furthest(bar[place] for bar in each.bars) for each in (one, other)]
            assert extremes[0] == extremes[1]


def test_a_page_of_many_trades_lists_some_and_says_so(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, many in (("LISTED", 20), ("EXTREMES", 5), ("LATEST", 10)):
        monkeypatch.setattr(f"replays.report.selection.{name}", many)
    write_page(tmp_path / "page.html", report)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert f"Of {len(report.trades):,} trades the worst, the best and the latest" in page
    assert "all of them are in trades.csv" in page
    assert page.count("data-copy=") == 20


def test_prices_of_many_symbols_are_folded_above_the_tables(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_page(tmp_path / "open.html", report)
    monkeypatch.setattr("replays.report.page.OPEN_CHARTS", 3)
    write_page(tmp_path / "folded.html", report)
    folds = [
        re.findall(r"<summary>(.*?)</summary>", (tmp_path / name).read_text(encoding="utf-8"))
        for name in ("open.html", "folded.html")
    ]
    assert folds == [[], ["ETHUSDT"]]


def test_only_a_report_is_ever_replaced(recorded: Path, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    with JournalReader(recorded) as reader:
        write_report(reader, folder)
    with pytest.raises(UserError, match="exists already"):
        check_folder(folder, replace=False)
    check_folder(folder, replace=True)
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(UserError, match="is a link"):
        check_folder(tmp_path / "link", replace=True)
    (folder / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(UserError, match=r"holds thesis\.txt too"):
        check_folder(folder, replace=True)
    for place in (Path("."), Path("..")):
        with pytest.raises(UserError, match="is no name"):
            check_folder(place, replace=True)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(UserError, match="holds something that is no report"):
        check_folder(tmp_path / "mine", replace=True)
    with pytest.raises(UserError, match="there is no folder"):
        check_folder(tmp_path / "no" / "where", replace=True)
