"""From a wish to a protected position and back."""

from engine.domain.intent import Enter, Exit, MoveStop
from engine.domain.order import BUY, SELL
from engine.messages.decisions import (
    Approved,
    OrderRequested,
    StopMoved,
    TradeClosed,
)
from engine.messages.effects import PlaceOrder, SetStop
from engine.money import parse
from tests.spec.scenario import Scenario, a, given

LONG = Enter(BUY, parse("98"), parse("104"), tag="try")


def opened(scenario: Scenario | None = None) -> Scenario:
    """A long of 50 at 100 that is stopped at 98 and earns at 104, and the venue has its stop."""
    scenario = scenario or given()
    scenario.when_proposed(LONG)
    return scenario.when(
        scenario.accepted(), scenario.filled(), scenario.stop("98", "104")
    ).then_nothing()


def test_an_entry_leaves_with_its_stop_and_target_in_the_same_request() -> None:
    scenario = given().when_proposed(LONG)
    scenario.then(
        a(Approved, quantity=parse("50"), risk=parse("100"), notional=parse("5000")),
        a(OrderRequested, purpose="entry", stop_price=parse("98"), target_price=parse("104")),
    )
    (effect,) = scenario.effects
    assert isinstance(effect, PlaceOrder)
    assert (effect.stop_price, effect.target_price) == (parse("98"), parse("104"))
    assert effect.order_type == "market"
    assert not effect.reduce_only


def test_an_entry_with_a_price_is_a_resting_limit_order() -> None:
    scenario = given().when_proposed(Enter(BUY, parse("97"), limit_price=parse("99")))
    scenario.then(
        a(Approved, quantity=parse("50"), entry_price=parse("99")),
        a(OrderRequested, order_type="limit", time_in_force="GTC", price=parse("99")),
    )


def test_the_tag_of_an_entry_goes_into_its_order_and_its_trade() -> None:
    scenario = opened()
    assert scenario.order.tag == "try"
    scenario.when(scenario.stopped("98")).then(a(TradeClosed, tag="try"))


def test_a_filled_entry_opens_a_position_that_its_account_owns() -> None:
    opened().then_state(
        quantity=parse("50"),
        account="alpha",
        stop_price=parse("98"),
        venue_stop=parse("98"),
        initial_stop=parse("98"),
        covering_until=0,
        alpha_open_positions=1,
        alpha_day_entries=1,
    )


def test_an_order_that_is_filled_whole_leaves_no_deadline_behind() -> None:
    scenario = given().when_proposed(LONG)
    scenario.when(scenario.accepted())
    assert "answer" in [kind for kind, _, _ in scenario.state.timers.due]
    scenario.when(scenario.filled())
    assert "answer" not in [kind for kind, _, _ in scenario.state.timers.due]


def test_a_stopped_position_is_a_trade_with_fees_and_r_multiple() -> None:
    scenario = opened()
    scenario.when(scenario.stopped("98"))
    # 50 bought at 100 and sold at 98 lose 100; 0.055 % of 5,000 and of 4,900 are 2.75 and 2.695.
    pnl = parse("-105.445")
    scenario.then(
        a(TradeClosed, trade=1, pnl=pnl, fees=parse("5.445"), exit_reason="stop_loss", side=BUY)
    )
    trade = scenario.decisions[0]
    assert isinstance(trade, TradeClosed)
    assert trade.r_multiple == parse("-1.05445")
    assert scenario.state.accounts["alpha"].realised == pnl
    assert scenario.state.ledger.wallet == parse("100000") + pnl
    scenario.then_state(quantity=0, account="", alpha_open_positions=0, alpha_unrealised=0)


def test_a_short_earns_when_the_price_falls() -> None:
    scenario = given().when_proposed(Enter(SELL, parse("102"), parse("95")))
    scenario.when(scenario.accepted(), scenario.filled(), scenario.stop("102", "95"))
    scenario.when_candles("96").then_state(alpha_unrealised=parse("200"))
    scenario.when(scenario.stopped("95", "take_profit"))
    # 50 x 5 less fees on 5,000 and 4,750.
    scenario.then(a(TradeClosed, pnl=parse("244.6375"), exit_reason="take_profit", side=SELL))


def test_an_exit_closes_at_the_market_reduce_only_and_leaves_the_stop_in_place() -> None:
    scenario = opened().when_proposed(Exit("enough"))
    scenario.then(
        a(
            OrderRequested,
            purpose="exit",
            side=SELL,
            quantity=parse("50"),
            reduce_only=True,
            reason="enough",
        )
    )
    scenario.when(scenario.filled(price="101"))
    scenario.then(a(TradeClosed, exit_reason="enough"))


def test_a_second_exit_waits_for_the_first() -> None:
    opened().when_proposed(Exit(), Exit()).then(OrderRequested)


def test_a_part_of_a_position_can_be_closed() -> None:
    scenario = opened().when_proposed(Exit(fraction=parse("0.3")))
    scenario.then(a(OrderRequested, quantity=parse("15")))
    scenario.when(scenario.filled(price="102")).then_nothing()
    scenario.then_state(quantity=parse("35"), closing="", entry_value=parse("3500"))


def test_a_part_that_is_smaller_than_a_lot_is_not_closed() -> None:
    opened().when_proposed(Exit(fraction=1)).then_nothing()


def test_an_exit_without_a_position_is_nothing() -> None:
    given().when_proposed(Exit()).then_nothing()


def test_a_stop_moves_only_tighter() -> None:
    scenario = opened()
    scenario.when_proposed(MoveStop(parse("97"))).then_nothing()
    scenario.when_proposed(MoveStop(parse("98"))).then_nothing()
    scenario.when_proposed(MoveStop(parse("99")))
    scenario.then(a(StopMoved, stop_price=parse("99"), target_price=parse("104")))
    assert scenario.effects == [SetStop(scenario.order.key, parse("99"), parse("104"))]
    scenario.when(scenario.stop("99", "104")).then_nothing()
    scenario.then_state(venue_stop=parse("99"), initial_stop=parse("98"), stop_asked=False)


def test_a_stop_of_a_short_moves_only_down() -> None:
    scenario = given().when_proposed(Enter(SELL, parse("102")))
    scenario.when(scenario.filled(), scenario.stop("102"))
    scenario.when_proposed(MoveStop(parse("103"))).then_nothing()
    scenario.when_proposed(MoveStop(parse("101"))).then(a(StopMoved, stop_price=parse("101")))


def test_a_stop_can_never_be_taken_away() -> None:
    for side, stop in ((BUY, "98"), (SELL, "102")):
        scenario = given().when_proposed(Enter(side, parse(stop)))
        scenario.when(scenario.filled(), scenario.stop(stop))
        scenario.when_proposed(MoveStop(0)).then_nothing()
        scenario.when_proposed(MoveStop(0, parse("120" if side > 0 else "80")))
        scenario.then(a(StopMoved, stop_price=parse(stop)))


def test_a_moved_stop_lies_on_the_tick_towards_safety() -> None:
    scenario = opened().when_proposed(MoveStop(parse("98.51")))
    scenario.then(a(StopMoved, stop_price=parse("98.6"), target_price=parse("104")))


def test_an_entry_off_the_tick_gets_its_stop_towards_safety() -> None:
    scenario = given().when_proposed(Enter(BUY, parse("97.99")))
    assert scenario.order.stop_price == parse("98")
    scenario = given().when_proposed(Enter(SELL, parse("102.01")))
    assert scenario.order.stop_price == parse("102")


def test_a_second_move_waits_for_the_answer_to_the_first() -> None:
    scenario = opened().when_proposed(MoveStop(parse("99")), MoveStop(parse("99.5")))
    scenario.then(a(StopMoved, stop_price=parse("99")))


def test_client_ids_count_per_account_and_symbol() -> None:
    scenario = opened().when_proposed(Exit())
    ids = [order.client_id for order in scenario.orders]
    assert ids == ["c0ffee00-alpha-BTCUSDT-1", "c0ffee00-alpha-BTCUSDT-2"]
