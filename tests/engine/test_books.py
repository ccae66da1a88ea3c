"""Positions, ledger, accounts and timers, against counts kept by hand."""

from hypothesis import given
from hypothesis import strategies as st

from engine.accounts.account import VirtualAccount
from engine.accounts.ledger import Ledger
from engine.domain.position import Position
from engine.money import SCALE, notional, parse
from engine.timebase import NEVER
from engine.timers import NO_KEY, Timers
from tests.spec.run_terms import account
from tests.spec.scenario import key_of

FILLS = st.lists(
    st.tuples(st.booleans(), st.integers(1, 10**10), st.integers(10**6, 10**12)), max_size=20
)


@given(st.sampled_from((1, -1)), FILLS)
def test_a_position_is_the_sum_of_its_fills_and_its_profit_the_sum_of_its_values(
    side: int, fills: list[tuple[bool, int, int]]
) -> None:
    position = Position(key_of())
    paid = quantity = 0
    for opens, size, price in fills:
        if not opens:
            size = min(size, abs(position.quantity))
        if not size:
            continue
        value = notional(price, size)
        if opens:
            position.enlarge(side, size, value)
        else:
            position.reduce(size, value)
        sign = 1 if opens else -1
        quantity += sign * side * size
        paid += sign * side * value
    assert position.quantity == quantity
    # What was paid and is not in the position any more was realised, to the last unit.
    assert position.realised == side * position.entry_value - paid
    if not quantity:
        assert position.entry_value == 0
        assert position.unrealised(5) == 0


@given(st.sampled_from((1, -1)), st.integers(1, 10**12), st.integers(1, 10**12))
def test_unrealised_profit_is_what_a_close_at_the_mark_would_realise(
    side: int, size: int, mark: int
) -> None:
    position = Position(key_of())
    position.enlarge(side, size, notional(10**10, size))
    expected = position.unrealised(mark)
    assert position.reduce(size, notional(mark, size)) == expected


def test_the_entry_price_is_an_average_for_people() -> None:
    position = Position(key_of())
    assert (position.side, position.entry_price) == (0, 0)
    position.enlarge(-1, SCALE, parse("100"))
    position.enlarge(-1, 2 * SCALE, parse("202"))
    assert position.side == -1
    assert position.entry_price == parse("100.66666666")


@given(st.lists(st.tuples(st.integers(-(10**12), 10**12), st.integers(-(10**9), 10**9))))
def test_the_ledger_balances_after_each_booking(bookings: list[tuple[int, int]]) -> None:
    ledger = Ledger("USDT", parse("1000"))
    for profit, fee in bookings:
        ledger.book_fill(profit, fee)
    assert ledger.wallet == parse("1000") + sum(profit - fee for profit, fee in bookings)
    assert ledger.wallet == ledger.deposits + ledger.realised - ledger.fees


def test_drawdown_is_the_fall_from_the_peak_and_a_day_that_is_up_has_no_loss() -> None:
    alpha = VirtualAccount(account())
    alpha.mark(parse("2500"))
    assert (alpha.peak_equity, alpha.day_loss, alpha.drawdown) == (parse("12500"), 0, 0)
    alpha.mark(-parse("3125"))
    assert alpha.drawdown == parse("0.25")
    assert alpha.day_loss == parse("625")
    assert alpha.peak_equity == parse("12500")


def test_the_standing_of_an_account_names_what_weighs_most() -> None:
    alpha = VirtualAccount(account())
    assert alpha.standing(10) == "active"
    alpha.cooldown_until = 11
    assert (alpha.standing(10), alpha.standing(11)) == ("cooldown", "active")
    alpha.paused_until = 12
    assert alpha.standing(10) == "paused"
    alpha.killed = "drawdown"
    assert alpha.standing(10) == "killed"


@given(
    st.lists(
        st.tuples(st.sampled_from("sct"), st.sampled_from("abc"), st.integers(0, 9)), max_size=40
    )
)
def test_timers_fire_by_time_then_by_name_and_the_next_is_always_known(
    moves: list[tuple[str, str, int]],
) -> None:
    timers, plain = Timers(), dict[str, int]()
    for move, name, due in moves:
        if move == "s":
            timers.set("look_up", name, NO_KEY, due)
            plain[name] = due
        elif move == "c":
            timers.cancel("look_up", name, NO_KEY)
            plain.pop(name, None)
        else:
            taken = timers.take()
            first = min(plain, key=lambda subject: (plain[subject], subject), default=None)
            assert (taken[1] if taken else None) == first
            if first is not None:
                del plain[first]
        assert timers.next_due == min(plain.values(), default=NEVER)
