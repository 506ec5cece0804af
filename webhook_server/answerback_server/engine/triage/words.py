"""The words of a mention as triage reads them: bounded, and without what only points elsewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from answerback.text import html_to_text

if TYPE_CHECKING:
    from answerback.model import Actor, Mention

#: Models see no more than this, which bounds their time; what is written first says the mood.
MODEL_LENGTH = 500
#: Words are looked for in no more than this.
LENGTH = 5_000

_POINTERS = re.compile(r"https?://\S+|(?<!\w)@[\w.-]+(?:@[\w.-]+)?|#")
_QUESTION = re.compile("[?\uff1f\u061f\u037e]")


def words_of(mention: Mention) -> str:
    """Title, warning and text as plain text."""
    text = mention.text
    if text is None and mention.content is not None:
        content = mention.content[:LENGTH]
        text = content if mention.media_type == "text/plain" else html_to_text(content)
    told = (mention.name, mention.summary, text)
    return "\n".join(one for one in told if one)[:LENGTH]


def own_words(words: str) -> str:
    """Without addresses and handles, and as long as models may read."""
    return " ".join(_POINTERS.sub(" ", words[:MODEL_LENGTH]).split())


def asks(words: str) -> bool:
    """Whether a question mark of some script stands in it."""
    return _QUESTION.search(words) is not None


def names_of(actor: Actor | None) -> frozenset[str]:
    """By what an author may be named in a rule: id, page, and the handle with its server."""
    if actor is None:
        return frozenset()
    found = {actor.id.lower()}
    if actor.url:
        found.add(actor.url.lower())
    handle = (actor.preferred_username or "").lower().removeprefix("@")
    if "@" in handle:
        found.add(f"@{handle}")
    elif handle:
        host = _host(actor.url) or _host(actor.id)
        if host:
            found.add(f"@{handle}@{host}")
    return frozenset(found)


def _host(address: str | None) -> str | None:
    try:
        return urlsplit(address or "").hostname
    except ValueError:
        return None
