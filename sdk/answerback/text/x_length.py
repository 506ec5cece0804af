"""How long a text is for X, and whether X takes it.

Weights: https://github.com/twitter/twitter-text/blob/master/config/v3.json and
https://docs.x.com/fundamentals/counting-characters
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import Literal

import regex

from answerback.text.x_domains import FORBIDDEN
from answerback.text.x_links import x_links

X_LINK_LENGTH = 23

_NARROW = re.compile(r"[\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]+")
# More combining marks in a row than any writing has; sorting them takes the square of their number.
# https://unicode.org/reports/tr15/#Stream_Safe_Text_Format
_MARKS = regex.compile(r"[^\p{ccc=0}]{30}")
_FORBIDDEN = re.compile(f"[{FORBIDDEN}]")
# An emoji by its form (https://unicode.org/reports/tr51/). Digits and the signs ©, ® and ™ are
# one only with what makes them one.
_ONE = (
    r"(?:\p{Emoji_Modifier_Base}\p{Emoji_Modifier}"
    r"|[\p{Emoji}--[0-9#*©®™\p{Regional_Indicator}]]\uFE0F?|[©®™]\uFE0F)"
)
_EMOJI = regex.compile(
    rf"(?V1)\p{{Regional_Indicator}}{{2}}|[0-9#*]\uFE0F?\u20E3"
    rf"|\U0001F3F4[\U000E0020-\U000E007E]++\U000E007F|{_ONE}(?:\u200D{_ONE})*+"
)


def x_weighted_length(text: str, *, version: Literal[1, 2, 3] = 3) -> int:
    """The length X counts: links are 23, emoji 2, Latin and most of Europe's letters 1, others 2.

    Counted in composed form (NFC). An emoji of several code points is one whatever it shows, so
    one that X does not know yet may be longer there. `version` is that of X's rules: 3 since
    2018; 2 counts each code point of an emoji, 1 counts every code point as one. Raises
    ConfigError where the extra `channels` is not installed.
    """
    text = _composed(text)
    length, place = 0, 0
    for link in x_links(text):
        length += _weight(text[place : link.start], version) + X_LINK_LENGTH
        place = link.end
    return length + _weight(text[place:], version)


def x_accepts(text: str, *, limit: int = 280, version: Literal[1, 2, 3] = 3) -> bool:
    """Whether X takes a text: neither empty nor too long, and without code points it refuses."""
    return 0 < x_weighted_length(text, version=version) <= limit and not _FORBIDDEN.search(text)


def _composed(text: str) -> str:
    if text.isascii():
        return text
    cuts = [0, *(found.end() for found in _MARKS.finditer(text)), len(text)]
    return "".join(unicodedata.normalize("NFC", text[cut:end]) for cut, end in pairwise(cuts))


def _weight(text: str, version: int) -> int:
    if version == 1 or text.isascii():
        return len(text)
    emoji = 0
    if version == 3:
        text, emoji = _EMOJI.subn("", text)
    return 2 * emoji + len(text) + len(_NARROW.sub("", text))
