"""Money, time and names: every rounding has a direction, every text one meaning."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ids import CLIENT_ID_LENGTH, PositionKey, client_order_id
from engine.money import (
    SCALE,
    apply_rate,
    notional,
    parse,
    ratio,
    render,
    round_down,
    round_half_up,
    round_up,
    share,
)
from engine.timebase import (
    DAY,
    HOUR,
    MILLISECOND,
    MINUTE,
    SECOND,
    day_start,
    parse_span,
    parse_time,
    render_span,
    render_time,
)

ANY = st.integers(-(10**20), 10**20)
SIZE = st.integers(1, 10**16)
NAME = st.text("abcdefgh-_0123456789", min_size=1, max_size=40)


@given(ANY)
def test_a_number_that_is_rendered_parses_to_itself(value: int) -> None:
    assert parse(render(value)) == value
    assert Decimal(render(value)) * SCALE == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1, "0.00000001"),
        (-1, "-0.00000001"),
        (-150_000_000, "-1.5"),
        (10**18, "10000000000"),
    ],
)
def test_numbers_are_rendered_plain_and_short(value: int, text: str) -> None:
    assert render(value) == text


NO_NUMBERS = ["", "a", "1,5", "nan", "inf", "-inf", "0.000000001", "1e-9", "0x1"]


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_number_of_eight_decimals_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"^.* (is not a|is finer than) .*$"):
        parse(text)


@given(ANY, ANY)
def test_values_are_rounded_half_up_to_the_last_digit(price: int, quantity: int) -> None:
    for value in (notional(price, quantity), apply_rate(price, quantity)):
        assert -SCALE < 2 * (value * SCALE - price * quantity) <= SCALE


@given(ANY, SIZE)
def test_a_ratio_is_rounded_down_also_below_zero(numerator: int, denominator: int) -> None:
    value = ratio(numerator, denominator)
    assert value * denominator <= numerator * SCALE < (value + 1) * denominator


@given(ANY, SIZE)
def test_halves_go_up(numerator: int, denominator: int) -> None:
    value = round_half_up(numerator, denominator)
    assert -denominator < 2 * (value * denominator - numerator) <= denominator


@given(st.integers(0, 10**18), SIZE)
def test_rounding_to_a_step_goes_to_the_named_side(value: int, step: int) -> None:
    down, up = round_down(value, step), round_up(value, step)
    assert down <= value <= up
    assert down % step == up % step == 0
    assert value - down < step > up - value


@given(SIZE, st.lists(st.integers(1, 10**12), min_size=1, max_size=6))
def test_shares_that_are_taken_one_after_the_other_leave_nothing(
    value: int, parts: list[int]
) -> None:
    whole, left = sum(parts), value
    for part in parts:
        taken = left if part == whole else share(left, part, whole)
        assert 0 <= taken <= left
        left, whole = left - taken, whole - part
    assert left == 0


@given(st.integers(0, 10**19), st.integers(0, 23))
def test_a_trading_day_holds_its_moment_and_starts_at_its_hour(at: int, hour: int) -> None:
    start = day_start(at, hour)
    assert start <= at < start + DAY
    assert start % DAY == hour * HOUR


@given(st.integers(0, 250_000_000_000 * 10**9 // 10**2))
def test_a_time_that_is_rendered_names_its_second_and_its_fraction(at: int) -> None:
    text = render_time(at)
    assert text.endswith("Z")
    assert parse_time(text.partition(".")[0].rstrip("Z")) == at - at % SECOND
    fraction = text.partition(".")[2].rstrip("Z")
    assert int((fraction or "0").ljust(9, "0")) == at % SECOND


def test_times_without_an_offset_are_utc() -> None:
    assert parse_time("2024-01-01T00:00:00") == parse_time("2024-01-01T01:00:00+01:00")
    assert parse_time("1970-01-02") == DAY


@pytest.mark.parametrize("text", ["", "5", "m", "0m", "-1m", "1.5h", "5 m", "1w", "²m", "٣m"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a span of time"):
        parse_span(text)


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (MINUTE, "1m"),
        (90 * SECOND, "90s"),
        (24 * HOUR, "1d"),
        (36 * HOUR, "36h"),
        (50 * MILLISECOND, "50ms"),
        (1_000, "1us"),
        (1, "1ns"),
        (0, "0s"),
    ],
)
def test_spans_are_rendered_in_the_largest_unit_that_fits(span: int, text: str) -> None:
    assert render_span(span) == text
    if span and text[-2].isdigit():
        assert parse_span(text) == span


@given(NAME, NAME, st.integers(1, 10**9))
def test_a_client_id_fits_the_venue_and_is_the_same_each_time(
    account: str, symbol: str, n: int
) -> None:
    name = client_order_id("0123456789abcdef", account, symbol, n)
    assert len(name) <= CLIENT_ID_LENGTH
    assert name == client_order_id("0123456789abcdef", account, symbol, n)
    assert name != client_order_id("0123456789abcdef", account, symbol, n + 1)
    assert name != client_order_id("f123456789abcdef", account, symbol, n)


def test_a_position_key_reads_as_a_path() -> None:
    assert str(PositionKey("main", "BTCUSDT", 2)) == "main/BTCUSDT/2"
