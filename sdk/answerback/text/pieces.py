"""What a long stretch of text without spaces is made of: links, names, words and characters.

Words are those of https://www.unicode.org/reports/tr29/#Word_Boundaries. It knows no dictionary:
Chinese, Japanese, Thai and their like are taken apart between what a reader sees as characters,
closing marks kept with what they close (https://www.unicode.org/reports/tr14/).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import regex

from answerback.text.counting import GRAPHEME, JOINED
from answerback.text.handles import HANDLE, URL

Place = tuple[int, int]
Fits = Callable[[str], bool]

# Where a link or name ends in a script without spaces, networks differ. The first pattern takes
# as much as any of them would; the second, where that is too long, what all of them would.
_PLAIN = (
    r"(?<![a-z0-9_.@-])(?:[a-z0-9-]++\.)++[a-z]{2,24}/[!-~]*|https?://[!-~]+"
    r"|(?<![a-z0-9.+_-])[a-z0-9.+_-]++@[a-z0-9.-]++"
    r"|(?<![=/a-z0-9_])@[a-z0-9_]++(?:[@.-][a-z0-9_]++)*+"
)
_MARKS = r"[\p{GCB=Extend}\p{GCB=SpacingMark}\p{GCB=ZWJ}]*+"
_GREEDY = regex.compile(
    rf"(?:{URL}|{HANDLE}|{_PLAIN}|(?<![\w&/])[#＃]\w++){_MARKS}", regex.IGNORECASE
)
_SURE = regex.compile(rf"(?:{_PLAIN}){_MARKS}", regex.IGNORECASE)

# What binds to the character behind it is left to that character.
_LETTER = (
    r"[[\p{WB=ALetter}\p{WB=Hebrew_Letter}\p{WB=Numeric}\p{WB=ExtendNumLet}]--\p{GCB=Prepend}]"
)
_JOINED = (
    r"[[\p{WB=Extend}\p{WB=Format}\p{WB=ZWJ}\p{GCB=Extend}\p{GCB=SpacingMark}]--\p{GCB=Prepend}]"
)
_LETTERS = rf"(?:[0-9A-Za-z_]++|{_LETTER}++)(?:[0-9A-Za-z_]++|{_LETTER}++|{_JOINED}++)*+"
_BETWEEN = r"[\p{WB=MidLetter}\p{WB=MidNumLet}\p{WB=MidNum}\p{WB=Single_Quote}]" + rf"{_JOINED}*+"
_WORD = regex.compile(
    rf"(?V1)(?P<opening>(?:\p{{LB=OP}}{_MARKS}){{0,3}})"
    rf"(?P<word>{_LETTERS}(?:{_BETWEEN}{_LETTERS})*+|(?:\p{{WB=Katakana}}++{_JOINED}*+)++|{GRAPHEME.pattern})"
    rf"(?P<closing>(?:[\p{{LB=CL}}\p{{LB=CP}}\p{{LB=EX}}\p{{LB=IS}}\p{{LB=NS}}]{_MARKS}){{0,3}})"
)


def pieces(text: str, start: int, end: int, fits: Fits) -> Iterator[Place]:
    """Where the pieces of a stretch stand, none larger than fits, in order and without gaps.

    Raises ValueError where a link or name, or a single code point, is larger than that.
    """
    place = start
    signs = any(text.find(sign, start, end) >= 0 for sign in "/@#＃")
    for named in _named(text, start, end, fits) if signs else ():
        yield from _words(text, place, named[0], fits)
        yield named
        place = named[1]
    yield from _words(text, place, end, fits)


def _named(text: str, start: int, end: int, fits: Fits) -> Iterator[Place]:
    pattern, place = _GREEDY, start
    while found := pattern.search(text, place, end):
        if not fits(found[0]):
            if pattern is _SURE:
                raise ValueError("A link or a name in it is longer than a part.")
            pattern = _SURE
            continue
        yield found.span()
        place = found.end()


def _words(text: str, start: int, end: int, fits: Fits) -> Iterator[Place]:
    for found in _WORD.finditer(text, start, end):
        if fits(found[0]):
            yield found.span()
            continue
        for name in ("opening", "word", "closing"):
            if name == "word" and fits(found[name]):
                yield found.span(name)
            else:
                yield from _characters(text, *found.span(name), fits)


def _characters(text: str, start: int, end: int, fits: Fits) -> Iterator[Place]:
    word = text[start:end]
    if not JOINED.search(word) and all(map(fits, set(word))):
        yield from zip(range(start, end), range(start + 1, end + 1), strict=True)
        return
    for character in GRAPHEME.finditer(text, start, end):
        # A heap of combining marks larger than a post can only be cut in code points.
        whole = fits(character[0])
        step = len(character[0]) if whole else 1
        for place in range(*character.span(), step):
            if not whole and not fits(text[place]):
                raise ValueError("The limit leaves no room for words.")
            yield place, place + step
