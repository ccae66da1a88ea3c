"""The chain: what a page is as a row, and the digest that ties it to all pages before it.

``digest = sha256(previous digest + header + body)``. The header is the JSON array of all other
columns, closed by a line feed: a JSON array ends where its bracket closes, so no two different
rows give the same bytes. The body enters as it is stored.
"""

import hashlib
import json
import re
from typing import NamedTuple

_HEX = re.compile("[0-9a-f]{64}")
GENESIS = "0" * 64
"""What stands for the previous digest of the first page."""


class Page(NamedTuple):
    """One row of ``pages``: some frames, and the digest over them and all before them."""

    first_seq: int
    last_seq: int
    first_at: int
    last_at: int
    codec: str
    body: bytes
    digest: str


def page_digest(
    previous: str,
    first_seq: int,
    last_seq: int,
    first_at: int,
    last_at: int,
    codec: str,
    body: bytes,
) -> str:
    """The hex digest of a page that follows one with the digest ``previous``."""
    header = json.dumps([first_seq, last_seq, first_at, last_at, codec], separators=(",", ":"))
    digest = hashlib.sha256(bytes.fromhex(previous))
    digest.update(header.encode())
    digest.update(b"\n")
    digest.update(body)
    return digest.hexdigest()


def linked(previous: str, page: Page) -> bool:
    """Whether ``page`` is what followed the page with the digest ``previous``, unchanged.

    ``page`` may hold anything that a changed row can hold.
    """
    if not isinstance(page.body, bytes) or not _HEX.fullmatch(previous):
        return False
    return page.digest == page_digest(previous, *page[:6])
