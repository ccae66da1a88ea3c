"""``python -m compiling.extension MODULE …``: mypyc over modules of the folder it is called in."""

import os
import sys

from mypyc.build import mypycify
from setuptools import setup

_OPTIONS = ("--config-file=", "--disable-error-code=misc")
"""The house's own types are checked where they are written. The one thing that mypy would say here
is that a record is no attrs class, which it is at run time."""

if __name__ == "__main__":
    setup(
        name="tradefold-compiled",
        packages=[],
        py_modules=[],
        ext_modules=mypycify(
            [*_OPTIONS, *sys.argv[1:]],
            group_name="tradefold",
            opt_level="2",
            debug_level="0",
            multi_file=True,
        ),
        script_args=["-q", "build_ext", "--inplace", "--parallel", str(os.cpu_count() or 1)],
    )
