"""What random sessions ask for: orders that are legal, and orders that are anything."""

from typing import Any

from hypothesis import strategies as st

from tests.bybit_wire.given import SYMBOL

PRICES = st.integers(5_900, 6_100).map(lambda tens: str(tens * 10))


def seldom(usual: Any, *others: Any) -> st.SearchStrategy[Any]:
    """The usual value four times in five."""
    return st.sampled_from([usual] * 4 * len(others) + list(others))


ORDERS = st.fixed_dictionaries(
    {
        "category": seldom("linear", "inverse"),
        "symbol": seldom(SYMBOL, "NOPEUSDT"),
        "side": st.sampled_from(["Buy", "Sell"] * 9 + ["buy"]),
        "orderType": st.sampled_from(["Market", "Limit"]),
        "qty": st.sampled_from(["0.001", "0.01", "0.05", "0.3"] * 5 + ["0", "0.0005", "5", "-1"])
        | st.sampled_from(["x", "", "1e400", "NaN", "1e-3"]),
        "price": PRICES,
        "timeInForce": seldom("GTC", "IOC", "FOK", "PostOnly", "RPI", "GTD"),
        "triggerPrice": seldom("", "59500", "60200", "60500", "x"),
        "triggerDirection": st.sampled_from([1, 2]),
        "reduceOnly": seldom(False, True),
        "closeOnTrigger": seldom(False, True),
        "stopLoss": seldom("", "58900", "61100", "60000"),
        "takeProfit": seldom("", "58900", "61100", "60000"),
        "tpslMode": seldom("Full", "Partial", "Half"),
        "positionIdx": seldom("fits", 0, 1, 2),
        "orderLinkId": seldom("", "a", "b", "c", "d e", "e" * 37),
    }
)
LEGAL = st.fixed_dictionaries(
    {
        "category": st.just("linear"),
        "symbol": st.just(SYMBOL),
        "side": st.sampled_from(["Buy", "Sell"]),
        "orderType": st.sampled_from(["Market", "Limit", "Limit"]),
        "qty": st.sampled_from(["0.001", "0.01", "0.05"]),
        "price": PRICES,
        "timeInForce": st.sampled_from(["GTC"] * 4 + ["IOC", "PostOnly"]),
        "triggerPrice": seldom("", "59500", "60500"),
        "triggerDirection": st.sampled_from([1, 2]),
        "reduceOnly": st.sampled_from([False, False, True]),
        "positionIdx": st.just("fits"),
        "orderLinkId": st.sampled_from(["", "", "a", "b", "c", "d"]),
    },
    optional={
        "stopLoss": st.sampled_from(["58900", "59300", "60700", "61100"]),
        "takeProfit": st.sampled_from(["58900", "59300", "60700", "61100"]),
        "tpslMode": st.sampled_from(["Full", "Partial"]),
    },
)
WAYS = st.sampled_from(["rest", "trade"])
