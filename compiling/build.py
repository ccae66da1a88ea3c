"""The build: a copy of the house in a folder of its own, and compiled modules in that copy alone.

Nothing is ever put beside the sources, so that no compiled module can outlive the source that it
was made of. ``SOURCE`` in the folder is the digest of all that it was made of.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from compiling.constants import with_finals
from compiling.records import TOLD_TO_ATTRS, spelt_out
from compiling.rooms import is_compiled, sources

HOUSE = Path(__file__).resolve().parents[1]
FOLDER = HOUSE / "build/compiled"
_RECORD = "engine/messages/record.py"
_FLAGS = "-ffp-contract=off"
"""A product and a sum in one rounding would be another number than the interpreter's."""


def digest(house: Path = HOUSE) -> str:
    """What a build is made of: the sources and this room."""
    text = hashlib.sha256()
    rooms = [path.relative_to(house).as_posix() for path in sorted((house / "compiling").glob("*"))]
    names = [name for name in (*sources(house), *rooms) if name.endswith((".py", ".toml"))]
    for name in names:
        text.update(f"{name}\0".encode() + (house / name).read_bytes())
    return text.hexdigest()


def is_current(folder: Path = FOLDER, house: Path = HOUSE) -> bool:
    """Whether there is a build in ``folder``, of the sources as they are now."""
    stamp = folder / "SOURCE"
    return stamp.is_file() and stamp.read_text(encoding="ascii") == digest(house)


def compiler() -> str | None:
    """The C compiler that this Python was made with, or none."""
    command = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    return shutil.which(command)


_PYTEST = "[pytest]\npythonpath = .\naddopts = -q -p no:cacheprovider\n"
"""The tests of the copy import the copy, whatever stands in the folders above it."""


def lay_out(folder: Path, house: Path = HOUSE) -> list[str]:
    """Copy the house into ``folder`` and give the paths of the modules that are to be compiled.

    A file that is as it was is not touched, so that it is not compiled again; what is compiled
    of a module that is no longer to be is taken away.
    """
    (folder / "SOURCE").unlink(missing_ok=True)
    names = sources(house)
    for name in names:
        made = (house / name).read_bytes()
        if is_compiled(name):
            made = with_finals(spelt_out(made.decode())).encode()
        elif name == _RECORD:
            made += TOLD_TO_ATTRS.encode()
        place = folder / name
        if not place.is_file() or place.read_bytes() != made:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(made)
    (folder / "pytest.ini").write_text(_PYTEST, encoding="ascii")
    known = set(names)
    for place in [path for path in folder.rglob("*.py") if path.is_file()]:
        if place.relative_to(folder).as_posix() not in known:
            place.unlink()
    wanted = {name.removesuffix(".py") for name in names if is_compiled(name)}
    for place in folder.glob("*/**/*.so"):
        name = place.relative_to(folder).as_posix().partition(".")[0]
        if name not in wanted and not name.startswith("build/"):
            place.unlink()
    return [name for name in names if is_compiled(name)]


def compile_in(folder: Path, modules: list[str]) -> bool:
    """Compile the modules of ``folder``, in a process of its own; whether that went well."""
    flags = f"{os.environ.get('CFLAGS', '')} {_FLAGS}".strip()
    environ = {**os.environ, "CFLAGS": flags, "PYTHONPATH": str(HOUSE)}
    command = [sys.executable, "-m", "compiling.extension", *modules]
    return subprocess.run(command, cwd=folder, env=environ, check=False).returncode == 0
