"""What no key can know alone: settings that are right one by one and cannot hold together.

Two accounts that name one symbol are none: the gate lets the second in when the first is flat.
Neither is ``queue = "through"`` with a book at hand: it is the most cautious model of every feed.
"""

from collections.abc import Mapping

from adapters.config.catalogue import INSTRUMENT_KEYS
from adapters.config.explained import text_of
from adapters.config.layers import KeyPath
from adapters.config.schema import AccountSection, Settings
from engine.errors import UserError

Origins = Mapping[KeyPath, str]


def check_together(settings: Settings, origins: Origins, name: str) -> None:
    """Refuse the first contradiction in one sentence; ``name`` is where nothing else is known."""
    if settings.venue.margin_mode == "none" and settings.venue.position_mode == "hedge":
        path = ("venue", "position_mode")
        raise UserError(
            f"{origins.get(path, name)}: venue.position_mode = hedge needs two sides, and "
            "venue.margin_mode = none (spot) has one; write one_way or another margin_mode"
        )
    for account, section in settings.accounts.items():
        for check in (_unknown_symbol, _side, _leverage):
            sentence, key = check(settings, account, section)
            if sentence:
                origin = origins.get(("accounts", account, *key.split(".")), name)
                raise UserError(f"{origin}: accounts.{account}.{sentence}")


def _unknown_symbol(settings: Settings, account: str, section: AccountSection) -> tuple[str, str]:
    del account
    for symbol in section.symbols:
        if symbol not in settings.instruments:
            sentence = (
                f"symbols names {symbol}, which is not in the instrument catalogue; "
                f"add [instruments.{symbol}] with " + ", ".join(INSTRUMENT_KEYS)
            )
            return sentence, "symbols"
    return "", ""


def _side(settings: Settings, account: str, section: AccountSection) -> tuple[str, str]:
    del account
    if settings.venue.position_mode == "hedge" and section.side == "both":
        sentence = (
            "side = both cannot hold in venue.position_mode = hedge, where a long and a short are "
            'two positions; write side = "long" or side = "short", an account for each'
        )
        return sentence, "side"
    if settings.venue.margin_mode == "none" and section.side != "long":
        sentence = (
            f"side = {section.side} cannot hold in venue.margin_mode = none (spot), where nothing "
            'is sold that is not owned; write side = "long"'
        )
        return sentence, "side"
    return "", ""


def _leverage(settings: Settings, account: str, section: AccountSection) -> tuple[str, str]:
    """Own cap, own money, the contract's first tier: what the first entry would break."""
    key, leverage = "sizing.leverage", section.sizing.leverage
    written = f"{key} = {text_of(leverage)}"
    cap = section.risk.max_leverage
    if settings.venue.margin_mode == "none" and leverage > 1:
        sentence = f"{written} borrows, and venue.margin_mode = none (spot) does not; write 1"
        return sentence, key
    if cap and leverage > cap:
        sentence = (
            f"{written} is above accounts.{account}.risk.max_leverage = {text_of(cap)}; "
            "lower the one or raise the other"
        )
        return sentence, key
    for symbol in section.symbols:
        most = settings.instruments[symbol].max_leverage
        if leverage > most:
            sentence = (
                f"{written} is above instruments.{symbol}.max_leverage = {text_of(most)}, which "
                "the venue gives its smallest positions; lower it"
            )
            return sentence, key
    return "", ""
