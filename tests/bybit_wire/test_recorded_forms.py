"""Every field of the real venue's answers and pushes is there, in the same form.

The exceptions are named here, each with its reason; whatever else differs fails.
"""

from typing import Any

import pytest

from adapters.bybit_wire.routes import ROUTES
from tests.bybit_wire.everything import UNWANTED, everything
from tests.bybit_wire.recorded import Recorded, agree, forms, recordings

RECORDED = recordings()
NOT_PRODUCED = {
    "/v5/account/borrow": "nothing is lent",
    "/v5/account/no-convert-repay": "nothing is lent",
    "/v5/account/repay": "nothing is lent",
    "/v5/account/quick-repayment": "nothing is lent",
    "/v5/account/option-asset-info": "there are no options",
    "/v5/account/mmp-reset": "market maker protection is of options",
    "/v5/account/set-delta-mode": "delta-neutral mode is not simulated",
    "/v5/account/pay-info": "nothing is lent",
    "/v5/account/trade-info-for-analysis": "an analysis page's, no client's",
    "/v5/account/upgrade-to-uta": "the account is unified",
    "/v5/account/set-collateral-switch-batch": "there is one coin",
    "/v5/asset/asset-overview": "there is one coin in two accounts",
    "/v5/asset/coin-greeks": "there are no options",
    "/v5/asset/exchange/order-record": "nothing is converted",
    "/v5/asset/fundinghistory": "of the funding account transfers alone are kept",
    "/v5/market/fee-group-info": "there are no fee groups",
    "/v5/market/index-price-components": "the index is the feed's, or the last price",
    "/v5/market/rpi_orderbook": "RPI orders are not simulated",
    "/v5/order/spot-borrow-check": "there is no spot",
    "/v5/position/move-positions": "nothing is moved between accounts",
    "/v5/spot-margin-trade/": "there is no spot",
    "/v5/user/agreement": "nothing has to be signed",
    "/v5/user/create": "there are no subaccounts",
    "/v5/user/query-sub": "there are no subaccounts",
    "/v5/position/switch-isolated": UNWANTED["/v5/position/switch-isolated"],
    "greeks": "there are no options",
    "strategy": "strategy orders are not simulated",
    "system": "maintenance is a fault of this server, not a message",
    "orderbook.rpi": "RPI orders are not simulated",
    "spread": "there are no spreads",
}
"""Places of recordings that this server does not produce, by how they begin, and why."""


def _is_produced(each: Recorded) -> bool:
    return not any(each.place.startswith(name) for name in NOT_PRODUCED)


@pytest.fixture(scope="module")
def ours() -> dict[str, dict[str, set[str]]]:
    """The forms of every field of what a session of ours was answered and told."""
    found: dict[str, dict[str, set[str]]] = {}
    for place, value in everything():
        for where, form in forms(value):
            found.setdefault(place, {}).setdefault(where, set()).add(form)
    return found


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
    "execution.fast.id": "the documented messages have none",
    ".req_id": "whatever the client wrote",
    "availableWithdrawalMap.": "coins of other accounts",
    "/v5/asset/settlement-record.list[]": "nothing settles in USDC",
    "/v5/account/borrow-history.list[]": "nothing was ever borrowed",
    "/v5/announcements/index.list[]": "nothing is announced",
    "/v5/asset/deposit/query-record.rows[]": "nothing is deposited",
    "/v5/asset/withdraw/query-record.rows[]": "nothing is withdrawn",
    "/v5/market/adlAlert.list[]": "nobody is deleveraged",
    "/v5/market/delivery-price.list[]": "perpetuals are not delivered",
    "/v5/system/status.list[]": "no maintenance is announced",
}
"""Fields of recordings that ours do not have so, by a part of their place, and why."""


@pytest.mark.skipif(not RECORDED, reason="no recorded messages in $TRADEFOLD_DATA/wire")
@pytest.mark.parametrize(
    "recorded",
    [each for each in RECORDED if _is_produced(each)],
    ids=lambda e: f"{e.name}:{e.place}",
)
def test_every_recorded_field_is_there_in_its_form(
    recorded: Any, ours: dict[str, dict[str, set[str]]]
) -> None:
    """JSON type, and of texts whether they are numbers or words."""
    assert recorded.place in ours, "whatever is not produced is named above"
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


def test_every_path_that_is_served_was_asked_for(ours: dict[str, dict[str, set[str]]]) -> None:
    """So a recording of it is compared with something."""
    assert [path for path in ROUTES if path not in ours and path not in UNWANTED] == []
