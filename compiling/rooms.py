"""What is compiled, and what is left to the interpreter, each with its reason."""

from pathlib import Path

ROOMS = ("engine", "adapters/simulated", "adapters/timeline.py")
"""Every module in these, but those of ``LEFT``."""

OF_THE_JOURNAL = ("codec", "frequent", "frequent_ticks", "pages")
"""The hot part of the journal: from messages to rows and back."""

LEFT = {
    "engine/messages/record.py": "declares what the others are made of, at run time",
    "engine/errors.py": "exceptions are Python's own classes",
    "engine/ports.py": "protocols: what meets them is made by the interpreter",
    "engine/digest.py": "looks into values of every kind, once a run",
    "engine/domain/intent.py": "what strategies make: a wrong one is told, not refused by its type",
    "engine/strategies": "strategies are attrs classes, one's own among them",
}
COPIED = ("engine", "adapters", "journal", "replays", "commands", "tests", "bench", "examples")
"""What the build is a copy of, besides the command line: it runs, and is tested, by itself."""


def is_compiled(path: str) -> bool:
    """Whether the module at ``path``, relative to the house, is compiled."""
    if not path.endswith(".py") or path.endswith("__init__.py"):
        return False
    if any(path == left or path.startswith(f"{left}/") for left in LEFT):
        return False
    if any(path == room or path.startswith(f"{room}/") for room in ROOMS):
        return True
    return path in {f"journal/{name}.py" for name in OF_THE_JOURNAL}


def sources(house: Path) -> list[str]:
    """Every file that the build is a copy of, in order, relative to the house."""
    found = [house / "cli.py"]
    for room in COPIED:
        found += [path for path in (house / room).rglob("*") if path.is_file()]
    names = sorted(path.relative_to(house).as_posix() for path in found)
    return [name for name in names if "__pycache__" not in name and not name.endswith(".so")]
