"""Log lines: an event's name and its ids as fields, on one line; never content."""

from __future__ import annotations

import logging

_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class Fields(logging.Formatter):
    """The ordinary line, then `name=value` for everything given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line (and its traceback, where one was asked for)."""
        line = super().format(record)
        told = {name: value for name, value in vars(record).items() if name not in _PLAIN}
        return " ".join([line, *(f"{name}={value}" for name, value in told.items())])


def log_to_stderr(level: str) -> None:
    """Send this process's log there; once."""
    handler = logging.StreamHandler()
    handler.setFormatter(Fields("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])
    # It tells each start which dialect it speaks.
    logging.getLogger("alembic").setLevel(logging.WARNING)
