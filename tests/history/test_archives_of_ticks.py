"""Archives of trades, quotes and funding rates as venues and freqtrade write them."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather
import pytest

from adapters.history.recording import FUNDING, QUOTES, TRADES
from engine.errors import UserError
from engine.messages.market import FundingRated, MarketEvent, Quoted, Traded
from engine.money import Rate
from tests.history import layout_files as files
from tests.history.files import csv
from tests.history.tick_files import SYMBOL, ms, ns, opened, p, played, q

BOUGHT = Traded(SYMBOL, ns(1), p("100.1"), q("0.5"), 1)
SOLD = Traded(SYMBOL, ns(2), p("100"), q("2"), -1)
QUOTE = Quoted(SYMBOL, ns(1), p("100"), q("1"), p("100.1"), q("2"))
Write = Callable[[Path], Path]


def us(seconds: float) -> int:
    return ms(seconds) * 1_000


def vision_agg(path: Path) -> Path:
    """Binance Vision, futures: aggregated trades."""
    header = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker"
    rows = [f"26129,100.1,0.5,27781,27781,{ms(1)},false", f"26130,100.0,2,27782,27783,{ms(2)},true"]
    return csv(path / "BTCUSDT-aggTrades-2025-01-01.csv", rows, header)


def vision_agg_older(path: Path) -> Path:
    """The same of the years before files had a header."""
    first, second = f"26129,100.1,0.5,27781,27781,{ms(1)},false", f"7,100.0,2,8,9,{ms(2)},true"
    return csv(path / "BTCUSDT-aggTrades-2021-01-01.csv", [second], first)


def vision_agg_spot(path: Path) -> Path:
    """Of spot since 2025: microseconds, Python's words, no header."""
    first = f"3358001,100.10000000,0.50000000,4500001,4500001,{us(1)},False,True"
    second = f"3358002,100.00000000,2.00000000,4500002,4500002,{us(2)},True,True"
    return csv(path / "BTCUSDT-aggTrades-2025-01-02.csv", [second], first)


def vision_trades(path: Path) -> Path:
    """Single trades of futures."""
    rows = [f"4000,100.1,0.5,50.05,{ms(1)},false", f"4001,100.0,2,200,{ms(2)},true"]
    header = "id,price,qty,quote_qty,time,is_buyer_maker"
    return csv(path / "BTCUSDT-trades-2025-01-01.csv", rows, header)


def vision_trades_spot(path: Path) -> Path:
    """And of spot."""
    first = f"4000,100.10000000,0.50000000,50.05000000,{us(1)},False,True"
    second = f"4001,100.00000000,2.00000000,200.00000000,{us(2)},True,True"
    return csv(path / "BTCUSDT-trades-2025-01-02.csv", [second], first)


def bybit_trading(path: Path) -> Path:
    """Bybit's archive of perpetuals: seconds with a fraction, a column for each value there is."""
    header = (
        "timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,"
        "foreignNotional,RPI"
    )
    rest = "ZeroPlusTick,d6b9a5ac-3439-5cea-b590-fd245e5b3992,5.005e+09,0.5,50.05,0"
    rows = [
        f"{ms(1) // 1000}.0000,BTCUSDT,Buy,0.5,100.1,{rest}",
        f"{ms(2) // 1000}.0000,BTCUSDT,Sell,2,100.0,{rest}",
    ]
    return csv(path / "BTCUSDT2025-01-01.csv.gz", rows, header)


def bybit_spot(path: Path) -> Path:
    """Bybit's archive of spot: quantities are called volume."""
    rows = [f"1,{ms(1)},100.1,0.5,buy,0", f"2,{ms(2)},100.0,2,sell,0"]
    return csv(path / "BTCUSDT_2025-01-01.csv.gz", rows, "id,timestamp,price,volume,side,rpi")


def freqtrade_trades(path: Path) -> Path:
    """What freqtrade keeps of trades."""
    table = {
        "timestamp": [ms(1), ms(2)],
        "id": ["1", "2"],
        "type": [None, None],
        "side": ["buy", "sell"],
        "price": [100.1, 100.0],
        "amount": [0.5, 2.0],
        "cost": [50.05, 200.0],
    }
    file = path / "BTC_USDT_USDT-trades.feather"
    feather.write_feather(pa.table(table), str(file))
    return file


@pytest.mark.parametrize(
    "write",
    [
        *(vision_agg, vision_agg_older, vision_agg_spot, vision_trades, vision_trades_spot),
        *(bybit_trading, bybit_spot, freqtrade_trades),
    ],
)
def test_every_archive_of_trades_tells_the_same_trades(tmp_path: Path, write: Write) -> None:
    market = opened(write(tmp_path))
    assert played(market) == [(ns(1), BOUGHT), (ns(2), SOLD)]
    assert market.recordings[0].facts.tells == ((SYMBOL, TRADES),)


def test_binances_best_quotes_have_two_times(tmp_path: Path) -> None:
    """The transaction's is the venue's; nothing in the file says when it was received."""
    prices = "best_bid_price,best_bid_qty,best_ask_price,best_ask_qty"
    header = f"update_id,{prices},transaction_time,event_time"
    rows = [f"400900217,100.0,1,100.1,2,{ms(1)},{ms(1) + 5}"]
    market = opened(csv(tmp_path / "BTCUSDT-bookTicker-2024-01-01.csv", rows, header))
    assert [event for _, event in played(market)] == [QUOTE]
    assert market.recordings[0].facts.tells == ((SYMBOL, QUOTES),)


def vision_rates(path: Path) -> Path:
    """Binance Vision: settlements, some milliseconds late as it writes them."""
    rows = [f"{ms(0)},8,0.00010000", f"{ms(8 * 3600)},8,-0.00020000"]
    header = "calc_time,funding_interval_hours,last_funding_rate"
    return csv(path / "BTCUSDT-fundingRate-2025-01.csv", rows, header)


def bybit_rates(path: Path) -> Path:
    """Bybit's V5 answer, the newest first."""
    rows = [
        {"symbol": "BTCUSDT", "fundingRate": rate, "fundingRateTimestamp": str(at)}
        for at, rate in ((ms(8 * 3600), "-0.0002"), (ms(0), "0.0001"))
    ]
    answer = {"retCode": 0, "retMsg": "OK", "result": {"category": "linear", "list": rows}}
    return files.written(path / "BTCUSDT_funding.json", {**answer, "time": ms(9 * 3600)})


def bybit_rates_table(path: Path) -> Path:
    """The same rows as a table."""
    rows = [f"BTCUSDT,-0.0002,{ms(8 * 3600)}", f"BTCUSDT,0.0001,{ms(0)}"]
    return csv(path / "rates.csv", rows, "symbol,fundingRate,fundingRateTimestamp")


def freqtrade_rates(path: Path) -> Path:
    """freqtrade keeps rates as candles: the rate is the open, the rest is nothing."""
    dates = pa.array([ms(0), ms(8 * 3600)], pa.timestamp("ms", "UTC"))
    nothing = {name: [0.0, 0.0] for name in ("high", "low", "close", "volume")}
    file = path / "BTC_USDT_USDT-8h-funding_rate.feather"
    feather.write_feather(
        pa.table({"date": dates, "open": [0.0001, -0.0002], **nothing}), str(file)
    )
    return file


RATES: list[tuple[int, MarketEvent]] = [
    (ns(0), FundingRated(SYMBOL, ns(0), Rate(10_000))),
    (ns(8 * 3600), FundingRated(SYMBOL, ns(8 * 3600), Rate(-20_000))),
]


@pytest.mark.parametrize("write", [vision_rates, bybit_rates, bybit_rates_table, freqtrade_rates])
def test_every_archive_of_rates_tells_the_same_settlements(tmp_path: Path, write: Write) -> None:
    hours = range(12)
    rows = [f"{ms(n * 3600)},1,1,1,1,1" for n in hours]
    bars = csv(tmp_path / "candles.csv", rows, "ts_ms,open,high,low,close,volume")
    market = opened(f"BTCUSDT={bars}", write(tmp_path))
    (rates,) = market.funding
    assert rates.facts.kind == FUNDING
    assert played(market) == RATES
    turned = write in (bybit_rates, bybit_rates_table)
    assert (
        any("goes from new to old; it was turned round" in n for n in rates.facts.notes) == turned
    )


@pytest.mark.parametrize(
    ("name", "header", "row", "sentence"),
    [
        # A maker that is neither is no row of Binance's; so the line is a header, and a wrong one.
        ("aggTrades.csv", "", f"1,100.1,0.5,1,1,{ms(1)},maybe", "has a wrong header: missing"),
        ("trades.csv", "", f"1,100.17,0.5,50,{ms(1)},true", "is no multiple of BTCUSDT's tick 0.1"),
        ("spot.csv", "id,timestamp,price,volume,side", f"1,{ms(1)},100.1,0.5,up", "side = up is"),
        ("spot.csv", "id,timestamp,price,volume,side", f"1,{ms(1)},100.1,0,buy", "volume = 0"),
        (
            "bookTicker.csv",
            "update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time",
            f"1,100.2,1,100.1,1,{ms(1)}",
            "line 2: the bid 100.2 is above the ask 100.1",
        ),
        (
            "bookDepth.csv",
            "timestamp,percentage,depth,notional",
            "2025-01-01 00:00:07,-5,60,600",
            "bids_px or bid_price_0 (depth)",
        ),
        (
            "funding.csv",
            "calc_time,funding_interval_hours,last_funding_rate",
            f"{ms(0)},8,0.5",
            "last_funding_rate = 0.5 is no rate of one interval",
        ),
    ],
)
def test_wrong_archives_are_named(
    tmp_path: Path, name: str, header: str, row: str, sentence: str
) -> None:
    first, *rest = [header, row] if header else [row]
    path = csv(tmp_path / f"BTCUSDT-{name}", rest, first)
    with pytest.raises(UserError) as refused:
        opened(f"BTCUSDT={path}")
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_archive_that_was_not_unpacked_is_told_as_such(tmp_path: Path) -> None:
    """Binance Vision's files and Bybit's books are downloaded as ZIP, packed or only stored."""
    path = tmp_path / "BTCUSDT-aggTrades-2025-01-01.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(vision_agg(tmp_path), "BTCUSDT-aggTrades-2025-01-01.csv")
    with pytest.raises(UserError, match=r"is a ZIP archive; unpack it"):
        opened(path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_text_of_utf_16_is_told_as_such(tmp_path: Path, encoding: str) -> None:
    """Spreadsheets call it Unicode text; read as UTF-8 it had one column too few somewhere."""
    path = tmp_path / "BTCUSDT.csv"
    mark = "" if encoding == "utf-16" else "\ufeff"
    path.write_text(f"{mark}ts_ms,open,high,low,close,volume\n0,1,1,1,1,1\n", encoding=encoding)
    with pytest.raises(UserError, match=r"is text of UTF-16.*save it as UTF-8"):
        opened(path)
