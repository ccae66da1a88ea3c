"""A recorded market played again: unchanged it is the same run, changed it parts somewhere."""

from pathlib import Path

import attrs
import pytest

from adapters.strategy_source import StrategyShelf
from adapters.wiring import BACKTEST
from engine.errors import UserError
from engine.messages.commands import FlattenAccount, PauseAccount, ResumeAccount
from engine.messages.decisions import Approved
from engine.messages.inputs import Input
from engine.messages.runs import Terms
from engine.messages.venue import OrderFilled
from engine.timebase import HOUR, MINUTE, Nanos, parse_time
from journal.frame import Frame
from journal.reader import JournalReader
from replays.difference import (
    Difference,
    RoundTrip,
    compare,
    pair_trades,
    settings_between,
)
from replays.plan import Plan, Wanted, plan_run
from replays.running import Kept, run_to_file
from replays.session import Session
from replays.whatif import replay_of

SETTINGS = """
[simulation.faults]
no_answer_placed = 0.1
no_answer_lost = 0.1
partial = 0.2
late = 0.2
duplicate = 0.1

[risk]
max_daily_loss = 0
max_trades_per_day = 0

[accounts.va1]
symbols = ["BTCUSDT"]
timeframe = "15m"
strategy = "volatility_breakout"

[accounts.va2]
symbols = ["ETHUSDT"]
timeframe = "5m"
strategy = "volatility_breakout"
"""
START = parse_time("2025-01-01")
TOLD: tuple[tuple[Nanos, Input], ...] = (
    (Nanos(START + 7 * HOUR), PauseAccount("va1", "lunch")),
    (Nanos(START + 9 * HOUR + MINUTE), ResumeAccount("va1", "back")),
    (Nanos(START + 31 * HOUR), FlattenAccount("va2", "enough")),
)


class Commanded:
    """A plan whose session is told something on the way."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def session(self) -> Session:
        """The plan's session with the commands."""
        session = self.plan.session()
        session.commands = TOLD
        return session


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed run with faults and with commands."""
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "faulty.toml").write_text(SETTINGS, encoding="utf-8")
    wanted = Wanted(folder / "faulty.toml", ("synthetic:3,days=3",))
    plan = plan_run(wanted, BACKTEST, {}, StrategyShelf())
    run_to_file(Commanded(plan), BACKTEST, folder / "recorded.db", False, Kept())
    return folder / "recorded.db"


def played(source: JournalReader, path: Path, *sets: str) -> Path:
    """The journal of ``source`` played again with ``sets``."""
    run_to_file(replay_of(source, StrategyShelf(), sets), BACKTEST, path, True, Kept())
    return path


def changed(recorded: Path, folder: Path, *sets: str) -> Difference:
    """The unchanged replay held against one with ``sets``."""
    with JournalReader(recorded) as source:
        before, after = played(source, folder / "a.db"), played(source, folder / "b.db", *sets)
    with JournalReader(before) as a, JournalReader(after) as b:
        return compare(a, b)


def frames_but_the_first(path: Path) -> list[Frame]:
    """All frames; the manifest names another origin."""
    with JournalReader(path) as reader:
        return list(reader.frames(2))


def test_an_unchanged_replay_of_a_faulty_commanded_run_is_the_run(
    recorded: Path, tmp_path: Path
) -> None:
    with JournalReader(recorded) as source:
        again = played(source, tmp_path / "again.db")
        with JournalReader(again) as other:
            difference = compare(source, other)
    assert frames_but_the_first(again) == frames_but_the_first(recorded)
    assert difference.identical
    assert (difference.settings, difference.pairs) == ((), ())
    assert difference.same_trades == difference.a.total.trades > 10


def test_a_changed_parameter_parts_at_the_first_decision_it_makes(
    recorded: Path, tmp_path: Path
) -> None:
    key = "accounts.va2.parameters.sl_range_mult"
    difference = changed(recorded, tmp_path, f"{key}=4")

    assert difference.settings == ((key, "1", "4"),)
    assert difference.decision is not None
    assert difference.decision.a is not None
    assert difference.decision.b is not None
    ours, theirs = difference.decision.a[2], difference.decision.b[2]
    assert isinstance(ours, Approved)
    assert isinstance(theirs, Approved)
    assert (ours.account, theirs.account) == ("va2", "va2")
    assert theirs.risk * ours.quantity > 3 * ours.risk * theirs.quantity, "a stop farther away"


def test_an_account_that_was_not_changed_trades_the_same_without_shared_limits(
    recorded: Path, tmp_path: Path
) -> None:
    difference = changed(recorded, tmp_path, "accounts.va2.parameters.sl_range_mult=4")
    others = [each for pair in difference.pairs for each in pair if each is not None]
    assert {each.account for each in others} == {"va2"}


def test_a_changed_assumption_parts_at_the_first_fill(recorded: Path, tmp_path: Path) -> None:
    difference = changed(recorded, tmp_path, "simulation.slippage=0.001")
    assert difference.input is not None
    assert difference.input.a is not None
    assert difference.input.b is not None
    ours, theirs = difference.input.a[2], difference.input.b[2]
    assert isinstance(ours, OrderFilled)
    assert isinstance(theirs, OrderFilled)
    assert theirs.side * theirs.price > ours.side * ours.price, "a taker pays more"


def test_every_trade_is_counted_once(recorded: Path, tmp_path: Path) -> None:
    difference = changed(recorded, tmp_path, "simulation.slippage=0.001")
    a = difference.same_trades + sum(before is not None for before, _ in difference.pairs)
    b = difference.same_trades + sum(after is not None for _, after in difference.pairs)
    assert (a, b) == (difference.a.total.trades, difference.b.total.trades)
    moved = sum(
        (after.pnl if after else 0) - (before.pnl if before else 0)
        for before, after in difference.pairs
    )
    assert moved == difference.b.total.pnl - difference.a.total.pnl


def test_a_trade_that_only_fills_later_is_the_same_trade_changed(
    recorded: Path, tmp_path: Path
) -> None:
    """Latency moves every fill and no decision to enter the first time."""
    difference = changed(recorded, tmp_path, "simulation.request_latency=200ms")
    first = min(
        (pair for pair in difference.pairs if pair[0] is not None),
        key=lambda pair: pair[0].opened_at if pair[0] is not None else "",
    )
    before, after = first
    assert before is not None
    assert after is not None
    assert before.decided_at == after.decided_at
    assert before.opened_at < after.opened_at


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("simulation.slipage=0.001", "did you mean slippage"),
        ('accounts.va1.symbols=["SOLUSDT"]', "holds no market of SOLUSDT; it has BTCUSDT, ETHUSDT"),
        ("accounts.va1.timeframe=7m", "cannot be built from candles of 5m"),
    ],
)
def test_a_change_that_cannot_be_is_one_sentence(
    recorded: Path, change: str, sentence: str
) -> None:
    with JournalReader(recorded) as source, pytest.raises(UserError, match=sentence):
        replay_of(source, StrategyShelf(), (change,))


def terms_of(folder: Path, text: str) -> Terms:
    """The terms of a configuration, over the same made market."""
    (folder / "one.toml").write_text(text, encoding="utf-8")
    wanted = Wanted(folder / "one.toml", ("synthetic:3,days=1",))
    return plan_run(wanted, BACKTEST, {}, StrategyShelf()).terms


def test_settings_are_compared_by_their_keys(tmp_path: Path) -> None:
    ours = terms_of(tmp_path, SETTINGS)
    theirs = terms_of(tmp_path, SETTINGS.replace("late = 0.2", "late = 0.3"))
    assert settings_between(ours, ours) == ()
    assert settings_between(ours, theirs) == (("simulation.faults.late", "0.2", "0.3"),)


def test_two_trades_of_one_place_and_moment_are_two() -> None:
    """A bar can open and close more than one of them: they pair in their order."""
    one = RoundTrip("va1", "BTCUSDT", 0, "buy", "t1", "t2", 1, 100, 101, 0, 1, "target", "t0")
    two = attrs.evolve(one, exit_price=99, pnl=-1, exit_reason="stop_loss")
    assert pair_trades([one, two], [one, two]) == (2, ())
    assert pair_trades([one], [one, two]) == (1, ((None, two),))
