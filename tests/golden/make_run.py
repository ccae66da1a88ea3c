"""Makes the golden run of an engine semantics version: ``python -m tests.golden.make_run``.

To be run once for a new version, and never again after that version was released: the file is
what makes sure that a run is folded and decided the same for ever (laws 2 and 3).
"""

from pathlib import Path

from adapters.strategy_source import StrategyShelf
from adapters.wiring import BACKTEST
from engine.messages.runs import ENGINE_SEMANTICS
from journal.store import SqliteJournal
from replays.plan import Wanted, plan_run
from replays.session import run_session

FOLDER = Path(__file__).parent
GOLDEN_RUN = FOLDER / f"semantics-{ENGINE_SEMANTICS}.journal"
MARKET = "synthetic:5,days=3"


def make(path: Path) -> None:
    """Two accounts, three days, every fault; no provenance, because that is of one machine."""
    wanted = Wanted(FOLDER / "run.toml", (MARKET,))
    session = plan_run(wanted, BACKTEST, {}, StrategyShelf()).session()
    session.provenance = ()
    run_session(session, lambda first, decisions: SqliteJournal.create(path, first, decisions))


if __name__ == "__main__":
    GOLDEN_RUN.unlink(missing_ok=True)
    make(GOLDEN_RUN)
