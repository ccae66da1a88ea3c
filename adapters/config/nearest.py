"""What a misspelt word was probably meant to be."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from engine.errors import UserError


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that ``word`` was probably meant to be, or an empty text."""
    by_lower = {name.lower(): name for name in known}
    close = get_close_matches(word.lower(), list(by_lower), n=1, cutoff=0.6)
    return by_lower[close[0]] if close else ""


def check_profile(section: str, name: str, known: Mapping[str, object]) -> None:
    """Refuse a profile that does not exist, with the one that was probably meant."""
    if name not in known:
        guess = nearest(name, known)
        advice = f"did you mean {guess}?" if guess else "known are " + ", ".join(known)
        raise UserError(f"{section}.profile = {name!r} does not exist; {advice}")
