"""The terms of an earlier run as a layer of settings, so that ``--set`` can be tried upon them."""

from attrs import asdict

from adapters.config.layers import Layer, Tree, tree_layer
from adapters.config.terms import SIDES
from engine.domain.instrument import Instrument
from engine.messages.runs import (
    AccountTerms,
    RiskTerms,
    Rung,
    SimulationTerms,
    Terms,
    VenueTerms,
)
from engine.money import render
from engine.timebase import render_span

RECORDED = "recorded terms"


def terms_layer(terms: Terms) -> Layer:
    """Every setting of ``terms`` as it would be written: resolved again it gives the same terms.

    What is no setting stays outside: the nonce, the base interval and the sources' digests.
    """
    return tree_layer(
        {
            "run": {"seed": terms.seed},
            "venue": _venue(terms.venue),
            "simulation": _simulation(terms.simulation),
            "limits": {
                "max_symbol_exposure": render(terms.limits.max_symbol_exposure),
                "daily_reset_hour": terms.limits.daily_reset_hour,
                "breach_cooldown": render_span(terms.limits.breach_cooldown_ns),
                "protection_deadline": render_span(terms.limits.protection_deadline_ns),
                "answer_deadline": render_span(terms.limits.answer_deadline_ns),
                "look_up_after": render_span(terms.limits.look_up_after_ns),
                "receive_window": render_span(terms.limits.receive_window_ns),
                "max_candle_age": render_span(terms.limits.max_candle_age_ns),
            },
            "accounts": {account.name: _account(account) for account in terms.accounts},
            "instruments": {each.symbol: _instrument(each) for each in terms.instruments},
        },
        RECORDED,
    )


def _venue(terms: VenueTerms) -> Tree:
    return {
        "profile": terms.profile,
        "account": terms.venue_account,
        "asset": terms.asset,
        "wallet": render(terms.wallet),
        "taker_fee": render(terms.taker_fee),
        "maker_fee": render(terms.maker_fee),
        "margin_mode": terms.margin_mode,
        "position_mode": terms.position_mode,
        "margin_rule": terms.margin_rule,
        "order_netting": terms.order_netting,
        "moves_to_band": terms.moves_to_band,
    }


def _simulation(terms: SimulationTerms) -> Tree:
    return {
        "profile": terms.pessimism,
        "path": terms.path,
        "half_spread": render(terms.half_spread),
        "slippage": render(terms.slippage),
        "request_latency": render_span(terms.request_latency_ns),
        "report_latency": render_span(terms.report_latency_ns),
        "answer_timeout": render_span(terms.answer_timeout_ns),
        "volume_share": render(terms.volume_share),
        "matched_on": terms.matched_on,
        "queue": terms.queue,
        "target_fill": terms.target_fill,
        "impact": render(terms.impact),
        "funding": terms.funding,
        "faults": {name: render(value) for name, value in asdict(terms.faults).items()},
    }


def _account(terms: AccountTerms) -> Tree:
    return {
        "virtual_equity": render(terms.virtual_equity),
        "symbols": list(terms.symbols),
        "side": next(name for name, side in SIDES.items() if side == terms.side),
        "timeframe": render_span(terms.timeframe_ns),
        "strategy": terms.strategy.name,
        "parameters": dict(terms.strategy.parameters),
        "sizing": {
            "risk_per_trade": render(terms.sizing.risk_per_trade),
            "fixed_qty": render(terms.sizing.fixed_quantity),
            "leverage": render(terms.sizing.leverage),
            "min_qty": render(terms.sizing.min_quantity),
            "min_notional": render(terms.sizing.min_notional),
            "min_stop_fraction": render(terms.sizing.min_stop_fraction),
        },
        "risk": _risk(terms.risk),
    }


def _risk(terms: RiskTerms) -> Tree:
    return {
        "max_daily_loss": render(terms.max_daily_loss),
        "max_drawdown": render(terms.max_drawdown),
        "drawdown_action": terms.drawdown_action,
        "max_trades_per_day": terms.max_trades_per_day,
        "max_open_positions": terms.max_open_positions,
        "max_position_notional": render(terms.max_position_notional),
        "max_leverage": render(terms.max_leverage),
        "one_symbol_per_account": terms.one_symbol_per_account,
        "ladder": [_rung(rung) for rung in terms.ladder],
    }


def _rung(rung: Rung) -> Tree:
    written: Tree = {"losses": rung.losses, "action": rung.action}
    if rung.action == "pause":
        return {**written, "until": "resume" if rung.value else "daily_reset"}
    value = render(rung.value) if rung.action == "size" else render_span(rung.value)
    return {**written, "value": value}


def _instrument(instrument: Instrument) -> Tree:
    fields = asdict(instrument, recurse=False)
    del fields["symbol"]
    interval, tiers = fields.pop("funding_interval_ns"), fields.pop("tiers")
    numbers = {name: each for name, each in fields.items() if name != "settle_asset"}
    return {
        "settle_asset": instrument.settle_asset,
        **{name: render(value) for name, value in numbers.items()},
        "tiers": [
            {name: render(value) for name, value in tier._asdict().items()} for tier in tiers
        ],
        "funding_interval": render_span(interval),
    }
