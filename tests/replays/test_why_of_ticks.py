"""Why a strategy did something, or nothing, upon a quote or a trade."""

from pathlib import Path
from typing import Any

import pytest

from engine.domain.intent import Reprice
from engine.messages.runs import AccountTerms
from engine.money import parse
from engine.strategies.strategy import Strategy
from journal.reader import JournalReader
from journal.store import SqliteJournal
from replays.why import moment_story
from tests.spec.run_terms import BTC
from tests.spec.scenario import Scenario, Scripted
from tests.spec.test_amendments import LOWER, resting
from tests.spec.test_listeners import Listener, listening, quoted


class Shelf:
    """Knows one strategy, by the name that the scenarios give it."""

    def __init__(self, make: Any) -> None:
        self.make = make

    def digests(self) -> dict[str, str]:
        """As the terms of the scenarios have it."""
        return {"scripted": ""}

    def build_known(self, terms: AccountTerms, instrument: object) -> Strategy:
        """A fresh one."""
        del terms, instrument
        made: Strategy = self.make()
        return made


def story_of(run: Scenario, path: Path, shelf: Shelf) -> dict[str, Any]:
    """What is told of alpha at the last moment of a run."""
    (first, decided), *frames = run.frames
    journal = SqliteJournal.create(path, first, decided)
    for stamped, decisions in frames:
        journal.append(stamped, decisions)
    journal.close()
    with JournalReader(path) as reader:
        told = moment_story(reader, shelf, run.at, BTC, "alpha")  # type: ignore[arg-type]
    story: dict[str, Any] = told["accounts"][0]
    return story


def test_who_listens_to_quotes_is_told_of_at_the_last_quote(tmp_path: Path) -> None:
    run, _ = listening()
    run.when(quoted(run, "99"), quoted(run, "101"))
    story = story_of(run, tmp_path / "a.journal", Shelf(Listener))
    assert story["asked_by"] == "BTCUSDT is bid 101 for 1, asked 101.1 for 1"
    assert story["asked_seq"] == run.frames[-1][0].seq
    assert story["because"].startswith("it asked for c0ffee00-alpha-BTCUSDT-1")
    assert [check["name"] for check in story["gate"]][:2] == ["killed", "paused"]


def test_a_quote_upon_which_nothing_was_wanted_is_told_too(tmp_path: Path) -> None:
    run, _ = listening()
    run.when(quoted(run, "99"))
    story = story_of(run, tmp_path / "a.journal", Shelf(Listener))
    assert story["because"].startswith("it asked for nothing")


def test_who_listens_to_candles_is_told_of_at_the_last_candle(tmp_path: Path) -> None:
    run = resting()
    run.when(quoted(run, "99"))
    story = story_of(run, tmp_path / "a.journal", Shelf(Scripted))
    assert story["asked_by"].startswith("BTCUSDT candle closed")


@pytest.mark.parametrize(
    ("price", "words"),
    [
        (LOWER, "alpha changes c0ffee00-alpha-BTCUSDT-1 to 50 at 98.5 (signal)"),
        (Reprice(parse("99")), ""),
    ],
)
def test_a_change_of_what_rests_is_something_that_was_asked_for(
    tmp_path: Path, price: Reprice, words: str
) -> None:
    run = resting().when_proposed(price)
    story = story_of(run, tmp_path / "a.journal", Shelf(Scripted))
    wanted = f"it asked for a change: {words}" if words else "it asked for nothing"
    assert story["because"].startswith(wanted)
