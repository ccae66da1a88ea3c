"""A strategy's own failure halts it and nothing else; its position stays protected (F73)."""

from collections.abc import Iterable
from typing import Any

import pytest
from attrs import define, field

from engine.domain.candle import Candle
from engine.domain.intent import Enter, Exit, Intent, MoveStop
from engine.domain.order import BUY
from engine.messages.decisions import (
    CancelRequested,
    GovernorActed,
    OrderRequested,
    StrategyHalted,
    TradeClosed,
)
from engine.money import ONE, parse
from engine.strategies.strategy import View, failure_text
from engine.timebase import NEVER
from tests.spec.run_terms import BTC, ETH, account, terms
from tests.spec.scenario import PROTECTION_DEADLINE, SCENARIOS, Scenario, a, given
from tests.spec.test_entries import LONG, opened
from tests.spec.test_protection import PANIC

STOP = parse("98")
PAUSED = a(GovernorActed, action="pause", reason="strategy_halted", until_ns=NEVER)
"""A halted strategy's account opens no more until a person resumes it (design 2)."""
GARBAGE: list[tuple[object, str]] = [
    (Enter(BUY, 98.0), "propose gave Enter the number 98.0; prices are e8 integers"),
    (Enter(BUY, -1), "propose gave Enter the number -1; prices are e8 integers"),
    (Enter(BUY, "98"), "propose gave Enter the number '98'; prices are e8 integers"),
    (Enter(0, STOP), "propose gave Enter the side 0; it is 1 (buy) or -1 (sell)"),
    (Enter("buy", STOP), "propose gave Enter the side 'buy'; it is 1 (buy) or -1 (sell)"),
    (Exit(fraction=0), f"propose gave Exit a fraction of 0; it is 1 to {ONE} (e8)"),
    (Exit(fraction=0.5), "propose gave Exit"),
    (MoveStop(None), "propose gave MoveStop the number None; prices are e8 integers"),
    ("buy!", "propose gave a str; it gives Enter, Exit, MoveStop, "),
    (None, "propose gave a NoneType; it gives Enter, Exit, MoveStop, "),
]


@pytest.mark.parametrize(("intent", "words"), GARBAGE)
def test_garbage_halts_the_strategy_with_a_sentence_about_it(intent: object, words: str) -> None:
    scenario = given().when_proposed(intent)
    halted, paused = scenario.decisions
    assert PAUSED.fits(paused)
    assert isinstance(halted, StrategyHalted)
    assert halted.reason.startswith(words)


UNCHECKED: list[object] = [
    Exit(fraction="0.5"),
    Enter(1.0, STOP),
    Enter(BUY, True),
    Enter(BUY, STOP, tag=7),
    Exit(reason=None),
]


@pytest.mark.parametrize("intent", UNCHECKED)
def test_no_wrong_type_gets_past_the_door(intent: object) -> None:
    scenario = (opened() if isinstance(intent, Exit) else given()).when_proposed(intent)
    scenario.then(StrategyHalted, PAUSED)


def test_what_came_before_the_garbage_was_done_and_what_comes_after_is_not() -> None:
    scenario = given().when_proposed(LONG, "garbage", LONG)
    assert [type(d) for d in scenario.decisions][1:] == [
        OrderRequested,
        StrategyHalted,
        GovernorActed,
        CancelRequested,
    ]


@define
class Raising:
    """Raises in one of its two functions once it has seen three candles."""

    where: str = ""
    seen: int = 0
    wishes: list[Any] = field(factory=list)

    def observe(self, candle: Candle) -> None:
        """Fail at the third candle."""
        self.seen += candle.close > 0
        if self.where == "observe" and self.seen == 3:
            raise RuntimeError("no more")

    def propose(self, view: View) -> Iterable[Intent]:
        """Fail after two wishes were given out."""
        del view
        if self.where == "propose" and self.seen == 3:
            raise ValueError("cannot say")
        if self.where == "while proposing" and self.seen == 3:
            return (intent for intent in (LONG, 1 // 0))
        return tuple(self.wishes)


CASES = [
    ("observe", "observe: RuntimeError: no more"),
    ("propose", "propose: ValueError: cannot say"),
    ("while proposing", "propose: ZeroDivisionError"),
]


@pytest.mark.parametrize(("where", "reason"), CASES)
def test_an_exception_halts_the_strategy_and_it_is_not_called_again(
    where: str, reason: str
) -> None:
    scenario = given(make=lambda: Raising(where))
    scenario.when_candles("100").when_candles("100", symbols=[BTC])
    halted, paused = scenario.decisions
    assert PAUSED.fits(paused)
    assert isinstance(halted, StrategyHalted)
    assert halted.reason.startswith(reason)
    strategy: Any = scenario.state.seats["alpha", BTC].strategy
    scenario.when_candles("100", "100").then_nothing()
    assert strategy.seen == 3


def halted_in_a_position() -> Scenario:
    return opened().when_proposed("garbage").then(StrategyHalted, PAUSED)


def test_the_position_of_a_halted_strategy_stays_protected() -> None:
    scenario = halted_in_a_position()
    scenario.when(scenario.stopped("98")).then(TradeClosed)
    scenario = halted_in_a_position()
    scenario.when(scenario.stop("0")).when_time_passes(PROTECTION_DEADLINE)
    assert PANIC.fits(scenario.decisions[-1])


def test_a_halted_strategy_takes_its_whole_account_out_of_new_risk() -> None:
    scenario = given(terms(account(symbols=(BTC, ETH)))).when_proposed("garbage")
    scenario.when_proposed(LONG, symbol=ETH).then_refused("paused")


def test_what_a_strategy_raised_is_recorded_without_addresses_and_not_endlessly() -> None:
    assert failure_text("observe", ValueError("<X object at 0x7f00aa>")) == (
        "observe: ValueError: <X object at 0x..>"
    )
    assert len(failure_text("observe", ValueError("x" * 1000))) == 200


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        ("no module at /opt/my/lib.py, sorry", "no module at (path), sorry"),
        ("cannot read '/home/a b/c.csv'", "cannot read '(path)'"),
        (r"C:\Users\x\f.txt: 7", "(path) 7"),
        ("BTC/USDT fell by 1/2", "BTC/USDT fell by 1/2"),
    ],
)
def test_what_a_strategy_raised_is_the_same_on_a_machine_with_other_folders(
    raised: str, told: str
) -> None:
    """Law 1: the text is decided, so it may not tell where the code lies."""
    assert failure_text("propose", ValueError(raised)) == f"propose: ValueError: {told}"


def test_a_halted_strategy_does_not_stop_another_account() -> None:
    scenario = given(terms(account(), account("beta", (ETH,))))
    scenario.when_proposed("garbage").then(a(StrategyHalted, account="alpha"), PAUSED)
    scenario.when_proposed(LONG, of="beta", symbol=ETH)
    assert scenario.order.account == "beta"


def test_a_hole_in_the_data_does_not_wake_a_halted_strategy() -> None:
    scenario = given().when_proposed("garbage")
    scenario.when_candles("100").then_nothing()
    assert scenario.state.seats["alpha", BTC].halted


MANY = "propose gave more than 64 intents"


def endless() -> Iterable[Intent]:
    """One that never ends."""
    while True:
        yield Exit()


@define
class Flooding:
    """Gives what it is told to make."""

    wishes: Any = tuple

    def observe(self, candle: Candle) -> None:
        """Nothing."""

    def propose(self, view: View) -> Iterable[Intent]:
        """All of it."""
        del view
        found: Iterable[Intent] = self.wishes()
        return found


def flooded(wishes: Any) -> Scenario:
    """A candle at which a strategy gives ``wishes``."""
    scenario = given(make=Flooding)
    strategy: Any = scenario.state.seats["alpha", BTC].strategy
    strategy.wishes = wishes
    return scenario.when_candles("100", symbols=[BTC])


@pytest.mark.parametrize(
    "wishes", [endless, lambda: (LONG,) * 65, lambda: [LONG] * 10_000, lambda: iter([Exit()] * 65)]
)
def test_more_than_64_intents_halt_the_strategy_and_none_is_followed(wishes: Any) -> None:
    flooded(wishes).then(a(StrategyHalted, reason=MANY), PAUSED)


def test_64_intents_are_followed() -> None:
    flooded(lambda: [Exit()] * 64).then_nothing()


@define
class Leaving:
    """Ends the program in one of its two functions, at the second candle."""

    where: str
    error: type[BaseException] = SystemExit
    seen: int = 0

    def observe(self, candle: Candle) -> None:
        """Count, or leave."""
        del candle
        self.seen += 1
        if self.where == "observe" and self.seen == 2:
            raise self.error("bye")

    def propose(self, view: View) -> Iterable[Intent]:
        """Nothing, or leave."""
        del view
        if self.where == "propose" and self.seen == 2:
            raise self.error("bye")
        return ()


@pytest.mark.parametrize("where", ["observe", "propose"])
def test_a_strategy_that_ends_the_program_is_halted(where: str) -> None:
    scenario = given(make=lambda: Leaving(where)).when_candles("100", symbols=[BTC])
    reason = f"{where}: SystemExit: a strategy may not end the program"
    scenario.then(a(StrategyHalted, reason=reason), PAUSED)


@pytest.mark.parametrize("where", ["observe", "propose"])
def test_ctrl_c_in_a_strategy_is_still_ctrl_c(where: str) -> None:
    scenario = given(make=lambda: Leaving(where, KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        scenario.when_candles("100", symbols=[BTC])
    SCENARIOS.remove(scenario)  # It ended in the middle of a step: there is nothing to refold.
