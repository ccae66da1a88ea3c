"""Whole runs in memory: engine, timeline and simulated exchange, each step held to the laws.

``Plan`` is all that decides a run, so a failing one is printed by Hypothesis as it has to be
written down again. ``play`` runs it; ``Played`` holds its frames and digests.
"""

import random
from collections.abc import Iterable

import attrs

from adapters.simulated.exchange import SimulatedExchange
from adapters.timeline import Group, Timeline
from engine.digest import state_digest, strategy_digest
from engine.domain.candle import Candle
from engine.domain.instrument import Instrument
from engine.domain.intent import Enter, Exit, Intent, MoveStop
from engine.domain.order import BUY, SELL
from engine.messages.commands import (
    FlattenAccount,
    KillAccount,
    PauseAccount,
    ResumeAccount,
    SetLimit,
)
from engine.messages.decisions import Decision
from engine.messages.effects import Notify
from engine.messages.inputs import Input, Stamped
from engine.messages.runs import AccountTerms, FaultTerms, RunStarted, Terms
from engine.messages.venue import OrderRejected
from engine.money import parse
from engine.react import pending, react
from engine.runner import Runner
from engine.state import EngineState
from engine.step import Step, step
from engine.strategies.strategy import Strategy, View
from engine.strategies.volatility_breakout import VolatilityBreakout
from engine.timebase import HOUR, SECOND, Nanos
from replays.trial.laws import Books, hold, limits
from tests.properties.made_markets import TICK, market
from tests.spec.run_terms import BAR, BTC, ETH, LADDER, SIMULATION, START
from tests.spec.run_terms import account as account_terms
from tests.spec.run_terms import terms as run_terms

EVERY = 7
"""Digests are kept of every so many frames."""


@attrs.define
class Gambler:
    """Does anything that a strategy may do, decided by the candles it has seen."""

    salt: int = 0
    mixed: int = attrs.field(init=False, default=1)

    def observe(self, candle: Candle) -> None:
        """Mix the candle in."""
        self.mixed = (self.mixed * 1103515245 + candle.close // TICK + self.salt) % 2147483648

    def propose(self, view: View) -> Iterable[Intent]:
        """Enter, exit, exit in part, move the stop, or sit still."""
        dice, close, tick = self.mixed // 64 % 16, view.candle.close, view.instrument.tick
        distance = (5 + self.mixed // 1024 % 30) * tick
        if not view.side:
            side = BUY if self.mixed // 32 % 2 else SELL
            if dice < 4:
                target = close + 2 * side * distance if dice % 2 else 0
                return (Enter(side, close - side * distance, max(target, 0), tag="dice"),)
            if dice < 6:
                limit = close - side * 3 * tick
                return (Enter(side, limit - side * distance, 0, limit),)
            return ()
        if dice == 6:
            return (Exit("dice"),)
        if dice == 7:
            return (Exit("half", parse("0.5")),)
        if dice < 11:
            return (MoveStop(close - view.side * distance // 2 + dice),)
        return ()


def strategy_for(terms: AccountTerms, instrument: Instrument) -> Strategy:
    """The breakout for accounts called ``breakout...``, else a gambler."""
    if terms.name.startswith("breakout"):
        return VolatilityBreakout(lookback_candles=5, tp_mode="trailing")
    return Gambler(len(terms.name) + len(instrument.symbol))


@attrs.frozen
class Plan:
    """All that decides a run. Rates of faults are percents, ``crash`` a frame (0 is none)."""

    seed: int
    bars: int
    faults: tuple[int, ...] = (0, 0, 0, 0, 0, 0, 0)
    commands: int = 0
    strict: bool = True
    crash: int = 0
    sent_before_crash: bool = False

    def terms(self) -> Terms:
        """Two accounts at two symbols, with limits that bite."""
        strict = {
            "max_daily_loss": parse("250"),
            "max_drawdown": parse("0.05"),
            "max_trades_per_day": 4,
            "max_open_positions": 2,
            "ladder": LADDER,
        }
        rates = FaultTerms(*(parse(f"{percent}e-2") for percent in self.faults))
        chosen = strict if self.strict else {}
        return run_terms(
            account_terms("breakout", (BTC, ETH), drawdown_action="pause", **chosen),
            account_terms("gambler", (BTC, ETH), **chosen),
            seed=self.seed,
            simulation=attrs.evolve(SIMULATION, faults=rates),
            max_symbol_exposure=parse("0.3"),
            breach_cooldown_ns=600 * SECOND,
            daily_reset_hour=1,
        )

    def strategy(self, terms: AccountTerms, instrument: Instrument) -> Strategy:
        """What an account plays."""
        return strategy_for(terms, instrument)

    def feed(self) -> list[Group]:
        """The market of both symbols."""
        return market(self.seed, self.bars, (BTC, ETH))

    def told(self) -> list[tuple[Nanos, Input]]:
        """Commands at times that have nothing to do with bars."""
        draw = random.Random(self.seed * 31 + self.commands)
        names = ("", "breakout", "gambler", "nobody")
        made: list[tuple[Nanos, Input]] = []
        for _ in range(self.commands):
            at = Nanos(START + draw.randrange(self.bars * BAR))
            of = draw.choice(names)
            kind = draw.choice((PauseAccount, ResumeAccount, ResumeAccount, FlattenAccount))
            made.append((at, kind(of, "told")))
        if self.commands > 2:
            at = Nanos(START + draw.randrange(self.bars * BAR))
            made.append((at, KillAccount("gambler", "told")))
            limit = draw.choice(("max_drawdown", "max_leverage", "nonsense"))
            made.append((at, SetLimit("", limit, parse("0.5"))))
        return sorted(made, key=lambda pair: pair[0])


class Played:
    """The journal of a run in memory; every append holds the laws of one step."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.state = EngineState(plan.strategy)
        self.venue = SimulatedExchange(plan.terms())
        self.books = Books()
        self.frames: list[tuple[Stamped, tuple[Decision, ...]]] = []
        self.digests: dict[int, tuple[str, str]] = {}

    def append(self, stamped: Stamped, decisions: tuple[Decision, ...]) -> None:
        """Keep the frame and hold the laws."""
        assert stamped.seq == len(self.frames) + 1
        self.frames.append((stamped, decisions))
        effects = [effect for decision in decisions for effect in react(decision)]
        hold(self.state, stamped, Step(decisions, tuple(effects)), self.books)
        limits(self.state, decisions)
        said = stamped.input
        if isinstance(said, OrderRejected):
            assert said.code != 110072, "law 9: the venue has seen this id before"
        if stamped.seq % EVERY == 0:
            self.digests[stamped.seq] = digests(self.state)

    def request(self, effect: object, at: Nanos) -> None:
        """Hand an effect to the venue."""
        self.venue.request(effect, at)


def digests(state: EngineState) -> tuple[str, str]:
    """Both digests of a state."""
    return state_digest(state), strategy_digest(state)


def play(plan: Plan, feed: list[Group] | None = None, tail: int = HOUR) -> Played:
    """Run a plan to its end, or as far as the feed goes."""
    played = Played(plan)
    started = [(Nanos(START), RunStarted("c0ffee00", plan.terms(), (("host", "here"),)))]
    Runner(played.state, played, played).run(started)
    shown = plan.feed() if feed is None else feed
    timeline = Timeline(shown, played.venue, played.state, plan.told(), tail)
    if plan.crash:
        _run_and_crash(played, timeline)
    else:
        Runner(played.state, played, played).run(timeline)
    return played


def _run_and_crash(played: Played, timeline: Iterable[tuple[Nanos, Input]]) -> None:
    """The process ends after the append of a frame, before or after its effects left."""
    plan = played.plan
    for at, input_ in timeline:
        stamped = Stamped(played.state.seq + 1, at, input_)
        done = step(played.state, stamped)
        played.append(stamped, done.decisions)
        crashed = stamped.seq == plan.crash
        if not crashed or plan.sent_before_crash:
            _send(played, done.effects, at)
        if crashed:
            again = RunStarted("c0ffee00", plan.terms(), (("host", "there"),))
            stamped = Stamped(played.state.seq + 1, at, again)
            done = step(played.state, stamped)
            played.append(stamped, done.decisions)
            _send(played, tuple(pending(played.state)), at)


def _send(played: Played, effects: Iterable[object], at: Nanos) -> None:
    for effect in effects:
        if not isinstance(effect, Notify):
            played.request(effect, at)
