"""A kept session: what enters the desk is in the journal, and the desk is made again from that."""

import json
import shutil
from pathlib import Path
from random import Random
from typing import cast

import pytest
from attrs import evolve

from adapters.bybit_wire.keeping import frame_of
from adapters.bybit_wire.public_streams import PublicStreams
from adapters.bybit_wire.refolding import DivergedError
from adapters.bybit_wire.session_messages import (
    WORDS,
    Answered,
    RequestTaken,
    SessionInput,
    SessionOutcome,
    SessionPaused,
    Told,
)
from adapters.bybit_wire.sessions import Kept
from adapters.bybit_wire.standing import desk_digest
from journal.memory import MemoryJournal
from journal.pages import plain_body
from journal.reader import JournalReader
from journal.store import SqliteJournal
from tests.bybit_wire.given import SYMBOL, WALL, Client, listed, settings
from tests.bybit_wire.kept import (
    CODE_NOW,
    HEDGED,
    SECOND_KEY,
    asked,
    kept,
    look,
    play,
    refolded,
    trade,
)
from tests.journal.samples import first_frame


def traded(session: Kept, random: Random, steps: int, keys: tuple[str, ...]) -> None:
    """Let clients do anything, with the market going on between."""
    clients = [Client(session.opened.desk, key) for key in keys]
    streams = PublicStreams(session.opened.desk)
    for topic in (f"publicTrade.{SYMBOL}", f"allLiquidation.{SYMBOL}", f"tickers.{SYMBOL}"):
        streams.join(topic)
    for _ in range(steps):
        there = random.choice(clients)
        there.wall = WALL + session.opened.desk.market_ms
        trade(there, random)
        look(there, random)
        streams.collect()
        play(session, random.choice((0, 0, 0.5, 5, 40)))


def frames_of(path: Path) -> list[tuple[SessionInput, tuple[SessionOutcome, ...]]]:
    """What a session's journal holds."""
    with JournalReader(path, WORDS) as reader:
        return [
            (cast(SessionInput, stamped.input), cast(tuple[SessionOutcome, ...], led_to))
            for stamped, led_to in reader.frames()
        ]


@pytest.mark.parametrize("seed", range(4))
def test_the_journal_alone_leads_to_the_same_state(tmp_path: Path, seed: int) -> None:
    """Orders, positions, wallet, ids, executions, ledger and market are those of the session."""
    path = tmp_path / "session.journal"
    session = kept(path, asked(settings(), HEDGED))
    traded(session, Random(seed), 120, (settings().key, SECOND_KEY))
    session.keeper.pause(0, CODE_NOW)
    again = refolded(path)
    assert desk_digest(again.desk) == desk_digest(session.opened.desk)
    assert (again.paused, again.noted) == (True, 1)
    assert min(again.requests, again.messages) > 50


def test_the_digest_tells_states_apart(tmp_path: Path) -> None:
    """One order more, one candle more, a leverage that is changed: each has a digest of its own."""
    session = kept(tmp_path / "session.journal")
    desk, there = session.opened.desk, Client(session.opened.desk)
    digests = [desk_digest(desk)]
    play(session, 60)
    digests.append(desk_digest(desk))
    there.order("Buy", "0.01", "20000")
    digests.append(desk_digest(desk))
    levers = {"buyLeverage": "7", "sellLeverage": "7"}
    there.post("/v5/position/set-leverage", category="linear", symbol=SYMBOL, **levers)
    digests.append(desk_digest(desk))
    assert len(set(digests)) == 4
    for seed in range(100):
        look(there, Random(seed))
    PublicStreams(desk).collect()
    assert desk_digest(desk) == digests[-1], "to look changes nothing"
    session.keeper.journal.close()


@pytest.mark.parametrize("in_order", [True, False])
def test_a_session_that_was_taken_up_ends_as_one_that_never_stopped(
    tmp_path: Path, in_order: bool
) -> None:
    """Stopped twice, in order or not, and gone on with at another time of the wall: the same orders
    by the same ids, the same feed, the same state."""
    whole, parts = Random(9), Random(9)
    keys = (settings().key, SECOND_KEY)
    wanted = asked(settings(), HEDGED)
    one = kept(tmp_path / "one.journal", wanted)
    for _ in range(3):
        traded(one, whole, 40, keys)
    ended = 0
    for part in range(3):
        session = kept(tmp_path / "three.journal", wanted, now_ns=one.opened.served_ns + part)
        assert (session.before is None) == (part == 0)
        session.opened.desk.advance(ended)  # where nothing was noted it goes on at the last frame
        traded(session, parts, 40, keys)
        ended = session.opened.desk.now_ns
        if part < 2 and in_order:
            session.keeper.pause(0, CODE_NOW)
        elif part < 2:
            session.keeper.journal.close()
    assert desk_digest(session.opened.desk) == desk_digest(one.opened.desk)
    assert session.opened.desk.next_ns == one.opened.desk.next_ns
    one.keeper.journal.close()
    session.keeper.journal.close()


def test_a_session_goes_on_from_any_frame(tmp_path: Path) -> None:
    """A journal that ends between the events of one moment too: nothing is left out, nothing comes
    twice."""
    path, cut = tmp_path / "session.journal", tmp_path / "cut.journal"
    session = kept(path)
    there = Client(session.opened.desk)
    there.order("Buy", "0.01", stopLoss="100")
    play(session, 70)
    whole, ended = desk_digest(session.opened.desk), session.opened.desk.now_ns
    session.keeper.journal.close()
    with JournalReader(path, WORDS) as reader:
        frames = list(reader.frames())
    bought = next(n for n, (each, _) in enumerate(frames) if isinstance(each.input, RequestTaken))
    assert len(frames) - bought > 20
    for last in range(bought + 1, len(frames) + 1, 3):
        cut.unlink(missing_ok=True)
        journal = SqliteJournal.create(cut, frames[0][0], words=WORDS)
        for frame in frames[1:last]:
            journal.append(*frame)
        journal.close()
        session = kept(cut)
        session.opened.desk.advance(ended)
        assert desk_digest(session.opened.desk) == whole
        session.keeper.journal.close()


def test_what_was_flushed_survives_the_process(tmp_path: Path) -> None:
    """The files as they lie there while the server runs are enough to go on with."""
    path, copy = tmp_path / "session.journal", tmp_path / "copy" / "session.journal"
    session = kept(path)
    there = Client(session.opened.desk)
    made = there.order("Buy", "0.01", "20000")["result"]["orderId"]
    assert session.keeper.owes
    session.keeper.flush(durable=True)
    assert not session.keeper.owes
    there.order("Buy", "0.01", "20001")
    copy.parent.mkdir()
    for file in tmp_path.glob("session.journal*"):
        shutil.copy(file, copy.parent / file.name)
    after = kept(copy)
    orders = listed(
        Client(after.opened.desk).get("/v5/order/realtime", category="linear", symbol=SYMBOL)
    )
    assert [row["orderId"] for row in orders] == [made]
    after.keeper.journal.close()
    session.keeper.journal.close()


def test_each_answer_and_message_is_kept_beside_its_request(tmp_path: Path) -> None:
    """Of a market order: the answer with its ids, and the digest of order, execution, position and
    wallet messages."""
    path = tmp_path / "session.journal"
    session = kept(path)
    there = Client(session.opened.desk)
    found = there.order("Buy", "0.01", orderLinkId="mine")
    refused = there.order("Buy", "0")
    session.keeper.journal.close()
    frames = [each for each in frames_of(path) if isinstance(each[0], RequestTaken)]
    (request, outcomes), (_, no) = frames
    assert isinstance(request, RequestTaken)
    assert isinstance(outcomes[0], Answered)
    assert (request.uid, request.path) == (1, "/v5/order/create")
    assert json.loads(request.fields)["orderLinkId"] == "mine"
    assert json.loads(outcomes[0].result) == found["result"]
    told = outcomes[1]
    assert isinstance(told, Told)
    assert (told.uid, told.messages) == (1, len(there.told()))
    assert isinstance(no[0], Answered)
    assert (no[0].code, len(no)) == (refused["retCode"], 1)


def test_no_key_no_secret_and_no_signature_is_kept(tmp_path: Path) -> None:
    """Accounts go by their numbers; what a client puts among the fields by mistake is left out."""
    path = tmp_path / "session.journal"
    account = settings(key="the-canary-key", secret="the-canary-secret")
    session = kept(path, asked(account))
    there = Client(session.opened.desk, account.key, account.secret)
    sent = {"api_key": account.key, "apiSecret": account.secret, "sign": "the-canary-sign"}
    there.order("Buy", "0.01", **sent)
    item = {"symbol": SYMBOL, "side": "Buy", "qty": "0.01", "orderType": "Market", **sent}
    there.post("/v5/order/create-batch", category="linear", request=[item])
    session.keeper.pause(0, CODE_NOW)
    with JournalReader(path, WORDS) as reader:
        bodies = [plain_body(page) for page in reader.pages()]
    assert len(frames_of(path)) > 3
    assert not any(b"canary" in body for body in (*bodies, path.read_bytes()))


def test_keys_and_limits_may_change_between_two_servers(tmp_path: Path) -> None:
    """They decide nothing that was done, and no journal holds them."""
    path = tmp_path / "session.journal"
    session = kept(path)
    Client(session.opened.desk).order("Buy", "0.01")
    session.keeper.pause(0, CODE_NOW)
    session = kept(path, asked(settings(key="new", secret="newer", per_second=3)))
    held = Client(session.opened.desk, "new", "newer").position()
    assert held["size"] == "0.01"
    session.keeper.journal.close()


def rewritten(path: Path, wrong: Path, place: int, frame: object) -> None:
    """A whole new chain that has another frame at ``place``."""
    with JournalReader(path, WORDS) as reader:
        frames = list(reader.frames())
    was = frames[place][0]
    frames[place] = frame_of(was.seq, was.at, *frame)  # type: ignore[misc]
    journal = SqliteJournal.create(wrong, frames[0][0], words=WORDS)
    for each in frames[1:]:
        journal.append(*each)
    journal.close()


def test_an_answer_that_the_inputs_do_not_lead_to_is_found(tmp_path: Path) -> None:
    """Even in a chain that somebody wrote anew: the first such frame is named."""
    path, wrong = tmp_path / "session.journal", tmp_path / "wrong.journal"
    session = kept(path)
    there = Client(session.opened.desk)
    there.order("Buy", "0.01")
    there.order("Sell", "0.01")
    session.keeper.pause(0, CODE_NOW)
    frames = frames_of(path)
    places = [place for place, (each, _) in enumerate(frames) if isinstance(each, RequestTaken)]
    request, outcomes = frames[places[1]]
    changes: list[tuple[int, object, str]] = [
        (places[1], (request, outcomes[:1]), "1 outcomes are recorded"),
        (places[1], (request, (evolve(outcomes[0], code=10001), *outcomes[1:])), "was answered"),
        (places[1], (request, (outcomes[0], evolve(outcomes[1], messages=9))), "private messages"),
        (places[1], (evolve(request, uid=7), outcomes), "account 7"),
        (len(frames) - 1, (SessionPaused(0, CODE_NOW, "0" * 64), ()), "the state is not the one"),
    ]
    for place, frame, told in changes:
        wrong.unlink(missing_ok=True)
        rewritten(path, wrong, place, frame)
        with pytest.raises(DivergedError, match=told) as found:
            refolded(wrong)
        assert found.value.seq == place + 1


def test_a_state_of_other_code_is_not_compared(tmp_path: Path) -> None:
    """Its attributes may be other ones; answers and messages still have to be the same."""
    path = tmp_path / "session.journal"
    session = kept(path)
    session.keeper.pause(0, "another version")
    again = refolded(path)
    assert (again.paused, again.noted) == (True, 0)


def test_a_request_that_breaks_off_lets_nothing_leave(tmp_path: Path) -> None:
    """The desk may be changed by half: what is on the disk is from before."""
    session = kept(tmp_path / "session.journal")
    session.keeper.begin()
    with pytest.raises(AssertionError, match="broke off in the middle"):
        session.keeper.flush(durable=True)
    assert len(frames_of(tmp_path / "session.journal")) > 1
    session.keeper.journal.close()


def test_a_journal_in_memory_is_no_session() -> None:
    """The kinds are told apart by their first message."""
    first = first_frame()
    assert MemoryJournal(first).started.run
    with pytest.raises(AssertionError, match="begins with SessionOpened"):
        WORDS.run_of(first.input)
