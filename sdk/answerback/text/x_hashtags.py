"""Hashtags in plain text, found as X finds them.

It cannot know which are in use. Rules: https://github.com/twitter/twitter-text
(conformance/extract.yml).
"""

from __future__ import annotations

from dataclasses import dataclass

import regex

from answerback.text.x_links import x_links

# What holds words together in scripts that Unicode's letters, marks and digits leave out.
_FURTHER = (
    r"_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c"
    r"\xb7"
)
_WITHIN = rf"[\p{{L}}\p{{M}}\p{{Nd}}{_FURTHER}]"
_HASHTAG = regex.compile(
    rf"(?:(?<![\p{{L}}\p{{M}}\p{{Nd}}{_FURTHER}&])|(?<=[\ufe0e\ufe0f]))"
    rf"[#＃](?![\ufe0f\u20e3])({_WITHIN}++)(?![#＃]|://)"
)
_LETTER = regex.compile(r"[\p{L}\p{M}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class XHashtag:
    """A hashtag X would link, and where it stands in code points, its # included."""

    start: int
    end: int
    name: str


def x_hashtags(text: str) -> list[XHashtag]:
    """The hashtags X would link in a text, in order, without the #; those inside links left out."""
    if "#" not in text and "＃" not in text:
        return []
    links = x_links(text)
    found, place = [], 0
    for tag in _HASHTAG.finditer(text):
        while place < len(links) and links[place].end <= tag.start():
            place += 1
        inside = place < len(links) and links[place].start < tag.end()
        if not inside and _LETTER.search(tag[1]):
            found.append(XHashtag(start=tag.start(), end=tag.end(), name=tag[1]))
    return found
