"""A help desk without a way out, and everything the engine could ask of it by call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from answerback.contract import capabilities
from answerback.helpdesk import HelpDesk, Installation, TicketChange
from answerback.testing.channels.offline import Called, Done, NoWayOut, Told
from answerback.testing.desks.words import ROSA, Filings

Act = Callable[[HelpDesk], object]

_THEN = datetime(2026, 1, 1, tzinfo=UTC)


def perform(cls: type[HelpDesk], act: Act, settings: Mapping[str, Any]) -> Done:
    """Let a help desk with these settings do something, up to its first call."""
    http = NoWayOut(cls.name)
    told = Told(settings)
    try:
        value = act(cls(Installation(id="installation-1", settings=told), http))
    except Called:
        return Done(call=http.calls[0], asked=frozenset(told.asked))
    # Whatever a plugin raises is what the checks want to know.
    except Exception as error:  # noqa: BLE001
        return Done(error=error, asked=frozenset(told.asked))
    return Done(value=value, asked=frozenset(told.asked))


def acts(cls: type[HelpDesk], words: str) -> Iterator[tuple[str, Act]]:
    """What the engine could ask of the help desk that makes calls, by the method's name."""
    filing = Filings(lambda: _THEN).post(words)
    known: dict[str, Act] = {
        "file": lambda desk: desk.file([filing]),
        "note": lambda desk: desk.note("1", words),
        "update": lambda desk: desk.update("1", TicketChange(status="open", add_tags=("one",))),
        "redact": lambda desk: desk.redact("1", "2"),
        "replies_since": lambda desk: desk.replies_since(None),
        "find": lambda desk: desk.find(filing.external_id),
        "customer": lambda desk: desk.customer(ROSA),
        "report_failure": lambda desk: desk.report_failure("1", words),
        "forget": lambda desk: desk.forget(ROSA),
    }
    has = capabilities(cls)
    yield from ((name, act) for name, act in known.items() if name in has)
