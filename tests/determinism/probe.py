"""One backtest, told by its digests: ``python -m tests.determinism.probe CANDLES… [KEY=VALUE…]``.

It prints one line of JSON. The digest of the frames covers every input and every decision as they
are journaled; only the provenance is left out, which says where and under what a run was made.
"""

import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import attrs

from adapters.strategy_source import StrategyShelf
from adapters.wiring import BACKTEST
from engine.messages.decisions import Decision
from engine.messages.inputs import Stamped
from engine.messages.runs import RunStarted
from journal.frame import Frame
from journal.memory import MemoryJournal
from journal.pages import encode_body
from replays.plan import Wanted, plan_run
from replays.session import run_session

CONFIG = Path(__file__).with_name("probe.toml")


@attrs.frozen
class Told:
    """What identifies a run."""

    run: str
    state: str
    strategy: str
    frames: str
    count: int
    trades: int
    fees: int


def tell(candles: Sequence[str], sets: Sequence[str] = ()) -> Told:
    """Run the backtest on these candles and take its digests."""
    wanted = Wanted(CONFIG, tuple(candles), tuple(sets))
    plan = plan_run(wanted, BACKTEST, {}, StrategyShelf())
    journals: list[MemoryJournal] = []

    def open_journal(first: Stamped, decisions: tuple[Decision, ...]) -> MemoryJournal:
        journals.append(MemoryJournal(first, decisions))
        return journals[0]

    outcome = run_session(plan.session(), open_journal)
    frames = list(journals[0].frames())
    return Told(
        plan.run,
        outcome.state_digest,
        outcome.strategy_digest,
        hashlib.sha256(encode_body([without_provenance(frames[0]), *frames[1:]])).hexdigest(),
        len(frames),
        outcome.state.trade_count,
        outcome.state.ledger.fees,
    )


def without_provenance(frame: Frame) -> Frame:
    """The manifest's frame with its terms alone."""
    stamped, decisions = frame
    assert isinstance(stamped.input, RunStarted)
    bare = RunStarted(stamped.input.run, stamped.input.terms, ())
    return Stamped(stamped.seq, stamped.at, bare), decisions


if __name__ == "__main__":
    given = sys.argv[1:]
    told = tell(
        [each for each in given if "=" not in each], [each for each in given if "=" in each]
    )
    print(json.dumps(attrs.asdict(told)))
