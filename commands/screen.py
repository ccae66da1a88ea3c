"""What is shown on a terminal: tables without boxes, numbers that line up, a line of equity."""

from collections.abc import Iterable, Sequence
from os import environ

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from engine.money import SCALE, render
from engine.timebase import NEVER, render_time

_WIDTH_OFF_SCREEN = 110
_UNBROKEN = 24
_BARS = "▁▂▃▄▅▆▇█"
CONTROL = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)))
"""What is stripped from texts of a venue or a file before they are shown (design 11)."""

GOOD, BAD, QUIET, TITLE = "green", "red", "bright_black", "bold"


class _Screen(Console):
    """A console that tells when its reader has gone away, and leaves the rest to the envelope."""

    def on_broken_pipe(self) -> None:
        """Called by rich, which would end the program with an exit code of its own."""
        raise BrokenPipeError


def screen() -> Console:
    """The console on stdout; where nobody looks at a terminal it is wide and without colour."""
    console = _Screen(highlight=False, emoji=False, markup=False)
    if not console.is_terminal and "COLUMNS" not in environ:
        return _Screen(
            highlight=False, emoji=False, markup=False, width=_WIDTH_OFF_SCREEN, no_color=True
        )
    return console


def clean(text: str) -> str:
    """A text from outside without control characters."""
    return text.translate(CONTROL)


def heading(console: Console, text: str, aside: str = "") -> None:
    """The title of a part, with a blank line before it."""
    console.print()
    line = Text(text, style=TITLE)
    if aside:
        line.append(f"  {aside}", style=QUIET)
    console.print(line)


def facts(console: Console, rows: Iterable[tuple[str, str | Text]]) -> None:
    """Names and values in two columns."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style=QUIET, no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, value if isinstance(value, Text) else Text(clean(value)))
    console.print(Padding(table, (0, 0, 0, 2), expand=False))


def columns(
    console: Console,
    titles: Sequence[str],
    rows: Iterable[Sequence[str | Text]],
    right: Sequence[int] = (),
) -> None:
    """A table with a line of titles; the columns numbered in ``right`` hold numbers.

    Only columns with long texts are ever broken into lines.
    """
    cells = [
        [cell if isinstance(cell, Text) else Text(clean(cell)) for cell in row] for row in rows
    ]
    table = Table(
        box=None,
        padding=(0, 2, 0, 0),
        header_style=QUIET,
        pad_edge=False,
        show_header=any(titles),
    )
    for place, title in enumerate(titles):
        longest = max((len(row[place]) for row in cells), default=0)
        table.add_column(
            title,
            justify="right" if place in right else "left",
            overflow="fold",
            no_wrap=place in right or longest <= _UNBROKEN,
        )
    for row in cells:
        table.add_row(*row)
    console.print(Padding(table, (0, 0, 0, 2), expand=False))


def lines(console: Console, texts: Iterable[str]) -> None:
    """Plain lines, indented, broken nowhere: what is to be typed is to be copied."""
    for text in texts:
        console.print(Text(f"  {clean(text)}"), soft_wrap=True)


def sparkline(values: Sequence[int]) -> str:
    """A line of values as bars, the lowest and the highest at the ends of the scale."""
    if not values:
        return ""
    low, high = min(values), max(values)
    if low == high:
        return _BARS[0] * len(values)
    top = len(_BARS) - 1
    return "".join(_BARS[(value - low) * top // (high - low)] for value in values)


def amount(value: int, places: int = 2) -> str:
    """e8 money for people: thousands apart, rounded half up to ``places``."""
    step: int = SCALE // 10**places
    rounded = (value + step // 2) // step
    whole, fraction = divmod(abs(rounded), 10**places)
    sign = "-" if rounded < 0 else ""
    return f"{sign}{whole:,}" + (f".{fraction:0{places}d}" if places else "")


def signed(value: int, places: int = 2) -> Text:
    """Like ``amount``, with a sign and the colour of its sign."""
    text = amount(value, places)
    return Text(
        f"+{text}" if value > 0 else text, style=GOOD if value > 0 else BAD if value else ""
    )


def percent(value: int | None, places: int = 1) -> str:
    """An e8 fraction as a percentage."""
    return "-" if value is None else f"{amount(value * 100, places)} %"


def factor(value: int | None, places: int = 2) -> str:
    """An e8 multiple, or a dash where there is none."""
    return "-" if value is None else amount(value, places)


def price(value: int) -> str:
    """An e8 price with all its digits and its thousands apart."""
    whole, _, fraction = render(value).partition(".")
    grouped = f"{int(whole):,}"
    return f"{grouped}.{fraction}" if fraction else grouped


def moment(at: int) -> str:
    """A time for people: to the second where that is enough."""
    if at >= NEVER:
        return "until a person resumes"
    return render_time(at).replace("T", " ").replace("Z", "") if at else "-"


def mark_of(passed: bool) -> Text:
    """A tick or a cross."""
    return Text("✓", style=GOOD) if passed else Text("✗", style=BAD)
