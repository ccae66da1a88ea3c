"""What if: the market and the commands of a journal, played again under other settings.

Only market events and commands are taken over; orders, fills and timers come anew. What is
compared with is the same journal played again unchanged, never the answers that a venue once
gave, so that all of the difference is the settings'.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import get_args

import attrs

from adapters.config.recorded import RECORDED, terms_layer
from adapters.config.resolve import resolve_over
from adapters.config.terms import run_id, to_terms
from adapters.strategy_source import StrategyShelf
from adapters.timeline import Group
from adapters.wiring import BACKTEST
from engine.domain.candle import Candle
from engine.errors import UserError
from engine.messages.commands import Command
from engine.messages.inputs import Input
from engine.messages.market import (
    DepthChanged,
    InstrumentChanged,
    MarkCandle,
    MarketEvent,
    Quoted,
    Traded,
)
from engine.messages.runs import ENGINE_SEMANTICS, Terms
from engine.state import StrategyFactory
from engine.timebase import Nanos
from journal.frame import FrameSource
from replays.provenance import Provenance, of_the_code
from replays.session import Session

_MARKET = frozenset(get_args(MarketEvent))
_COMMANDS = frozenset(get_args(Command))
_TOLD = {"candles": Candle, "trades": Traded, "quotes": Quoted, "depth": DepthChanged}
"""The event that orders are matched on, by ``simulation.matched_on``."""
_CLOSES = frozenset({Candle, MarkCandle})
"""Events of phase 0 (design 2); all others are phase 1."""


@attrs.frozen
class Replay:
    """A recorded market under some terms, ready to be run, and what a person should know of it."""

    source: FrameSource
    terms: Terms
    provenance: Provenance
    build: StrategyFactory
    notes: tuple[str, ...]

    def session(self) -> Session:
        """A fresh session over the recorded market."""
        symbols = frozenset(each.symbol for each in self.terms.instruments)
        return Session(
            run_id(self.terms),
            self.terms,
            recorded_market(self.source, symbols),
            self.build,
            self.provenance,
            recorded_commands(self.source),
            BACKTEST,
        )


def replay_of(source: FrameSource, shelf: StrategyShelf, sets: Sequence[str] = ()) -> Replay:
    """The replay that plays ``source`` again with ``sets`` on top of its own settings.

    Raises ``UserError`` for a setting that cannot be, a strategy that is not at hand, a symbol
    of which the journal holds no market, or orders matched on ticks that it does not hold.
    """
    recorded = source.started.terms
    resolved = resolve_over(
        terms_layer(recorded), RECORDED, {}, sets, shelf.parameters_of, shelf.complete
    )
    digests = {
        section.strategy: shelf.find(section.strategy).digest
        for section in resolved.settings.accounts.values()
    }
    terms = to_terms(resolved, recorded.base_interval_ns, digests, recorded.nonce)
    there = {each.symbol for each in recorded.instruments}
    for instrument in terms.instruments:
        if instrument.symbol not in there:
            known = ", ".join(sorted(there))
            raise UserError(
                f"journal {source.name}: holds no market of {instrument.symbol}; it has {known}"
            )
    if terms.simulation.matched_on != recorded.simulation.matched_on:
        _check_ticks(source, terms)
    provenance = (
        ("mode", "what-if"),
        ("journal", source.name),
        ("journal run", source.started.run),
        *(("set", each) for each in sets),
        *of_the_code(),
    )
    return Replay(source, terms, provenance, shelf.build, _notes(recorded, terms))


def _check_ticks(source: FrameSource, terms: Terms) -> None:
    """Raise ``UserError`` where orders could not be matched as ``terms`` want it."""
    matched_on = terms.simulation.matched_on
    missing = {each.symbol for each in terms.instruments}
    for _, turns in source.turns():
        for _, event, _ in turns:
            if type(event) is _TOLD[matched_on]:
                missing.discard(_symbol(event))
        if not missing:
            return
    raise UserError(
        f"--set simulation.matched_on={matched_on}: journal {source.name} holds no {matched_on} of "
        f"{', '.join(sorted(missing))}, so no order could fill; match on what it holds"
    )


def recorded_market(source: FrameSource, symbols: frozenset[str]) -> Iterator[Group]:
    """The market events of a journal, in the groups in which they came."""
    events = (
        (stamped.at, int(type(stamped.input) not in _CLOSES), stamped.input)
        for stamped, _ in source.frames()
        if type(stamped.input) in _MARKET and _symbol(stamped.input) in symbols
    )
    for (at, phase), group in groupby(events, key=lambda event: event[:2]):
        yield at, phase, tuple(event for _, _, event in group)  # type: ignore[misc]


def recorded_commands(source: FrameSource) -> tuple[tuple[Nanos, Input], ...]:
    """What people told the engine, and when."""
    return tuple(
        (stamped.at, stamped.input)
        for stamped, _ in source.frames()
        if type(stamped.input) in _COMMANDS
    )


def _symbol(event: Input) -> str:
    if isinstance(event, InstrumentChanged):
        return event.instrument.symbol
    return str(getattr(event, "symbol", ""))


def _notes(recorded: Terms, now: Terms) -> tuple[str, ...]:
    """Why even the unchanged replay may differ from what was recorded."""
    notes = []
    if recorded.semantics != ENGINE_SEMANTICS:
        notes.append(
            f"the journal was written with engine semantics {recorded.semantics}, "
            f"it is played again with {ENGINE_SEMANTICS}"
        )
    sources = {each.strategy.name: each.strategy.source_digest for each in recorded.accounts}
    for account in now.accounts:
        name = account.strategy.name
        if sources.get(name, account.strategy.source_digest) != account.strategy.source_digest:
            notes.append(f"the source of strategy {name} is not the one that ran")
    return tuple(dict.fromkeys(notes))
