"""Form fields, each read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from answerback.calls import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """A form's fields; a repr would show customers' words, so it does not."""

    values: Mapping[str, Sequence[str]] = field(repr=False)

    @classmethod
    def of(cls, request: Request) -> Fields:
        """The fields of a call. Raises Malformed."""
        return cls(values=request.form())

    def one(self, name: str) -> str:
        """The field's first value; empty when it is missing."""
        return next(iter(self.values.get(name, ())), "")

    def all(self, name: str) -> tuple[str, ...]:
        """All values of a repeated field, also when written `name[]`."""
        return (*self.values.get(f"{name}[]", ()), *self.values.get(name, ()))
