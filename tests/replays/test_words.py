"""Every message there is has a sentence."""

import pytest

from engine.domain.candle import Candle
from engine.ids import ClientId, PositionKey
from engine.messages.decisions import AmendRequested, CloseDelayed, GovernorActed, OrderRequested
from engine.messages.market import DepthChanged, FundingRated, Quoted, Traded
from engine.messages.venue import (
    FundingPaid,
    OrderAmended,
    OrderFilled,
    OutcomeUnknown,
    PositionLiquidated,
    StopReported,
)
from engine.money import parse
from engine.risk.rules import RULES
from engine.timebase import NEVER, Nanos, parse_time
from journal.codec import DECISION_TYPES, INPUT_TYPES
from replays.words import WORDS, check_value, fact_words, sentence

KEY = PositionKey("main", "BTCUSDT", 0)
AT = parse_time("2025-01-02T03:04:05Z")
ENTRY = OrderRequested(
    KEY,
    "va1",
    ClientId("r-va1-BTCUSDT-1"),
    "entry",
    1,
    "market",
    parse("0.5"),
    0,
    0,
    "IOC",
    False,
    parse("59000"),
    parse("62000"),
    parse("500"),
    parse("30000"),
    "tag",
    "signal",
)


def test_the_table_covers_the_unions() -> None:
    """A new message breaks this until it can be told."""
    assert set(WORDS) == {*INPUT_TYPES, *DECISION_TYPES}


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (
            ENTRY,
            "va1 requests r-va1-BTCUSDT-1: buy 0.5 BTCUSDT, entry (signal), market order, with "
            "stop 59000, target 62000",
        ),
        (
            OrderFilled(
                KEY,
                ClientId(""),
                "v1",
                "e1",
                "stop_loss",
                -1,
                parse("59000"),
                parse("0.5"),
                parse("16.225"),
                "USDT",
                False,
                AT,
            ),
            "the position's stop loss filled: sell 0.5 BTCUSDT at 59000, taker fee 16.225 USDT "
            "(e1)",
        ),
        (
            OutcomeUnknown(KEY, ClientId("r-1"), "place", "no answer"),
            "no answer to place of r-1: no answer",
        ),
        (
            GovernorActed("va1", "pause", "daily_loss", 0, 0, NEVER),
            "va1: pause until a person resumes (daily_loss)",
        ),
        (
            GovernorActed("va1", "size", "2 losses in a row", parse("0.5"), 2, 0),
            "va1 risks 0.5 times its budget (2 losses in a row)",
        ),
        (
            Candle("BTCUSDT", 0, AT, *map(parse, ("1", "4", "0.5", "2.25", "10"))),
            "BTCUSDT candle closed: open 1, high 4, low 0.5, close 2.25, volume 10",
        ),
    ],
)
def test_a_message_is_told_in_the_words_of_the_trade(message: object, told: str) -> None:
    """Decimals, sides by name, no field names."""
    assert sentence(message) == told


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (
            Quoted("X", Nanos(1), parse("9.9"), parse("1"), parse("10"), parse("2")),
            "X is bid 9.9 for 1, asked 10 for 2",
        ),
        (Traded("X", Nanos(1), parse("9"), parse("3"), -1), "3 X traded at 9, the taker sold"),
        (Traded("X", Nanos(1), parse("9"), parse("3"), 0), "3 X traded at 9"),
        (
            DepthChanged("X", Nanos(1), True, ((parse("9"), parse("1")),), ()),
            "the whole book of X: 1 bids, 0 asks",
        ),
        (
            FundingRated("X", Nanos(AT), parse("-0.000125")),
            "X settles funding at -0.0125 % at 2025-01-02T03:04:05Z",
        ),
        (
            FundingPaid(
                KEY, "f1", parse("-2"), parse("60000"), parse("0.0001"), parse("-12"), Nanos(AT)
            ),
            "-2 BTCUSDT earns funding of 12 at 0.01 % of 60000 (f1)",
        ),
        (
            PositionLiquidated(KEY, parse("2"), parse("54000"), parse("53900"), Nanos(AT)),
            "the venue liquidates 2 BTCUSDT: the mark is 54000, bankrupt at 53900",
        ),
        (
            OrderAmended(KEY, ClientId("c"), parse("2"), parse("59000"), 0, Nanos(AT)),
            "the venue has c as 2 at 59000 now",
        ),
        (
            AmendRequested(
                KEY, "va1", ClientId("c"), parse("2"), 0, parse("61000"), 0, 0, "signal"
            ),
            "va1 changes c to 2, triggered at 61000 (signal)",
        ),
        (
            StopReported(KEY, parse("59000"), 0, Nanos(AT), parse("500")),
            "the venue protects BTCUSDT with stop 59000, trailing by 500",
        ),
        (
            CloseDelayed(KEY, "va1", 0, Nanos(AT)),
            "closing BTCUSDT of va1 is left to the venue until 2025-01-02T03:04:05Z",
        ),
    ],
)
def test_what_the_deeper_exchange_says_reads_as_a_trader_would_say_it(
    message: object, told: str
) -> None:
    """Nothing is told that is not there."""
    assert sentence(message) == told


@pytest.mark.parametrize(
    ("unit", "value", "told"),
    [
        ("count", 3, "3"),
        ("flag", 1, "yes"),
        ("flag", 0, "no"),
        ("side", -1, "sell"),
        ("money", parse("12.5"), "12.5"),
        ("fraction", parse("0.1234567"), "12.34 %"),
        ("time", 0, "never"),
        ("time", AT, "2025-01-02T03:04:05Z"),
        ("time", NEVER, "for good"),
    ],
)
def test_a_checks_number_is_shown_in_its_unit(unit: str, value: int, told: str) -> None:
    """Each unit of the rule table has its form."""
    assert check_value(unit, value) == told
    assert {rule.unit for rule in RULES.values()} <= {
        "count",
        "flag",
        "fraction",
        "money",
        "price",
        "quantity",
        "side",
        "time",
    }


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("wanted_stop", "5900050000000", "wanted stop 59000.5"),
        ("opened_ns", str(AT), "opened 2025-01-02T03:04:05Z"),
        ("ours", "-50000000", "ours -0.5"),
        ("bankruptcy_price", "9000000000", "bankruptcy price 90"),
        ("code", "10001", "code 10001"),
    ],
)
def test_a_fact_of_an_incident_is_shown_in_its_unit(name: str, value: str, told: str) -> None:
    """The journal keeps integers; people read decimals and times."""
    assert fact_words(name, value) == told
