"""Counts characters as Mastodon does: what a reader sees, links as 23, handles by their name.

Clusters of characters follow Unicode's rules closely enough for the scripts and emoji in use;
a few rare Indic conjuncts count one too many. https://docs.joinmastodon.org/user/posting/
"""

import re
import unicodedata

from answerback_sandbox.square.spans import MENTION, links

LINK_LENGTH = 23
_JOINER = "\u200d"


def length(text: str) -> int:
    """How many characters `text` counts towards the limit of a post."""
    shortened = text
    for start, end in reversed(links(text)):
        shortened = f"{shortened[:start]}{'x' * LINK_LENGTH}{shortened[end:]}"
    return clusters(re.sub(MENTION, r"@\1", shortened))


def clusters(text: str) -> int:
    """How many characters a reader would count."""
    count = 0
    flags = 0
    previous = ""
    for character in text:
        if character == "\n" and previous == "\r":
            previous = character
            continue
        flag = "\U0001f1e6" <= character <= "\U0001f1ff"
        flags = flags + 1 if flag else 0
        joined = (
            _extends(character)
            or (previous == _JOINER and unicodedata.category(character) == "So")
            or (flag and flags % 2 == 0)
            or _continues_syllable(previous, character)
        )
        if not (joined and previous):
            count += 1
        previous = character
    return count


def _extends(character: str) -> bool:
    return (
        character == _JOINER
        or unicodedata.category(character) in ("Mn", "Me", "Mc")
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U000e0020" <= character <= "\U000e007f"
    )


def _continues_syllable(previous: str, character: str) -> bool:
    """Hangul written as separate letters: leading, vowel, trailing."""
    if not "\u1160" <= character <= "\u11ff":
        return False
    return "\u1100" <= previous <= "\u11ff" or "\uac00" <= previous <= "\ud7a3"
