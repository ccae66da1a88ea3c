"""A session that is kept in a journal, in process: a made market, and clients that sign."""

from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from adapters.bybit_wire.contracts import AccountSettings
from adapters.bybit_wire.origin import CODE, code_digest
from adapters.bybit_wire.refolding import Refolded, bare_desk, opened_of, refold
from adapters.bybit_wire.routes import ROUTES
from adapters.bybit_wire.session_messages import WORDS
from adapters.bybit_wire.sessions import Asked, Kept, keep_session
from engine.money import SCALE
from engine.timebase import SECOND, parse_time
from journal.reader import JournalReader
from tests.bybit_wire.given import SYMBOL, Client, settings

NOW = parse_time("2025-01-01T00:00:30Z")
SECOND_KEY = "second"
HEDGED = settings(key=SECOND_KEY, uid=2, position_mode="hedge")
CODE_NOW = code_digest()
ORIGIN = (("code_version", "0"), (CODE, CODE_NOW))


def asked(*accounts: AccountSettings, feed: str = "synthetic:7", warm_up: int = 60) -> Asked:
    """A session of one contract, with the usual account where none is given."""
    return Asked((feed,), (SYMBOL,), accounts or (settings(),), warm_up)


def kept(path: Path, wanted: Asked | None = None, now_ns: int = NOW) -> Kept:
    """The session of that journal."""
    return keep_session(path, wanted or asked(), now_ns, ORIGIN)


def refolded(path: Path) -> Refolded:
    """What the journal alone leads to; raises where that is not what it recorded."""
    with JournalReader(path, WORDS) as reader:
        return refold(bare_desk(opened_of(reader)), reader.frames(), False, CODE_NOW)


def play(session: Kept, seconds: float) -> None:
    """Let so much market time go by."""
    desk = session.opened.desk
    desk.advance(desk.now_ns + int(seconds * SECOND))


TRANSFER = {"coin": "USDT", "amount": "5", "fromAccountType": "UNIFIED", "toAccountType": "FUND"}
SETTINGS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/v5/position/add-margin", {"margin": "7"}),
    ("/v5/position/set-auto-add-margin", {"autoAddMargin": "1"}),
    ("/v5/position/switch-mode", {"mode": "3"}),
    ("/v5/position/switch-mode", {"mode": "0"}),
    ("/v5/position/set-risk-limit", {"riskId": "2"}),
    ("/v5/position/trading-stop", {"positionIdx": "0", "trailingStop": "90", "tpslMode": "Full"}),
    ("/v5/position/trading-stop", {"stopLoss": "100", "slSize": "0.001", "tpslMode": "Partial"}),
    ("/v5/account/set-margin-mode", {"setMarginMode": "ISOLATED_MARGIN"}),
    ("/v5/account/set-margin-mode", {"setMarginMode": "REGULAR_MARGIN"}),
    ("/v5/account/demo-apply-money", {"utaDemoApplyMoney": [{"coin": "USDT", "amountStr": "9"}]}),
    ("/v5/asset/transfer/inter-transfer", TRANSFER | {"transferId": str(UUID(int=1))}),
    ("/v5/asset/transfer/inter-transfer", TRANSFER | {"transferId": str(UUID(int=2))}),
    ("/v5/order/disconnected-cancel-all", {"timeWindow": 10, "product": "DERIVATIVES"}),
    ("/v5/order/cancel-all", {}),
    ("/v5/order/pre-check", {"side": "Buy", "qty": "0.01", "orderType": "Market"}),
)
"""What changes an account besides its orders."""


def trade(there: Client, random: Random) -> dict[str, Any]:
    """Anything that a client may do, right or wrong."""
    last = there.desk.markets[SYMBOL].last // SCALE
    side = random.choice(("Buy", "Sell"))
    qty = random.choice(("0.001", "0.01", "0.5", "9000"))
    names = [*there.desk.accounts[there.key].heard.open] or ["none"]
    named = {"category": "linear", "symbol": SYMBOL}
    match random.randrange(11):
        case 0 | 1:
            return there.order(side, qty)
        case 2 | 3:
            return there.order(side, qty, str(last + random.randrange(-200, 200)))
        case 4:
            return there.order(side, qty, stopLoss=str(last - 300), takeProfit=str(last + 300))
        case 5:
            above = {"triggerPrice": str(last + 50), "triggerDirection": 1}
            return there.order(side, qty, orderLinkId=f"l{random.randrange(9)}", **above)
        case 6:
            return there.post("/v5/order/cancel", orderId=random.choice(names), **named)
        case 7:
            price, order_id = str(last - random.randrange(500)), random.choice(names)
            return there.post("/v5/order/amend", price=price, orderId=order_id, **named)
        case 8:
            one = {"symbol": SYMBOL, "side": side, "qty": qty, "orderType": "Market"}
            many = [one] * random.randrange(1, 4)
            return there.post("/v5/order/create-batch", category="linear", request=many)
        case 9:
            wide = str(random.randrange(1, 30))
            path = "/v5/position/set-leverage"
            return there.post(path, buyLeverage=wide, sellLeverage=wide, **named)
        case _:
            path, fields = random.choice(SETTINGS)
            return there.post(path, **(named | fields))


def look(there: Client, random: Random) -> None:
    """Anything that only asks."""
    route = random.choice([each for each in ROUTES.values() if each.method == "GET"])
    there.get(route.path, category="linear", symbol=SYMBOL, interval="1", intervalTime="5min")
