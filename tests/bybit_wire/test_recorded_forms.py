"""Every field of the real venue's answers and pushes is there, in the same form.

The exceptions are named here, each with its reason; whatever else differs fails.
"""

from typing import Any

import pytest

from adapters.bybit_wire.private_streams import messages
from adapters.bybit_wire.public_streams import PublicStreams
from adapters.bybit_wire.routes import ROUTES
from engine.messages.market import FundingRated
from engine.money import Rate
from engine.timebase import SECOND, Nanos
from tests.bybit_wire.given import START, SYMBOL, Client, desk
from tests.bybit_wire.recorded import agree, forms, recordings

LINEAR = {"category": "linear", "symbol": SYMBOL}
TOPICS = ("order", "execution", "position", "wallet", "execution.fast")
PUBLIC = ("publicTrade", "orderbook.50", "tickers", "kline.1")
SERVED = (*ROUTES, *TOPICS, *(name.partition(".")[0] for name in PUBLIC))
RECORDED = [each for each in recordings() if each.place in SERVED]


@pytest.fixture(scope="module")
def ours() -> dict[str, dict[str, set[str]]]:
    """The forms of every field of what a session of ours was answered and told."""
    there = desk(*["60010", "59990"] * 20)
    client = Client(there)
    streams = PublicStreams(there)
    found: dict[str, dict[str, set[str]]] = {}

    def note(place: str, value: Any) -> None:
        for where, form in forms(value):
            found.setdefault(place, {}).setdefault(where, set()).add(form)

    def keep(path: str, body: dict[str, Any]) -> dict[str, Any]:
        assert body["retCode"] == 0, body
        note(path, body["result"])
        return body

    for name in PUBLIC:
        for message in streams.join(f"{name}.{SYMBOL}"):
            note(name.partition(".")[0], message)
    _trade(client, keep)
    settle = Nanos(START + 3 * SECOND)
    there.advance(settle)
    there.tell([FundingRated(SYMBOL, settle, Rate(10_000))])
    there.advance(START + 20 * SECOND)
    for topic, message in streams.collect():
        note(topic.partition(".")[0], message)
    for message in messages(client.told(), TOPICS, there.market_ms, 1):
        note(message["topic"], message)
    for path, route in ROUTES.items():
        if route.method == "GET":
            for symbol in ({"symbol": SYMBOL}, {"settleCoin": "USDT"}):
                fields = {"category": "linear", "accountType": "UNIFIED", "interval": "1"} | symbol
                body = client.get(path, **fields)
                if body["retCode"] == 0:
                    keep(path, body)
    return found


def _trade(client: Client, keep: Any) -> None:
    """Orders of every kind, open ones and ended ones, a position with its stops."""
    create, link = "/v5/order/create", {"orderLinkId": "a"}
    switch = "/v5/position/switch-mode"
    for mode in (3, 0):
        keep(switch, client.post(switch, category="linear", coin="USDT", mode=mode))
    margin = {"setMarginMode": "ISOLATED_MARGIN"}
    keep("/v5/account/set-margin-mode", client.post("/v5/account/set-margin-mode", **margin))
    order = {"side": "Buy", "orderType": "Limit", "qty": "0.01", "price": "59900"} | LINEAR
    keep(create, client.post(create, **order, **link))
    keep("/v5/order/amend", client.post("/v5/order/amend", **LINEAR, **link, price="59800"))
    keep("/v5/order/cancel", client.post("/v5/order/cancel", **LINEAR, **link))
    for path in ("create", "amend", "cancel"):
        item = order | {"orderLinkId": "b", "price": "59850"}
        body = client.post(f"/v5/order/{path}-batch", category="linear", request=[item])
        keep(f"/v5/order/{path}-batch", body)
    client.post(create, **order)
    keep("/v5/order/cancel-all", client.post("/v5/order/cancel-all", **LINEAR))
    client.order("Buy", "0.02", stopLoss="59000", takeProfit="61000", orderLinkId="entry")
    client.order("Sell", "0.01", reduceOnly=True)
    client.order("Buy", "0.01", "58000", triggerPrice="59000", triggerDirection=2)
    for path, fields in (
        ("/v5/position/set-leverage", {"buyLeverage": "7", "sellLeverage": "7"}),
        ("/v5/position/trading-stop", {"trailingStop": "900"}),
    ):
        keep(path, client.post(path, **LINEAR, **fields))


MISSING = {
    "cumFeeDetail.": "coins of other fees",
    "extraFees": "an object where the venue has taxes, else an empty text",
    "orderId": "numbers on spot, names of 36 characters here",
    "orderLinkId": "whatever the client wrote",
    "totalPerpUpl": "an older spelling of totalPerpUPL",
    "mmrSysUpdateTime": "an older spelling of mmrSysUpdatedTime",
    "CreatedTime": "an older spelling of createdTime",
    "chains[]": "nothing can be deposited or withdrawn",
    "preListingInfo": "nothing is in pre-launch, so it is null",
    "rpiTakerAccess": "RPI orders are not simulated",
    "rpiMatchedQty": "RPI orders are not simulated",
    "/v5/market/open-interest.list[]": "no feed tells open interest",
    "execution.fast.id": "the documented messages have none",
}
"""Fields of recordings that ours do not have so, by a part of their place, and why."""


@pytest.mark.skipif(not RECORDED, reason="no recorded messages in $TRADEFOLD_DATA/wire")
@pytest.mark.parametrize("recorded", RECORDED, ids=lambda each: f"{each.name}:{each.place}")
def test_every_recorded_field_is_there_in_its_form(
    recorded: Any, ours: dict[str, dict[str, set[str]]]
) -> None:
    """JSON type, and of texts whether they are numbers or words."""
    shown = ours[recorded.place]
    wrong: list[str] = []
    for where, form in forms(recorded.contents):
        if any(part in recorded.place + where for part in MISSING):
            continue
        if where not in shown:
            if where.rpartition("[]")[0] in shown or "[]" not in where:
                wrong.append(f"{where} is missing ({form})")
        elif not any(agree(form, own) for own in shown[where]):
            wrong.append(f"{where} is {sorted(shown[where])}, recorded {form}")
    assert not wrong, "\n".join(dict.fromkeys(wrong))
