"""Handles and lists in plain text, found as X finds them.

It cannot know who exists. Rules: https://github.com/twitter/twitter-text
(conformance/extract.yml).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from answerback.text.x_domains import LATIN

_MENTION = re.compile(
    r"(?:^|[^a-zA-Z0-9_!#$%&*@＠]|(?:^|[^a-zA-Z0-9_+~.-])[rR][tT]:?)"
    r"([@＠]([a-zA-Z0-9_]{1,20})(?:/([a-zA-Z][a-zA-Z0-9_-]{0,24}))?)"
)
_NO_MENTION_BEFORE = re.compile(rf"[@＠{LATIN}]|://")


@dataclass(frozen=True, slots=True, kw_only=True)
class XMention:
    """A handle X would link, where it stands in code points, and the list it names if it does."""

    start: int
    end: int
    handle: str
    list: str | None = None


def x_mentions(text: str) -> list[XMention]:
    """The handles and lists X would link in a text, in order, without the leading @."""
    return [
        XMention(start=found.start(1), end=found.end(1), handle=found[2], list=found[3])
        for found in _MENTION.finditer(text)
        if not _NO_MENTION_BEFORE.match(text, found.end())
    ]
