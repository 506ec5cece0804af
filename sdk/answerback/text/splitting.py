"""Long answers as several posts: cut between words, numbered, each within the limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

import regex

from answerback.text.pieces import Fits, Place, pieces

# A space that carries an accent or joins an emoji is part of what a reader sees as one character.
_BREAK = regex.compile(
    r"(?<!\p{GCB=Prepend})[^\S\u00a0\u2007\u202f]+(?![\p{GCB=Extend}\p{GCB=SpacingMark}\p{GCB=ZWJ}])"
)

#: Words up to this length are measured once, however often they come.
_SHORT = 40


def split(
    text: str,
    *,
    limit: int,
    count: Callable[[str], int],
    before: str = "",
    after: str = "",
    marks: bool = True,
) -> list[str]:
    """The text as the fewest parts that fit, in order.

    `count(before + part)` stays within `limit` for each part; the parts do not contain `before`.
    The last part has `after` behind its words: a signature, with the white space in front of it.
    Several parts end in ` n/m` unless `marks` is off. Cuts fall at white space. A stretch without
    any that is longer than a part is cut between words, and a word longer than a part between what
    a reader sees as characters; links and handles stay whole. What is lost is white space at the
    cuts. Raises ValueError, saying what, if a link, a handle, the signature or not even one
    character fits.
    """
    text = text.strip()
    if count(before + text + after) <= limit:
        return [text + after]
    cutter = _Cutter(text, after, lambda part: count(before + part) <= limit)
    if not marks:
        return list(cutter.parts(""))
    digits = 1
    while True:
        # Every mark is as wide as the widest, until the parts outgrow it.
        parts = list(islice(cutter.parts("9" * digits), 10**digits))
        if len(parts) < 10**digits:
            break
        digits += 1
    if len(parts) == 1:
        return parts
    return [f"{part} {number}/{len(parts)}" for number, part in enumerate(parts, 1)]


class _Cutter:
    """Cuts one text, as often as it takes to know how many parts there are."""

    def __init__(self, text: str, after: str, fits: Fits) -> None:
        self._text = text
        self._after = after
        self._fits = fits
        # Words known to be longer than a part: each is measured once.
        self._long: set[int] = set()

    def parts(self, widest: str) -> Iterator[str]:
        """The parts without their marks; `widest` is as wide as the number of parts may be."""
        text, after = self._text, self._after
        atoms = self._atoms(f" {widest}/{widest}" if widest else "")
        ahead: list[Place] = []
        number, usual = 0, 1
        while True:
            number += 1
            mark = f" {number}/{widest}" if widest else ""

            def reaches(size: int) -> bool:
                ahead.extend(islice(atoms, max(0, size - len(ahead))))
                return len(ahead) >= size

            def fits(size: int, mark: str = mark) -> bool:
                return self._fits(text[ahead[0][0] : ahead[size - 1][1]] + mark)

            usual = taken = _longest(lambda size: reaches(size) and fits(size), usual)
            words = text[ahead[0][0] : ahead[taken - 1][1]]
            if reaches(taken + 1):
                del ahead[:taken]
                yield words
                continue
            if self._fits(words + after + mark):
                yield words + after
                return
            if taken == 1:
                if words:
                    yield words
                if not self._fits(after.strip() + (f" {number + 1}/{widest}" if widest else "")):
                    raise ValueError("The limit leaves no room for the signature.")
                yield after.strip()
                return
            # A signature does not stand alone if a word can go with it.
            yield text[ahead[0][0] : ahead[taken - 2][1]]
            del ahead[: taken - 1]

    def _atoms(self, mark: str) -> Iterator[Place]:
        """Where the words stand; of one longer than a part, where its pieces stand."""
        known: dict[str, bool] = {}

        def fits(piece: str) -> bool:
            if len(piece) > _SHORT:
                return self._fits(piece + mark)
            if piece not in known:
                known[piece] = self._fits(piece + mark)
            return known[piece]

        for start, end in self._words():
            if start not in self._long:
                word = self._text[start:end]
                if fits(word):
                    yield start, end
                    continue
                self._long.add(start)
            yield from pieces(self._text, start, end, fits)

    def _words(self) -> Iterator[Place]:
        start = 0
        for found in _BREAK.finditer(self._text):
            yield start, found.start()
            start = found.end()
        yield start, len(self._text)


def _longest(fits: Callable[[int], bool], usual: int) -> int:
    """The largest number that fits, looked for around `usual`; 1 always fits."""
    step = 1
    if usual == 1 or fits(usual):
        low = usual
        while fits(low + step):
            low += step
            step *= 2
        high = low + step
    else:
        high = usual
        while high - step > 1 and not fits(high - step):
            high -= step
            step *= 2
        low = max(1, high - step)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low
