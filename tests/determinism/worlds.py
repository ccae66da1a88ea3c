"""Candles for the probe, and the surroundings it is run in."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from adapters.synthetic.market import Recipe, open_synthetic
from engine.money import render
from engine.timebase import MILLISECOND
from tests.determinism.probe import Told
from tests.spec.run_terms import BTC, ETH, instrument

HOUSE = Path(__file__).resolve().parents[2]
LONG = os.environ.get("TRADEFOLD_LONG", "") not in ("", "0")
DAYS = 10
SUPPORTED = ("3.11", "3.12", "3.13", "3.14")
NEEDED = "attrs, msgspec, zstandard, pyarrow, pydantic_settings, ruamel.yaml, sqlite_utils"
PRICES = ("open", "high", "low", "close", "volume")


def write_candles(folder: Path) -> dict[str, list[str]]:
    """Ten days of two symbols, once as CSV and once as Parquet, with the same content."""
    found: dict[str, list[str]] = {"csv": [], "parquet": []}
    recipe = Recipe(3, DAYS)
    for series in open_synthetic(recipe, (instrument(BTC), instrument(ETH))):
        bars = list(series.bars())
        texts = {name: [render(getattr(bar, name)) for bar in bars] for name in PRICES}
        times = pa.array([bar.open_ns // MILLISECOND for bar in bars], pa.int64())
        symbol = series.facts.symbol
        as_text = pa.table({"ts_ms": times, **texts})
        as_floats = pa.table(
            {"ts_ms": times, **{name: [float(one) for one in texts[name]] for name in PRICES}}
        )
        pcsv.write_csv(as_text, folder / f"{symbol}_5m.csv")
        pq.write_table(as_floats, folder / f"{symbol}_5m.parquet")
        for kind, paths in found.items():
            paths.append(str(folder / f"{symbol}_5m.{kind}"))
    return found


def run_probe(
    arguments: Sequence[str],
    python: str = sys.executable,
    environ: Mapping[str, str] | None = None,
    folder: Path = HOUSE,
) -> Told:
    """The probe as a process of its own, in a bare environment and what ``environ`` adds."""
    told = subprocess.run(
        [python, "-m", "tests.determinism.probe", *arguments],
        cwd=folder,
        env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(HOUSE), **(environ or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    return Told(**json.loads(told.stdout))


def pythons() -> Iterator[tuple[str, str]]:
    """The full version and the program of every supported Python that is installed here."""
    seen: set[str] = set()
    homes = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    programs = [sys.executable]
    programs += [str(path) for path in sorted(homes.glob("3.*/bin/python"))]
    programs += filter(None, (shutil.which(f"python{minor}") for minor in SUPPORTED))
    for program in programs:
        version = version_of(program)
        if version.rpartition(".")[0] in SUPPORTED and version not in seen:
            seen.add(version)
            yield version, program


def version_of(program: str) -> str:
    """``3.12.1``, or an empty text for what does not run."""
    told = subprocess.run(
        [program, "-c", "import platform; print(platform.python_version())"],
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip()


def equipped(version: str, program: str) -> str:
    """That Python, or its virtual environment, with the runtime packages; "" where there is none.

    With ``TRADEFOLD_LONG=1`` the environment is made, once, in the folder for temporary files.
    """
    place = Path(tempfile.gettempdir()) / "tradefold-pythons" / version
    inside = str(place / "bin/python")
    for each in (program, inside):
        if shutil.which(each) and _imports(each):
            return each
    if not LONG:
        return ""
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    subprocess.run([program, "-m", "venv", "--clear", str(place)], check=True)
    install = [inside, "-m", "pip", "-q", "--disable-pip-version-check", "install"]
    locked = ["-c", str(HOUSE / "constraints.txt")]
    subprocess.run([*install, *locked, *project["dependencies"]], check=True)
    return inside


def _imports(program: str) -> bool:
    told = subprocess.run([program, "-c", f"import {NEEDED}"], capture_output=True, check=False)
    return told.returncode == 0
