"""The words that stand in for what people wrote: Lorem ipsum, known at a glance for what it is.

They are told from real words by being in the list, so that what has been replaced once is left
as it is. Words that are also somebody's name are not in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_LOREM = """
    a e i o u
    ac ad ea et eu ex id in ne te ut
    cum dui est eum hac nec non per qui quo sed sit usu vel vix
    amet ante arcu cras diam dico dolor duis eget elit enim erat eros esse fusce illo iste
    ipsa nibh nisi nisl nulla nunc odio omnis orci quam quas quia quis sint unde urna vero
    aenean augue autem curae donec dolore ipsum lacus lorem magna massa metus morbi neque
    porta proin purus risus velit vitae
    aliqua cursus dapibus dictum egestas euismod facilis fuga gravida harum iaculis impedit
    integer labore laoreet lectus ligula luctus maxime mollis nostrum nullam ornare
    pretium primis quidem quisque ratione rerum rutrum sapien semper sodales tellus tempor
    tempus tortor totam turpis ullam varius veniam viverra volutpat
    accumsan adipisci aliquam aliquet aspernatur blandit bibendum commodo conubia convallis
    corporis cubilia cupiditate debitis deleniti deserunt dictumst dignissim dolorem
    eiusmod eleifend elementum excepturi expedita facilisis faucibus fermentum feugiat
    finibus fringilla habitasse hendrerit imperdiet incididunt inceptos interdum inventore
    iusto laborum lobortis maecenas malesuada maximus minim molestie nesciunt nostrud numquam
    officia pharetra placerat platea porttitor possimus posuere potenti praesent pulvinar
    quaerat recusandae rhoncus sagittis saepe senectus suscipit sociosqu suspendisse taciti
    temporibus tincidunt torquent tristique ultrices vehicula venenatis vestibulum vivamus
    voluptas voluptatem vulputate
    condimentum consectetur consequat consequatur cupidatat exercitation pellentesque
    perspiciatis reprehenderit scelerisque sollicitudin ullamcorper ullamcorporis
"""

#: Where the list has no more words of a length: made of syllables that hardly any language has.
_MADE = re.compile(r"(?:[xz][aeiou])+[xz]?")
_SYLLABLES = tuple(first + second for first in "xz" for second in "aeiou")


@cache
def listed(length: int) -> tuple[str, ...]:
    """The words of the list with so many letters."""
    return tuple(word for word in dict.fromkeys(_LOREM.split()) if len(word) == length)


def words(length: int) -> Iterator[str]:
    """Different words with so many letters, those of the list first. It comes to an end."""
    yield from listed(length)
    pairs, odd = divmod(length, 2)
    for number in range(len(_SYLLABLES) ** pairs if pairs else 0):
        made, rest = "", number
        for _ in range(pairs):
            rest, syllable = divmod(rest, len(_SYLLABLES))
            made += _SYLLABLES[syllable]
        for ending in "xz" if odd else ("",):
            yield made + ending


def is_placeholder(word: str) -> bool:
    """Whether this word stands in for another, whatever its case."""
    lower = word.lower()
    return lower in listed(len(lower)) or (len(lower) > 1 and bool(_MADE.fullmatch(lower)))
