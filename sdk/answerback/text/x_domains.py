"""Domains in plain text, found as X finds them: with or without a scheme, by their last label.

X decides by a list of top-level domains. Today's comes with `publicsuffixlist`, in the extra
`channels`; what X's last published rules take for one and nobody delegates today is told here.
It cannot know whether a host exists. Rules: https://github.com/twitter/twitter-text
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from answerback.errors import ConfigError

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

#: X folds the case of ASCII letters only.
ANY_CASE = re.ASCII | re.IGNORECASE

_SPACES = r"\t-\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_DIRECTIONS = r"\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069"
#: Code points X takes in no post.
FORBIDDEN = r"\ufffe\ufeff\uffff"
#: Latin letters beyond ASCII that X takes for part of a word.
LATIN = (
    r"\xc0-\xd6\xd8-\xf6\xf8-\xff\u0100-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268"
    r"\u026f\u0272\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
_OUTSIDE = rf"!'#%&()*+,\\/:;<=>?@\[\]^{{|}}~${_SPACES}{FORBIDDEN}{_DIRECTIONS}"
#: What may stand before an address; its scheme or its first label begins here.
BEGINS = rf"(?<![A-Za-z0-9@＠$#＃{FORBIDDEN}])"

#: Letters, dots, hyphens and underscores without anything between: where domains stand.
RUN = re.compile(rf"[^{_OUTSIDE}]++")
_FIRST_CHARACTER = re.compile(rf"{BEGINS}[^_-]")
_LAST_LABEL = re.compile(rf"[^{_OUTSIDE}._-]{{1,24}}")
_PUNYCODE = re.compile(r"xn--[0-9a-z-]++", ANY_CASE)
_PLAIN_LABELS = re.compile(rf"(?:[a-z0-9{LATIN}-]++\.)++", ANY_CASE)
_GOES_ON = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@+-")
_LONGEST_LABEL = 63

# Known to X and not to the list; of `za` the list only has what stands below it.
_FURTHER = frozenset(
    """
    abarth active adac afamilycompany aigo alfaromeo an avianca bananarepublic bentley bl blanco
    bnl boots bq budapest bugatti cancerresearch cartier caseih cbs ceb chloe chrysler cityeats
    comcast cookingchannel csc dabur dodge doha doosan duck dunlop duns eh epost esurance
    etisalat everbank fiat flsmidth foodnetwork frontdoor fujixerox glade goo goodhands guardian
    hgtv honeywell hoteles htc iinet intel iselect iveco iwc jcp jlc juniper kerrylogistics
    kinder ladbrokes lancaster lancia lancome liaison linde lipsy lixil loft lupin macys
    maserati mcd mcdonalds meo metlife mf mobily montblanc mopar movistar mtpc mutual mutuelle
    nadex nationwide natura newholland northwesternmutual off oldnavy onyourside orientexpress
    pamperedchef panerai passagens piaget pramerica qvc raid redstone rightathome rmit rocher
    sapo sca scjohnson scor ses shaw showtime shriram spiegel spreadbetting srt starhub statoil
    swiftcover symantec telecity telefonica tiffany tp travelchannel uconnect um vista
    vistaprint volkswagen vuelos warman wolterskluwer xfinity xperia za zippo اتصالات موبايلي
    大众汽车 工行 手表 珠宝 诺基亚
    """.split()  # noqa: SIM905 (a list of words is read more easily as words)
)


class Labels:
    """The labels of a run, and the domains among them, found from left to right."""

    __slots__ = ("_farthest", "_last", "_number", "_text", "_where")

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text = text
        self._where: list[tuple[int, int]] = []
        for label in text[start:end].split("."):
            self._where.append((start, start + len(label)))
            start += len(label) + 1
        count = len(self._where)
        # Where the domain ends if a label is its last one; 0 if it cannot be.
        self._last = [last_label(text, place, len(text)) for place, _ in self._where]
        # The farthest label that can be the last one, with at least one label between.
        self._farthest = [0] * count
        for number in range(count - 3, -1, -1):
            if self._whole(number + 1):
                nearest = number + 2 if self._last[number + 2] and self._owned(number + 1) else 0
                self._farthest[number] = self._farthest[number + 1] or nearest
        self._number = 0

    def at_start(self) -> tuple[int, int] | None:
        """The domain that begins where the run begins."""
        if len(self._where) < 2 or not self._whole(0):
            return None
        last = self._farthest[0] or (1 if self._last[1] and self._owned(0) else 0)
        return (self._where[0][0], self._last[last]) if last else None

    def following(self, place: int) -> tuple[int, int] | None:
        """The next domain that begins at `place` or behind, as far as its labels go."""
        while self._number < len(self._where) - 1:
            start, end = self._where[self._number]
            last = self._farthest[self._number]
            if not last and self._last[self._number + 1]:
                last = self._number + 1
                start = max(start, self._text.rfind("_", start, end) + 1)
            if last and end > place and end > start and self._text[end - 1] not in "-_":
                found = _FIRST_CHARACTER.search(self._text, max(start, place), end)
                if found and not found.start():
                    # At the start of a text X takes its first character for what stands before.
                    found = _FIRST_CHARACTER.match(self._text, 1, end) or found
                if found:
                    return found.start(), self._last[last]
            self._number += 1
        return None

    def _whole(self, number: int) -> bool:
        """Whether a label may stand in a domain as it is."""
        start, end = self._where[number]
        text = self._text
        return end > start and text[start] not in "-_" and text[end - 1] not in "-_"

    def _owned(self, number: int) -> bool:
        """Whether a label may stand before the last one, where underscores are not allowed."""
        start, end = self._where[number]
        return self._text.find("_", start, end) < 0


def last_label(text: str, start: int, end: int) -> int:
    """Where the top-level domain that begins at `start` ends; 0 where there is none.

    `end` is where the text is taken to end.
    """
    punycode = _PUNYCODE.match(text, start, end)
    if punycode:
        return punycode.end()
    label = _LAST_LABEL.match(text, start, end)
    if label is None:
        return 0
    for stop in range(label.end(), start, -1):
        if (stop == end or text[stop] not in _GOES_ON) and _is_known(text[start:stop].lower()):
            return stop
    return 0


def plain_domains(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The domains in Latin letters within a domain: without a scheme X links only those."""
    found = []
    for labels in _PLAIN_LABELS.finditer(text, start, end):
        place = labels.end()
        while place > labels.start():
            last = last_label(text, place, end)
            if last:
                found.append((labels.start(), last))
                break
            place = text.rfind(".", labels.start(), place - 1) + 1
    return found


def is_allowed(domain: str) -> bool:
    """Whether every label is as short as the domain name system wants it, once encoded."""
    if domain[:4].lower() == "xn--" and not plain_domains(domain, 0, len(domain)):
        return False
    for label in domain.split("."):
        # An encoded label is never shorter than the label.
        if len(label) > _LONGEST_LABEL:
            return False
        if not label.isascii() and len(label.encode("punycode")) + 4 > _LONGEST_LABEL:
            return False
    return True


@lru_cache(maxsize=4096)
def _is_known(label: str) -> bool:
    return label in _FURTHER or _suffixes().publicsuffix(f"name.{label}") is not None


@cache
def _suffixes() -> PublicSuffixList:
    try:
        from publicsuffixlist import PublicSuffixList
    except ImportError as missing:
        raise ConfigError(
            "X's way of counting needs the list of top-level domains: "
            "pip install 'answerback[channels]'"
        ) from missing
    return PublicSuffixList(accept_unknown=False, only_icann=True)
