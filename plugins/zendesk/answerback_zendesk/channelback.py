"""Channelback: an agent answered in public, and Zendesk hands the words over.

The reply is stored before anything is sent, under Zendesk's own id of the request, so a re-send
gets the stored answer and nothing is posted twice.

200: posted, or safely on its way. 422: not posted, with the reason for the agent. 401: the
secret is wrong, or the network refuses our credentials. Never 5xx once the reply is stored.
https://developer.zendesk.com/documentation/channel_framework/understanding-the-channel-framework/channelback/
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from answerback.calls import Request, Response
from answerback.errors import BadRequest
from answerback.helpdesk import Accepted, AgentReply, Bridge, Connection
from answerback.model import Attachment, AttachmentType
from answerback_zendesk.addresses import origin_of, web_link
from answerback_zendesk.forms import Fields
from answerback_zendesk.host import Host
from answerback_zendesk.metadata import STRANGER, proved, write_metadata

WAIT = 8.0
MESSAGE_LENGTH = 65535
ID_LENGTH = 511
KEY_LENGTH = 255

#: Nobody types these, and not every network or database takes them.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

_KINDS: dict[str, AttachmentType] = {"image": "Image", "video": "Video", "audio": "Audio"}


class ReplyError(BadRequest):
    """The reply cannot be taken; the text tells the agent why."""

    status = 422


def answer(request: Request, bridge: Bridge) -> Response:
    """Takes the reply, waits a moment for it to be posted, and says where it stands."""
    fields = Fields.of(request)
    connection = proved(fields.one("metadata"), bridge)
    if connection is None:
        return STRANGER
    reply = agent_reply(fields, Host.of(bridge.installation))
    # Stored even when the account has to be connected again: a re-send of a reply posted
    # before must still be told that it was posted.
    accepted = bridge.accept(connection, reply, wait=WAIT)
    if accepted.state == "failed":
        return _failed(accepted, connection)
    told: dict[str, Any] = {"external_id": accepted.id, "allow_channelback": True}
    if connection.brand.needs_reconnect:
        told["metadata_needs_update"] = True
    if connection.renewed is not None:
        told["metadata"] = write_metadata(connection.id, connection.renewed)
    return Response.of_json(told)


def agent_reply(fields: Fields, host: Host) -> AgentReply:
    """The reply in our words; unexpected fields are left alone. Raises ReplyError."""
    text = fields.one("message")
    if len(text) > MESSAGE_LENGTH:
        raise ReplyError(
            f"This reply has {len(text)} characters; at most {MESSAGE_LENGTH} can be taken."
        )
    text = _CONTROL.sub("", text.replace("\r\n", "\n")).rstrip()
    attachments = tuple(_attachment(url, host) for url in fields.all("file_urls") if url)
    if not text and not attachments:
        raise ReplyError("This reply is empty. Write something, then send it again.")
    names = ("parent_id", "thread_id", "recipient_id")
    ids = {name: _CONTROL.sub("", fields.one(name)) for name in names}
    if any(len(value) > ID_LENGTH for value in ids.values()):
        raise ReplyError("Zendesk sent an id that is too long to be one of ours. Nothing was sent.")
    return AgentReply(
        key=_key(fields),
        text=text,
        parent=ids["parent_id"] or None,
        conversation=ids["thread_id"] or None,
        recipient=ids["recipient_id"] or None,
        attachment=attachments,
    )


def _key(fields: Fields) -> str:
    key = fields.one("request_unique_identifier")
    if key and len(key) <= KEY_LENGTH:
        return key
    # Without Zendesk's id the same words to the same place are taken for a re-send.
    told = [key, *(fields.one(n) for n in ("message", "parent_id", "thread_id", "recipient_id"))]
    written = json.dumps([*told, *fields.all("file_urls")]).encode()
    return f"sha256:{hashlib.sha256(written).hexdigest()}"


def _attachment(url: str, host: Host) -> Attachment:
    link = web_link(url)
    if link is None or not (link.startswith("https:") or origin_of(link) == host.origin):
        raise ReplyError(
            "An attachment of this reply cannot be fetched from Zendesk. Attach it anew."
        )
    parts = urlsplit(link)
    name = next(iter(parse_qs(parts.query).get("name", ())), parts.path)
    media_type, _ = mimetypes.guess_type(name)
    kind = _KINDS.get((media_type or "").partition("/")[0], "Document")
    return Attachment(type=kind, url=link, media_type=media_type, policy="may-copy")


def _failed(accepted: Accepted, connection: Connection) -> Response:
    brand = connection.brand
    if brand.needs_reconnect:
        reason = (
            f"{brand.channel_title} no longer accepts our access to {brand.handle}. "
            "Nothing was posted; an administrator has to connect the account again."
        )
        return Response.of_text(accepted.reason or reason, 401)
    reason = f"{brand.channel_title} did not take this reply. Nothing was posted."
    return Response.of_text(accepted.reason or reason, 422)
