"""What the defaults of the sources really do on 5-minute candles: the limits end it within weeks.

One account on BTCUSDT with nothing written but its symbol and strategy (S0-05 … S0-10, S0-13 …
S0-24). A breakout of 5-minute candles with a stop of one mean range pays more in fees than it
earns, so this is what happens: the daily loss of 100 pauses the account on nearly every day, each
time until midnight; and the drawdown of 30 % kills it before the first month is over. After that
nothing is opened any more, for as long as the candles go on.
"""

from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from engine.messages.decisions import (
    Approved,
    DayRolled,
    Decision,
    GovernorActed,
    IntentRefused,
    OrderRequested,
    TradeClosed,
)
from engine.messages.runs import AccountTerms
from engine.money import parse
from engine.timebase import DAY, NEVER
from journal.memory import MemoryJournal
from replays.session import run_session
from tests.realdata.places import candles_of
from tests.realdata.runs import plan_of

DEFAULTS = """
[accounts.va1]
symbols = ["BTCUSDT"]
strategy = "volatility_breakout"
"""
BEGIN, END = "2025-01-01", "2025-03-01"


@attrs.frozen
class Story:
    """Every decision of the run with its time, and the terms it was made under."""

    account: AccountTerms
    told: tuple[tuple[int, Decision], ...]
    begin_ns: int
    final_equity: int

    def of(self, kind: type) -> list[tuple[int, Decision]]:
        """The decisions of one kind."""
        return [(at, each) for at, each in self.told if isinstance(each, kind)]

    def governed(self, action: str, reason: str) -> list[tuple[int, GovernorActed]]:
        """What the governor did for one reason."""
        return [
            (at, each)
            for at, each in self.told
            if isinstance(each, GovernorActed) and (each.action, each.reason) == (action, reason)
        ]

    @property
    def killed_at(self) -> int:
        """When the drawdown ended it."""
        return self.governed("kill", "drawdown")[0][0]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Two months of BTCUSDT under the defaults."""
    candles = candles_of("BTCUSDT")
    config: Path = tmp_path_factory.mktemp("defaults") / "defaults.toml"
    config.write_text(DEFAULTS, encoding="utf-8")
    plan = plan_of(config, [str(candles)], (), BEGIN, END)
    journals: list[MemoryJournal] = []

    def open_journal(first, decisions):  # type: ignore[no-untyped-def]
        journals.append(MemoryJournal(first, decisions))
        return journals[0]

    outcome = run_session(plan.session(), open_journal)
    return Story(
        plan.terms.accounts[0],
        tuple(_told(journals[0])),
        plan.first_ns,
        outcome.state.accounts["va1"].equity,
    )


def _told(journal: MemoryJournal) -> Iterator[tuple[int, Decision]]:
    for stamped, decisions in journal.frames():
        for decision in decisions:
            yield stamped.at, decision


def test_the_defaults_are_those_of_the_sources(story: Story) -> None:
    """20 candles, target 1.8 R, stop of one mean range; 100 a day, 30 %, ten trades, 2 and 4."""
    parameters = dict(story.account.strategy.parameters)
    assert parameters == {
        "lookback_candles": "20",
        "tp_mode": "fixed",
        "fixed_tp_r": "1.8",
        "sl_range_mult": "1",
        "min_stop_distance": "0",
        "risk_tag": "vol_breakout_5m_closed",
    }
    risk, sizing = story.account.risk, story.account.sizing
    assert (risk.max_daily_loss, risk.max_drawdown) == (parse("100"), parse("0.30"))
    assert (risk.max_trades_per_day, risk.drawdown_action) == (10, "kill")
    assert [(rung.losses, rung.value) for rung in risk.ladder if rung.action == "size"] == [
        (2, parse("0.5")),
        (4, parse("0.25")),
    ]
    assert (sizing.risk_per_trade, sizing.leverage) == (parse("0.01"), parse("3"))
    assert risk.max_leverage == parse("5")
    assert story.account.virtual_equity == parse("10000")


def test_the_first_day_ends_early(story: Story) -> None:
    """The daily loss pauses the account on the very first day, until midnight UTC."""
    at, pause = story.governed("pause", "daily_loss")[0]
    assert story.begin_ns < at < story.begin_ns + DAY
    assert pause.until_ns == story.begin_ns + DAY
    assert pause.value >= pause.threshold == parse("100")


def test_most_days_end_early(story: Story) -> None:
    """Until it is killed, the account is paused by its daily loss on most days, once a day."""
    days = (story.killed_at - story.begin_ns) // DAY + 1
    paused = [(at - story.begin_ns) // DAY for at, _ in story.governed("pause", "daily_loss")]
    assert len(paused) == len(set(paused)), "one pause a day"
    assert len(paused) > days // 2


def test_nothing_is_opened_while_paused(story: Story) -> None:
    """Between a pause and its midnight every wish is refused; at midnight the pause expires."""
    expired = {at for at, _ in story.governed("expire", "time is up")}
    opened = [at for at, _ in story.of(Approved)]
    for at, pause in story.governed("pause", "daily_loss"):
        assert not [each for each in opened if at < each < pause.until_ns]
        assert pause.until_ns in expired or pause.until_ns > story.killed_at
    refused = [each.code for _, each in story.of(IntentRefused)]  # type: ignore[attr-defined]
    assert "paused" in refused


def test_a_pause_closes_nothing(story: Story) -> None:
    """The loss of a day is counted at the mark, and what is open then runs on to its own exit.

    So a day may lose more than its limit: by what the open position still loses, and no more.
    """
    rolled = [each for _, each in story.of(DayRolled)]
    worst = min(each.pnl for each in rolled)  # type: ignore[attr-defined]
    one_trade = story.account.virtual_equity // 50
    assert -parse("100") - one_trade < worst < -parse("100")


def test_the_drawdown_kills_it_before_a_month_is_over(story: Story) -> None:
    """30 % below the highest equity the account is killed, and waits for a person."""
    (at, kill), *others = story.governed("kill", "drawdown")
    assert not others
    assert at < story.begin_ns + 31 * DAY
    assert kill.until_ns == NEVER
    assert kill.value >= kill.threshold == parse("0.30")


def test_nothing_is_opened_after_the_kill(story: Story) -> None:
    """A position that is open is closed at the market; from then on every wish is refused."""
    after = [each for at, each in story.told if at >= story.killed_at]
    orders = [each for each in after if isinstance(each, OrderRequested)]
    assert [each.purpose for each in orders] in ([], ["flatten"])
    assert len([each for each in after if isinstance(each, TradeClosed)]) == len(orders)
    assert not [each for each in after if isinstance(each, Approved)]
    refused = {each.code for each in after if isinstance(each, IntentRefused)}
    assert refused == {"killed"}
    closed = [each.equity for each in after if isinstance(each, DayRolled)]
    assert closed
    assert set(closed) == {story.final_equity}, "the equity never moves again"
    assert story.final_equity < story.account.virtual_equity * 7 // 10 + parse("100")
