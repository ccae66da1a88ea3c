"""Faults of ``tradefold exchange serve``: asked for by options, struck by seed, told at the end."""

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.commands.test_exchange import HOUSE, served

QUICK = ("--symbol", "BTCUSDT", "--warm-up", "10")
TIME = "/v5/market/time"


def door(url: str, path: str, method: str = "GET", body: Any = None, **headers: str) -> Any:
    """What the admin's door answers, or the HTTP status of its refusal."""
    text = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}/admin/{path}", text, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)["data"]
    except urllib.error.HTTPError as error:
        return error.code


def statuses(url: str, count: int) -> str:
    """How so many requests of one path are answered: a dot for 200, x for anything else."""
    found = ""
    for _ in range(count):
        try:
            with urllib.request.urlopen(url + TIME, timeout=10) as answer:
                found += "." if answer.status == 200 else "x"
        except urllib.error.HTTPError:
            found += "x"
    return found


def test_one_seed_strikes_the_same_in_every_session_and_the_end_tells_how_often() -> None:
    """Another seed strikes others; the first words say what is planned and where it is set."""
    told: list[str] = []
    for seed in ("7", "7", "8"):
        options = (*QUICK, "--fault", f"server_error_before=0.5@{TIME}", "--fault-seed", seed)
        with served(*options) as (process, said, url):
            assert f"seed {seed}: server_error_before 0.5 on {TIME}" in said
            assert f"{url}/admin/faults" in said
            told.append(statuses(url, 30))
            process.send_signal(signal.SIGINT)
            assert process.wait(15) == 0
            assert process.stdout is not None
            count = told[-1].count("x")
            assert f"faults that struck: server_error_before {count}" in process.stdout.read()
    assert told[0] == told[1] != told[2]
    assert 5 <= told[0].count("x") <= 25


def test_programs_see_and_set_faults(tmp_path: Path) -> None:
    """In the envelope and at the door, where the configuration's token is wanted; never shown."""
    path = tmp_path / "accounts.toml"
    path.write_text(
        'admin_token = "open-sesame"\n[[accounts]]\nkey = "a"\nsecret = "s"\n'
        "[faults]\nseed = 3\nrate_limit = 0.25\n",
        encoding="utf-8",
    )
    with served("--json", "--config", str(path), *QUICK) as (process, said, url):
        facts = json.loads(said)["data"]
        assert facts["admin"] == f"{url}/admin/faults"
        assert facts["faults"]["seed"] == 3
        assert [each["kind"] for each in facts["faults"]["rules"]] == ["rate_limit"]
        assert "open-sesame" not in said
        assert door(url, "faults") == 401
        token = {"Authorization": "Bearer open-sesame"}
        assert door(url, "faults", "DELETE", **token)["rules"] == []
        rule = {"kind": "server_error_before", "next": 2}
        assert door(url, "faults", "POST", rule, **token)["rules"][0]["next"] == 2
        assert door(url, "faults", "POST", {"kind": "dorp"}, **token) == 400
        assert statuses(url, 4) == "xx.."
        assert door(url, "faults", **token)["fired"] == {"server_error_before": 2}
        assert [each["on"] for each in door(url, "fired", **token)["fired"]] == [TIME] * 2
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
        assert process.stderr is not None
        assert "faults that struck: server_error_before 2" in process.stderr.read()


def test_a_page_of_another_host_may_not_come_in() -> None:
    """Neither by its Origin nor by a name that points here."""
    with served(*QUICK) as (_, _, url):
        assert door(url, "faults", Origin="http://evil.example") == 403
        assert door(url, "faults", Host="evil.example") == 403
        assert door(url, "faults")["rules"] == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--fault", "drop"), "write --fault timeout_after=0.05"),
        (("--fault", "dorp=0.1"), "did you mean drop"),
        (("--fault", "drop=often"), "a number from 0 to 1"),
        (("--fault", "drop=5"), "5 % is 0.05"),
        (("--fault", "drop=0.1@ordr"), "did you mean order"),
        (("--fault", "drop=0.1@/v5/order/create"), "it strikes on private topics"),
        (("--fault-seed", "-1"), "-1"),
        (("--fault-seed", "x"), "x"),
    ],
)
def test_a_wrong_fault_is_one_sentence_and_exit_code_2(
    options: tuple[str, ...], sentence: str
) -> None:
    """Nothing is served then."""
    command = [sys.executable, "-m", "cli", "exchange", "serve", "--port", "0", *options]
    told = subprocess.run(
        command, cwd=HOUSE, capture_output=True, text=True, check=False, timeout=60
    )
    assert told.returncode == 2
    assert sentence in told.stderr
    assert len(told.stderr.splitlines()) == 1
