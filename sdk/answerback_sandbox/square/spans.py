"""Finds links, handles, hashtags and custom emoji in what people write.

The patterns follow Mastodon's own; where it looks a domain up in the list of top-level domains,
this takes any that could be one.
"""

import re

MENTION = re.compile(
    r"(?<![=/\w])@([a-z0-9_]+(?:[a-z0-9_.-]*[a-z0-9_]+)?)"
    r"(?:@([\w.-]*\w(?::\d+)?))?",
    re.IGNORECASE,
)
HASHTAG = re.compile(r"(?<![=/)\w&])#(\w*[^\W\d]\w*)")
EMOJI = re.compile(r"(?<![\w:]):(\w{2,}):(?![\w:])", re.ASCII)
_LINK = re.compile(r"https?://[^\s<>\"'「」『』、。，！？（）…]+", re.IGNORECASE)
_HOST = re.compile(r"https?://((?:[\w-]+\.)+[^\W\d]{2,})(?::\d+)?(?=[/?#]|$)", re.IGNORECASE)
_CLOSING = ".,:;!?*_~'\"’“”"
_PAIRS = {")": "(", "]": "["}


def links(text: str) -> list[tuple[int, int]]:
    """Where links stand, as Mastodon sees them: no bare addresses, no user names in them."""
    found = []
    for match in _LINK.finditer(text):
        link = _without_punctuation(match[0])
        if _HOST.match(link):
            found.append((match.start(), match.start() + len(link)))
    return found


def _without_punctuation(link: str) -> str:
    while link:
        last = link[-1]
        unpaired = last in _PAIRS and link.count(last) > link.count(_PAIRS[last])
        if last not in _CLOSING and not unpaired:
            break
        link = link[:-1]
    return link
