"""What may be asked of the venue beyond the plain words of ``given.py``: modes, bands, sources."""

from attrs import evolve

from adapters.simulated.exchange import SimulatedExchange
from engine.domain.order import PriceSource, ProtectionMode, Side
from engine.ids import ClientId, PositionKey
from engine.messages.effects import AmendOrder, PlaceOrder, SetStop
from engine.messages.market import IndexPriced, MarkPriced
from engine.messages.runs import PositionMode
from engine.messages.venue import ExecutionReport
from engine.money import Price, Quantity, Rate
from engine.timebase import Nanos
from tests.simulation.given import BTC, START, Session, bar, e8, order, terms

STILL = "100 100 100 100"
LONG = PositionKey("main", "BTCUSDT", 1)
SHORT = PositionKey("main", "BTCUSDT", 2)


def session_of(
    position_mode: PositionMode = "one_way",
    *,
    band: tuple[str, str] = ("0", "0"),
    moves_to_band: bool = True,
    **told: object,
) -> Session:
    """A session in a position mode, with the ratios X and Y of a price band."""
    plain = terms(**told)  # type: ignore[arg-type]
    near, far = (Rate(e8(text)) for text in band)
    instruments = tuple(
        evolve(one, price_limit_x=near, price_limit_y=far) for one in plain.instruments
    )
    venue = evolve(plain.venue, position_mode=position_mode, moves_to_band=moves_to_band)
    session = Session()
    session.exchange = SimulatedExchange(evolve(plain, venue=venue, instruments=instruments))
    return session


def at_100(position_mode: PositionMode = "one_way", **told: object) -> Session:
    """A session whose market is at 100 since one bar."""
    session = session_of(position_mode, **told)  # type: ignore[arg-type]
    session.bar(bar(0, STILL))
    return session


def priced(session: Session, source: PriceSource, price: str, at: int = START) -> None:
    """The mark or the index is told."""
    kind = MarkPriced if source == "mark" else IndexPriced
    assert source != "last", "the last price comes with bars and trades"
    session.exchange.observe(kind("BTCUSDT", Price(e8(price))), Nanos(at))


def by(
    asked: PlaceOrder,
    *,
    trigger: PriceSource = "last",
    stop: PriceSource = "last",
    target: PriceSource = "last",
    close_on_trigger: bool = False,
) -> PlaceOrder:
    """The same order with other sources of its triggers."""
    return evolve(
        asked,
        trigger_by=trigger,
        stop_by=stop,
        target_by=target,
        close_on_trigger=close_on_trigger,
    )


def guarded(
    client_id: str,
    side: Side,
    quantity: str,
    *,
    stop: str = "0",
    target: str = "0",
    stop_limit: str = "0",
    target_limit: str = "0",
    protection: ProtectionMode = "partial",
) -> PlaceOrder:
    """A market order whose every fill brings a stop and a target of its own."""
    return evolve(
        order(client_id, side, quantity, stop=stop, target=target),
        protection=protection,
        stop_limit=Price(e8(stop_limit)),
        target_limit=Price(e8(target_limit)),
    )


def amend(
    client_id: str,
    *,
    quantity: str = "0",
    price: str = "0",
    trigger: str = "0",
    key: PositionKey = BTC,
) -> AmendOrder:
    """A request to amend an order."""
    return AmendOrder(
        key, ClientId(client_id), Quantity(e8(quantity)), Price(e8(price)), Price(e8(trigger))
    )


def trailing(distance: str, activation: str = "0", stop: str = "0", target: str = "0") -> SetStop:
    """A request to set the trailing stop, and with it stop and target."""
    return SetStop(
        BTC,
        Price(e8(stop)),
        Price(e8(target)),
        trailing_distance=Price(e8(distance)),
        activation_price=Price(e8(activation)),
    )


def words(reports: list[ExecutionReport]) -> list[str]:
    """Name, client id and code or reason of each report, as one text."""
    told = []
    for report in reports:
        parts = [type(report).__name__, getattr(report, "client_id", "")]
        parts += [str(getattr(report, "code", "") or getattr(report, "reason", ""))]
        told.append(" ".join(part for part in parts if part))
    return told
