"""What every page is made with: the templates, and how numbers and times are written."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from engine.money import SCALE
from engine.timebase import render_time

_NONE = "-"


def environment() -> Environment:
    """The templates. Every text of a run is escaped; a name that is not there is an error."""
    found = Environment(
        loader=PackageLoader("replays.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "money": money,
        "percent": percent,
        "number": number,
        "moment": moment,
        "tone": tone,
    }
    return found


def money(value: int | str | None, places: int = 2) -> str:
    """e8 money, or the decimal text of it, with thousands apart."""
    if value is None:
        return _NONE
    units = value / SCALE if isinstance(value, int) else float(value)
    return f"{units:,.{places}f}"


def percent(value: float | None, places: int = 1) -> str:
    """A fraction as a percentage."""
    return _NONE if value is None else f"{value * 100:,.{places}f} %"


def number(value: float | None, places: int = 2) -> str:
    """A number with thousands apart."""
    return _NONE if value is None else f"{value:,.{places}f}"


def moment(value: int | str | None) -> str:
    """A time to the second, without its letters."""
    if not value:
        return _NONE
    text = value if isinstance(value, str) else render_time(value)
    return text[:19].replace("T", " ").removesuffix("Z")


def tone(value: float | str | None) -> str:
    """The class of a number's colour."""
    told = float(value or 0)
    return "gain" if told > 0 else "loss" if told < 0 else ""
