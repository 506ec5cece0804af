"""An agent's answer as posts under a status, and what can be done to a post.

Facts: https://docs.joinmastodon.org/methods/statuses/. The server inherits nothing: author,
visibility and content warning are ours to repeat, and a handle in the text pulls its owner in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from answerback.channel import Target
from answerback.errors import Gone, Refused, RemoteError, TryLater, Unsure
from answerback.fields import UnclearError, entries, identifier, moment, words
from answerback.model import Mention, Part, Receipt
from answerback.text import defuse_handles, graphemes, handles, html_to_text

from .media import wait_for
from .server import PAGING, Server
from .statuses import VISIBILITIES, Json, uri_of

_NATIVE = {ours: theirs for theirs, ours in VISIBILITIES.items()}
_CLOCKS_DIFFER = timedelta(minutes=5)
#: 800 posts of ours: what an account may post in eight hours.
_PAGES_BACK = 20


def warning_of(target: Target) -> str:
    """The content warning an answer carries: the original's, marked as answered once."""
    ref = target.ref or {}
    summary = target.summary if isinstance(target, Mention) else words(ref.get("spoiler_text"))
    if not summary:
        return ""
    return summary if summary.casefold().startswith("re:") else f"re: {summary}"


def handle_of(target: Target, origin: str) -> str:
    """Who is answered, as the server at `origin` writes the name; "" where nobody knows."""
    ref = target.ref or {}
    here = ref.get("instance") in (origin, "", None)
    acct = words(ref.get("acct"))
    if isinstance(target, Mention) and target.attributed_to and not (acct and here):
        return target.attributed_to.preferred_username or ""
    return acct or ""


def visibility_of(target: Target, public_replies: str = "public") -> str:
    """Who may read the answer: never more people than could read what is answered."""
    ref = target.ref or {}
    native = words(ref.get("visibility"))
    if native is None and isinstance(target, Mention):
        native = _NATIVE.get(target.visibility or "direct")
    if native not in VISIBILITIES:
        return "direct"
    return public_replies if native == "public" else str(native)


def composed(handle: str, text: str) -> str:
    """The words as they are posted: the author is named, and nobody else."""
    named = handle.lower() in [name.lower() for name in handles(text)]
    safe = defuse_handles(text, keep=[handle] if handle else [])
    return safe if named or not handle else f"@{handle} {safe}"


def reply(
    server: Server,
    target: Target,
    part: Part,
    prepared: Mapping[str, Any],
    public_replies: str,
) -> Receipt:
    """Post one part. Raises Unsure where the server's answer does not show that it stands."""
    media = [str(each) for each in prepared.get("media_ids") or ()]
    wait_for(server, prepared)
    parent = server.local_id(target.ref or {})
    handle, warning = handle_of(target, server.origin), warning_of(target)
    body: dict[str, Any] = {
        "status": composed(handle, part.text),
        "in_reply_to_id": parent,
        "visibility": visibility_of(target, public_replies),
        "sensitive": (target.ref or {}).get("sensitive") is True,
    }
    language = part.language or words((target.ref or {}).get("language"))
    optional = {"language": language, "spoiler_text": warning, "media_ids": media}
    body |= {name: value for name, value in optional.items() if value}
    try:
        answer = server.write(
            "POST",
            "/api/v1/statuses",
            repeats=False,
            json=body,
            key=part.key,
            budget="statuses",
            bucket="statuses",
        )
    except Gone as error:
        raise _again(error, "The post being answered is gone, or no longer shown to us.") from error
    except Refused as error:
        if error.status == 422:
            raise _again(
                error,
                "The server did not take this text. It may be too long or empty, or its files "
                "may not be accepted. Change the answer and send it again.",
            ) from error
        raise
    status = answer.json()
    if not isinstance(status, dict) or not _stands_under(parent, status, body["status"]):
        # The key may have been used before: then the server gives that post, whatever was sent.
        raise server.error(Unsure, "The server did not answer with the post that was sent.")
    return receipt_of(status, server, handle)


def sent(server: Server, target: Target, part: Part, since: datetime) -> list[Receipt]:
    """Our posts under the target with the words of this part, newest first."""
    parent = server.local_id(target.ref or {})
    handle = handle_of(target, server.origin)
    wanted = composed(handle, part.text)
    oldest = since - _CLOCKS_DIFFER
    found: list[Receipt] = []
    seen: set[str] = set()
    older: list[tuple[str, Any]] = []
    for _ in range(_PAGES_BACK):
        path = f"/api/v1/accounts/{server.own_id()}/statuses"
        fixed = [("limit", 40), ("exclude_reblogs", "true")]
        page = entries({"page": server.objects(path, [*fixed, *older], cost=PAGING)}, "page")
        new = [post for post in page if identifier(post.get("id")) not in {None, *seen}]
        found += [
            receipt_of(post, server, handle)
            for post in new
            if _written(post, oldest) >= oldest
            and _answers(parent, post)
            and _says(server, post, wanted)
        ]
        if not new or _written(new[-1], oldest) < oldest:
            break
        seen |= {str(identifier(post.get("id"))) for post in new}
        older = [("max_id", identifier(new[-1].get("id")))]
    else:
        if not found:
            # Not reached what was posted then: not finding it proves nothing yet.
            raise server.error(TryLater, "Too much was posted since to look through it all.")
    return found


def edit(server: Server, receipt: Receipt, part: Part, prepared: Mapping[str, Any]) -> Receipt:
    """Change the words of a post, and nothing else about it unless new files are given."""
    ref = receipt.ref or {}
    handle = words(ref.get("acct")) or ""
    wait_for(server, prepared)
    # What is not sent may be cleared, so everything is.
    body = {
        "status": composed(handle, part.text),
        "spoiler_text": words(ref.get("spoiler_text")) or "",
        "sensitive": ref.get("sensitive") is True,
        "language": part.language or words(ref.get("language")),
        "media_ids": prepared.get("media_ids") or ref.get("media_ids") or [],
    }
    answer = server.write("PUT", server.path_of(ref), repeats=True, json=body)
    return receipt_of(answer.json(), server, handle)


def delete(server: Server, receipt: Receipt) -> None:
    """Take a post back; one already gone is fine."""
    try:
        server.write("DELETE", server.path_of(receipt.ref or {}), repeats=True, budget="deletes")
    except Gone:
        return


def mark(server: Server, mention: Mention, action: str, budget: str | None = None) -> None:
    """Favourite, unfavourite, reblog or unreblog: each is once however often it is asked for."""
    path = server.path_of(mention.ref or {})
    server.write("POST", f"{path}/{action}", repeats=True, budget=budget)


def receipt_of(status: object, server: Server, handle: str) -> Receipt:
    """The receipt of one of our posts. Raises Unsure where it is none."""
    if not isinstance(status, dict) or identifier(status.get("id")) is None:
        raise server.error(Unsure, "The server answered with something that is not the post.")
    try:
        uri, published = uri_of(status), moment(status, "created_at")
    except UnclearError as unclear:
        raise server.error(Unsure, f"The answer cannot be read: {unclear}") from unclear
    media = [identifier(each.get("id")) for each in entries(status, "media_attachments")]
    return Receipt(
        id=uri,
        url=words(status.get("url")),
        ref={
            "instance": server.origin,
            "id": identifier(status.get("id")),
            "uri": uri,
            "acct": handle,
            "visibility": words(status.get("visibility")),
            "spoiler_text": words(status.get("spoiler_text")),
            "sensitive": status.get("sensitive") is True,
            "language": words(status.get("language")),
            "media_ids": [each for each in media if each],
        },
        published=published,
    )


def reserved_by(target: Target) -> int:
    """What a content warning takes of the length."""
    return graphemes(warning_of(target))


def _answers(parent: str, status: Json) -> bool:
    """Whether a post stands under `parent`, or may have until that was deleted."""
    return identifier(status.get("in_reply_to_id")) in (parent, None)


def _stands_under(parent: str, status: Json, text: str) -> bool:
    if identifier(status.get("in_reply_to_id")) is None:
        # A server that lost the parent has posted it all the same.
        return _comparable(_text_of(status)) == _comparable(text)
    return _answers(parent, status)


def _says(server: Server, status: Json, text: str) -> bool:
    """Whether one of our posts has these words, as shown or, where that differs, as typed."""
    if _comparable(_text_of(status)) == _comparable(text):
        return True
    try:
        source = server.object(f"/api/v1/statuses/{identifier(status.get('id'))}/source")
    except (Gone, Refused):
        return False
    return _comparable(words(source.get("text")) or "") == _comparable(text)


def _text_of(status: Json) -> str:
    content = status.get("content")
    if isinstance(content, str):
        return html_to_text(content)
    return words(status.get("text")) or ""


def _comparable(text: str) -> str:
    """What stays of the words however a server renders them."""
    text = unicodedata.normalize("NFC", text.replace("\u200b", "")).casefold()
    text = re.sub(r"(?<![\w/])@([\w.-]+)@[\w-]+(?:\.[\w-]+)*", r"@\1", text)
    return re.sub(r"[\s/]|https?:", "", text)


def _written(status: Json, otherwise: datetime) -> datetime:
    try:
        return moment(status, "created_at") or otherwise
    except UnclearError:
        return otherwise


def _again(error: RemoteError, message: str) -> RemoteError:
    return type(error)(
        message, plugin=error.plugin, account=error.account, status=error.status, code=error.code
    )
