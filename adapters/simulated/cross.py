"""When a cross account ends: the marks at which its maintenance margin is all that it has.

How this works: the account ends where ``spare``, its margin balance less all maintenance margins,
is used up (MM rate >= 100 %, bybit-v5.md 6.3, 6.4). It hangs on the marks of all symbols with
positions, and a quiet price must not cost a sum over them. So each such symbol is given an equal
part of what is spare, and waits for the mark that uses up its own part: while no mark is beyond
its own, the account stands. When one is met, the account is looked at; if it still stands, the
symbol that moves gets all that is spare (``focus``), until the market event is over.

Along one symbol the spare is a concave, piecewise straight line of its mark, because positions
are straight and maintenance bends upwards with the tiers. Its end is found by Newton's steps,
which never jump over it from the outside.
"""

from collections.abc import Iterable

from adapters.simulated.margin import MarginRules
from adapters.simulated.markets import VenueMarket
from engine.accounts.margin import tier_margin
from engine.accounts.tiers import tier_of
from engine.money import SCALE, notional

AT_ONCE = {1: 1 << 80, -1: 1}
"""The mark that a long, and a short, has met already at any price."""


def spare_of(
    markets: Iterable[VenueMarket], wallet: int, moved: VenueMarket | None = None, mark: int = 0
) -> int:
    """Wallet and unrealised profit less all maintenance margins; ``moved`` is at ``mark``."""
    spare = wallet
    for market in markets:
        spare += _spare_in(market, mark if market is moved else market.mark_price)
    return spare


def _spare_in(market: VenueMarket, mark: int) -> int:
    spare = 0
    for position in market.positions.values():
        if position.quantity:
            spare += position.unrealised(mark)
            spare -= market.margin.maintenance(position, mark, market.ladder)
    return spare


def watch(markets: Iterable[VenueMarket], wallet: int, focus: VenueMarket | None) -> None:
    """Let the positions of ``markets``, all that have any, wait for the marks that end them.

    With a ``focus`` only its positions are looked at, and get all that is spare.
    """
    exposed = tuple(markets)
    spare = spare_of(exposed, wallet)
    parts = 1 if focus is not None else len(exposed)
    for market in exposed:
        if focus is None or market is focus:
            own = _spare_in(market, market.mark_price)
            _wait(market, spare // parts - own if spare > 0 else None)
            market.refresh_bounds()


def end_alone(markets: Iterable[VenueMarket], wallet: int, market: VenueMarket, side: int) -> int:
    """The mark of ``market`` that ends the account by a position of ``side``; 0: none does.

    All other marks stand still: it is the estimate that the venue shows (6.4).
    """
    exposed = tuple(markets)
    spare = spare_of(exposed, wallet)
    if spare <= 0:
        return AT_ONCE[side]
    return _end(market, spare - _spare_in(market, market.mark_price), -side)


def _wait(market: VenueMarket, behind: int | None) -> None:
    """``behind`` is what the positions here may use up besides what they have; None: nothing."""
    for position in market.positions.values():
        if not position.quantity:
            position.liquidate_at(0)
        elif behind is None:
            position.liquidate_at(AT_ONCE[position.side])
        else:
            position.liquidate_at(_end(market, behind, -position.side))


def _end(market: VenueMarket, behind: int, direction: int) -> int:
    """The mark in ``direction`` at which ``behind`` is used up, to the tick on the near side.

    0 where no price uses it up.
    """
    tick, mark = market.instrument.tick, market.mark_price
    _, slope = _line(market, mark)
    if direction * slope >= 0:
        # Here the mark helps that way; it hurts at most where the outermost tiers hold.
        mark = 0 if direction < 0 else 1 << 80
    for _ in range(2 * len(market.ladder) + 2):
        base, slope = _line(market, mark)
        if direction * slope >= 0:
            return 0
        over = -(base + behind) * SCALE * SCALE
        step = slope * tick
        end = max(0, (-(-over // step) if direction < 0 else over // step) * tick)
        if end == mark:
            break
        mark = end
    return mark


def _line(market: VenueMarket, mark: int) -> tuple[int, int]:
    """Base and slope of what is spare in a symbol, by the tiers that hold at ``mark``.

    At a mark M of those tiers spare is base + M * slope / 1e16.
    """
    rules: MarginRules = market.margin
    formulas = rules.formulas
    base = slope = 0
    for position in market.positions.values():
        quantity, entry = position.quantity, position.entry_value
        if not quantity:
            continue
        base -= position.side * entry
        base -= formulas.reserve(position.side, entry, position.leverage)
        slope += quantity * SCALE
        if formulas.maintained_at_mark:
            tier = tier_of(market.ladder, notional(mark, abs(quantity)))
            base += tier.deduction
            slope -= abs(quantity) * tier.maintenance_rate
        else:
            base -= tier_margin(market.ladder, entry)
    return base, slope
