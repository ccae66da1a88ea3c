"""What an account has set, what it may do, and how it can borrow, which it cannot (3.5)."""

from adapters.bybit_wire.answers import PARAMETER, Fields, Outcome, RefusedError, done
from adapters.bybit_wire.desk import Session, linear
from adapters.bybit_wire.disconnection import LEAST_SECONDS, MOST_SECONDS
from adapters.bybit_wire.fields import choice, flag, needed, text_of, whole
from adapters.bybit_wire.order_lists import wanted_rows
from adapters.bybit_wire.rest_orders import cancel_row
from adapters.simulated.wishes import MoveToBand

PRODUCTS = {name: name for name in ("OPTIONS", "DERIVATIVES", "SPOT")}
DERIVATIVES = "DERIVATIVES"
BY_DCP = "CancelByDCP"


def set_dcp(session: Session, given: Fields) -> Outcome:
    """``/v5/order/disconnected-cancel-all``: switches protection on, with that window. Of options,
    which are meant where no product is named, and of spot there is nothing to cancel."""
    needed(given, "timeWindow")
    seconds = whole(given, "timeWindow", 0, LEAST_SECONDS, MOST_SECONDS)
    if choice(given, "product", PRODUCTS, "OPTIONS") == DERIVATIVES:
        session.trader.dcp_seconds = seconds
    return done()


def dcp_info(session: Session, given: Fields) -> Outcome:
    """``/v5/account/query-dcp-info``: the products for which protection is on."""
    del given
    seconds = session.trader.dcp_seconds
    row = {"product": DERIVATIVES, "dcpStatus": "ON", "timeWindow": str(seconds)}
    return done({"dcpInfos": [row] if seconds else []})


def cancel_by_dcp(session: Session, given: Fields) -> Outcome:
    """No path of the venue's: all listeners have been gone for too long. Active orders go,
    conditional ones stay."""
    del given
    scope = {"settleCoin": session.trader.terms.venue.asset, "orderFilter": "Order"}
    for row in wanted_rows(session, scope, session.trader.heard.open):
        if row.is_open:
            cancel_row(session, row, BY_DCP)
    return done()


def set_price_limit_action(session: Session, given: Fields) -> Outcome:
    """``/v5/account/set-limit-px-action``: a limit price beyond the band is moved, or refused."""
    linear(given)
    needed(given, "modifyEnable")
    moves = flag(given, "modifyEnable")
    session.trader.ask(MoveToBand(moves), session.at)
    session.trader.moves_to_band = moves
    return done()


def user_settings(session: Session, given: Fields) -> Outcome:
    """``/v5/account/user-setting-config``: ``lpaPerp`` says that prices are not moved (5.6)."""
    del given
    account = session.trader
    return done({"lpaSpot": False, "lpaPerp": not account.moves_to_band} | _NEVER_SET)


_NEVER_SET = {"deltaEnable": False, "smsef": False, "fmsef": False}


def smp_group(session: Session, given: Fields) -> Outcome:
    """``/v5/account/smp-group``: in none."""
    del session, given
    return done({"smpGroup": 0})


def collateral_info(session: Session, given: Fields) -> Outcome:
    """``/v5/account/collateral-info``: the settlement asset counts in full; nothing is lent."""
    asset = session.trader.terms.venue.asset
    if text_of(given, "currency") not in ("", asset):
        return done({"list": []})
    row = {
        "currency": asset,
        "hourlyBorrowRate": "0",
        "maxBorrowingAmount": "0",
        "freeBorrowingLimit": "0",
        "freeBorrowAmount": "0",
        "freeBorrowingAmount": "",
        "borrowAmount": "0",
        "otherBorrowAmount": "0",
        "availableToBorrow": "0",
        "borrowable": False,
        "borrowUsageRate": "0",
        "marginCollateral": True,
        "collateralSwitch": True,
        "collateralRatio": "1",
    }
    return done({"list": [row]})


def set_collateral(session: Session, given: Fields) -> Outcome:
    """``/v5/account/set-collateral-switch``: the settlement asset's stays on."""
    coin = needed(given, "coin")
    wanted = choice(
        given, "collateralSwitch", {"ON": 0, "OFF": 0}, needed(given, "collateralSwitch")
    )
    if coin != session.trader.terms.venue.asset or wanted == "OFF":
        raise RefusedError(PARAMETER, f"params error: the collateral of {coin} cannot be switched")
    return done()


def borrow_history(session: Session, given: Fields) -> Outcome:
    """``/v5/account/borrow-history``: nothing was ever borrowed."""
    del session, given
    return done({"list": [], "nextPageCursor": ""})


def query_api(session: Session, given: Fields) -> Outcome:
    """``/v5/user/query-api``: what the key may do."""
    del given
    settings = session.trader.settings
    return done(
        {
            "id": str(settings.uid),
            "note": "tradefold",
            "apiKey": settings.key,
            "readOnly": 0,
            "secret": "",
            "permissions": {
                "ContractTrade": ["Order", "Position"],
                "Spot": [],
                "Wallet": ["AccountTransfer"],
                "Options": [],
                "Derivatives": ["DerivativesTrade"],
                "CopyTrading": [],
                "BlockTrade": [],
                "Exchange": [],
                "NFT": [],
                "Affiliate": [],
                "Earn": [],
            },
            "ips": ["*"],
            "type": 1,
            "deadlineDay": 90,
            "expiredAt": "2100-01-01T00:00:00Z",
            "createdAt": "2020-01-01T00:00:00Z",
            "unified": 0,
            "uta": 1,
            "userID": settings.uid,
            "inviterID": 0,
            "vipLevel": "No VIP",
            "mktMakerLevel": "0",
            "affiliateID": 0,
            "rsaPublicKey": "",
            "isMaster": True,
            "parentUid": "0",
            "kycLevel": "LEVEL_DEFAULT",
            "kycRegion": "",
        }
    )


def account_types(session: Session, given: Fields) -> Outcome:
    """``/v5/user/get-member-type``: which accounts there are."""
    del given
    uid = str(session.trader.settings.uid)
    return done({"accounts": [{"uid": uid, "accountType": ["UNIFIED", "FUND"]}]})
