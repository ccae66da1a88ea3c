"""What every table of a configuration is: closed, checked whole, and not changed afterwards."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from adapters.config.nearest import nearest


def default(value: object) -> Any:
    """The value of a key that nobody wrote, as it would be written; checked like all others."""
    return Field(default=value)


class Section(BaseModel):
    """A table of the file: closed, and not changed once it is checked."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class Row(Section):
    """One table of a list of tables. Its keys have no layer of their own, so they are named here.

    A misspelt key of another table is found where it was written, before anything is merged; a
    list is one value to the layers.
    """

    @model_validator(mode="before")
    @classmethod
    def _known(cls, written: object) -> object:
        if not isinstance(written, Mapping):
            raise ValueError("is no table; write {key = value}")
        for key in written:
            if key not in cls.model_fields:
                known = ", ".join(cls.model_fields)
                guess = nearest(str(key), cls.model_fields)
                advice = f"did you mean {guess}?" if guess else f"known are {known}"
                raise ValueError(f"has no key {key}; {advice}")
        return written
