"""Random numbers without a stream: each is a hash of what it is for, so none moves another."""

import hashlib
import struct

_WORDS = struct.Struct(">32H")


class Draws:
    """The draws of one seed and one symbol, by purpose and number."""

    __slots__ = ("_key",)

    def __init__(self, seed: int, symbol: str) -> None:
        self._key = hashlib.sha256(f"tradefold synthetic 1/{seed}/{symbol}".encode()).digest()

    def words(self, purpose: str, n: int) -> tuple[int, ...]:
        """Thirty-two independent draws, each 0 to 65535, for the ``n``-th of ``purpose``."""
        text = f"{purpose}/{n}".encode()
        return _WORDS.unpack(hashlib.blake2b(text, digest_size=64, key=self._key).digest())


def bell(words: tuple[int, ...]) -> int:
    """Four draws summed to a number around 0 with a bell-like spread; see ``BELL``."""
    assert len(words) == 4, "the spread belongs to four draws"
    return words[0] + words[1] + words[2] + words[3] - 131_070


BELL = 37_837
"""The standard deviation of ``bell``: 65536 times the root of a third."""
