"""Long answers as several posts: cut between words, numbered, each within the limit."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator

import regex

# A space that carries an accent or joins an emoji is part of what a reader sees as one character.
_BREAK = regex.compile(
    r"(?<!\p{GCB=Prepend})[^\S\u00a0\u2007\u202f]+(?![\p{GCB=Extend}\p{GCB=SpacingMark}\p{GCB=ZWJ}])"
)
_GRAPHEME = regex.compile(r"\X")

_Fits = Callable[[str], bool]


def split(
    text: str,
    *,
    limit: int,
    count: Callable[[str], int],
    before: str = "",
    marks: bool = True,
) -> list[str]:
    """The text as the fewest parts that fit, in order.

    `count(before + part)` stays within `limit` for each part; the parts do not contain `before`.
    Several parts end in ` n/m` unless `marks` is off. Cuts fall between words, so links, handles
    and emoji stay whole; only a word longer than a whole part is cut, between what a reader sees
    as characters. Raises ValueError if not even one character fits.
    """
    text = text.strip()
    if count(before + text) <= limit:
        return [text]
    digits = 1
    while True:
        widest = "9" * digits
        parts = _parts(
            text, lambda words, mark: count(before + words + mark) <= limit, widest if marks else ""
        )
        if not marks or len(parts) < 10**digits:
            break
        digits = len(str(len(parts)))
    if not marks or len(parts) == 1:
        return parts
    return [f"{part} {number}/{len(parts)}" for number, part in enumerate(parts, 1)]


def _parts(text: str, fit: Callable[[str, str], bool], widest: str) -> list[str]:
    """The parts without their marks; `widest` is a number as wide as the count of parts may be."""
    longest_mark = f" {widest}/{widest}" if widest else ""
    atoms = list(_atoms(text, lambda words: fit(words, longest_mark)))
    parts: list[str] = []
    place = 0
    while place < len(atoms):
        mark = f" {len(parts) + 1}/{widest}" if widest else ""

        def joined(words: int, at: int = place) -> str:
            return atoms[at][1] + "".join(gap + word for gap, word in atoms[at + 1 : at + words])

        def fits(words: int, mark: str = mark, joined: Callable[[int], str] = joined) -> bool:
            return fit(joined(words), mark)

        taken = _longest(fits, len(atoms) - place)
        parts.append(joined(taken))
        place += taken
    return parts


def _atoms(text: str, fits: _Fits) -> Iterator[tuple[str, str]]:
    """What is not cut, each with the white space before it: words, as far as they fit a part."""
    gap, word = "", 0
    for found in [*_BREAK.finditer(text), None]:
        yield from _whole(gap, text[word : found.start() if found else None], fits)
        if found:
            gap, word = found[0], found.end()


def _whole(gap: str, word: str, fits: _Fits) -> Iterator[tuple[str, str]]:
    if fits(word):
        yield gap, word
        return
    for character in _GRAPHEME.findall(word):
        # A heap of combining marks larger than a post can only be cut between its code points.
        for piece in [character] if fits(character) else character:
            if not fits(piece):
                raise ValueError("The limit leaves no room for words.")
            yield gap, piece
            gap = ""


def _longest(fits: Callable[[int], bool], most: int) -> int:
    """The largest number up to `most` that fits, found by doubling, then halving; 1 always fits."""
    high = 1
    while high < most and fits(high):
        high *= 2
    low = max(1, high // 2)
    beyond = range(low + 1, min(high, most) + 1)
    return low + bisect.bisect_left(beyond, True, key=lambda number: not fits(number))
