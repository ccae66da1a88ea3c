"""From ``--feed`` to a desk: what is played, from when, and what was before (history to warm up).

``synthetic:SEED`` is a made market of minutes, ``history:[SYMBOL[:KIND]=]PATH`` recorded files.
Whatever has books, quotes or trades is matched on them; candles alone are played as ticks.
"""

from collections.abc import Collection, Iterator, Sequence

from attrs import frozen

from adapters.bybit_wire.contracts import AccountSettings, contracts_of
from adapters.bybit_wire.desk import Desk, Played
from adapters.bybit_wire.playing import played
from adapters.history.arguments import Argument, named_symbol
from adapters.history.feed import Group, feed
from adapters.history.market import Market
from adapters.history.opening import open_market
from adapters.history.recording import DEPTH, QUOTES, TRADES
from adapters.synthetic.market import PREFIX, open_synthetic, parse_recipe
from engine.domain.candle import Candle
from engine.domain.instrument import Instrument
from engine.errors import UserError
from engine.messages.runs import MatchedOn
from engine.timebase import MINUTE, NEVER, Nanos, render_time

HISTORY = "history:"
USUAL_SYMBOLS = ("BTCUSDT", "ETHUSDT")
WARM_UP = 1_440
"""So many candles of each symbol are history when the session begins."""

FIRST_PRICE = 1
"""So long after its first bar opens a market of candles has offers to trade on, ns."""


@frozen
class Opened:
    """A desk, and in words what it plays."""

    desk: Desk
    plays: str
    matched_on: MatchedOn
    history: tuple[Candle, ...] = ()
    """The candles of before the session."""
    served_ns: int = 0
    """The market's time at which the first client may come."""


def open_desk(
    feeds: Sequence[str],
    symbols: Sequence[str],
    accounts: Sequence[AccountSettings],
    now_ns: int,
    warm_up: int = WARM_UP,
) -> Opened:
    """What ``lay_out`` makes, brought to the moment at which the first client may come."""
    opened = lay_out(feeds, symbols, accounts, now_ns, warm_up)
    opened.desk.advance(opened.served_ns)
    return opened


def lay_out(
    feeds: Sequence[str],
    symbols: Sequence[str],
    accounts: Sequence[AccountSettings],
    now_ns: int,
    warm_up: int = WARM_UP,
) -> Opened:
    """A desk that plays ``feeds``; raises ``UserError`` with one sentence.

    ``now_ns`` is the wall's time: a made market without a start of its own begins its session
    then. Recorded ones keep their own time.
    """
    try:
        return _laid_out(feeds, symbols, accounts, now_ns, warm_up)
    except UserError as error:
        # The rooms below speak of the option of backtests.
        sentence = str(error).replace(f"--data {PREFIX}", f"--feed {PREFIX}")
        raise UserError(sentence.replace("--data ", f"--feed {HISTORY}")) from error


def _laid_out(
    feeds: Sequence[str],
    symbols: Sequence[str],
    accounts: Sequence[AccountSettings],
    now_ns: int,
    warm_up: int,
) -> Opened:
    texts = list(feeds) or [f"{PREFIX}7"]
    if texts[0].startswith(PREFIX):
        if len(texts) > 1:
            raise UserError("--feed synthetic: is the whole market; give one of them")
        return _synthetic(texts[0], symbols or USUAL_SYMBOLS, accounts, now_ns, warm_up)
    paths: list[str] = []
    for text in texts:
        if not text.startswith(HISTORY):
            raise UserError(f"--feed {text}: write synthetic:7 or history:PATH")
        paths.append(text.removeprefix(HISTORY))
    return _history(paths, symbols, accounts, warm_up)


def _synthetic(
    text: str,
    symbols: Sequence[str],
    accounts: Sequence[AccountSettings],
    now_ns: int,
    warm_up: int,
) -> Opened:
    recipe_text = text if "interval=" in text else f"{text},interval=1m"
    interval = parse_recipe(recipe_text).interval_ns
    if "start=" not in text:
        start = now_ns - now_ns % MINUTE - warm_up * interval
        recipe_text += f",start={render_time(start)}"
    recipe = parse_recipe(recipe_text)
    contracts = contracts_of(symbols)
    series = open_synthetic(recipe, contracts)
    begins = Nanos(recipe.start_ns + warm_up * interval)
    before = tuple(candle for each in series for candle in each.bars(0, begins))
    desk = _desk(contracts, accounts, begins, feed(series, begins), before)
    plays = f"{recipe_text} of {', '.join(desk.instruments)}"
    # The minute that runs is over in part: clients compare the clocks.
    served = begins + FIRST_PRICE if "start=" in text else now_ns
    return Opened(desk, plays, "depth", before, served)


def _desk(
    contracts: tuple[Instrument, ...],
    accounts: Sequence[AccountSettings],
    begins: int,
    groups: Iterator[Group],
    before: tuple[Candle, ...],
    rated: Collection[str] = (),
) -> Desk:
    """A desk that plays candles as ticks, on which it is matched as on any book."""
    known = {each.symbol: each for each in contracts}
    return Desk(contracts, accounts, "depth", begins, played(groups, known, rated), before)


def _history(
    paths: Sequence[str], symbols: Sequence[str], accounts: Sequence[AccountSettings], warm_up: int
) -> Opened:
    contracts = contracts_of(_traded(paths, symbols))
    found = [each.symbol for each in contracts]
    market = open_market(paths, found, {each.symbol: each.tick for each in contracts})
    plays = f"{', '.join(paths)} from {render_time(market.first_ns)}"
    if not market.recordings:
        interval = market.interval(MINUTE)
        begins = Nanos(market.first_ns + warm_up * interval)
        begins = min(begins, Nanos(market.last_ns - 2 * interval))
        before = tuple(candle for each in market.series for candle in each.bars(0, begins))
        groups = market.groups(interval, begins)
        rated = [symbol for each in market.funding for symbol in each.facts.symbols]
        desk = _desk(contracts, accounts, begins, groups, before, rated)
        return Opened(desk, plays, "depth", before, begins + FIRST_PRICE)
    matched_on = _matched_on(market)
    ticks = _as_told(market.groups(market.interval(MINUTE), 0, NEVER))
    desk = Desk(contracts, accounts, matched_on, market.first_ns, ticks)
    return Opened(desk, plays, matched_on)


def _traded(paths: Sequence[str], symbols: Sequence[str]) -> list[str]:
    """What was asked for, then what the files are named after; raises ``UserError`` for a file that
    is not there, and where nobody says a symbol.

    A file of many symbols tells them in a column: what is traded of it, ``symbols`` or the other
    files say.
    """
    found = list(symbols)
    for text in paths:
        argument = Argument.parsed(text)
        if not argument.path.exists():
            raise UserError(f"--feed {HISTORY}{text}: there is no file {argument.path}")
        symbol = argument.symbol or named_symbol(argument.path, symbols)
        if symbol and symbol not in found:
            found.append(symbol)
    if not found:
        raise UserError(
            f"--feed {HISTORY}{paths[0]}: the name tells no symbol; write "
            f"--feed {HISTORY}SYMBOL={paths[0]}, or add --symbol SYMBOL for a file of many"
        )
    return found


def _matched_on(market: Market) -> MatchedOn:
    """The best that every symbol has: books, quotes, trades."""
    told: dict[str, list[str]] = {symbol: [] for symbol in market.symbols}
    for recording in market.recordings:
        for symbol, kind in recording.facts.tells:
            told[symbol].append(kind)
    if all(DEPTH in kinds for kinds in told.values()):
        return "depth"
    if all(QUOTES in kinds for kinds in told.values()):
        return "quotes"
    if all(TRADES in kinds for kinds in told.values()):
        return "trades"
    raise UserError("give books, quotes or trades of each symbol, or candles alone")


def _as_told(groups: Iterator[Group]) -> Iterator[Played]:
    for at, _, events in groups:
        yield at, events
