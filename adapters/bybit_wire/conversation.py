"""What one WebSocket says and hears (bybit-v5.md 4.1, 4.4). Pure: texts in, messages out.

Answers to subscriptions and to orders have a delay, because a client on the same machine would
else get them before it has noted its own request (1.5).
"""

import hashlib
from collections import deque
from typing import Literal, NamedTuple

from adapters.bybit_wire.account import Account
from adapters.bybit_wire.answers import KEY_INVALID, PARAMETER, Fields, Refusal
from adapters.bybit_wire.desk import Desk
from adapters.bybit_wire.disconnection import TOPIC as DCP_TOPIC
from adapters.bybit_wire.private_streams import refuse_topics
from adapters.bybit_wire.public_streams import PublicStreams
from adapters.bybit_wire.router import limit_headers, perform, read_json
from adapters.bybit_wire.routes import TRADED
from adapters.bybit_wire.signing import refuse_login, refuse_time

Kind = Literal["public", "private", "trade"]

DELAY_MS = 15
ARGS_MOST = 21_000
IDS_KEPT = 10_000
UNKNOWN_OP = 10404
UNAUTHORIZED = 10004
REPEATED_AUTH = 20001
DUPLICATE_ID = 20006
ID_LENGTH = 36


class Reply(NamedTuple):
    """One message to send, how long after it was asked for, and whether to close then."""

    delay_ms: int
    message: Fields
    closes: bool = False


class Conversation:
    """One connection. ``topics`` are those that it listens to now, ``name`` is its ``conn_id``."""

    def __init__(self, kind: Kind, desk: Desk, streams: PublicStreams, number: int) -> None:
        self.kind = kind
        self.account: Account | None = None
        self.topics: dict[str, None] = {}
        self._desk = desk
        self._streams = streams
        self.name = hashlib.md5(f"{desk.start_ns}/{number}".encode()).hexdigest()[:20]
        self._ids: deque[str] = deque(maxlen=IDS_KEPT)

    def hear(self, text: str, wall_ms: int) -> list[Reply]:
        """Answer one text message."""
        asked = read_json(text)
        if asked is None:
            return [Reply(0, self._unread())]
        op = asked.get("op")
        if op == "ping":
            return [Reply(0, self._pong(asked, wall_ms))]
        if op == "auth" and self.kind != "public":
            return [self._auth(asked, wall_ms)]
        if self.kind == "trade":
            return [Reply(DELAY_MS, self._trade(asked, wall_ms))]
        if op == "subscribe":
            return self._subscribe(asked)
        if op == "unsubscribe":
            return [Reply(DELAY_MS, self._unsubscribe(asked))]
        named = op[:40] if isinstance(op, str) else ""
        return [Reply(0, self._ack(named, False, f"error:unknown op {named}", asked))]

    def _unread(self) -> Fields:
        text = "Params Error: no JSON object"
        if self.kind == "trade":
            return self.traded({"op": ""}, Refusal(PARAMETER, text))
        return self._ack("", False, text, {})

    def end(self, wall_ms: int) -> None:
        """The connection is closed."""
        for topic in list(self.topics):
            self._leave(topic, wall_ms)

    def _leave(self, topic: str, lost_ms: int | None) -> None:
        """Listen no more: the connection was lost at ``lost_ms``, or it was asked for (None)."""
        del self.topics[topic]
        if self.kind == "public":
            self._streams.leave(topic)
        elif topic == DCP_TOPIC and self.account is not None:
            self.account.watch.leave(lost_ms)

    def _ack(self, op: str, is_done: bool, text: str, asked: Fields) -> Fields:
        message: Fields = {"success": is_done, "ret_msg": text, "conn_id": self.name, "op": op}
        if "req_id" in asked:
            message["req_id"] = asked["req_id"]
        return message

    def _pong(self, asked: Fields, wall_ms: int) -> Fields:
        if self.kind == "public":
            return {"req_id": "", **self._ack("ping", True, "pong", asked)}
        if self.kind == "private":
            message: Fields = {"op": "pong", "args": [str(wall_ms)], "conn_id": self.name}
            return {"req_id": asked.get("req_id", ""), **message}
        return {
            "retCode": 0,
            "retMsg": "OK",
            "op": "pong",
            "data": [str(wall_ms)],
            "connId": self.name,
        }

    def _auth(self, asked: Fields, wall_ms: int) -> Reply:
        refusal = self._login(asked.get("args"), wall_ms)
        if self.kind == "trade":
            message = self.traded(asked, refusal)
            return Reply(0, message, refusal.code not in (0, REPEATED_AUTH))
        is_in = refusal.code == 0
        return Reply(0, self._ack("auth", is_in, "" if is_in else refusal.text, asked), not is_in)

    def _login(self, args: object, wall_ms: int) -> Refusal:
        if self.account is not None:
            return Refusal(REPEATED_AUTH, "Repeat auth")
        if not isinstance(args, list) or len(args) != 3:
            return Refusal(PARAMETER, "Params Error: args are key, expires, signature")
        key, expires, signed = args
        account = self._desk.accounts.get(str(key))
        if account is None:
            return Refusal(KEY_INVALID, "Invalid apikey")
        refusal = refuse_login(account.settings.secret, expires, signed, wall_ms)
        if refusal is not None:
            return refusal
        self.account = account
        return Refusal(0, "OK")

    def _subscribe(self, asked: Fields) -> list[Reply]:
        topics = _topics(asked)
        refusal = self._refuse(topics)
        if refusal:
            return [Reply(DELAY_MS, self._ack("subscribe", False, refusal, asked))]
        replies = [Reply(DELAY_MS, self._ack("subscribe", True, "", asked))]
        for topic in topics or ():
            self.topics[topic] = None
            if self.kind == "public":
                replies += [Reply(DELAY_MS, each) for each in self._streams.join(topic)]
            elif topic == DCP_TOPIC and self.account is not None:
                self.account.watch.join()
        return replies

    def _refuse(self, topics: list[str] | None) -> str:
        if not topics:
            return "error:args are no list of topics"
        if sum(map(len, topics)) > ARGS_MOST:
            return f"error:args are longer than {ARGS_MOST} characters"
        if len(set(topics)) < len(topics):
            return "error:a topic is named twice"
        for topic in topics:
            if topic in self.topics:
                return f"error:already subscribed,topic:{topic}"
            if self.kind == "public" and (refusal := self._streams.refuse(topic)):
                return refusal
        if self.kind == "private":
            return refuse_topics(topics) if self.account else "Request not authorized"
        return ""

    def _unsubscribe(self, asked: Fields) -> Fields:
        topics = _topics(asked)
        if not topics:
            return self._ack("unsubscribe", False, "error:args are no list of topics", asked)
        for topic in topics:
            if topic in self.topics:
                self._leave(topic, None)
        return self._ack("unsubscribe", True, "", asked)

    def _trade(self, asked: Fields, wall_ms: int) -> Fields:
        refusal = self._refuse_trade(asked, wall_ms)
        if refusal is not None:
            return self.traded(asked, refusal)
        assert self.account is not None, "who is not logged in was refused"
        route = TRADED[asked["op"]]
        found = perform(self._desk, self.account, route, asked["args"][0], wall_ms)
        headers = limit_headers(found.quota, wall_ms, f"{wall_ms}/{asked.get('reqId')}")
        message = self.traded(asked, found.refusal)
        return message | {"data": found.result, "retExtInfo": found.extra, "header": headers}

    def _refuse_trade(self, asked: Fields, wall_ms: int) -> Refusal | None:
        op, args, header = asked.get("op"), asked.get("args"), asked.get("header")
        if not isinstance(op, str) or op not in TRADED:
            return Refusal(UNKNOWN_OP, "op is not supported")
        if self.account is None:
            return Refusal(UNAUTHORIZED, "Request not authorized")
        name = asked.get("reqId", "")
        if not isinstance(name, str) or len(name) > ID_LENGTH:
            return Refusal(PARAMETER, "params error: reqId invalid")
        if name and name in self._ids:
            return Refusal(DUPLICATE_ID, "reqId is duplicated")
        self._ids.append(name)
        if not isinstance(header, dict):
            return Refusal(PARAMETER, "params error: header is required")
        if not isinstance(args, list) or len(args) != 1 or not isinstance(args[0], dict):
            return Refusal(PARAMETER, "params error: args is no list of one object")
        stamp, window = (str(header.get(each, "")) for each in _TIMES)
        if args[0].get("category") not in (None, "", "linear"):
            return Refusal(UNKNOWN_OP, "category is not supported")
        return refuse_time(stamp, window, wall_ms)

    def traded(self, asked: Fields, refusal: Refusal) -> Fields:
        """An answer of the trade socket that has no result, or not yet."""
        message: Fields = {"retCode": refusal.code, "retMsg": refusal.text, "op": asked.get("op")}
        if "reqId" in asked:
            message["reqId"] = asked["reqId"]
        if asked.get("op") != "auth":
            message |= {"data": {}, "retExtInfo": {}}
        return message | {"connId": self.name}


_TIMES = ("X-BAPI-TIMESTAMP", "X-BAPI-RECV-WINDOW")


def _topics(asked: Fields) -> list[str] | None:
    args = asked.get("args")
    if isinstance(args, list) and all(isinstance(each, str) for each in args):
        return args
    return None
