"""``python -m compiling [FOLDER]``: the house with its hot rooms compiled, in build/compiled."""

import importlib.util
import sys
from pathlib import Path
from time import perf_counter

from compiling.build import FOLDER, HOUSE, compile_in, compiler, digest, is_current, lay_out

WORLD_FAILED = 3


def main() -> int:
    """Build it, unless it is there and of these sources. 3 when the tools are missing."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else FOLDER).resolve()
    shown = folder.relative_to(HOUSE) if folder.is_relative_to(HOUSE) else folder
    if is_current(folder):
        print(f"{shown} is compiled of these sources already")
        return 0
    if compiler() is None:
        print(
            "there is no C compiler; install one (gcc or clang), or run as it is", file=sys.stderr
        )
        return WORLD_FAILED
    for name in ("mypyc", "setuptools"):
        if importlib.util.find_spec(name) is None:
            print(f"{name} is missing; make compiled installs it", file=sys.stderr)
            return WORLD_FAILED
    begin, made_of = perf_counter(), digest()
    modules = lay_out(folder)
    print(f"compiling {len(modules)} modules into {shown}: some minutes ...", file=sys.stderr)
    if not compile_in(folder, modules):
        print("it could not be compiled; what the compiler said stands above", file=sys.stderr)
        return WORLD_FAILED
    (folder / "SOURCE").write_text(made_of, encoding="ascii")
    print(f"compiled in {perf_counter() - begin:.0f} s; PYTHONPATH={shown} runs it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
