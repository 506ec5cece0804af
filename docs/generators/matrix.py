"""What each plugin can do, read off the plugins: the tables of README.md and docs/matrix.md."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from answerback.channel import Channel, ListenerKind
from answerback.contract import capabilities
from answerback.helpdesk import HelpDesk
from answerback.plugins import installed, load_channel, load_help_desk
from generators.markdown import filled, first_sentence, listed, page, table
from generators.plain_words import (
    DESK,
    DONE,
    HEARD,
    NO,
    YES,
    answers_leave,
    attachments,
    changes,
    duration,
    every,
    heard_as,
    length,
    notes,
    parts,
    posts_arrive,
    second_try,
)

DISTRIBUTION = "answerback"


def plugins() -> Iterator[type[Channel] | type[HelpDesk]]:
    """The classes that ship with answerback. A broken one raises, so that no page omits it."""
    for one in installed():
        if one.plugin.distribution != DISTRIBUTION:
            continue  # a developer may have others installed; they are not in this repository
        if one.broken:
            raise RuntimeError(one.broken)
        load = load_channel if one.plugin.kind == "channel" else load_help_desk
        yield load(one.plugin.name)


def channels() -> list[type[Channel]]:
    """Our channels."""
    return [one for one in plugins() if issubclass(one, Channel)]


def help_desks() -> list[type[HelpDesk]]:
    """Our help desks."""
    return [one for one in plugins() if issubclass(one, HelpDesk)]


def linked(plugin: type[Channel] | type[HelpDesk], folder: str) -> str:
    """The plugin's title, leading to its page where there is one."""
    name = f"{plugin.name}.md"
    there = (Path(__file__).parents[1] / name).is_file()
    return f"[{plugin.title}]({folder}{name})" if there else plugin.title


def short_channels() -> str:
    """One row a channel, for the README."""
    rows = []
    for channel in channels():
        offered = {each.kind: each for each in channel.listeners}
        heard = [heard_as(offered[kind]) for kind in HEARD if kind in offered]
        if "parse" in capabilities(channel):
            heard.append("what the network delivers")
        if changes(channel):
            heard.append("edits and deletions" if "looking" in changes(channel) else "deletions")
        can = capabilities(channel)
        answers = []
        if "reply" in can:
            files = f" with {attachments(channel.limits)} attachments"
            answers.append(
                f"a reply of {parts(channel.limits)}{files if channel.limits.attachments else ''}"
            )
        answers += [words for method, words in DONE.items() if method in can]
        rows.append(
            [
                linked(channel, "docs/"),
                "; ".join(heard),
                "; ".join(answers),
                length(channel.limits, channel),
                second_try(channel.repeat),
            ]
        )
    heads = ["channel", "hears", "answers", "length of a post", "when a confirmation is lost"]
    return table(heads, rows)


def hearing(channel: type[Channel], kind: str) -> str:
    """How often a kind of listener is asked, or that there is none."""
    found = [each for each in channel.listeners if each.kind == kind]
    return (
        "; ".join(
            every(each.every) + (f": {heard_as(each)}" if heard_as(each) != HEARD[kind] else "")
            for each in found
        )
        or NO
    )


def mark(known: bool) -> str:
    """Yes, or a dash."""
    return YES if known else NO


def heard_table() -> str:
    """Who hears what, and how often it is asked."""
    if set(HEARD) != set(get_args(ListenerKind)):
        raise RuntimeError("HEARD must name every kind of listener in plain words")
    rows = [
        [
            linked(channel, ""),
            *(hearing(channel, kind) for kind in HEARD),
            changes(channel) or NO,
            mark("parse" in capabilities(channel)),
        ]
        for channel in channels()
    ]
    return table(["channel", *HEARD.values(), "edits and deletions", "told at once"], rows)


def answered_table() -> str:
    """Who can answer how."""
    rows = []
    for channel in channels():
        can = capabilities(channel)
        rows.append(
            [
                linked(channel, ""),
                mark("reply" in can),
                parts(channel.limits) if "reply" in can else NO,
                attachments(channel.limits),
                *(mark(method in can) for method in DONE),
            ]
        )
    return table(["channel", "reply", "long answers", "attachments", *DONE.values()], rows)


def certainty_table() -> str:
    """How long a post may be, until when, and what happens in doubt."""
    rows = [
        [
            linked(channel, ""),
            length(channel.limits, channel),
            duration(window) if (window := channel.limits.reply_window) else "no limit",
            second_try(channel.repeat),
        ]
        for channel in channels()
    ]
    heads = ["channel", "length of a post", "time to answer", "when a confirmation is lost"]
    return table(heads, rows)


def desk_table(folder: str) -> str:
    """One row a help desk."""
    rows = []
    for desk in help_desks():
        can = capabilities(desk)
        besides = [words for method, words in DESK.items() if method in can]
        rows.append(
            [
                linked(desk, folder),
                posts_arrive(desk),
                answers_leave(desk),
                notes(desk),
                listed(besides) or "nothing",
            ]
        )
    heads = ["help desk", "posts", "agents' answers", "private notes", "what else it can be asked"]
    return table(heads, rows)


def call_table(desk: type[HelpDesk]) -> str:
    """The calls a help desk makes to answerback."""
    return table(
        ["call", "what it is for"],
        [
            [f"`{call.verb} {call.path}`", first_sentence(getattr(desk, call.method).__doc__)]
            for call in desk.calls
        ],
    )


def readme_part() -> str:
    """What stands between the markers of README.md."""
    return f"{short_channels()}\n\n{desk_table('docs/')}"


INTRODUCTION = """
What the plugins that come with answerback are able to do. What a ticket offers of it today, and
what a network or help desk cannot do at all, is on the plugin's own page. `answerback plugins`
lists what is installed where you are.
"""

ABOUT_HEARING = """
*Every …* is how often answerback asks, while its share of the network's limits lasts. *Looking
again* at open conversations, more seldom the longer they are quiet, finds replies that name nobody,
edits and deletions. *Told at once* means that the network calls answerback.
"""

ABOUT_CERTAINTY = """
The last column says what happens when an answer was sent and the connection broke before the
network confirmed it: [what is promised](promises.md#5-a-reply-is-posted-at-most-once).
"""


def matrix_page() -> str:
    """docs/matrix.md."""
    calls = [
        f"{linked(desk, '')} makes these calls to answerback:\n\n{call_table(desk)}"
        for desk in help_desks()
        if desk.calls
    ]
    return page(
        "What each plugin can do",
        "the plugins",
        filled(INTRODUCTION),
        "## What is heard",
        heard_table(),
        filled(ABOUT_HEARING),
        "## What can be answered",
        answered_table(),
        "## How long, and how surely",
        certainty_table(),
        filled(ABOUT_CERTAINTY),
        "## Help desks",
        desk_table(""),
        *calls,
    )
