"""The small configuration of the server: accounts, keys, limits and faults, as TOML.

    address_per_5s = 600
    admin_token = "wanted-by-the-admin-s-door"

[[accounts]]
key = "mine"
secret = "mine-secret"
wallet = 25000
margin_mode = "isolated"
position_mode = "hedge"
per_second = 20

[faults]
seed = 7
timeout_after = {rate = 0.05, on = "/v5/order/create", account = "mine"}
"""

import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

from attrs import field, frozen

from adapters.bybit_wire.contracts import AccountSettings
from adapters.bybit_wire.fault_rules import NO_FAULTS, FaultSettings, check_accounts, settings_of
from adapters.bybit_wire.limits import ADDRESS_MOST
from engine.errors import UserError
from engine.messages.runs import MarginMode, PositionMode
from engine.money import parse

USUAL_KEY = "tradefold"
USUAL_SECRET = "tradefold-secret"
USUAL_WALLET = 10_000
FIRST_UID = 100_001
_ADDRESS = "address_per_5s"
_SENDABLE = re.compile(r"[!-~]+").fullmatch
"""What a client can send in a header as it is."""
_TOP = ("accounts", _ADDRESS, "admin_token", "faults")
_FIELDS = ("key", "secret", "wallet", "margin_mode", "position_mode", "per_second")


@frozen
class ServerSettings:
    """The accounts, how many requests one address may send in five seconds (7.1), and what goes
    wrong by seed; without a token everybody on this machine may set faults."""

    accounts: tuple[AccountSettings, ...]
    address_most: int = ADDRESS_MOST
    faults: FaultSettings = NO_FAULTS
    admin_token: str = field(default="", repr=False)


def read_settings(path: Path) -> ServerSettings:
    """The settings of a file; raises ``UserError`` with one sentence for what is wrong."""
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read as TOML: {error}") from error
    rows = tree.get("accounts")
    if set(tree) - set(_TOP) or not isinstance(rows, list) or not rows:
        raise UserError(
            f"{path}: write one [[accounts]] for each account, {', '.join(_TOP[1:])} if need be,"
            " and no more"
        )
    most = tree.get(_ADDRESS, ADDRESS_MOST)
    if type(most) is not int or most < 1:
        raise UserError(f"{path}: {_ADDRESS} is a whole number of requests, at least 1")
    token = tree.get("admin_token", "")
    if not isinstance(token, str) or not (token.isascii() and token.isprintable()):
        raise UserError(f"{path}: admin_token is a text of plain letters beside [[accounts]]")
    accounts = _accounts(path, rows)
    faults = settings_of(tree.get("faults", {}), f"{path}: [faults]")
    check_accounts(faults.rules, [each.key for each in accounts], f"{path}: [faults]")
    return ServerSettings(accounts, most, faults, token)


def _accounts(path: Path, rows: list[Any]) -> tuple[AccountSettings, ...]:
    found = tuple(_account(path, row, place) for place, row in enumerate(rows))
    keys = [each.key for each in found]
    for key in keys:
        if keys.count(key) > 1:
            raise UserError(f"{path}: the key {key} is given to two accounts")
    return found


def _account(path: Path, row: Any, place: int) -> AccountSettings:
    where = f"{path}: [[accounts]] number {place + 1}"
    if not isinstance(row, Mapping):
        raise UserError(f"{where} is no table")
    for name in row:
        if name not in _FIELDS:
            raise UserError(f"{where} has {name!r}; there are {', '.join(_FIELDS)}")
    key, secret = row.get("key", ""), row.get("secret", "")
    if not (isinstance(key, str) and isinstance(secret, str) and key and secret):
        raise UserError(f"{where} needs a key and a secret")
    if not (_SENDABLE(key) and _SENDABLE(secret)):
        raise UserError(f"{where}: key and secret are plain letters without blanks")
    margin = row.get("margin_mode", "cross")
    position = row.get("position_mode", "one_way")
    if margin not in ("cross", "isolated"):
        raise UserError(f"{where}: margin_mode is cross or isolated")
    if position not in get_args(PositionMode):
        raise UserError(f"{where}: position_mode is one_way or hedge")
    margin_mode: MarginMode = "cross" if margin == "cross" else "isolated"
    position_mode: PositionMode = "one_way" if position == "one_way" else "hedge"
    per_second = row.get("per_second", 10)
    if type(per_second) is not int or not 0 < per_second <= 1_000_000:
        raise UserError(f"{where}: per_second is a whole number of requests, at least 1")
    try:
        wallet = parse(row.get("wallet", USUAL_WALLET))
    except ValueError as error:
        raise UserError(f"{where}: wallet: {error}") from error
    if wallet <= 0:
        raise UserError(f"{where}: wallet is not above 0")
    return AccountSettings(
        key, secret, FIRST_UID + place, wallet, margin_mode, position_mode, per_second
    )


def usual_settings() -> ServerSettings:
    """One account of 10,000 USDT in cross margin and one-way mode."""
    usual = AccountSettings(USUAL_KEY, USUAL_SECRET, FIRST_UID, parse(USUAL_WALLET))
    return ServerSettings((usual,))
