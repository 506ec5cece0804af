"""What an agent reads in a comment: what was answered, what was said, its media, its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from answerback.helpdesk import Filing
from answerback.model import Attachment, Mention, Rating
from answerback.text import html_to_text
from answerback_zendesk.addresses import web_link
from answerback_zendesk.markup import Block, cut, inert, is_blank, one_line

# Zendesk is reported to cut at 64 KiB of UTF-8 without a word; characters may be no more.
MESSAGE_BYTES = 65535
# Beyond this the plain text alone is sent: a page of 200 long articles must stay bearable.
HTML_BYTES = 32 * 1024
SUBJECT_WORDS = 60

_QUOTE_LENGTH = 500
_WARNING_LENGTH = 1000
_ALT_LENGTH = 500
_MEDIA_LINES = 10

_HEARD = {
    "mention": "mention",
    "reply": "reply",
    "comment": "comment",
    "keyword": "post",
    "review": "review",
    "direct": "direct message",
    "quote": "quote",
}
_MEDIA = {"Image": "photo", "Video": "video", "Audio": "audio", "Document": "file"}
_LABELS = {"Image": "Image", "Video": "Video", "Audio": "Audio", "Document": "File"}


def bodies(filing: Filing) -> tuple[str, str | None]:
    """The comment as plain text, and as HTML unless it is very long."""
    blocks = [block for block in _blocks(filing) if block.text]
    taken = sum(len(block.plain().encode()) + 2 for block in blocks if block.kind != "words")
    room = MESSAGE_BYTES - taken
    blocks = [
        replace(block, text=cut(block.text, room)) if block.kind == "words" else block
        for block in blocks
    ]
    message = "".join(
        before.plain() + ("\n" if before.kind == after.kind == "link" else "\n\n")
        for before, after in pairwise(blocks)
    )
    message += blocks[-1].plain()
    html = "".join(block.html() for block in blocks)
    return message, html if len(html.encode()) <= HTML_BYTES else None


def subject(filing: Filing) -> str:
    """The ticket's subject: the network, what it is, and how it begins.

    A direct message shows none of its words, and a post behind a warning shows the warning.
    """
    network = one_line(filing.brand.channel_title, 60)
    mention = filing.mention
    if filing.heard == "direct" or (mention and mention.visibility == "direct"):
        return f"{network} direct message"
    told = (mention.summary or mention.name) if mention else None
    told = told if told and not is_blank(inert(told)) else words(filing)
    return f"{network} {_HEARD[filing.heard]}: {one_line(told, SUBJECT_WORDS)}"


def words(filing: Filing) -> str:
    """What was said; never blank, so that a photo alone still makes a comment."""
    mention = filing.mention
    text = inert(_text(mention)).strip() if mention else ""
    if not is_blank(text):
        return text
    media = (mention.attachment or ()) if mention else ()
    return f"({_MEDIA[media[0].type]})" if media else "(no text)"


def _blocks(filing: Filing) -> list[Block]:
    note = inert(filing.note or "").strip()
    own = [Block(kind="words", text=note)] if not is_blank(note) else []
    if filing.kind == "deletion":
        told = "The author deleted this post."
        return [Block(kind="strong", text=told), *own]
    if filing.kind == "note":
        return own or [Block(kind="words", text="(no text)")]
    mention = filing.mention
    told = "The author edited this post. It now says:" if filing.kind == "edit" else ""
    return [
        Block(kind="strong", text=told),
        *(_quote(filing.parent) if filing.kind == "post" else ()),
        *(_before(mention) if mention else ()),
        Block(kind="words", text=words(filing)),
        *(_after(mention) if mention else ()),
    ]


def _quote(parent: Mention | None) -> list[Block]:
    said = one_line(_text(parent), _QUOTE_LENGTH) if parent else ""
    if parent is None or is_blank(said):
        return []
    actor = parent.attributed_to
    name = (actor.name or actor.preferred_username) if actor else None
    return [Block(kind="quote", text=f"{one_line(name, 100)}: {said}" if name else said)]


def _before(mention: Mention) -> list[Block]:
    title = one_line(mention.name or "", _QUOTE_LENGTH)
    warning = one_line(mention.summary or "", _WARNING_LENGTH)
    return [
        Block(kind="strong", text=title),
        Block(kind="strong", text=_stars(mention.rating) if mention.rating else ""),
        Block(kind="strong", text=f"Content warning: {warning}" if warning else ""),
    ]


def _stars(rating: Rating) -> str:
    best = f" of {rating.best:g}" if rating.best else ""
    return f"Rating: {rating.value:g}{best}"


def _after(mention: Mention) -> list[Block]:
    media: Sequence[Attachment] = mention.attachment or ()
    lines = [
        Block(kind="link", text=_label(one), url=web_link(one.url)) for one in media[:_MEDIA_LINES]
    ]
    if len(media) > _MEDIA_LINES:
        more = f"… and {len(media) - _MEDIA_LINES} more in the original"
        lines.append(Block(kind="link", text=more))
    link = web_link(mention.url)
    return [*lines, Block(kind="link", text="Original post", url=link)] if link else lines


def _label(attachment: Attachment) -> str:
    alt = one_line(attachment.name or "", _ALT_LENGTH)
    return f"{_LABELS[attachment.type]} ({alt or 'no description'})"


def _text(mention: Mention) -> str:
    if mention.text is not None or mention.content is None:
        return mention.text or ""
    plain = mention.media_type == "text/plain"
    return mention.content if plain else html_to_text(mention.content)
