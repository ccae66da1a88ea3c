"""Whole sessions: a strategy of one's own over a made market at a venue that may misbehave."""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from hypothesis import strategies as st

from adapters.config.layers import Tree, tree_layer
from adapters.config.resolve import resolve_over
from adapters.config.terms import run_id, to_terms
from adapters.strategy_source import StrategyShelf, StrategySource
from engine.domain.instrument import Instrument
from engine.messages.runs import FaultTerms, Terms
from engine.strategies.catalog import StrategyClass, source_digest
from replays.session import Session
from replays.trial.made import BAR, BTC, accounts, faults, markets

_ORIGIN = "trial"


@st.composite
def sessions(
    draw: st.DrawFn,
    strategy: StrategyClass,
    parameters: Mapping[str, object] | None = None,
    settings: Mapping[str, Any] | None = None,
    instruments: Sequence[Instrument] = (BTC,),
    most: int = 60,
    harshest: float = 0.3,
) -> Session:
    """A session of ``strategy`` over up to ``most`` candles of each contract, ready to be played.

    ``parameters`` are the strategy's. ``settings`` are tables as a configuration has them and win
    over what is drawn: the account's sizing and limits, the seed, and faults of a rate of up to
    ``harshest`` (0 for a venue that never fails). Raises ``UserError`` for what no configuration
    may say.
    """
    source = StrategySource(strategy.__name__, strategy, source_digest(_text_of(strategy)))
    shelf = StrategyShelf((source,))
    account = draw(accounts())
    tree: Tree = {
        "run": {"seed": draw(st.integers(0, 1_000))},
        "accounts": {
            "trial": {
                "symbols": [each.symbol for each in instruments],
                "strategy": source.name,
                "parameters": dict(parameters or {}),
                **account,
            }
        },
        "instruments": {each.symbol: _instrument(each) for each in instruments},
    }
    _merge(tree, settings or {})
    terms = _terms(tree, shelf)
    terms = attrs.evolve(terms, instruments=tuple(sorted(instruments, key=lambda one: one.symbol)))
    if harshest:
        terms = _at_a_harsh_venue(terms, draw(faults(harshest)))
    feed = draw(markets(instruments, most=most))
    return Session(run_id(terms), terms, feed, shelf.build)


def _terms(tree: Tree, shelf: StrategyShelf) -> Terms:
    resolved = resolve_over(
        tree_layer(tree, _ORIGIN), _ORIGIN, {}, (), shelf.parameters_of, shelf.complete
    )
    return to_terms(resolved, BAR, shelf.digests())


def _at_a_harsh_venue(terms: Terms, rates: FaultTerms) -> Terms:
    return attrs.evolve(terms, simulation=attrs.evolve(terms.simulation, faults=rates))


def _text_of(strategy: StrategyClass) -> str:
    """The source of the class; of one that was typed at a prompt, its name."""
    try:
        return inspect.getsource(strategy)
    except (OSError, TypeError):
        return strategy.__qualname__


def _instrument(instrument: Instrument) -> Tree:
    """Just enough for the configuration to be whole; the contract itself is put in its place."""
    from_terms = {
        "tick": instrument.tick,
        "lot": instrument.lot,
        "min_quantity": instrument.min_quantity,
        "max_limit_quantity": instrument.max_limit_quantity,
        "max_market_quantity": instrument.max_market_quantity,
        "min_price": instrument.min_price,
        "max_price": instrument.max_price,
        "max_leverage": instrument.max_leverage,
        "maintenance_rate": instrument.maintenance_rate,
    }
    return {name: _plain(value) for name, value in from_terms.items()}


def _plain(value: int) -> str:
    whole, part = divmod(value, 100_000_000)
    return f"{whole}.{part:08d}"


def _merge(tree: Tree, above: Mapping[str, Any]) -> None:
    """Write ``above`` over ``tree``, table by table."""
    for key, value in above.items():
        below = tree.get(key)
        if isinstance(below, dict) and isinstance(value, Mapping):
            _merge(below, value)
        else:
            tree[key] = value
