"""All that a strategy's file needs, in one import."""

from attrs import define

from engine.domain.candle import Candle
from engine.domain.instrument import Instrument
from engine.domain.intent import CancelEntry, Enter, Exit, Intent, MoveStop, Reprice
from engine.domain.order import BUY, SELL, Side
from engine.indicators import Atr, Donchian, Ema, RollingMean, Rsi
from engine.messages.market import Quoted, Traded
from engine.money import Money, Price, Quantity, Rate, apply_rate
from engine.strategies.declare import money, price, rate, state
from engine.strategies.levels import (
    percent_stop,
    profit_target,
    protective_stop,
    range_stop_distance,
    trailed_stop,
)
from engine.strategies.strategy import Strategy, View

__all__ = [
    "BUY",
    "SELL",
    "Atr",
    "CancelEntry",
    "Candle",
    "Donchian",
    "Ema",
    "Enter",
    "Exit",
    "Instrument",
    "Intent",
    "Money",
    "MoveStop",
    "Price",
    "Quantity",
    "Quoted",
    "Rate",
    "Reprice",
    "RollingMean",
    "Rsi",
    "Side",
    "Strategy",
    "Traded",
    "View",
    "apply_rate",
    "define",
    "money",
    "percent_stop",
    "price",
    "profit_target",
    "protective_stop",
    "range_stop_distance",
    "rate",
    "state",
    "trailed_stop",
]
