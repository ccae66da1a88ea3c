"""From what a person typed to a session that is ready to go, with everything checked before.

Configuration, strategies and candle files are read whole here; the journal is not touched, so a
mistake in any of them leaves nothing behind.
"""

from collections.abc import Mapping
from pathlib import Path

import attrs

from adapters.config.resolve import Resolved, resolve
from adapters.config.terms import run_id, to_terms
from adapters.history.market import Market
from adapters.history.opening import open_market
from adapters.history.recording import CANDLES, MARKS, RecordingFacts
from adapters.history.series import Series, SeriesFacts
from adapters.strategy_source import StrategyShelf
from adapters.synthetic.market import PREFIX, open_synthetic, parse_recipe
from adapters.wiring import Mode
from engine.errors import UserError
from engine.messages.runs import Terms
from engine.money import parse
from engine.timebase import NEVER, render_span, render_time
from replays.moments import moment_of
from replays.provenance import Provenance, of_the_code
from replays.session import Session


@attrs.frozen
class Wanted:
    """What a run was asked to be, in the words of the command line."""

    config: Path
    candles: tuple[str, ...]
    sets: tuple[str, ...] = ()
    start: str = ""
    end: str = ""


@attrs.frozen
class Plan:
    """A run that can begin: its name, its terms, its market and where all of them came from."""

    run: str
    terms: Terms
    market: Market
    start_ns: int
    end_ns: int
    shelf: StrategyShelf
    provenance: Provenance

    @property
    def series(self) -> tuple[Series, ...]:
        """The candles that come from files, or are made from a seed."""
        return self.market.series

    @property
    def first_ns(self) -> int:
        """When the first event of the span asked for may come."""
        return max(self.start_ns, self.market.first_ns)

    @property
    def last_ns(self) -> int:
        """When the last one comes, at the latest."""
        return min(self.end_ns, self.market.last_ns)

    def session(self) -> Session:
        """A fresh session of this run."""
        groups = self.market.groups(self.terms.base_interval_ns, self.start_ns, self.end_ns)
        return Session(self.run, self.terms, groups, self.shelf.build, self.provenance)


def plan_run(wanted: Wanted, mode: Mode, environ: Mapping[str, str], shelf: StrategyShelf) -> Plan:
    """Read and check everything. Raises ``UserError`` with one sentence for the first mistake."""
    start = moment_of("--from", wanted.start, 0)
    end = moment_of("--to", wanted.end, NEVER)
    if start >= end:
        raise UserError(f"--from {wanted.start} is not before --to {wanted.end}; exchange them")
    resolved = resolve(wanted.config, environ, wanted.sets, shelf.parameters_of, shelf.complete)
    digests = {
        section.strategy: shelf.find(section.strategy).digest
        for section in resolved.settings.accounts.values()
    }
    terms, market = _market(wanted, resolved, digests)
    market.check_range(start, end)
    _try_strategies(terms, shelf)
    provenance = (
        ("mode", mode.name),
        ("config", str(wanted.config)),
        *(("set", each) for each in wanted.sets),
        *((f"option {name}", text) for name, text in _span_options(wanted)),
        *of_the_market(market, terms.base_interval_ns),
        *of_the_code(),
    )
    return Plan(run_id(terms), terms, market, start, end, shelf, provenance)


def of_the_market(market: Market, interval: int) -> Provenance:
    """What was found in the data, for the manifest."""
    told: list[tuple[str, str]] = []
    for kind, series in ((CANDLES, market.series), (MARKS, market.marks)):
        for each in series:
            told += _of_series(f"{kind} {each.facts.symbol}", each.facts)
    for recording in (*market.recordings, *market.funding):
        told += _of_recording(recording.facts)
    for symbol, (source, kind) in sorted(market.built().items()):
        told.append((f"{CANDLES} {symbol} made", f"{render_span(interval)} from {kind}"))
        told.append((f"{CANDLES} {symbol} made of", source.facts.source))
    return (*told, *(("note", note) for note in market.unused))


def _of_series(name: str, facts: SeriesFacts) -> Provenance:
    return (
        (f"{name} source", facts.source),
        (f"{name} sha256", facts.digest),
        (f"{name} rows", str(facts.rows)),
        (f"{name} interval", render_span(facts.interval_ns)),
        (f"{name} first", render_time(facts.first_ns)),
        (f"{name} last", render_time(facts.last_ns)),
        (f"{name} gaps", str(len(facts.gaps))),
        (f"{name} unit", facts.unit),
        *(((f"{name} layout", facts.layout),) if facts.layout else ()),
        *((f"{name} note", note) for note in facts.notes),
    )


def _of_recording(facts: RecordingFacts) -> Provenance:
    name = f"{facts.kind} {','.join(facts.symbols)}"
    kinds = ", ".join(f"{symbol} {kind}" for symbol, kind in facts.tells)
    return (
        (f"{name} source", facts.source),
        (f"{name} sha256", facts.digest),
        (f"{name} tells", kinds),
        (f"{name} events", str(facts.events)),
        (f"{name} first", render_time(facts.first_ns)),
        (f"{name} last", render_time(facts.last_ns)),
        (f"{name} unit", facts.unit),
        *((f"{name} note", note) for note in facts.notes),
    )


def _span_options(wanted: Wanted) -> list[tuple[str, str]]:
    return [(name, text) for name, text in (("from", wanted.start), ("to", wanted.end)) if text]


def _market(wanted: Wanted, resolved: Resolved, digests: Mapping[str, str]) -> tuple[Terms, Market]:
    """The terms and the market: a made one needs the contracts, a file tells its interval."""
    made = [text for text in wanted.candles if text.startswith(PREFIX)]
    if not wanted.candles:
        raise UserError("there are no candles to run over; add --data PATH or --data synthetic:7")
    if made and len(wanted.candles) > 1:
        raise UserError(f"--data {made[0]} is a whole market; give no other --data beside it")
    settings = resolved.settings
    symbols = sorted({name for each in settings.accounts.values() for name in each.symbols})
    if made:
        recipe = parse_recipe(made[0])
        terms = to_terms(resolved, recipe.interval_ns, digests)
        market = Market(tuple(symbols), open_synthetic(recipe, terms.instruments))
    else:
        ticks = {symbol: parse(settings.instruments[symbol].tick) for symbol in symbols}
        market = open_market(wanted.candles, symbols, ticks)
        terms = to_terms(resolved, market.interval(settings.run.base_interval), digests)
    market.check_needs(terms.simulation.matched_on)
    return terms, market


def _try_strategies(terms: Terms, shelf: StrategyShelf) -> None:
    """Build every strategy once, so that one that cannot be built is told before the run."""
    instruments = {each.symbol: each for each in terms.instruments}
    for account in terms.accounts:
        for symbol in account.symbols:
            try:
                shelf.build(account, instruments[symbol])
            except UserError as error:
                raise UserError(f"accounts.{account.name}: {error}") from error
            except Exception as error:
                kind = type(error).__name__
                raise UserError(
                    f"accounts.{account.name}: strategy {account.strategy.name} for {symbol} "
                    f"cannot be built ({kind}: {error}); correct it and start again"
                ) from error
