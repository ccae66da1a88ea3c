"""Which code keeps a session: a digest of the sources that its state and its answers hang on.

The digest of a desk's state is one of its attributes, so it says nothing between two versions of
the code; what was answered and told does. Shell code: it reads files.
"""

import hashlib
from functools import cache
from pathlib import Path

_HERE = Path(__file__).resolve().parents[2]
CODE = "code"
"""What the digest is called in a manifest."""
_ROOMS = ("engine", "adapters/simulated", "adapters/bybit_wire")


@cache
def code_digest() -> str:
    """64 hex digits that stand for the sources of the engine and of both sides of the exchange."""
    digest = hashlib.sha256()
    for room in _ROOMS:
        for path in sorted((_HERE / room).rglob("*.py")):
            digest.update(f"{path.relative_to(_HERE).as_posix()}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
