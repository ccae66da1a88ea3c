"""What a run took for granted, told in words: the manifest of its assumptions.

All of it stands in the journal. The terms of the manifest say what was assumed of the venue and of
the market, its provenance says which recordings there were, and the fills say in how many bars
the declared path had to choose. So a result can be judged by whoever has the journal alone.
"""

from collections.abc import Iterator, Mapping

import attrs

from adapters.config.assumptions import assumed_terms
from adapters.history.recording import FUNDING, MARKS
from engine.messages.runs import RunStarted, SimulationTerms, Terms, VenueTerms
from engine.money import render
from engine.timebase import MILLISECOND
from journal.reader import JournalReader
from replays.queries import rows_of

_FIRST_WITH_AMBIGUOUS = 2
"""The first journal format whose fills tell whether their bar was ambiguous."""

_MATCHED_ON = {
    "candles": "candles: their opens, and inside them the declared path",
    "trades": "recorded trades",
    "quotes": "recorded best bids and asks",
    "depth": "the recorded order book",
}
_CHOICES = {
    "worst_first": "the stop won each",
    "best_first": "the target won each",
    "nearest_first": "what was nearer to the open won each",
}
_THROUGH = "a resting order fills once the market trades a tick past its price"
_QUEUES = {
    "through": _THROUGH,
    "back": "a resting order waits behind all that is shown; who cancels stood behind it",
    "pro_rata": "a resting order waits behind all that is shown; who cancels stood anywhere",
    "front": "a resting order fills at the first touch",
}
_SHARED = {
    "candles": "a bar",
    "trades": "a minute's trades",
}
_TARGETS = {
    "level": "one that the market jumps over gets its level",
    "better": "one that the market jumps over gets the better price",
}
_MODES = {
    "isolated": "isolated",
    "cross": "cross",
    "none": "none, a spot account",
}
_RULES = {
    "bybit": "by Bybit's formulas of 2025-09-02",
    "bybit_2024": "by Bybit's formulas before 2025-09-02",
    "source": "position value over leverage",
}
_NETTING = {"sum": "their sum", "larger_side": "the larger side"}


@attrs.frozen
class Assumption:
    """One thing that was assumed: ``name`` and ``value`` for programs, the rest for people.

    One without a ``title`` is told in the words of another.
    """

    name: str
    value: object
    title: str = ""
    words: str = ""


def ambiguous_bars(journal: JournalReader) -> int | None:
    """In how many bars the declared path chose between stop and target; None in old journals."""
    if journal.head.format < _FIRST_WITH_AMBIGUOUS:
        return None
    query = "SELECT count(DISTINCT venue_order_id) FROM fills WHERE is_ambiguous"
    return int(rows_of(journal, query)[0][0])


def assumptions_of(started: RunStarted, ambiguous: int | None) -> tuple[Assumption, ...]:
    """All assumptions of a run; ``ambiguous`` is the count of such bars, None if nobody knows."""
    terms = started.terms
    return (
        *_of_the_profile(terms.simulation),
        *_of_matching(terms.simulation, ambiguous),
        *_of_costs(terms),
        *_of_recordings(terms, dict(started.provenance)),
        *_of_the_account(terms),
        *_of_faults(terms.simulation),
    )


def _of_the_profile(simulation: SimulationTerms) -> Iterator[Assumption]:
    profile = assumed_terms(simulation.pessimism)
    changed, told = {}, []
    for field, theirs in profile.items():
        mine = getattr(simulation, field)
        is_used = field != "impact" or simulation.matched_on in ("quotes", "depth")
        if is_used and mine != theirs:
            key = field.removesuffix("_ns")
            changed[key] = _value(field, mine)
            told.append(f"{key.replace('_', ' ')} {_value(field, mine)}")
    words = simulation.pessimism
    if not profile:
        words += ", which this version does not know"
    elif told:
        words += " but for " + ", ".join(told)
    yield Assumption("profile", simulation.pessimism, "profile", words)
    yield Assumption("changed_from_profile", changed)


def _value(field: str, value: int | str) -> str:
    if isinstance(value, str):
        return value
    return _milliseconds(value) if field.endswith("_ns") else render(value)


def _of_matching(simulation: SimulationTerms, ambiguous: int | None) -> Iterator[Assumption]:
    on_candles = simulation.matched_on == "candles"
    yield Assumption(
        "matched_on", simulation.matched_on, "matched on", _MATCHED_ON[simulation.matched_on]
    )
    words = simulation.path.replace("_", " ")
    if not on_candles:
        words = "not needed"
    elif ambiguous is None:
        words += "; how many bars were ambiguous was not recorded"
    else:
        chose = _CHOICES.get(simulation.path, "the path chose in each")
        bars = "bar" if ambiguous == 1 else "bars"
        words += f", {ambiguous} ambiguous {bars}" + (f": {chose}" if ambiguous else "")
    yield Assumption("path", simulation.path, "path in a bar", words)
    yield Assumption("ambiguous_bars", ambiguous)
    queue = simulation.queue
    blind = simulation.matched_on in ("candles", "trades") and queue in ("back", "pro_rata")
    told = f"{_THROUGH}: {simulation.matched_on} show no queue" if blind else _QUEUES[queue]
    yield Assumption("queue", queue, "limit orders", told)
    fill = simulation.target_fill
    yield Assumption("target_fill", fill, "targets", _TARGETS[fill])
    share = simulation.volume_share
    told = "not needed: the book shows what there is"
    if simulation.matched_on in _SHARED:
        of = _SHARED[simulation.matched_on]
        told = f"{_percent(share)} of {of}" if share else "without bound"
    yield Assumption("volume_share", render(share), "volume share", told)
    there, back = simulation.request_latency_ns, simulation.report_latency_ns
    told = f"{_milliseconds(there)} there, {_milliseconds(back)} back"
    yield Assumption("request_latency_ns", there, "latency", told)
    yield Assumption("report_latency_ns", back)


def _of_costs(terms: Terms) -> Iterator[Assumption]:
    venue, simulation = terms.venue, terms.simulation
    told = f"taker {_percent(venue.taker_fee)}, maker {_percent(venue.maker_fee)} ({venue.profile})"
    yield Assumption("venue_profile", venue.profile, "fees", told)
    yield Assumption("taker_fee", render(venue.taker_fee))
    yield Assumption("maker_fee", render(venue.maker_fee))
    half, slip, impact = simulation.half_spread, simulation.slippage, simulation.impact
    if simulation.matched_on in ("candles", "trades"):
        told = f"half spread {_percent(half)}, slippage {_percent(slip)} of the price"
    elif simulation.matched_on == "quotes":
        told = f"what is shown; for as much again the price moves by {_percent(impact)} of it"
    else:
        told = (
            f"the levels shown and no more; a stop goes on by {_percent(impact)} for as much again"
        )
    yield Assumption("half_spread", render(half), "a taker pays", told)
    yield Assumption("slippage", render(slip))
    yield Assumption("impact", render(impact))


def _of_recordings(terms: Terms, told: Mapping[str, str]) -> Iterator[Assumption]:
    symbols = [each.symbol for each in terms.instruments]
    marked = [symbol for symbol in symbols if _is_told(symbol, MARKS, told)]
    rated = [symbol for symbol in symbols if _is_told(symbol, FUNDING, told)]
    have = "recorded" + _days(MARKS, told)
    words = _told_of(marked, symbols, have, "the last price, for want of a recording")
    if marked:
        words += "; candles of it act when they close"
    yield Assumption("mark_source", _sources(symbols, marked, "last_price"), "mark price", words)
    charged: object = _sources(symbols, rated, "none")
    have = "recorded rates" + _days(FUNDING, told)
    words = _told_of(rated, symbols, have, "none charged, for want of recorded rates")
    if terms.venue.margin_mode == "none":
        charged, words = "none", "none: a spot account pays none"
    elif not terms.simulation.funding:
        charged, words = "off", "off: not charged"
    yield Assumption("funding", charged, "funding", words)


def _days(kind: str, told: Mapping[str, str]) -> str:
    """From when to when recordings of this kind tell it, which may be less than the run."""
    firsts = [text for key, text in told.items() if key.startswith(kind) and key.endswith(" first")]
    lasts = [text for key, text in told.items() if key.startswith(kind) and key.endswith(" last")]
    return f" from {min(firsts)[:10]} to {max(lasts)[:10]}" if firsts and lasts else ""


def _is_told(symbol: str, kind: str, told: Mapping[str, str]) -> bool:
    """Whether a recording tells this of the symbol: one of its own, or a stream of many things."""
    if f"{kind} {symbol} source" in told:
        return True
    streams = [text for key, text in told.items() if key.endswith(" tells")]
    return any(f"{symbol} {kind}" in text.split(", ") for text in streams)


def _sources(symbols: list[str], recorded: list[str], else_: str) -> dict[str, str]:
    return {symbol: "recorded" if symbol in recorded else else_ for symbol in symbols}


def _told_of(recorded: list[str], symbols: list[str], have: str, without: str) -> str:
    """What holds for all, or for some and for the others."""
    if not recorded:
        return without
    if len(recorded) == len(symbols):
        return have
    others = [symbol for symbol in symbols if symbol not in recorded]
    return f"{have} of {' '.join(recorded)}; {' '.join(others)}: {without}"


def _of_the_account(terms: Terms) -> Iterator[Assumption]:
    venue = terms.venue
    yield Assumption("margin_mode", venue.margin_mode, "margin", _margin(venue))
    yield Assumption("position_mode", venue.position_mode)
    yield Assumption("margin_rule", venue.margin_rule)
    yield Assumption("order_netting", venue.order_netting)
    tiers = {each.symbol: len(each.tiers) for each in terms.instruments}
    words = ", ".join(
        f"{symbol} {count or 'one rate for every size'}" for symbol, count in tiers.items()
    )
    yield Assumption("risk_tiers", tiers, "risk tiers", words)
    banded = [each.symbol for each in terms.instruments if each.price_limit_x]
    edge = "prices outside are moved to it" if venue.moves_to_band else "prices outside are refused"
    words = _told_of(banded, list(tiers), edge, "none recorded")
    yield Assumption("price_band", _sources(list(tiers), banded, "none"), "price band", words)


def _margin(venue: VenueTerms) -> str:
    if venue.margin_mode == "none":
        return _MODES["none"]
    mode = "one way" if venue.position_mode == "one_way" else "hedge"
    return (
        f"{_MODES[venue.margin_mode]}, {mode}, {_RULES[venue.margin_rule]}; "
        f"orders of both sides hold {_NETTING[venue.order_netting]}"
    )


def _of_faults(simulation: SimulationTerms) -> Iterator[Assumption]:
    faults = simulation.faults
    rates = {
        "refused": faults.reject,
        "no answer, placed": faults.no_answer_placed,
        "no answer, lost": faults.no_answer_lost,
        "partial": faults.partial,
        "late": faults.late,
        "doubled": faults.duplicate,
        "stop refused": faults.stop_reject,
    }
    rates = {name: rate for name, rate in rates.items() if rate}
    told = ", ".join(f"{name} {_percent(rate)}" for name, rate in rates.items())
    value = {name: render(rate) for name, rate in rates.items()}
    yield Assumption("faults", value, "faults by seed" if told else "", told)


def _percent(rate: int) -> str:
    return f"{render(rate * 100)} %"


def _milliseconds(nanos: int) -> str:
    whole, part = divmod(nanos, MILLISECOND)
    return f"{render(nanos * 100)} ms" if part else f"{whole} ms"
