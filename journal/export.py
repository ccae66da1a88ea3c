"""Frames as lines of JSON for people and other programs: names, decimals as text, ISO times."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from engine.money import render
from engine.timebase import render_time
from journal.codec import DECISION_TYPES, INPUT_TYPES, tag_of
from journal.frame import Frame, FrameSource
from journal.present import Facts, facts_of

_encode = msgspec.json.Encoder().encode

_FACTS: dict[type, tuple[str, Facts]] = {
    cls: (tag_of(cls), facts_of(cls, render)) for cls in INPUT_TYPES + DECISION_TYPES
}


def named(message: Any) -> dict[str, Any]:
    """A message as a dictionary of named facts; ``kind`` is its tag."""
    kind, facts = _FACTS[type(message)]
    # An incident has a kind of its own: the tag goes first and the fact keeps its name.
    shown = facts(message)
    if "kind" in shown:
        shown["incident_kind"] = shown.pop("kind")
    return {"kind": kind, **shown}


def frame_facts(frame: Frame) -> dict[str, Any]:
    """A frame as a dictionary that JSON can hold."""
    stamped, decisions = frame
    return {
        "seq": stamped.seq,
        "at": render_time(stamped.at),
        "input": named(stamped.input),
        "decisions": [named(decision) for decision in decisions],
    }


def export_frames(
    source: FrameSource,
    first: int = 1,
    last: int | None = None,
    kinds: frozenset[str] = frozenset(),
) -> Iterator[dict[str, Any]]:
    """The facts of each frame; with ``kinds`` only of those that hold a message of one of them."""
    for frame in source.frames(first, last):
        facts = frame_facts(frame)
        told = (facts["input"], *facts["decisions"])
        if not kinds or any(each["kind"] in kinds for each in told):
            yield facts


def export_lines(frames: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """One line of JSON for each frame, with its line feed; nothing is held in memory."""
    for facts in frames:
        yield _encode(facts) + b"\n"
