"""Every message as a sentence for people. A test holds the table against the unions."""

from collections.abc import Callable
from typing import Any

from engine.domain.candle import Candle
from engine.domain.order import side_name
from engine.messages import commands as c
from engine.messages import decisions as d
from engine.messages import market as m
from engine.messages import runs as r
from engine.messages import timers as t
from engine.messages import venue as v
from engine.money import SCALE, render
from engine.timebase import NEVER, render_time

Sentence = Callable[[Any], str]


def sentence(message: Any) -> str:
    """What a message says, in one sentence without its time."""
    return WORDS[type(message)](message)


def until(at: int) -> str:
    """A moment in the future of a governor's decision."""
    return "until a person resumes" if at >= NEVER else f"until {render_time(at)}"


_SCALED_FACTS = frozenset(
    {"wanted_stop", "ours", "venue", "quantity", "mark", "bankruptcy_price", "price"}
)
"""Facts of incidents that are e8 prices and quantities."""


def fact_words(name: str, value: str) -> str:
    """One fact of an incident: scaled integers as decimals, nanoseconds as times."""
    if name.endswith("_ns") and value.isdecimal():
        return f"{name.removesuffix('_ns').replace('_', ' ')} {render_time(int(value))}"
    if name in _SCALED_FACTS and value.lstrip("-").isdecimal():
        return f"{name.replace('_', ' ')} {render(int(value))}"
    return f"{name.replace('_', ' ')} {value}"


def _levels(stop: int, target: int) -> str:
    told = f"stop {render(stop)}" if stop else "no stop"
    return f"{told}, target {render(target)}" if target else told


def _candle(x: Candle) -> str:
    return (
        f"{x.symbol} candle closed: open {render(x.open)}, high {render(x.high)}, "
        f"low {render(x.low)}, close {render(x.close)}, volume {render(x.volume)}"
    )


def _requested(x: d.OrderRequested) -> str:
    kind = f"{x.order_type.replace('_', ' ')} order"
    kind += f" at {render(x.price)}" if x.price else ""
    kind += f", triggered at {render(x.trigger_price)}" if x.trigger_price else ""
    only = ", reduce only" if x.reduce_only else ""
    levels = f", with {_levels(x.stop_price, x.target_price)}" if x.stop_price else ""
    return (
        f"{x.account} requests {x.client_id}: {side_name(x.side)} {render(x.quantity)} "
        f"{x.key.symbol}, {x.purpose} ({x.reason}), {kind}{only}{levels}"
    )


def _filled(x: v.OrderFilled) -> str:
    whose = x.client_id or f"the position's {x.cause.replace('_', ' ')}"
    role = "maker" if x.is_maker else "taker"
    chosen = "; its bar touched stop and target, the path chose" if x.is_ambiguous else ""
    return (
        f"{whose} filled: {side_name(x.side)} {render(x.quantity)} {x.key.symbol} at "
        f"{render(x.price)}, {role} fee {render(x.fee)} {x.fee_asset} ({x.execution_id}){chosen}"
    )


def _trade(x: d.TradeClosed) -> str:
    side = "long" if x.side > 0 else "short"
    paid = f" and {render(x.funding)} funding" if x.funding else ""
    return (
        f"trade {x.trade} of {x.account} closed: {side} {render(x.quantity)} {x.key.symbol}, "
        f"{render(x.pnl)} net after {render(x.fees)} fees{paid}, {render(x.r_multiple)} R "
        f"({x.exit_reason})"
    )


def _approved(x: d.Approved) -> str:
    return (
        f"the gate lets {x.account} {side_name(x.side)} {render(x.quantity)} {x.key.symbol}: all "
        f"{len(x.checks)} checks passed, {render(x.risk)} at risk"
    )


def _refused(x: d.IntentRefused) -> str:
    return f"the gate refuses {x.account} to {side_name(x.side)} {x.key.symbol}: {x.code}"


def _governor(x: d.GovernorActed) -> str:
    if x.action == "size":
        return f"{x.account} risks {render(x.value)} times its budget ({x.reason})"
    if x.action in ("cooldown", "pause"):
        return f"{x.account}: {x.action} {until(x.until_ns)} ({x.reason})"
    if x.action == "kill":
        return f"{x.account} is killed ({x.reason}): it opens no more until a person resumes"
    lifted = "takes new risk again" if x.action == "resume" else "has waited long enough"
    return f"{x.account} {lifted} ({x.reason})"


def _incident(x: d.IncidentOpened) -> str:
    told = ", ".join(fact_words(name, value) for name, value in x.facts)
    owner = f" of {x.account}" if x.account else ""
    return f"incident {x.incident} opened at {x.key.symbol}{owner}: {x.kind} ({told})"


def _looked_up(x: d.LookUpRequested) -> str:
    what = x.client_id or f"the position in {x.key.symbol}"
    return f"the venue is asked for {what}, attempt {x.attempt}"


def _look_up_missed(x: d.LookUpMissed) -> str:
    what = x.client_id or f"the position in {x.key.symbol}"
    told = "no trace" if x.negative else "no answer"
    return f"the look-up of {what} brought {told}; again {render_time(x.look_up_ns)}"


def _unheard(x: v.OutcomeUnknown) -> str:
    return (
        f"no answer to {x.request.replace('_', ' ')} of {x.client_id or x.key.symbol}: {x.reason}"
    )


def _position(x: v.PositionReported) -> str:
    told = _levels(x.stop_price, x.target_price)
    return f"the venue holds {render(x.quantity)} {x.key.symbol} for us, {told}"


def _protected(x: v.StopReported) -> str:
    trails = f", trailing by {render(x.trailing_distance)}" if x.trailing_distance else ""
    return f"the venue protects {x.key.symbol} with {_levels(x.stop_price, x.target_price)}{trails}"


def _funding(x: v.FundingPaid) -> str:
    verb = "pays" if x.amount >= 0 else "earns"
    return (
        f"{render(x.quantity)} {x.key.symbol} {verb} funding of {render(abs(x.amount))} at "
        f"{_percent(x.rate)} of {render(x.price)} ({x.execution_id})"
    )


def _depth(x: m.DepthChanged) -> str:
    what = "the whole book" if x.snapshot else "a change of the book"
    return f"{what} of {x.symbol}: {len(x.bids)} bids, {len(x.asks)} asks"


def _values(quantity: int, price: int, trigger: int) -> str:
    """Quantity and prices of an order; 0 is none."""
    told = render(quantity)
    told += f" at {render(price)}" if price else ""
    return told + (f", triggered at {render(trigger)}" if trigger else "")


def _percent(rate: int) -> str:
    return f"{render(rate * 100)} %"


def _close_delayed(x: d.CloseDelayed) -> str:
    due = render_time(x.due_ns)
    if not x.attempt:
        return f"closing {x.key.symbol} of {x.account} is left to the venue until {due}"
    return f"closing {x.key.symbol} of {x.account} failed {x.attempt} times; again {due}"


def _set_limit(x: c.SetLimit | d.LimitSet) -> str:
    return f"limit {x.name} of {x.account or 'every account'} is {x.value} now"


def _command(verb: str) -> Sentence:
    return lambda x: f"{verb} {x.account or 'every account'} ({x.reason})"


WORDS: dict[type, Sentence] = {
    Candle: _candle,
    m.BarOpened: lambda x: f"{x.symbol} bar opened at {render(x.price)}",
    m.DataGap: lambda x: (
        f"no candles of {x.symbol} from {render_time(x.from_ns)} to {render_time(x.to_ns)}"
    ),
    m.MarkPriced: lambda x: f"{x.symbol} is marked at {render(x.price)}",
    m.IndexPriced: lambda x: f"the index of {x.symbol} is at {render(x.price)}",
    m.MarkCandle: lambda x: (
        f"{x.symbol} was marked from {render(x.low)} to {render(x.high)}, last at {render(x.close)}"
    ),
    m.FundingRated: lambda x: (
        f"{x.symbol} settles funding at {_percent(x.rate)} at {render_time(x.settle_ns)}"
    ),
    m.Quoted: lambda x: (
        f"{x.symbol} is bid {render(x.bid)} for {render(x.bid_quantity)}, "
        f"asked {render(x.ask)} for {render(x.ask_quantity)}"
    ),
    m.Traded: lambda x: (
        f"{render(x.quantity)} {x.symbol} traded at {render(x.price)}"
        + (f", the taker {'bought' if x.side > 0 else 'sold'}" if x.side else "")
    ),
    m.DepthChanged: _depth,
    m.InstrumentChanged: lambda x: f"the venue changed the rules of {x.instrument.symbol}",
    v.OrderAccepted: lambda x: f"the venue has {x.client_id} as {x.venue_order_id}",
    v.OrderRejected: lambda x: f"the venue rejects {x.client_id}: {x.code} {x.reason}",
    v.OrderFilled: _filled,
    v.OrderCancelled: lambda x: f"{x.client_id} cancelled: {x.reason}",
    v.OrderAmended: lambda x: (
        f"the venue has {x.client_id} as {_values(x.quantity, x.price, x.trigger_price)} now"
    ),
    v.AmendRejected: lambda x: f"amending {x.client_id} is refused: {x.code} {x.reason}",
    v.OrderTriggered: lambda x: f"{x.client_id} met its trigger and is an order now",
    v.CancelRejected: lambda x: f"cancelling {x.client_id} is refused: {x.code} {x.reason}",
    v.StopReported: _protected,
    v.StopRejected: lambda x: f"the venue refuses the stop of {x.key.symbol}: {x.code} {x.reason}",
    v.OrderFound: lambda x: (
        f"the look-up finds {x.client_id}: {x.state}, {render(x.filled_quantity)} filled"
    ),
    v.OrderNotFound: lambda x: f"the look-up finds no trace of {x.client_id}",
    v.PositionReported: _position,
    v.FundingPaid: _funding,
    v.LeverageSet: lambda x: f"{x.key.symbol} has a leverage of {render(x.leverage)} now",
    v.LeverageRejected: lambda x: (
        f"the venue refuses the leverage of {x.key.symbol}: {x.code} {x.reason}"
    ),
    v.PositionLiquidated: lambda x: (
        f"the venue liquidates {render(x.quantity)} {x.key.symbol}: the mark is "
        f"{render(x.mark)}, bankrupt at {render(x.bankruptcy_price)}"
    ),
    v.OutcomeUnknown: _unheard,
    c.PauseAccount: _command("pause"),
    c.ResumeAccount: _command("resume"),
    c.FlattenAccount: _command("flatten"),
    c.KillAccount: _command("kill"),
    c.SetLimit: _set_limit,
    t.TimerFired: lambda x: f"the timer due at {render_time(x.due_ns)} fires",
    r.RunStarted: lambda x: f"run {x.run[:8]} starts with {len(x.terms.accounts)} accounts",
    d.Approved: _approved,
    d.IntentRefused: _refused,
    d.OrderRequested: _requested,
    d.CancelRequested: lambda x: f"{x.client_id} is to be cancelled ({x.reason})",
    d.AmendRequested: lambda x: (
        f"{x.account} changes {x.client_id} to {_values(x.quantity, x.price, x.trigger_price)} "
        f"({x.reason})"
    ),
    d.OrderUnknown: lambda x: f"{x.client_id} is unknown now ({x.reason})",
    d.LookUpRequested: _looked_up,
    d.LookUpMissed: _look_up_missed,
    d.OrderNotPlaced: lambda x: f"{x.client_id} was never placed: two look-ups found no trace",
    d.StopMoved: lambda x: (
        f"{x.account} moves its protection of {x.key.symbol} to "
        f"{_levels(x.stop_price, x.target_price)} ({x.reason})"
    ),
    d.CloseDelayed: _close_delayed,
    d.TradeClosed: _trade,
    d.GovernorActed: _governor,
    d.DayRolled: lambda x: (
        f"the day of {x.account} ends: {render(x.pnl)} in {x.trades} trades, equity "
        f"{render(x.equity)}"
    ),
    d.LimitSet: _set_limit,
    d.StrategyHalted: lambda x: f"the strategy of {x.account} at {x.symbol} is halted: {x.reason}",
    d.IncidentOpened: _incident,
    d.IncidentClosed: lambda x: f"incident {x.incident} closed: {x.resolution}",
    d.CommandRefused: lambda x: f"the command is refused: {x.reason}",
}


def check_value(unit: str, value: int) -> str:
    """A number of a gate's check as people read it; ``unit`` is its rule's."""
    if unit == "count":
        return str(value)
    if unit == "side":
        return side_name(value)
    if unit == "flag":
        return "yes" if value else "no"
    if unit == "time":
        if not value:
            return "never"
        return "for good" if value >= NEVER else render_time(value)
    if unit == "fraction":
        return f"{render(value * 10_000 // SCALE * SCALE // 100)} %"
    return render(value)
