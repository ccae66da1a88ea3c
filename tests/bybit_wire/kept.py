"""A session that is kept in a journal, in process: a made market, and clients that sign."""

from pathlib import Path
from random import Random
from typing import Any

from adapters.bybit_wire.contracts import AccountSettings
from adapters.bybit_wire.origin import CODE, code_digest
from adapters.bybit_wire.refolding import Refolded, bare_desk, opened_of, refold
from adapters.bybit_wire.session_messages import WORDS
from adapters.bybit_wire.sessions import Asked, Kept, keep_session
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


def trade(there: Client, random: Random) -> dict[str, Any]:
    """Anything that a client may do, right or wrong."""
    last = there.desk.markets[SYMBOL].last // 10**8
    side = random.choice(("Buy", "Sell"))
    qty = random.choice(("0.001", "0.01", "0.5", "9000"))
    names = [*there.desk.accounts[there.key].heard.open] or ["none"]
    match random.randrange(12):
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
            named = {"category": "linear", "symbol": SYMBOL, "orderId": random.choice(names)}
            return there.post("/v5/order/cancel", **named)
        case 7:
            named = {"category": "linear", "symbol": SYMBOL, "orderId": random.choice(names)}
            return there.post("/v5/order/amend", price=str(last - random.randrange(500)), **named)
        case 8:
            one = {"symbol": SYMBOL, "side": side, "qty": qty, "orderType": "Market"}
            many = [one] * random.randrange(1, 4)
            return there.post("/v5/order/create-batch", category="linear", request=many)
        case 9:
            named = {"category": "linear", "symbol": SYMBOL}
            wide = str(random.randrange(1, 30))
            path = "/v5/position/set-leverage"
            return there.post(path, buyLeverage=wide, sellLeverage=wide, **named)
        case 10:
            modes = random.choice(("ISOLATED_MARGIN", "REGULAR_MARGIN"))
            return there.post("/v5/account/set-margin-mode", setMarginMode=modes)
        case _:
            path = random.choice(("/v5/position/list", "/v5/order/realtime"))
            return there.get(path, category="linear", symbol=SYMBOL)
