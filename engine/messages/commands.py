"""Commands: what a person or a program tells the running engine. Imperative, and journaled."""

from engine.messages.record import record

EVERY_ACCOUNT = ""
"""The account name that means all of them."""


@record
class PauseAccount:
    """No new risk for ``account`` until it is resumed; exits and protection go on."""

    account: str
    reason: str


@record
class ResumeAccount:
    """Lift a pause, a cooldown or a kill of ``account``."""

    account: str
    reason: str


@record
class FlattenAccount:
    """Cancel open entries and close every position of ``account`` at the market."""

    account: str
    reason: str


@record
class KillAccount:
    """Flatten and refuse all new risk until a person resumes."""

    account: str
    reason: str


@record
class SetLimit:
    """Change one limit of ``account`` from now on; ``value`` is e8 for money and fractions."""

    account: str
    name: str
    value: int


Command = PauseAccount | ResumeAccount | FlattenAccount | KillAccount | SetLimit
