"""How long a text is, as each network counts."""

from __future__ import annotations

import re

import regex

from answerback.text.handles import HANDLE, URL

#: What a reader sees as one character. Of a row of flags `\X` alone looks at all for each.
GRAPHEME = regex.compile(
    r"\p{Regional_Indicator}{2}[\p{GCB=Extend}\p{GCB=SpacingMark}\p{GCB=ZWJ}]*+|\X"
)
#: What can be one character for a reader only together with its neighbours; most texts have none.
JOINED = regex.compile(r"[^\p{GCB=Other}\p{GCB=Control}\p{GCB=LF}\p{GCB=LV}\p{GCB=LVT}]")
_SHORTENED = re.compile(f"(?P<url>{URL})|{HANDLE}", re.IGNORECASE)


def characters(text: str) -> int:
    """Code points."""
    return len(text)


def utf8_bytes(text: str) -> int:
    """Bytes in UTF-8; a lone surrogate counts as the three bytes it would take."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def utf16_units(text: str) -> int:
    """UTF-16 code units, as JavaScript's `length` counts."""
    return len(text) + sum(char > "\uffff" for char in text) if not text.isascii() else len(text)


def graphemes(text: str) -> int:
    """What a reader would call characters: a family emoji or a letter with its accents is one."""
    if text.isascii():
        return len(text) - text.count("\r\n")
    if not JOINED.search(text):
        return len(text)
    return sum(1 for _ in GRAPHEME.finditer(text))


def bluesky_length(text: str) -> int:
    """The larger of two counts, so that one limit keeps both bounds: graphemes, and tens of bytes.

    A post holds 300 graphemes and 3,000 UTF-8 bytes, a message 1,000 and 10,000: within 300 (1,000)
    here is within both there. https://docs.bsky.app/docs/advanced-guides/posts (app.bsky.feed.post)
    """
    return max(graphemes(text), -(-utf8_bytes(text) // 10))


def mastodon_length(text: str, url_length: int = 23) -> int:
    """Characters as a Mastodon server counts them.

    Grapheme clusters; every link the server would recognise counts `url_length`, and a remote
    handle only its local part. https://docs.joinmastodon.org/user/posting/
    """
    if "@" not in text and "://" not in text:
        return graphemes(text)
    link = "x" * url_length
    return graphemes(
        _SHORTENED.sub(lambda found: link if found["url"] is not None else f"@{found[2]}", text)
    )
