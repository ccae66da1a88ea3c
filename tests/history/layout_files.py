"""Candle files as the sources write them: their headers, orders and units, with made numbers."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather

from engine.timebase import MICROSECOND, MILLISECOND, SECOND
from tests.history.files import ROWS, START, STEP, columns, csv, milliseconds

VISION = (
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,"
    "taker_buy_volume,taker_buy_quote_volume,ignore"
)
Writer = Callable[[Path, Sequence[int]], Path]


def cells(place: int) -> list[str]:
    """Prices and volume of the row at this place of a file."""
    return list(ROWS[place % len(ROWS)])


def at(n: int, unit: int = MILLISECOND) -> int:
    """Opening time of the ``n``-th bar in this unit."""
    return (START + n * STEP) // unit


def vision_rows(numbers: Sequence[int], unit: int = MILLISECOND) -> list[list[str]]:
    """Rows of Binance: the closing time is the last unit before the next bar."""
    return [
        [str(at(n, unit)), *cells(place), str(at(n + 1, unit) - 1), "70", "3", "1", "9", "0"]
        for place, n in enumerate(numbers)
    ]


def vision(path: Path, numbers: Sequence[int]) -> Path:
    """Binance Vision, futures: a header, milliseconds."""
    return csv(path / "BTCUSDT-5m-2025-01.csv", [",".join(r) for r in vision_rows(numbers)], VISION)


def vision_spot(path: Path, numbers: Sequence[int]) -> Path:
    """Binance Vision, spot since 2025: no header, microseconds."""
    first, *rest = (",".join(row) for row in vision_rows(numbers, MICROSECOND))
    return csv(path / "BTCUSDT-5m-2025-02.csv", rest, first)


def vision_arrays(path: Path, numbers: Sequence[int]) -> Path:
    """The REST answer of Binance: arrays of twelve, prices as texts."""
    rows = [[int(r[0]), *r[1:6], int(r[6]), *r[7:]] for r in vision_rows(numbers)]
    return written(path / "BTCUSDT.json", rows)


def metatrader(path: Path, numbers: Sequence[int]) -> Path:
    """Bybit's archive of klines: no header, dotted times of UTC+3."""
    rows = []
    for place, n in enumerate(numbers):
        moment = datetime.fromtimestamp(at(n, SECOND), UTC) + timedelta(hours=3)
        rows.append(",".join((moment.strftime("%Y.%m.%d %H:%M"), *cells(place))))
    return csv(path / "BTCUSDT_5_2025-01-01_2025-01-31.csv.gz", rows[1:], rows[0])


def bybit_rows(numbers: Sequence[int]) -> list[list[str]]:
    """A list of Bybit's V5 klines, the newest first."""
    return [[str(at(n)), *cells(place), "700"] for place, n in enumerate(numbers)][::-1]


def bybit_arrays(path: Path, numbers: Sequence[int]) -> Path:
    """The list alone, as pybit's users store it."""
    return written(path / "BTCUSDT_v5.json", bybit_rows(numbers))


def bybit_answer(path: Path, numbers: Sequence[int], until_ms: int = 1_800_000_000_000) -> Path:
    """A whole answer of V5."""
    result = {"category": "linear", "symbol": "BTCUSDT", "list": bybit_rows(numbers)}
    answer = {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": until_ms}
    return written(path / "page.json", answer)


def bybit_csv(path: Path, numbers: Sequence[int]) -> Path:
    """The same rows as a table with the documents' names."""
    header = "startTime,openPrice,highPrice,lowPrice,closePrice,volume,turnover"
    return csv(path / "BTCUSDT_rest.csv", [",".join(row) for row in bybit_rows(numbers)], header)


def bybit_start_at(path: Path, numbers: Sequence[int]) -> Path:
    """Older klines: seconds in ``start_at``, a symbol and a period."""
    body = [
        ",".join((str(at(n, SECOND)), "BTCUSDT", "5", *cells(place)))
        for place, n in enumerate(numbers)
    ]
    return csv(path / "klines.csv", body, "start_at,symbol,period,open,high,low,close,volume")


def freqtrade(path: Path, numbers: Sequence[int], name: str = "BTC_USDT_USDT-5m-futures") -> Path:
    """freqtrade's Feather: dates of UTC, floats, its pair in the name."""
    table = columns(numbers)
    dates = pa.array(table.pop("ts_ms"), pa.timestamp("ms", "UTC"))
    file = path / f"{name}.feather"
    feather.write_feather(pa.table({"date": dates, **table}), str(file), "lz4", chunksize=2)
    return file


def arrays(path: Path, numbers: Sequence[int]) -> Path:
    """What ccxt's ``fetch_ohlcv`` gives, and freqtrade's JSON holds."""
    rows = [[at(n), *map(float, cells(place))] for place, n in enumerate(numbers)]
    return written(path / "BTC_USDT-5m.json", rows)


def tradingview(path: Path, numbers: Sequence[int]) -> Path:
    """A chart's export: seconds, ``Volume``, indicators with empty cells."""
    body = [
        ",".join((str(at(n, SECOND)), *cells(place)[:4], "", cells(place)[4], "55.1"))
        for place, n in enumerate(numbers)
    ]
    return csv(path / "BYBIT_BTCUSDT.P, 5.csv", body, "time,open,high,low,close,MA,Volume,RSI")


def tradingview_zoned(path: Path, numbers: Sequence[int]) -> Path:
    """The same with ISO times in the chart's zone."""
    body = []
    for place, n in enumerate(numbers):
        moment = datetime.fromtimestamp(at(n, SECOND), UTC) + timedelta(hours=1)
        body.append(",".join((moment.strftime("%Y-%m-%dT%H:%M:%S+01:00"), *cells(place))))
    return csv(path / "BYBIT_BTCUSDT.P, 5.csv", body, "time,open,high,low,close,Volume")


def own_feather(path: Path, numbers: Sequence[int]) -> Path:
    """The project's own columns as Feather."""
    file = path / "BTCUSDT_own.feather"
    feather.write_feather(pa.table(columns(numbers)), str(file))
    return file


def own_turned(path: Path, numbers: Sequence[int]) -> Path:
    """The project's own columns, the newest first."""
    body = [",".join((str(milliseconds(n)), *cells(place))) for place, n in enumerate(numbers)]
    return csv(path / "BTCUSDT_turned.csv", body[::-1])


def written(path: Path, value: object) -> Path:
    """A JSON file."""
    path.write_text(json.dumps(value))
    return path
