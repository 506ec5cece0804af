"""What is logged, printed and said in errors meanwhile, and whether it shows too much."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import IO
from urllib.parse import quote

from answerback.errors import AnswerbackError

_LONGEST_SEARCHED = 60


@contextmanager
def logged() -> Iterator[list[str]]:
    """All that is logged meanwhile, by anybody and at every level, with its fields.

    What is printed is added at the end, and still printed.
    """
    lines: list[str] = []
    root = logging.getLogger()
    handler = _Lines(lines)
    level = root.level
    known = logging.Logger.manager.loggerDict.values()
    levels = [(each, each.level) for each in known if isinstance(each, logging.Logger)]
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    for logger, _ in levels:
        logger.setLevel(logging.NOTSET)
    printed = _Printed(sys.stdout), _Printed(sys.stderr)
    try:
        with redirect_stdout(printed[0]), redirect_stderr(printed[1]):
            yield lines
    finally:
        lines += ["".join(each.pieces) for each in printed]
        root.removeHandler(handler)
        root.setLevel(level)
        for logger, before in levels:
            logger.setLevel(before)


class _Printed(io.TextIOBase):
    """Remembers what is printed, and passes it on."""

    def __init__(self, to: IO[str]) -> None:
        self.pieces: list[str] = []
        self._to = to

    def write(self, text: str) -> int:
        self.pieces.append(text)
        return self._to.write(text)

    def flush(self) -> None:
        self._to.flush()


class _Lines(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self.lines += [record.getMessage(), repr(vars(record)), *said_by(error)]


def said_by(error: BaseException | None) -> list[str]:
    """All that an error and those behind it say."""
    told: list[str] = []
    while error is not None:
        told += [str(error), repr(error)]
        if isinstance(error, AnswerbackError):
            told += [repr(error.args), repr(vars(error))]
        told += getattr(error, "__notes__", ())
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return told


def found(hidden: Iterable[str], told: Sequence[str]) -> bool:
    """Whether any of it is told, as it is or as a repr writes it."""
    everything = "\n".join(told)
    forms = {form for each in hidden for form in (each, repr(each)[1:-1], quote(each, ""))}
    return any(form[:_LONGEST_SEARCHED] in everything for form in forms if form)
