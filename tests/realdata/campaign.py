"""One whole examination of a stretch of candles: play, refold, decide again."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from engine.messages.market import DataGap
from engine.timebase import render_time
from replays.plan import Plan
from replays.reproduce import digests, redecide, refold
from tests.realdata.contracts import contract_tables
from tests.realdata.laws import Laws
from tests.realdata.runs import Played, plan_of, play

CONFIG = Path(__file__).with_name("campaign.toml")
ACCOUNTS = ("fast", "follow", "slow")
FAULTS = (
    "simulation.faults.reject=0.03",
    "simulation.faults.no_answer_placed=0.05",
    "simulation.faults.no_answer_lost=0.05",
    "simulation.faults.partial=0.2",
    "simulation.faults.late=0.05",
    "simulation.faults.duplicate=0.1",
    "simulation.faults.stop_reject=0.05",
)
HARSH = (
    "simulation.faults.reject=0.1",
    "simulation.faults.no_answer_placed=0.5",
    "simulation.faults.no_answer_lost=0.1",
    "simulation.faults.partial=0.9",
    "simulation.faults.late=0.5",
    "simulation.faults.duplicate=0.5",
    "simulation.faults.stop_reject=0.5",
    "simulation.request_latency=900ms",
    "simulation.report_latency=900ms",
    "limits.protection_deadline=100ms",
)
"""A venue that nobody should trade at, and a deadline that nobody could keep."""


def plan_campaign(
    folder: Path,
    symbols: tuple[str, ...],
    candles: Iterable[Path],
    sets: Sequence[str] = (),
    start: str = "",
    end: str = "",
) -> Plan:
    """All three accounts on all of ``symbols``, with the venue's own contracts."""
    config = folder / "campaign.toml"
    written = CONFIG.read_text(encoding="utf-8") + "\n" + contract_tables(symbols)
    config.write_text(written, encoding="utf-8")
    listed = json.dumps(symbols)
    sets = (*(f"accounts.{each}.symbols={listed}" for each in ACCOUNTS), *sets)
    return plan_of(config, (str(path) for path in candles), sets, start, end)


def examine(plan: Plan) -> tuple[Played, Laws]:
    """Play the plan under the laws, then reproduce it from its journal in both ways."""
    laws = Laws()
    played = play(plan.session(), laws)
    assert laws.trades, "no trade at all: the laws had nothing to look at"
    assert laws.settled, "the venue was never at rest: the two books were not compared"
    assert sorted(map(_hole, laws.gaps)) == sorted(_holes(plan)), "each hole is a DataGap"
    engine_alone = refold(played.journal)
    assert digests(engine_alone)[0] == played.digests[0], "law 2: refold, no strategy at hand"
    whole = refold(played.journal, plan.shelf.build_known)
    assert digests(whole) == played.digests, "law 2: refold"
    again = redecide(played.journal, plan.shelf.build_known)
    assert again.divergence is None, "law 3: re-decide"
    assert digests(again.state) == played.digests, "law 3: re-decide"
    return played, laws


def _holes(plan: Plan) -> Iterator[tuple[str, int, int]]:
    """Holes of the files that have a candle of the span asked for on both sides."""
    for each in plan.series:
        for begins, ends in each.facts.gaps:
            if plan.start_ns <= begins - each.facts.interval_ns and ends < plan.end_ns:
                yield each.facts.symbol, begins, ends


def _hole(gap: DataGap) -> tuple[str, int, int]:
    return gap.symbol, gap.from_ns, gap.to_ns


def told(played: Played, laws: Laws) -> str:
    """One line on what a campaign saw, for ``pytest -s``."""
    last = played.journal.last_at
    return (
        f"{played.state.seq} frames to {render_time(last)}: {laws.looked_at} looked at, "
        f"{laws.settled} at rest, {len(laws.trades)} trades, {len(laws.gaps)} holes, "
        f"{len(laws.incidents)} incidents"
    )
