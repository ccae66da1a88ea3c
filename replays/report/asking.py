"""The commands that a page offers, ready to be copied: why a trade was made, and the proof.

A journal names the strategies that decided, and never a file of theirs: what a name would run is
the user's business. So where a strategy is not a shipped one its file is left open, as in the
sentence of a command that misses it.
"""

from shlex import quote

from engine.messages.runs import AccountTerms
from engine.strategies.catalog import CATALOG
from replays.report.contents import Report, ReportTrade

FILE = "path.py"
"""What stands for the file of a strategy that is not a shipped one."""


def own_strategies(report: Report) -> tuple[str, ...]:
    """The names of the strategies that only their user has, each once."""
    accounts = report.summary.started.terms.accounts
    return tuple(dict.fromkeys(name for name in map(_own, accounts) if name))


def explain_trade(report: Report, trade: ReportTrade) -> str:
    """Why a trade was opened; "" where it was nobody's order."""
    if not trade.entry_order:
        return ""
    accounts = report.summary.started.terms.accounts
    owner = [_own(account) for account in accounts if account.name == trade.account]
    return f"{_explain(report)} --order {trade.entry_order}{_sources(owner)}"


def explain_moment(report: Report) -> str:
    """Why nothing was done at a moment that is left open."""
    asked = f"{_explain(report)} --at TIME --symbol SYMBOL --why-not"
    return asked + _sources(own_strategies(report))


def verify(report: Report) -> str:
    """The proof of the whole run."""
    return f"tradefold verify {quote(report.journal)}{_sources(own_strategies(report))}"


def _explain(report: Report) -> str:
    return f"tradefold explain {quote(report.journal)}"


def _own(account: AccountTerms) -> str:
    name = account.strategy.name
    return "" if name in CATALOG else name


def _sources(names: tuple[str, ...] | list[str]) -> str:
    return "".join(f" --strategy {FILE}:{quote(name)}" for name in names if name)
