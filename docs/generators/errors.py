"""docs/errors.md: the tree of errors, and which one each answer of a server becomes."""

import inspect
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TypeVar

from answerback import errors
from answerback.errors import AnswerbackError, BadRequest, Gone, NotSupported, RemoteError
from answerback.http.answer import Answer
from answerback.http.deadlines import Call, Stage
from answerback.http.exchange import REDIRECTS
from answerback.http.hosts import Hosts
from answerback.http.mapping import Errand, error_of_break, error_of_size, error_of_status
from answerback.http.rates import LONGEST_WAIT
from generators.markdown import block, bullets, filled, first_sentence, flowing, page, table

Error = TypeVar("Error", bound=AnswerbackError)

NOW = datetime(2026, 11, 21, tzinfo=UTC)
HOST = "square.example"
#: A read, a write that may be sent twice, and one that may not.
ERRANDS = tuple(
    Errand(plugin="x", account=None, method="GET", url=f"https://{HOST}/", repeats=repeats)
    for repeats in (None, True, False)
)
#: Where the drawn tree says only what happened.
NEXT: dict[type[AnswerbackError], str] = {
    AnswerbackError: "as its subclass says",
    RemoteError: "as its subclass says",
    Gone: "tell the agent; do not retry",
    NotSupported: "tell whoever asked; do not retry",
}
HEADS = ("reading", "a write that repeats safely", "a write that does not")


def tree(cls: type[Error]) -> Iterator[type[Error]]:
    """The class and those below it, in the order they were written."""
    yield cls
    for child in cls.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from tree(child)


def drawn() -> str:
    """The tree as errors.py draws it."""
    text = inspect.getdoc(errors) or ""
    return inspect.cleandoc(text.partition("::\n")[2].partition("\n\nA message says")[0])


def advice() -> dict[str, str]:
    """What to do about each error, as the drawn tree says it.

    Raises RuntimeError where the drawing and the classes differ.
    """
    found: dict[str, str] = {}
    above: list[str] = []
    for line in drawn().splitlines():
        match = re.fullmatch(r"([│├└─ ]*)(\w+)(?: +(.+))?", line)
        if match is None:
            raise RuntimeError(f"errors.py draws what is no error: {line}")
        depth = len(match[1]) // 4
        above[depth:] = [match[2]]
        found[match[2]] = (match[3] or "").removeprefix("… ")
        parents = [cls.__name__ for cls in getattr(errors, match[2]).__bases__]
        if depth and parents != [above[depth - 1]]:
            raise RuntimeError(f"errors.py draws {match[2]} in the wrong place")
    missing = {cls.__name__ for cls in tree(AnswerbackError)} ^ set(found)
    if missing:
        raise RuntimeError(f"errors.py draws another tree than it has: {sorted(missing)}")
    return found


def what_next(cls: type[AnswerbackError]) -> str:
    """What to do about an error: the end of what the drawn tree says of it, where it says so."""
    if issubclass(cls, BadRequest):
        return f"the caller gets HTTP {cls.status}, and nothing is done"
    told = advice()[cls.__name__]
    return NEXT[cls] if cls in NEXT else told.rpartition(": ")[2]


def error_table() -> str:
    """A row an error: what it means, and what to do."""
    return table(
        ["error", "what happened", "what to do next"],
        [
            [f"`{cls.__name__}`", first_sentence(cls.__doc__), what_next(cls)]
            for cls in tree(AnswerbackError)
        ],
    )


def named(error: RemoteError | None) -> str:
    """The error's class, or that there is none."""
    return f"`{type(error).__name__}`" if error else "the answer"


def meaning(error: RemoteError | None) -> str:
    """What the message says the server did, without the host and the call."""
    if error is None:
        return "answered"
    return error.sentence.removeprefix(f"{HOST} ").partition(" (GET ")[0]


def row_of_status(status: int) -> tuple[str, ...]:
    """What one status means, and what it becomes for each kind of call."""
    answer = Answer(status=status, url=f"https://{HOST}/")
    found = [error_of_status(errand, answer, NOW) for errand in ERRANDS]
    reading, writing = meaning(found[0]), meaning(found[-1])
    said = reading if reading == writing else f"{reading} (reading); {writing} (writing)"
    return (said, *(named(error) for error in found))


def label(statuses: list[int], hundred: int) -> str:
    """These statuses of one hundred, few of them by number."""
    if len(statuses) == 100:
        return f"{hundred}xx"
    return ", ".join(map(str, statuses)) if len(statuses) < 4 else f"other {hundred}xx"


def status_table() -> str:
    """Every status there is; those that mean the same in one row, the rest of a hundred last."""
    rows = []
    for hundred in range(1, 6):
        meanings: dict[tuple[str, ...], list[int]] = {}
        for status in range(hundred * 100, hundred * 100 + 100):
            meanings.setdefault(row_of_status(status), []).append(status)
        rows += [
            [label(statuses, hundred), *row]
            for row, statuses in sorted(meanings.items(), key=lambda each: (len(each[1]), each[1]))
        ]
    return table(["status", "the server …", *HEADS], rows)


def row_of_break(what: str, *, stage: Stage, sent: bool, left: float = 1.0) -> list[str]:
    """What a call becomes that ended without an answer."""
    found = []
    for errand in ERRANDS:
        hosts = Hosts(private_hosts=(), reroute={})
        call = Call(end=left, monotonic=lambda: 0.0, hosts=hosts, careful=False)
        call.stage, call.sent = stage, sent
        found.append(error_of_break(errand, call, seconds=30, certain=False))
    return [what or stage.value, *(named(error) for error in found)]


def break_table() -> str:
    """Every way in which a call can end without a usable answer."""
    before = (Stage.RESOLVING, Stage.CONNECTING, Stage.SECURING)
    after = (Stage.SENDING, Stage.WAITING, Stage.READING)
    late = "took too long, "
    sizes = [named(error_of_size(errand, 200, 5_000_000)) for errand in ERRANDS]
    unread = [f"`{errand.lost.__name__}`" for errand in ERRANDS]
    rows = [
        *(row_of_break("", stage=stage, sent=False) for stage in before),
        row_of_break(late + "before anything was sent", stage=before[1], sent=False, left=0),
        *(row_of_break("", stage=stage, sent=True) for stage in after),
        row_of_break(late + "and had something of the call", stage=after[1], sent=True, left=0),
        ["sent an answer larger than allowed", *sizes],
        ["sent something that is not JSON, where `Answer.json` is asked for", *unread],
    ]
    return table(["the server …", *HEADS], rows)


INTRODUCTION = """
Errors are named by what to do next, not by what broke. Each is importable from `answerback`.
"""

WHO_MAPS = """
`answerback.http` makes these errors, so that a plugin writes only what is peculiar to its network.
`Http.get` is a read. `Http.write` says with `repeats` whether sending the same twice does what
sending it once does. Only then is a lost answer `TryLater`: else it is `Unsure`, and looked for
before anything is tried again.
"""

RULES = f"""
A read follows up to {REDIRECTS} redirects, and takes no credential to another origin. A write
follows none.

How long to wait (`retry_after`) comes from `Retry-After`, after a 429 also from the reset of the
rate limit, and is never more than {LONGEST_WAIT / 3600:.0f} hours.

A plugin may know better. `Http(classify=…)` sees every answer, also a good one, and may return the
error it means. The server takes `classify` from the plugin's class, where it has one.
"""

NOT_SENT = """
A call that would pass a declared budget waits. Where it would have to wait longer than it may take,
it is `TryLater` with the code `paced`. A call to an address that must not be called, or that cannot
be built, is `Refused`. Nothing of either was sent.
"""


def error_page() -> str:
    """The whole page."""
    promise = (inspect.getdoc(errors) or "").partition("\n\nA message says")[2]
    return page(
        "Errors",
        "`answerback.errors` and `answerback.http`",
        filled(INTRODUCTION),
        block("text", drawn()),
        flowing("A message says" + promise),
        error_table(),
        "## What a RemoteError carries",
        flowing((inspect.getdoc(RemoteError) or "").partition("\n\n")[2]),
        filled(f"`sentence`: {first_sentence(RemoteError.sentence.__doc__)}"),
        "## What an answer becomes",
        filled(WHO_MAPS),
        status_table(),
        bullets(RULES),
        "## When there is no answer",
        break_table(),
        filled(NOT_SENT),
    )
