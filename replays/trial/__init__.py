"""Property tests for strategies: made markets, harsh venues, and the laws that must hold.

    from hypothesis import given
    from replays.trial import play, sessions

    @given(sessions(MyCross))
    def test_my_cross_keeps_every_law(session):
        trial = play(session)
        assert not trial.halted

It needs Hypothesis (``pip install "tradefold[trial]"``), and nothing else of the program needs it.
"""

from replays.trial.made import accounts, candles, faults, markets, orders
from replays.trial.play import Trial, play
from replays.trial.sessions import sessions

__all__ = [
    "Trial",
    "accounts",
    "candles",
    "faults",
    "markets",
    "orders",
    "play",
    "sessions",
]
