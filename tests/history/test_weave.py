"""Ticks and rare events are merged as a plain sort would, wherever recordings are cut."""

from collections.abc import Sequence
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from adapters.history.feed import CLOSES, OPENINGS
from adapters.history.rare import Item, Pending, item
from adapters.history.recording import Stretch
from adapters.history.weave import beside, braid, woven
from engine.domain.candle import Candle
from engine.messages.market import BarOpened, FundingRated, MarketEvent, Quoted, Traded
from engine.money import Price, Quantity, Rate
from engine.timebase import Nanos


def event_of(symbol: str, kind: str, n: int) -> MarketEvent:
    number = Quantity(n + 1)
    if kind == "trades":
        return Traded(symbol, Nanos(n), Price(5), number, 1)
    return Quoted(symbol, Nanos(n), Price(5), number, Price(6), number)


MOMENTS = st.lists(st.integers(0, 30), max_size=30).map(sorted)
CUTS = st.lists(st.integers(1, 5), min_size=30, max_size=30)


def stretches(
    moments: Sequence[int], events: Sequence[MarketEvent], cuts: Sequence[int]
) -> list[Stretch]:
    """Columns cut into pieces of these lengths."""
    found: list[Stretch] = []
    place = 0
    for length in cuts:
        part = slice(place, place + length)
        if moments[part]:
            found.append(([Nanos(at) for at in moments[part]], list(events[part])))
        place += length
    return found


RARE = st.lists(
    st.tuples(st.integers(0, 32), st.sampled_from(["close", "open", "rate"])),
    max_size=8,
    unique=True,
)


def rare_item(at: int, kind: str) -> Item:
    event: MarketEvent = BarOpened("B", Nanos(at), Price(1))
    if kind == "rate":
        event = FundingRated("B", Nanos(at), Rate(1))
    if kind == "close":
        event = Candle("B", Nanos(at - 1), Nanos(at), *(Price(1),) * 4, Quantity(0))
    return item(Nanos(at), CLOSES if kind == "close" else OPENINGS, event)


@given(
    st.lists(st.tuples(st.sampled_from("AB"), MOMENTS, CUTS), max_size=4),
    RARE,
)
def test_the_order_is_that_of_a_plain_sort_wherever_recordings_are_cut(
    sources: list[tuple[str, list[int], list[int]]], rare: list[tuple[int, str]]
) -> None:
    items = sorted(rare_item(*each) for each in rare)
    plain: list[tuple[tuple[int, int, int, str, int, int, int], MarketEvent]] = [
        ((*each[:5], 0, 0), each.event) for each in items
    ]
    streams = []
    for place, (symbol, moments, cuts) in enumerate(sources):
        events = [
            event_of(symbol, "trades" if place % 2 else "quotes", n) for n in range(len(moments))
        ]
        plain += [
            ((at, OPENINGS, 1, symbol, 9, place, n), event)
            for n, (at, event) in enumerate(zip(moments, events, strict=True))
        ]
        streams.append(iter(stretches(moments, events, cuts)))
    plain.sort(key=lambda each: each[0])
    expected = [
        (*moment, tuple(event for _, event in group))
        for moment, group in groupby(plain, key=lambda each: each[0][:2])
    ]
    assert list(woven(braid(streams), [Pending(items)])) == expected


@given(RARE, RARE)
def test_rare_events_beside_candles_come_in_their_place(
    ours: list[tuple[int, str]], others: list[tuple[int, str]]
) -> None:
    candles = sorted({at: rare_item(at, "open") for at, _ in ours}.values())
    items = sorted(rare_item(at, "rate") for at in {at for at, _ in others})
    groups = [(each.at, each.phase, (each.event,)) for each in candles]
    expected = [
        (*moment, tuple(each.event for each in group))
        for moment, group in groupby(sorted(candles + items), key=lambda each: each[:2])
    ]
    assert list(beside(iter(groups), iter(items))) == expected
