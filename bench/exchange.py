"""Orders, trades and quotes a second at the simulated exchange.

``orders``: the exchange alone, its requests and reports handed to and fro; each order is placed,
amended or not, and cancelled, in a book of many others. ``ticks``: from a file of recorded ticks
to the sealed journal, the engine attached, and a strategy that lets a limit order rest and takes
it back once every hundred ticks. The quiet candle stands in ``backtest``.
"""

import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from time import process_time

import attrs

from adapters.simulated.exchange import SimulatedExchange
from adapters.strategy_source import StrategyShelf, StrategySource
from adapters.wiring import BACKTEST
from bench.measure import Figure, timed
from bench.ticks import Tape, tapes
from bench.workload import W1, bars_of, made_candles, plan_w1, scratch
from engine.domain.candle import Candle
from engine.domain.intent import CancelEntry, Enter, Intent
from engine.ids import ClientId, PositionKey
from engine.messages.effects import AmendOrder, CancelOrder, PlaceOrder
from engine.messages.market import BarOpened, Quoted, Traded
from engine.messages.runs import Terms
from engine.money import NO_PRICE, SCALE, Money, Price, Quantity
from engine.strategies.strategy import View
from engine.strategies.volatility_breakout import VolatilityBreakout
from engine.timebase import MILLISECOND, NEVER, Nanos
from journal.places import remove_database
from replays.plan import Plan, Wanted, plan_run
from replays.running import Kept, run_to_file

PART = "exchange"
EVERY = 100
"""So many ticks between two orders of the strategy."""
AN_ORDER_BOOK = 400
"""So many orders rest at one symbol; the venue takes 500 (110020)."""


def figures(full: bool) -> Iterator[Figure]:
    """All of this part; more orders and longer tapes when asked for."""
    for amends in (False, True):
        for resting in (1, 100, 10_000):
            yield _orders(resting, 20_000 if full else 3_000, amends)
    for tape in tapes(full):
        yield from _ticks(tape)


# The exchange alone.


def _orders(resting: int, count: int, amends: bool) -> Figure:
    plan = plan_w1(made_candles(10_000))
    busy = Busy(plan.terms, resting)
    start = process_time()
    for n in range(count):
        busy.come_and_go(n, amends)
    seconds = process_time() - start
    took, _ = timed(bars_of(plan), lambda: None)
    what = "placed, amended and cancelled" if amends else "placed and cancelled"
    name = f"orders {what}, {resting:,} others rest"
    return Figure(PART, name, count / seconds, "orders/s", seconds / count / took.loop_seconds)


class Busy:
    """An exchange with orders that rest far from the market."""

    def __init__(self, plain: Terms, resting: int) -> None:
        (contract,), (account,) = plain.instruments, plain.accounts
        names = [contract.symbol] + [f"X{n}USDT" for n in range((resting - 1) // AN_ORDER_BOOK)]
        terms = attrs.evolve(
            plain,
            venue=attrs.evolve(plain.venue, wallet=Money(10**9 * SCALE)),
            instruments=tuple(attrs.evolve(contract, symbol=name) for name in names),
            accounts=(attrs.evolve(account, symbols=tuple(names)),),
        )
        self.exchange = SimulatedExchange(terms)
        self.now = Nanos(1_700_000_000_000_000_000)
        self.market = Price(50_000 * SCALE)
        self.tick = contract.tick
        self.key = PositionKey(terms.venue.venue_account, names[0], 0)
        for name in names:
            self.exchange.observe(BarOpened(name, self.now, self.market), self.now)
        for n in range(resting):
            key = self.key._replace(symbol=names[n // AN_ORDER_BOOK])
            self.ask(self.order(f"rests-{n}", key, 1_000 + n % AN_ORDER_BOOK))

    def order(self, name: str, key: PositionKey, away: int) -> PlaceOrder:
        """A limit order to buy, so many ticks below the market."""
        price = Price(self.market - away * self.tick)
        quantity = Quantity(SCALE // 100)
        no = NO_PRICE
        return PlaceOrder(
            key, ClientId(name), 1, "limit", quantity, price, no, "GTC", False, no, no
        )

    def come_and_go(self, n: int, amends: bool) -> None:
        """One order is placed, perhaps amended, and cancelled."""
        client_id = ClientId(f"comes-{n}")
        self.ask(self.order(client_id, self.key, 900 + n % 700))
        if amends:
            price = Price(self.market - (901 + n % 700) * self.tick)
            self.ask(AmendOrder(self.key, client_id, Quantity(0), price, NO_PRICE))
        self.ask(CancelOrder(self.key, client_id))

    def ask(self, effect: PlaceOrder | AmendOrder | CancelOrder) -> None:
        """Send, serve and hear one request."""
        exchange = self.exchange
        exchange.request(effect, self.now)
        exchange.serve()
        self.now = Nanos(self.now + MILLISECOND)
        while exchange.next_report_ns < NEVER:
            exchange.take_report()


# Ticks, through the engine and into a journal.


@attrs.define
class Toucher(VolatilityBreakout):
    """It has the parameters that ``w1.toml`` gives and needs none of them: it lets
    an order rest below the market and takes it back, once every ``EVERY`` ticks.
    """

    seen: int = attrs.field(init=False, default=0)
    last: int = attrs.field(init=False, default=0)

    def observe(self, candle: Candle) -> None:
        """Candles do not matter."""

    def propose(self, view: View) -> tuple[Intent, ...]:
        """An order at each hundredth tick, gone again at each fiftieth between."""
        place = self.seen % EVERY
        if place == 0 and self.seen:
            price = self.last * 99 // 100
            return (Enter(1, Price(price * 9 // 10), NO_PRICE, Price(price)),)
        if place == EVERY // 2 and view.resting_quantity:
            return (CancelEntry(),)
        return ()


@attrs.define
class QuoteToucher(Toucher):
    """It counts quotes."""

    def observe_quote(self, quote: Quoted) -> None:
        """One more."""
        self.seen += 1
        self.last = quote.bid


@attrs.define
class TradeToucher(Toucher):
    """It counts trades."""

    def observe_trade(self, trade: Traded) -> None:
        """One more."""
        self.seen += 1
        self.last = trade.price


TOUCHERS = {"quotes": QuoteToucher, "trades": TradeToucher}


def plan_ticks(tape: Tape, touches: bool) -> Plan:
    """The run over one tape: with the strategy that acts, or with one that only counts."""
    strategy = TOUCHERS[tape.kind] if touches else Toucher
    shelf = StrategyShelf((StrategySource("toucher", strategy, "toucher"),))
    sets = (
        "accounts.va1.strategy=toucher",
        f"simulation.matched_on={tape.kind}",
        "run.base_interval=1m",
        # So short that an order rests, and is gone, well within its hundred ticks.
        "simulation.request_latency=1ms",
        "simulation.report_latency=1ms",
    )
    wanted = Wanted(W1, (f"BTCUSDT:{tape.kind}={tape.path}",), sets)
    return plan_run(wanted, BACKTEST, {}, shelf)


def _ticks(tape: Tape) -> Iterator[Figure]:
    bars = bars_of(plan_w1(made_candles(10_000)))
    for touches in (False, True):
        plan, path = plan_ticks(tape, touches), scratch(tape.kind)
        remove_database(path)
        took, ran = timed(bars, partial(run_to_file, plan, BACKTEST, path, False, Kept()))
        count = plan.market.recordings[0].facts.events
        name = f"{tape.name}, {_orders_of(ran.path):,} orders"
        yield Figure(PART, name, count / took.cpu_seconds, f"{tape.kind}/s", took.loops(count))
        remove_database(ran.path)


def _orders_of(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        (count,) = connection.execute("SELECT count(*) FROM orders").fetchone()
    finally:
        connection.close()
    return int(count)
