"""A wild strategy in wild markets: runs in which everything of the deeper exchange happens.

A golden run was made by ``Wild`` on a ``DeepPlan``; so what they do is for ever, too. A test that
wants another strategy or market writes its own.
"""

import random
from collections.abc import Iterable

import attrs

from adapters.timeline import Group
from engine.domain.candle import Candle
from engine.domain.instrument import Instrument, RiskTier
from engine.domain.intent import CancelEntry, Enter, Exit, Intent, MoveStop, Reprice
from engine.domain.order import BUY, SELL
from engine.messages.market import BarOpened, FundingRated, MarketEvent, MarkPriced
from engine.messages.runs import AccountTerms, FaultTerms, MarginMode, Terms
from engine.money import Price, parse
from engine.strategies.strategy import Strategy, View
from engine.timebase import Nanos
from tests.properties.made_markets import TICK, market
from tests.properties.made_runs import Plan
from tests.spec.run_terms import BTC, ETH, SIMULATION, account, instrument, terms

LADDER = (
    RiskTier(parse("20000"), parse("0.005"), parse("50"), 0),
    RiskTier(parse("60000"), parse("0.02"), parse("25"), parse("300")),
    RiskTier(parse("900000"), parse("0.05"), parse("10"), parse("2100")),
)


@attrs.define
class Wild:
    """Enters at the market, at a limit or at a trigger, and changes its mind about what rests."""

    side: int
    salt: int
    mixed: int = attrs.field(init=False, default=1)

    def observe(self, candle: Candle) -> None:
        """Mix the candle in."""
        self.mixed = (self.mixed * 1103515245 + candle.close // TICK + self.salt) % 2147483648

    def propose(self, view: View) -> Iterable[Intent]:
        """One thing of all that a strategy may do."""
        dice, close, tick = self.mixed // 64 % 16, view.candle.close, view.instrument.tick
        step = (2 + self.mixed // 1024 % 12) * tick
        side = self.side or (BUY if self.mixed // 32 % 2 else SELL)
        if view.busy:
            moved = Price(max(close - side * step, tick))
            if view.resting_quantity and dice < 9:
                return (Reprice(moved, Price(close + side * step) if dice < 3 else 0),)
            return (CancelEntry(),) if dice > 12 else ()
        if view.side:
            if dice > 13:
                return (Exit("half", parse("0.5")),)
            return (MoveStop(close - view.side * 9 * step),) if dice > 10 else ()
        stop = max(close - side * 20 * step, tick)
        if dice < 4:
            return (Enter(side, stop, max(close + side * 20 * step, 0)),)
        if dice < 8:
            return (Enter(side, stop, limit_price=close - side * step),)
        if dice < 12:
            away = step if dice % 2 else -step
            limit = close + side * (away + tick) if dice > 9 else 0
            return (Enter(side, stop, limit_price=limit, trigger_price=close + side * away),)
        return ()


@attrs.frozen
class DeepPlan(Plan):
    """A plan in other margin and position modes; ``shocks`` percent of the marks jump."""

    margin: MarginMode = "isolated"
    hedge: bool = False
    leverage: int = 50
    shocks: int = 10

    def terms(self) -> Terms:
        """Two accounts with a wallet that their losses can use up."""
        rates = FaultTerms(*(parse(f"{percent}e-2") for percent in self.faults))
        leverage = parse(str(self.leverage))
        sides = (1, -1) if self.hedge else (0, 0)
        accounts = [
            account(
                name,
                (BTC, ETH),
                side=side,
                leverage=leverage,
                max_leverage=leverage,
                risk_per_trade=parse("0.05"),
            )
            for name, side in zip(("alpha", "beta"), sides, strict=True)
        ]
        made = terms(
            *accounts,
            seed=self.seed,
            simulation=attrs.evolve(SIMULATION, faults=rates),
            instruments=tuple(
                instrument(symbol, tiers=LADDER, max_leverage=parse("50")) for symbol in (BTC, ETH)
            ),
        )
        venue = attrs.evolve(
            made.venue,
            margin_mode=self.margin,
            position_mode="hedge" if self.hedge else "one_way",
            wallet=parse("20000"),
        )
        return attrs.evolve(made, venue=venue)

    def strategy(self, terms: AccountTerms, instrument: Instrument) -> Strategy:
        """Everybody is wild."""
        return Wild(terms.side, len(terms.name) + len(instrument.symbol))

    def feed(self) -> list[Group]:
        """The market, with a mark at each opening and funding every fourth bar."""
        draw = random.Random(self.seed * 7 + self.shocks)
        groups: list[Group] = []
        for n, (at, phase, events) in enumerate(market(self.seed, self.bars, (BTC, ETH))):
            if phase == 1:
                events = self._deeper(draw, n, at, events)
            groups.append((at, phase, events))
        return groups

    def _deeper(
        self, draw: random.Random, n: int, at: Nanos, events: tuple[MarketEvent, ...]
    ) -> tuple[MarketEvent, ...]:
        opened = [event for event in events if isinstance(event, BarOpened)]
        rates: list[MarketEvent] = []
        if n % 8 == 4:
            rates = [
                FundingRated(each.symbol, at, parse(draw.choice(("0.0004", "-0.001", "0"))))
                for each in opened
            ]
        marks = []
        for each in opened:
            jump = draw.choice((-30, -8, 8, 30)) if draw.randrange(100) < self.shocks else 0
            price = each.price * (100 + jump) // 100
            marks.append(MarkPriced(each.symbol, Price(price - price % TICK)))
        return (*rates, *events, *marks)
