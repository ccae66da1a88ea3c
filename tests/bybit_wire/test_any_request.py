"""Every path of the wire, asked for anything at all: there is an answer, of a known form and code,
and what was refused has changed nothing.
"""

import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import adapters.bybit_wire
from adapters.bybit_wire.answers import Answer, to_text
from adapters.bybit_wire.routes import ROUTES
from tests.bybit_wire.given import KEY, SYMBOL, WISH, Client, desk
from tests.bybit_wire.given import settings as account_settings

SOURCES = Path(adapters.bybit_wire.__file__).parent.glob("*.py")
READ = re.compile(r'(?:text_of|number|whole|needed|flag|choice)\(given, "(\w+)"')
NAMES = sorted({name for path in SOURCES for name in READ.findall(path.read_text("utf-8"))})
"""Every parameter that is read anywhere."""
GOOD = WISH | {
    "accountType": "UNIFIED",
    "interval": "1",
    "coin": "USDT",
    "settleCoin": "USDT",
    "intervalTime": "5min",
    "period": "5min",
    "buyLeverage": "5",
    "sellLeverage": "5",
    "mode": 0,
    "positionIdx": 0,
    "margin": "1",
}
ODD = [
    "",
    " ",
    "0",
    "-1",
    "1",
    "2",
    "x",
    "0.001",
    "59500",
    "1e400",
    "1e-400",
    "1e99999999",
    "NaN",
    "Infinity",
    "9" * 30,
    "9" * 5_000,
    "0" * 5_000 + "1",
    "1700000000000",
    "\u0663",
    "é",
    "\ud800",
    "\0",
    "%ff",
    "a:b",
    "None",
    "true",
    None,
    True,
    0,
    -1,
    1 << 70,
    1.5,
    [],
    ["a"],
    {},
    {"a": []},
    [[[]]],
    [{}] * 3,
    [{"symbol": SYMBOL, "qty": []}],
]
ANYTHING = st.dictionaries(st.sampled_from([*NAMES, "request"]), st.sampled_from(ODD), max_size=4)
SESSIONS = int(os.environ.get("TRADEFOLD_WIRE_SESSIONS", "8"))
KEPT_NAMES = st.sets(st.sampled_from(sorted(GOOD)), min_size=len(GOOD) - 4)


def ask(client: Client, method: str, path: str, fields: dict[str, Any]) -> Answer:
    """Ask, signed; a second passes."""
    client.wall += 1_000
    if method == "POST":
        return client.send(client.request(method, path, json.dumps(fields).encode()))
    texts = {name: str(value) for name, value in fields.items()}
    query = urlencode(texts, errors="surrogatepass").encode()
    return client.send(client.request(method, path, query))


@pytest.mark.parametrize("path", sorted(ROUTES))
@settings(max_examples=SESSIONS)
@given(st.lists(st.tuples(KEPT_NAMES, ANYTHING), min_size=1, max_size=4))
def test_every_path_answers_whatever_it_is_asked(
    path: str, asked: list[tuple[set[str], dict[str, Any]]]
) -> None:
    """With an envelope that is JSON, HTTP 200 or 400, and cash and position as they were where it
    refused."""
    client = Client(desk(accounts=[account_settings(per_second=1_000)]))
    client.order("Buy", "0.01")
    for names, odd in asked:
        fields = {name: GOOD[name] for name in sorted(names)} | odd
        account = client.desk.accounts[KEY]
        before = (account.exchange.wallet, client.position(), len(account.heard.open))
        found = ask(client, ROUTES[path].method, path, fields)
        body = json.loads(to_text(found.body))
        assert set(body) == {"retCode", "retMsg", "result", "retExtInfo", "time"}
        assert found.status in (200, 400)
        assert body["retCode"] != 10016
        if body["retCode"]:
            now = client.desk.accounts[KEY]
            assert before == (now.exchange.wallet, client.position(), len(now.heard.open)), body
