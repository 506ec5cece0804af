"""Words: from HTML to plain text, counted as each network counts, split and made harmless.

Nothing here opens a connection or keeps state; every function is linear in its input.
"""

from __future__ import annotations

from answerback.text.counting import (
    characters,
    graphemes,
    mastodon_length,
    utf8_bytes,
    utf16_units,
)
from answerback.text.handles import defuse_handles, handles
from answerback.text.html import Link, LinkedText, html_to_linked_text, html_to_text
from answerback.text.splitting import split

__all__ = [
    "Link",
    "LinkedText",
    "characters",
    "defuse_handles",
    "graphemes",
    "handles",
    "html_to_linked_text",
    "html_to_text",
    "mastodon_length",
    "split",
    "utf8_bytes",
    "utf16_units",
]
