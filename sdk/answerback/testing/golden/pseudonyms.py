"""Who is called what instead: words, numbers, codes and hosts of one payload, and stand-ins.

A payload is gone through twice. The first time everything is met and comes back as it is; after
`settle` each thing has one stand-in of the same length, in characters, UTF-8 bytes and UTF-16
units alike, so that offsets into texts stay true. Two things never share one, with two
exceptions: words of up to three letters, of which there are too few, and words that occur in
texts only, once the list has no more of their length. Nothing of a stand-in depends on what was
written but its length, its letters' case and script, and for numbers and codes their order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import cycle, islice
from string import ascii_lowercase, ascii_uppercase
from unicodedata import category, name

from answerback.testing.golden.placeholders import is_placeholder, listed, words
from answerback.testing.golden.web_paths import is_namespace

_RESERVED = re.compile(r"(?:.*\.)?(?:example|test|invalid|localhost|example\.(?:com|net|org))")
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_MANY, _FEW = 24, 4


class Pseudonyms:
    """The stand-ins of one payload. Hosts in `keep` stay as they are."""

    def __init__(self, keep: frozenset[str] = frozenset()) -> None:
        self._keep = keep
        self._names: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._tokens: dict[str, str] = {}
        self._hosts: dict[str, str] = {}
        self._handles: set[str] = set()
        self._settled = False

    def word(self, written: str, *, is_name: bool) -> str:
        """The stand-in for a run of letters, with its capitals where it had them."""
        key = _lower(written)
        if not key.isascii():
            return _cased(self._token(key, learn=True), written)
        if not self._settled:
            (self._names if is_name else self._texts).setdefault(key, key)
            return written
        return _cased(self._names.get(key) or self._texts.get(key, key), written)

    def number(self, digits: str, *, learn: bool) -> str:
        """The stand-in for a run of digits; without `learn` only for one met elsewhere."""
        return self._token(digits, learn=learn and bool(digits.strip("0")))

    def code(self, written: str, *, learn: bool) -> str:
        """The stand-in for a run of letters and digits; without `learn` as for numbers."""
        return self._token(written, learn=learn)

    def knows(self, token: str) -> bool:
        """Whether a number or code was met."""
        return token in self._tokens

    def handle(self, written: str) -> None:
        """Note a whole handle, so that it is known for one in a path."""
        self._handles.add(written.lower())

    def is_handle(self, written: str) -> bool:
        """Whether this is somebody's whole handle."""
        return written.lower() in self._handles

    def host(self, written: str) -> str:
        """The stand-in for a host: under .example, or .test where that is too long."""
        key = written.lower()
        if _RESERVED.fullmatch(key) or is_namespace(key) or key in self._keep:
            return written
        if not self._settled:
            self._hosts.setdefault(key, key)
            return written
        return self._hosts.get(key, key)

    def settle(self) -> None:
        """Choose a stand-in for everything that was met."""
        self._settled = True
        for key in self._names:
            self._texts.pop(key, None)
        self._settle_words()
        self._settle_tokens()
        self._settle_hosts()

    def _token(self, token: str, *, learn: bool) -> str:
        if learn and not self._settled:
            self._tokens.setdefault(token, token)
        return self._tokens.get(token, token)

    def _settle_words(self) -> None:
        met = [*self._names, *self._texts]
        taken = {word for word in met if is_placeholder(word)}
        free = {size: (w for w in words(size) if w not in taken) for size in set(map(len, met))}
        spare = {size: _spare(size) for size in free}
        for key in self._names:
            if key not in taken:
                self._names[key] = next(free[len(key)], "") or next(spare[len(key)])
        used = {*self._names.values()}
        left = {
            size: iter([word for word in listed(size) if word not in used and word not in taken])
            for size in free
        }
        again = {
            size: cycle([word for word in listed(size) if word not in used] or [""])
            for size in free
        }
        for key in self._texts:
            size = len(key)
            if key not in taken:
                self._texts[key] = (
                    next(left[size], "") or next(again[size]) or next(free[size], "")
                    or next(spare[size])
                )  # fmt: skip

    def _settle_tokens(self) -> None:
        groups: dict[tuple[str, ...], list[str]] = {}
        for token in self._tokens:
            groups.setdefault(_shape(token), []).append(token)
        for shape, tokens in groups.items():
            for rank, token in enumerate(sorted(tokens)):
                self._tokens[token] = _counted(shape, rank)

    def _settle_hosts(self) -> None:
        taken: set[str] = set()
        # Shorter ones first, since files.acme.com is called after acme.com.
        for host in sorted(self._hosts, key=lambda host: host.count(".")):
            parents = [host.split(".", count)[-1] for count in range(1, host.count("."))]
            parent = next((each for each in parents if each in self._hosts), None)
            if _ADDRESS.fullmatch(host):
                found = f"192.0.2.{len(taken) % 255}"
            elif parent:
                found = _free(_below(host.removesuffix(parent), self._hosts[parent]), taken)
            else:
                found = _free(_host_names(len(host)), taken)
            taken.add(found)
            self._hosts[host] = found


def _lower(written: str) -> str:
    lower = written.lower()
    return lower if len(lower) == len(written) else written


def _cased(found: str, written: str) -> str:
    if written.islower() or len(found) != len(written):
        return found
    capitals = (
        small.upper() if old.isupper() else small for small, old in zip(found, written, strict=True)
    )
    # Some letters have no capital of the same size.
    return "".join(
        big if len(big.encode()) == len(small.encode()) else small
        for big, small in zip(capitals, found, strict=True)
    )


def _spare(size: int) -> Iterator[str]:
    """Words that do not differ for ever, for lengths that have too few."""
    return cycle(list(islice(words(size), 50)) or ["x" * size])


def _below(labels: str, parent: str) -> Iterator[str]:
    """Hosts below a known one, with labels of the same length."""
    first, _, others = labels.partition(".")
    if first == "www":  # says nothing of anybody
        yield f"www.{others}{parent}"
    rest = "".join(f"{next(words(len(each)), 'x')}." for each in others.split(".") if each)
    for size in range(len(first), len(first) + 8):
        yield from (f"{label}.{rest}{parent}" for label in words(size))


def _host_names(length: int) -> Iterator[str]:
    """Hosts that nobody has, of this length where there are such."""
    ending = ".example" if length >= len("a.example") else ".test"
    size = max(length - len(ending), 1)
    if size == 1:
        yield from (letter + ending for letter in ascii_lowercase)
    for longer in range(size, size + 8):
        yield from (label + ending for label in words(longer))


def _free(names: Iterator[str], taken: set[str]) -> str:
    return next(each for each in names if each not in taken)


_DIGITS = "0123456789"
_HEXADECIMAL = re.compile(r"[0-9a-f]{8,}")
# Apart, so that no other code looks like a hexadecimal one.
_WITHIN, _BEYOND = "abcdef", "ghijklmnopqrstuvwxyz"


def _shape(token: str) -> tuple[str, ...]:
    """The characters that may stand at each place of what stands in for a token."""
    letters = _BEYOND if not _HEXADECIMAL.fullmatch(token) else _WITHIN
    shape = [_alphabet(character, letters) for character in token]
    if token.isdecimal() and token[0] != "0" and shape[0] == _DIGITS:
        shape[0] = _DIGITS[1:]
    return tuple(shape)


def _alphabet(character: str, letters: str) -> str:
    if character.isascii():
        if character in _DIGITS:
            return _DIGITS
        return ascii_uppercase if character.isupper() else letters
    return _foreign(character)


@cache
def _foreign(character: str) -> str:
    """Characters of the same script, kind and size in UTF-8."""
    script = name(character, "").partition(" ")[0]
    kind, size = category(character), len(character.encode())
    # Where a script has thousands, the neighbours would tell too much.
    start = 0x4E00 if script == "CJK" and size == 3 else max(ord(character) & ~0xFFF, 0x80)
    alike = [
        each
        for each in map(chr, range(start, start + 0x1000))
        if category(each) == kind
        and len(each.encode("utf-8", "surrogatepass")) == size
        and len(each.upper()) == len(each.lower()) == 1
    ]
    same = [each for each in alike if name(each, "").partition(" ")[0] == script]
    return "".join((same if len(same) > _FEW else alike)[:_MANY]) or character


def _counted(shape: tuple[str, ...], rank: int) -> str:
    """The rank written in the characters of a shape, as a number of that many places."""
    found = []
    for alphabet in reversed(shape):
        rank, place = divmod(rank, len(alphabet))
        found.append(alphabet[place])
    return "".join(reversed(found))
