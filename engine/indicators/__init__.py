"""The shipped indicators: incremental, equal to a batch computation, digestible."""

from typing import Final

from engine.indicators.atr import Atr
from engine.indicators.donchian import Donchian
from engine.indicators.ema import Ema
from engine.indicators.rolling import RollingMean
from engine.indicators.rsi import Rsi

__all__ = ["SHIPPED", "Atr", "Donchian", "Ema", "RollingMean", "Rsi"]

SHIPPED: Final[tuple[type, ...]] = (Atr, Donchian, Ema, RollingMean, Rsi)
"""The classes that may stand in a strategy's declared state; a digest walks their slots."""
