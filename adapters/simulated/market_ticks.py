"""What a market keeps of its ticks: what is shown and was traded, and our places in the queues."""

from adapters.simulated.depth import DepthBook
from adapters.simulated.queues import Queues
from adapters.simulated.quotes import TopOfBook
from adapters.simulated.shown import Shown
from adapters.simulated.tape import Tape
from engine.messages.runs import SimulationTerms


class MarketTicks:
    """The ticks of one symbol. ``book`` is what the run is matched on: ``top`` or ``depth``.

    ``traded_ns`` is the venue's time of the last public trade, -1 before the first: until then
    the middle of bid and ask is the last price.
    """

    __slots__ = ("book", "depth", "queues", "tape", "top", "traded_ns")

    def __init__(self, simulation: SimulationTerms) -> None:
        self.top = TopOfBook()
        self.depth = DepthBook()
        self.book: Shown = self.depth if simulation.matched_on == "depth" else self.top
        self.queues = Queues(simulation.matched_on, simulation.queue, self.book)
        self.tape = Tape()
        self.traded_ns = -1
