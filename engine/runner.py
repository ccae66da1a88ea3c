"""The one synchronous loop: it owns the state, and lets effects leave only after the append."""

from engine.messages.effects import Notify
from engine.messages.inputs import Stamped
from engine.ports import Frames, Inputs, Venue
from engine.state import EngineState
from engine.step import step


class Runner:
    """Folds inputs into a state, appends each frame, then sends its effects to the venue."""

    def __init__(self, state: EngineState, frames: Frames, venue: Venue) -> None:
        self.state = state
        self.frames = frames
        self.venue = venue

    def run(self, inputs: Inputs) -> None:
        """Go on until the inputs end. Any exception but a strategy's own ends the process."""
        state, frames = self.state, self.frames
        append, request = frames.append, self.venue.request
        seq = state.seq
        for at, input_ in inputs:
            seq += 1
            stamped = Stamped(seq, at, input_)
            decisions, effects = step(state, stamped)
            append(stamped, decisions)
            if effects:
                for effect in effects:
                    if not isinstance(effect, Notify):
                        request(effect, at)
