"""What plugins declare, in the words of a company that has never seen one."""

from collections.abc import Mapping
from datetime import timedelta

from answerback.channel import Channel, Limits, Listening, Repeat
from answerback.contract import capabilities
from answerback.helpdesk import HelpDesk

NO, YES = "—", "yes"

HEARD: Mapping[str, str] = {
    "mentions": "mentions",
    "comments": "comments",
    "direct": "direct messages",
    "reviews": "reviews",
    "hashtag": "hashtags",
    "keyword": "untagged words",
    "conversation": "replies in open conversations",
    "deletions": "deletions, as told",
}
#: What a plugin can do beside answering, by the method that does it.
DONE: Mapping[str, str] = {
    "edit": "edit",
    "delete": "delete",
    "like": "like",
    "boost": "boost",
    "hide": "hide",
    "direct": "write in private",
}
DESK: Mapping[str, str] = {
    "update": "change tickets",
    "redact": "redact a comment",
    "find": "find a ticket",
    "customer": "look up a customer",
    "report_failure": "report a late failure",
    "forget": "erase a person",
}


def duration(span: timedelta) -> str:
    """A time as people say it."""
    seconds = span.total_seconds()
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size and not seconds % size:
            count = int(seconds // size)
            return f"{count} {unit}s" if count > 1 else f"1 {unit}"
    return f"{seconds:g} seconds"


def every(span: timedelta) -> str:
    """How often something happens."""
    return f"every {duration(span).removeprefix('1 ')}"


def heard_as(listening: Listening) -> str:
    """A kind of listener; the network's own word where it takes several things for one."""
    if listening.kind == "mentions":
        return listening.title[:1].lower() + listening.title[1:]
    return HEARD[listening.kind]


def changes(channel: type[Channel]) -> str:
    """How edits and deletions come to be known, or nothing."""
    kinds = {each.kind for each in channel.listeners}
    if "fetch" in capabilities(channel) and "conversation" in kinds:
        return "by looking again"
    return "deletions only, as told" if "deletions" in kinds else ""


def length(limits: Limits, channel: type[Channel]) -> str:
    """How long one post may be, found out by counting, not by what the plugin says."""
    link = "https://square.example/" + "a" * 200
    unit = "bytes" if limits.count("é") == len("é".encode()) else "characters"
    said = f"{limits.length:,} {unit}"
    if channel.own_limits is not Channel.own_limits:
        said += ", or what the server says"
    if limits.count(link) < len(link):
        said += f"; a link counts {limits.count(link)}"
    return said


def parts(limits: Limits) -> str:
    """Whether a long answer may become several posts."""
    return f"up to {limits.parts} posts" if limits.parts > 1 else "one post only"


def attachments(limits: Limits) -> str:
    """How many files go with a post."""
    return f"up to {limits.attachments}" if limits.attachments else NO


def second_try(repeat: Repeat) -> str:
    """How an answer is posted once although the network's confirmation was lost."""
    if repeat.by == "key":
        span = duration(repeat.lifetime) if repeat.lifetime else "good"
        return f"sent again under the same key, which the network remembers for {span}"
    if repeat.by == "client_id":
        return "sent again under the same id, which we choose"
    if repeat.by == "replace":
        return "sent again: it replaces the first"
    if repeat.by == "none":
        return "a person decides"
    looked = f"looked for after {duration(repeat.settle)}"
    if not repeat.absence_is_proof:
        return f"{looked}; not found, a person decides"
    under = (
        f" under the same key, which the network remembers for {duration(repeat.lifetime)}"
        if repeat.lifetime
        else ""
    )
    return f"{looked}; not found, sent again{under}"


def posts_arrive(desk: type[HelpDesk]) -> str:
    """How what was said gets into a ticket."""
    ways = []
    if "file" in capabilities(desk):
        ways.append("answerback brings them")
    if desk.calls:
        ways.append("the help desk calls for them")
    return " and ".join(ways) + f", up to {desk.batch} at once"


def answers_leave(desk: type[HelpDesk]) -> str:
    """How agents' answers come back."""
    if "replies_since" in capabilities(desk):
        return "answerback asks for them" + (", also when it is called" if desk.calls else "")
    return "the help desk hands them over" if desk.calls else NO


def notes(desk: type[HelpDesk]) -> str:
    """How private notes get into a ticket."""
    return "by call" if "note" in capabilities(desk) else "together with the posts"
