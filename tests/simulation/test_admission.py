"""What may be opened: spot holdings, netting, what a position serves, and tiers (6.2, 6.5)."""

import pytest

from engine.domain.order import BUY, SELL
from engine.messages.venue import OrderCancelled, OrderRejected
from tests.simulation.given import BTC, bar, cancel, e8, order
from tests.simulation.margined import LADDER, account, liquidations, moving, refusal, still


def test_a_spot_account_pays_in_full_whatever_its_leverage() -> None:
    """0.1 at 60 000 is 6000 and 3.3 of fee."""
    for wallet, code in (("6003.3", 0), ("6003.2", 170131)):
        session = account("none", wallet=wallet, leverage="10")
        session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, "0.1"))
        assert refusal(session) == code
    session = account("none", wallet="6003.3")
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, "0.1"))
    assert session.exchange.available == 0
    moving(session, 1, "60000 60000 0.1 0.1")
    assert liquidations(session.take()) == []


def test_a_spot_account_sells_what_it_has_and_nothing_short() -> None:
    session = account("none")
    still(session, 0, "60000")
    session.send(order("a", SELL, "0.001"), at=session.now)
    assert refusal(session) == 170131

    session.send(order("b", BUY, "0.1"), at=session.now)
    session.send(order("c", SELL, "0.06", order_type="limit", price="61000"), at=session.now)
    assert refusal(session) == 0
    session.send(order("d", SELL, "0.05", order_type="limit", price="61000"), at=session.now)
    assert refusal(session) == 170131
    session.send(order("e", SELL, "0.04"), at=session.now)
    assert refusal(session) == 0
    assert session.exchange.positions[BTC].quantity == e8("0.06")


def test_what_a_spot_account_has_sold_no_waiting_order_sells_again() -> None:
    """A stop, or an order that only reduces, sells the whole; what was offered besides ends."""
    session = account("none")
    still(session, 0, "60000")
    session.send(order("b", BUY, "0.1"), at=session.now)
    for name, quantity in (("c", "0.06"), ("d", "0.04")):
        asked = order(name, SELL, quantity, order_type="limit", price="61000")
        session.send(asked, at=session.now)
    session.take()
    session.send(order("e", SELL, "0.04", reduce_only=True), at=session.now)
    gone = [one.client_id for one in session.take() if isinstance(one, OrderCancelled)]
    assert gone == ["d"]

    session.send(order("f", SELL, "0.06", reduce_only=True), at=session.now)
    moving(session, 1, "60000 62000 60000 62000")
    assert session.exchange.positions == {}
    assert session.exchange.open_orders == ()


@pytest.mark.parametrize(("netting", "held"), [("sum", "1213.2"), ("larger_side", "606.93")])
def test_orders_on_both_sides_hold_their_sum_or_the_larger_side(netting: str, held: str) -> None:
    """A bid of 0.1 at 60 000 costs 606.27, an offer 606.93."""
    session = account(netting=netting)  # type: ignore[arg-type]
    still(session, 0, "60000.1")
    session.send(
        order("a", BUY, "0.1", order_type="limit", price="60000"),
        order("b", SELL, "0.1", order_type="limit", price="60000.2"),
        at=session.now,
    )
    # The offer stands 0.2 higher: 0.02 of value, 0.002 + 0.0000231 of cost.
    assert e8("10000") - session.exchange.available == e8(held) + e8("0.0020231")


def test_a_position_serves_the_orders_against_it_in_the_order_of_their_age() -> None:
    """Long 0.1; offered 0.06, 0.06 and 0.1 at 60 000: nothing, 0.02 and 0.1 of them open."""
    session = account()
    session.bar(bar(0, "59000 59000 59000 59000"), order("a", BUY, "0.1"))
    before = session.exchange.available
    for name, quantity, opened in (("b", "0.06", "0"), ("c", "0.06", "0.02"), ("d", "0.1", "0.12")):
        offer = order(name, SELL, quantity, order_type="limit", price="60000")
        session.send(offer, at=session.now)
        # 6069.3 for each whole coin: 6000 + 33 + 36.3.
        assert before - session.exchange.available == e8(opened) * 60693 // 10
    session.send(cancel("b"), at=session.now)

    assert before - session.exchange.available == e8("0.06") * 60693 // 10


def test_what_fills_of_a_resting_order_is_held_by_the_position_and_no_longer_by_the_order() -> None:
    """A bid of 0.2 at 60 000 gets half: 602.97 of position, 606.27 of order, 1.2 of maker fee."""
    session = account(volume_share="0.1")
    still(session, 0, "61000")
    session.send(order("a", BUY, "0.2", order_type="limit", price="60000"), at=session.now)
    session.bar(bar(1, "61000 61000 59999 61000", volume="1"))

    assert session.exchange.positions[BTC].quantity == e8("0.1")
    held = e8("602.97") + e8("606.27")
    assert session.exchange.available == e8("10000") - e8("1.2") - held


@pytest.mark.parametrize(
    ("leverage", "quantity", "code", "told"),
    [
        ("50", "0.033", 0, ""),
        ("50", "0.034", 110090, "20"),
        ("20", "0.166", 0, ""),
        ("20", "0.167", 110090, "10"),
        ("10", "0.834", 110089, ""),
    ],
)
def test_an_order_beyond_the_tier_of_its_leverage_is_refused_with_the_leverage_to_go_to(
    leverage: str, quantity: str, code: int, told: str
) -> None:
    """At 60 000 the tiers hold 0.0333…, 0.1666… and 0.8333… for 100x, 20x and 10x."""
    session = account(leverage=leverage, ladder=LADDER)
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, quantity))
    refused = [one for one in session.take() if isinstance(one, OrderRejected)]

    assert [one.code for one in refused] == ([code] if code else [])
    if told:
        assert refused[0].reason.endswith(f"leverage to {told} or below")


def test_position_and_orders_of_one_side_share_the_tier() -> None:
    """0.02 held and 0.01 bid make 1800 of 2000; 0.004 more would be 2040. A close is free."""
    session = account(leverage="50", ladder=LADDER)
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, "0.02"))
    session.send(order("b", BUY, "0.01", order_type="limit", price="60000"), at=session.now)
    session.take()
    session.send(order("c", BUY, "0.004", order_type="limit", price="60000"), at=session.now)
    assert refusal(session) == 110090
    session.send(order("d", SELL, "0.02", order_type="limit", price="60000"), at=session.now)
    assert refusal(session) == 0


def test_a_conditional_order_beyond_the_tier_ends_when_it_triggers() -> None:
    session = account(leverage="50", ladder=LADDER)
    still(session, 0, "60000")
    session.send(order("a", BUY, "0.04", order_type="stop_market", trigger="61000"), at=session.now)
    assert refusal(session) == 0
    moving(session, 1, "60000 61000 60000 61000")

    ended = [one for one in session.take() if isinstance(one, OrderCancelled)]
    assert [(one.client_id, one.reason) for one in ended] == [("a", "EC_Others")]
