"""A summary is reckoned from the journal's tables, and agrees with the engine's own state."""

from pathlib import Path

import attrs
import pytest

from adapters.simulated.exchange import SimulatedExchange
from adapters.strategy_source import StrategyShelf
from adapters.wiring import BACKTEST, MODES
from engine.domain.position import Position
from engine.errors import UserError
from engine.messages.runs import Terms
from journal.memory import MemoryJournal
from journal.reader import JournalReader
from replays.instant import instant_at
from replays.plan import Wanted, plan_run
from replays.reproduce import digests, refold
from replays.running import Kept, run_to_file
from replays.session import run_session
from replays.summary import last_marks, summarise

SETTINGS = """
[simulation.faults]
no_answer_placed = 0.1
no_answer_lost = 0.1
partial = 0.2

[accounts.va1]
virtual_equity = 10000
symbols = ["BTCUSDT"]
timeframe = "5m"
strategy = "volatility_breakout"

[accounts.va2]
virtual_equity = 7000
symbols = ["ETHUSDT", "SOLUSDT"]
timeframe = "15m"
strategy = "volatility_breakout"
"""
SPANS = ["", "2025-01-01T19:40", "2025-01-02T04:20", "2025-01-02T14:35", "2025-01-02T21:10"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where journals of several lengths go."""
    place = tmp_path_factory.mktemp("summaries")
    (place / "faulty.toml").write_text(SETTINGS, encoding="utf-8")
    return place


def run(folder: Path, end: str) -> Path:
    """A run that ends at ``end``, in the middle of whatever was going on."""
    shelf = StrategyShelf()
    wanted = Wanted(folder / "faulty.toml", ("synthetic:3,days=3",), end=end)
    plan = plan_run(wanted, BACKTEST, {}, shelf)
    path = folder / f"to-{len(end)}{end.replace(':', '')}.db"
    ran = run_to_file(plan, BACKTEST, path, True, Kept())
    assert ran.seconds > 0
    return path


@pytest.mark.parametrize("end", SPANS)
def test_equity_by_cash_flow_is_equity_by_the_engine(folder: Path, end: str) -> None:
    """Of each account and of the whole, to the last unit, wherever the run ends."""
    with JournalReader(run(folder, end)) as reader:
        state = refold(reader)
        found = summarise(reader)
    assert found.equity == state.real_equity
    assert found.wallet == state.ledger.wallet
    assert found.fees == state.ledger.fees
    for account in found.accounts:
        assert account.equity == state.accounts[account.name].equity
        assert account.results.trades == state.accounts[account.name].trades
    held: list[Position] = [each for each in state.positions.values() if each.quantity]
    assert sorted(each.symbol for each in found.open) == sorted(each.key.symbol for each in held)
    assert found.total.trades == state.trade_count
    assert found.unknown > 0


def test_the_last_marks_are_the_states(folder: Path) -> None:
    """Looked for from the end backwards."""
    with JournalReader(run(folder, "")) as reader:
        state = refold(reader)
        symbols = tuple(state.markets)
        assert last_marks(reader, symbols) == {name: state.markets[name].mark for name in symbols}


def test_the_state_of_an_instant_lies_between_its_input_and_its_decisions(folder: Path) -> None:
    """Folding the recorded decisions upon it gives the state of the refold."""
    with JournalReader(run(folder, "")) as reader:
        shelf = StrategyShelf()
        seq = next(stamped.seq for stamped, decisions in reader.frames() if len(decisions) > 1)
        instant = instant_at(reader, shelf, seq)
        before = digests(instant.state)
        assert before != digests(refold(reader, shelf.build_known, seq))
        assert before == digests(instant_at(reader, shelf, seq).state)
        assert any(instant.traces.values())
        assert all(seat.view.trace is None for seat in instant.state.seats.values())


def test_a_plan_reads_everything_and_writes_nothing(folder: Path, tmp_path: Path) -> None:
    """A mistake in the last account is found before the first frame."""
    text = SETTINGS.replace('timeframe = "15m"', 'timeframe = "17m"')
    (tmp_path / "bad.toml").write_text(text, encoding="utf-8")
    wanted = Wanted(tmp_path / "bad.toml", ("synthetic:3",))
    with pytest.raises(UserError, match="17m"):
        plan_run(wanted, BACKTEST, {}, StrategyShelf())
    assert folder.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["bad.toml"]


def test_what_a_run_is_called_does_not_hang_on_where_its_files_lie(
    folder: Path, tmp_path: Path
) -> None:
    """Provenance differs, terms do not."""
    (tmp_path / "other.toml").write_text(SETTINGS, encoding="utf-8")
    plans = [
        plan_run(Wanted(path, ("synthetic:3",)), BACKTEST, {}, StrategyShelf())
        for path in (folder / "faulty.toml", tmp_path / "other.toml")
    ]
    assert plans[0].run == plans[1].run
    assert plans[0].terms == plans[1].terms
    assert plans[0].provenance != plans[1].provenance


def test_a_session_runs_with_the_parts_that_its_row_names(folder: Path) -> None:
    """The table is true: another venue in the row is the venue of the run."""
    made: list[SimulatedExchange] = []

    def venue(terms: Terms) -> SimulatedExchange:
        made.append(SimulatedExchange(terms))
        return made[-1]

    wanted = Wanted(folder / "faulty.toml", ("synthetic:3,days=1",))
    session = plan_run(wanted, BACKTEST, {}, StrategyShelf()).session()
    session.mode = attrs.evolve(BACKTEST, venue=venue)
    outcome = run_session(session, MemoryJournal)
    assert {BACKTEST.name: BACKTEST} == MODES
    assert outcome.exchange is made[0]
