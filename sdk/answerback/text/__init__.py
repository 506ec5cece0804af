"""Words: from HTML and Markdown to plain text, counted as networks do, split, made harmless.

Nothing here opens a connection or keeps state; every function is linear in its input. Names that
begin with `x_`, and `markdown_to_text`, need the extra `channels` and raise ConfigError without
it, the others nothing.
"""

from __future__ import annotations

from answerback.text.counting import (
    bluesky_length,
    characters,
    graphemes,
    mastodon_length,
    utf8_bytes,
    utf16_units,
)
from answerback.text.handles import defuse_handles, handles
from answerback.text.html import Link, LinkedText, html_to_linked_text, html_to_text
from answerback.text.markdown import escape_markdown, markdown_to_text
from answerback.text.splitting import split
from answerback.text.x_addresses import x_accepts_address
from answerback.text.x_hashtags import XHashtag, x_hashtags
from answerback.text.x_length import x_accepts, x_weighted_length
from answerback.text.x_links import x_links
from answerback.text.x_mentions import XMention, x_mentions

__all__ = [
    "Link",
    "LinkedText",
    "XHashtag",
    "XMention",
    "bluesky_length",
    "characters",
    "defuse_handles",
    "escape_markdown",
    "graphemes",
    "handles",
    "html_to_linked_text",
    "html_to_text",
    "markdown_to_text",
    "mastodon_length",
    "split",
    "utf8_bytes",
    "utf16_units",
    "x_accepts",
    "x_accepts_address",
    "x_hashtags",
    "x_links",
    "x_mentions",
    "x_weighted_length",
]
