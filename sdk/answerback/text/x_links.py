"""Links in plain text, found as X finds them and replaces them by its own short ones.

It cannot know where a link leads. Rules: https://github.com/twitter/twitter-text
(conformance/extract.yml), read in one pass whose time keeps in proportion to the text.
"""

from __future__ import annotations

import re

from answerback.text.counting import utf16_units
from answerback.text.paper import Link
from answerback.text.x_domains import (
    ANY_CASE,
    BEGINS,
    LATIN,
    RUN,
    Labels,
    is_allowed,
    plain_domains,
)

_LONGEST_LINK = 4096
_LONGEST_SHORT_PATH = 40

_ENDS = rf"a-z0-9\u0400-\u04ff{LATIN}=_#/+\-"
_DOES_NOT_END = r"!*';:,.$%\[\]\u2013~@|&"
_WITHIN = f"[{_ENDS}{_DOES_NOT_END}]"
_BRACKETS = rf"\((?:{_WITHIN}++|{_WITHIN}*+\({_WITHIN}++\){_WITHIN}*+)\)"
# Brackets end a path only where it could end before them.
_PATH = (
    rf"(?:[{_ENDS}]|{_BRACKETS}"
    rf"|[{_DOES_NOT_END}](?:[{_DOES_NOT_END}]|{_BRACKETS})*+[{_ENDS}])*+"
)
_QUERY = r"\?[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[a-z0-9\-_&=#/]"
_REST = re.compile(
    rf"(?::[0-9]++)?(?P<path>/{_PATH})?(?:{_QUERY})?",
    ANY_CASE,
)
_SCHEME = re.compile(rf"{BEGINS}https?://\Z", ANY_CASE)
_SHORT = re.compile(rf"https?://t\.co/([a-z0-9]++)(?:{_QUERY})?", ANY_CASE)


def x_links(text: str) -> list[Link]:
    """The links X would make of a text, in order, in code points; `href` is as written."""
    found: list[Link] = []
    end = -1
    for run in RUN.finditer(text) if "." in text else ():
        if run.end() <= end or "." not in run[0]:
            continue
        labels = Labels(text, run.start(), run.end())
        scheme = _SCHEME.search(text, max(run.start() - 8, end + 1), run.start())
        if scheme and (domain := labels.at_start()):
            rest = _REST.match(text, domain[1])
            end = rest.end() if rest else domain[1]
            found += _with_scheme(text, scheme.start(), domain, end)
        while end < run.end() and (domain := labels.following(end + 1)):
            rest = _REST.match(text, domain[1])
            end = rest.end() if rest else domain[1]
            if domain[0] == 0 or text[domain[0] - 1] not in "-_./":
                path = rest is not None and rest["path"] is not None
                found += _without_scheme(text, domain, end, path=path)
    return found


def _with_scheme(text: str, start: int, domain: tuple[int, int], end: int) -> list[Link]:
    written = text[start:end]
    scheme = domain[0] - start
    if scheme + utf16_units(written) > _LONGEST_LINK or not is_allowed(text[slice(*domain)]):
        return []
    short = _SHORT.match(written)
    if short:
        if len(short[1]) > _LONGEST_SHORT_PATH:
            return []
        written = short[0]
    return [Link(start=start, end=start + len(written), href=written)]


def _without_scheme(text: str, domain: tuple[int, int], end: int, *, path: bool) -> list[Link]:
    taken = len("https://") + utf16_units(text[domain[0] : end])
    if taken > _LONGEST_LINK or not is_allowed(text[slice(*domain)]):
        return []
    places = plain_domains(text, *domain)
    if places and path:
        places[-1] = places[-1][0], end
    return [Link(start=start, end=stop, href=text[start:stop]) for start, stop in places]
