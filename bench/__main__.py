"""``python -m bench [PART …] [--full] [--json]``: print how fast this machine is."""

import argparse
import sys
from collections.abc import Callable, Iterator

from bench import backtest, compiled, exchange, journal, replay, report, wire
from bench.measure import Figure, show

PARTS: dict[str, Callable[[bool], Iterator[Figure]]] = {
    backtest.PART: backtest.figures,
    exchange.PART: exchange.figures,
    journal.PART: journal.figures,
    replay.PART: replay.figures,
    report.PART: report.figures,
    wire.PART: wire.figures,
    compiled.PART: compiled.figures,
}


def main() -> None:
    """Measure what was asked for and print it."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--full", action="store_true", help="the large sizes: some minutes")
    parser.add_argument("--json", action="store_true", help="for programs")
    asked = parser.parse_args()
    for name in asked.parts:
        if name not in PARTS:
            parser.error(f"there is no part {name!r}; there are {', '.join(PARTS)}")
    found: list[Figure] = []
    for name in asked.parts or PARTS:
        for figure in PARTS[name](asked.full):
            found.append(figure)
            if sys.stderr.isatty():
                print(f"\r\033[K{figure.part}: {figure.what}", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    show(found, asked.json)


if __name__ == "__main__":
    main()
