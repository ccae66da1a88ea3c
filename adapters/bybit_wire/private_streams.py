"""Private topics: what an account's pushes look like to one who listens (bybit-v5.md 4.3). Pure."""

from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from adapters.bybit_wire.answers import Fields
from adapters.bybit_wire.disconnection import TOPICS as DCP_TOPICS

KINDS = ("order", "execution", "position", "wallet", "execution.fast")
CATEGORIZED = ("order", "execution", "position", "execution.fast")
FAST_FIELDS = (
    "category",
    "symbol",
    "orderId",
    "orderLinkId",
    "execId",
    "execPrice",
    "execQty",
    "side",
    "isMaker",
    "execTime",
    "seq",
)
ALL_TOPICS = (*KINDS, *(f"{kind}.linear" for kind in CATEGORIZED))
OTHER_CATEGORIES = ("inverse", "spot", "option")
SILENT = ("greeks", *DCP_TOPICS)
"""Topics that are taken and on which nothing is ever told."""


def refuse_topics(topics: Collection[str]) -> str:
    """Why these topics cannot be listened to together; empty where they can.

    Topics of other categories are taken, and nothing ever comes on them.
    """
    known = [*ALL_TOPICS, *SILENT]
    for category in OTHER_CATEGORIES:
        known += [f"{kind}.{category}" for kind in CATEGORIZED]
    for topic in topics:
        if topic not in known:
            return f"error:handler not found,topic:{topic}"
    kinds = [topic for topic in topics if topic in KINDS]
    if any(
        topic.startswith(f"{kind}.") for topic in topics for kind in kinds if topic not in KINDS
    ):
        return "error:all-in-one and categorised topics cannot be mixed in one request"
    return ""


def messages(
    pushes: Iterable[tuple[str, Fields]], topics: Collection[str], market_ms: int, first: int
) -> Iterator[Fields]:
    """The messages that one who listens to ``topics`` gets; ids are counted from ``first``."""
    for number, (kind, row) in enumerate(pushes, start=first):
        for topic in (kind, f"{kind}.linear"):
            if topic in topics:
                yield {
                    "id": str(UUID(int=number)),
                    "topic": topic,
                    "creationTime": market_ms,
                    "data": [row],
                }
        if kind != "execution" or row["execType"] != "Trade":
            continue
        for topic in ("execution.fast", "execution.fast.linear"):
            if topic in topics:
                fast = {name: row[name] for name in FAST_FIELDS}
                fast["orderLinkId"] = "" if row["isMaker"] else row["orderLinkId"]
                yield {"topic": topic, "creationTime": market_ms, "data": [fast]}
