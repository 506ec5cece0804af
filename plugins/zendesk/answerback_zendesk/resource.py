"""One filing as an external resource, which Zendesk makes a ticket or a comment of.

Where Zendesk's documents and its schema name different limits, the smaller one is kept.
https://github.com/zendesk/any_channel_json_schemas/blob/master/json_schemas/external_resource.json
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from answerback.helpdesk import Filing
from answerback.model import Mention
from answerback_zendesk.addresses import fetchable, web_link
from answerback_zendesk.author import author
from answerback_zendesk.body import bodies, subject
from answerback_zendesk.host import Host
from answerback_zendesk.markup import one_line

DISPLAY_TYPE = "urn:answerback:display:v1"
FILES = 10
FILE_URL_LENGTH = 511


def external_resource(filing: Filing, host: Host) -> dict[str, Any]:
    """The resource. Its thread is named by the conversation, never by a parent.

    A parent may be deleted, protected or late; a conversation always has its name.
    """
    message, html = bodies(filing)
    told: dict[str, Any] = {
        "external_id": filing.external_id,
        "thread_id": filing.conversation,
        "created_at": _instant(filing.created),
        "author": author(filing, host),
        "message": message,
    }
    if html:
        told["html_message"] = html
    if filing.kind != "post":
        # Nothing said of replies: it is not known whether a note's "no" would close its ticket.
        told["internal_note"] = True
        return told
    told["allow_channelback"] = filing.allow_reply
    told["fields"] = _fields(filing)
    if filing.mention is not None:
        told["display_info"] = [{"type": DISPLAY_TYPE, "data": _display(filing, filing.mention)}]
        files = _files(filing.mention, host)
        if files:
            told["file_urls"] = files
    return told


def _fields(filing: Filing) -> list[dict[str, Any]]:
    """Ticket fields; Zendesk applies them only where the comment begins a ticket."""
    told: list[dict[str, Any]] = [{"id": "subject", "value": subject(filing)}]
    tags = ["_".join(one_line(tag, 100).lower().split()) for tag in filing.tags]
    if any(tags):
        told.append({"id": "tags", "value": [tag for tag in tags if tag]})
    if filing.priority:
        told.append({"id": "priority", "value": filing.priority})
    return told


def _display(filing: Filing, mention: Mention) -> dict[str, Any]:
    """What the sidebar shows beside a comment; it is not part of the words."""
    reach = mention.reach
    told = {
        "network": filing.brand.channel,
        "account": one_line(filing.brand.handle, 255),
        "kind": filing.heard,
        "permalink": web_link(mention.url),
        "visibility": mention.visibility,
        "language": one_line(mention.language, 35) if mention.language else None,
        "followers": reach and reach.followers,
        "likes": reach and reach.likes,
        "shares": reach and reach.shares,
        "replies": reach and reach.replies,
        "priority": filing.priority if filing.reasons else None,
        "reasons": [one_line(reason, 255) for reason in filing.reasons] or None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _files(mention: Mention, host: Host) -> list[str]:
    """Media for Zendesk to import, unless the network forbids to keep a copy."""
    links = (
        fetchable(one.url, FILE_URL_LENGTH, sandbox=host.is_sandbox)
        for one in mention.attachment or ()
        if one.policy != "link-only"
    )
    return [link for link in dict.fromkeys(links) if link][:FILES]


def _instant(when: datetime) -> str:
    utc = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    return utc.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
