"""What a string looks like once nobody can be recognised in it.

Words, numbers and hosts get their stand-ins; HTML, line breaks, punctuation, emoji, the marks of
handles and hashtags, and the shape of addresses stay, and so does the length, so that offsets
into a text hold. Only an address whose host is shorter than any stand-in may grow by a character
or two, if its path has nothing to spare.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html.entities import html5
from itertools import pairwise
from typing import Literal
from urllib.parse import quote, unquote
from uuid import UUID

from answerback.testing.golden.pseudonyms import Pseudonyms
from answerback.testing.golden.web_paths import ROUTES, ending, is_namespace

Sort = Literal["text", "name", "id", "path"]

_HOST = r"(?:[\w-]+\.)+[a-z][a-z0-9-]{1,30}"
_TOKEN = re.compile(
    r"(?P<entity>&(?:\#\d+|\#[xX][0-9a-fA-F]+|[A-Za-z]+\d*);)"
    r"|(?P<template>\{\w+\})"
    r"|(?<!\w)(?P<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?!\w)"
    r"|(?<![\w+.-])(?P<url>(?P<scheme>[A-Za-z][A-Za-z+.-]*)://(?P<authority>[^\s<>\"'`/?\#]*)"
    r"(?P<rest>[^\s<>\"'`]*))"
    r"|(?<![\w.])(?P<ip>\d{1,3}(?:\.\d{1,3}){3})(?![\w.])"
    r"|(?<![\w.-])(?P<prefix>did:[a-z]+:|urn:(?:[A-Za-z-]+:)+|(?:acct|mailto|tag|tel):|[a-z]/(?=\w))"
    rf"|(?<![\w.+%-])(?P<mark>[@＠]?)(?P<local>[\w.+%-]+)@(?P<at>{_HOST})(?![\w-])"
    rf"|(?<![\w.-])(?P<domain>{_HOST})(?![\w-])(?P<path>(?:/[^\s<>\"'`]*)?)"
    r"|(?P<marked>[@\#＃＠]\w+)"
    r"|(?<!\w)(?P<dialled>\+?\d[\d ()/.-]{5,}\d)(?!\w)"
    r"|(?P<run>[^\W_]+)"
)
_RUN = re.compile(r"[^\W_]+")
_PARTS = re.compile(r"[^\W\d_]+|\d+")
_IN_THREES = re.compile(r"(?<=/)\d{3}(?:/\d{3}){2,}(?=/|$)")
_PERCENT = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])+|%[0-7][0-9A-Fa-f]|.", re.DOTALL)
_NAMESPACED = re.compile(r"[a-z][a-z0-9-]*(?:\.[a-z][A-Za-z0-9-]*){2,}", re.ASCII)

_TAGS = (
    "a|abbr|article|aside|b|big|blockquote|body|br|caption|center|cite|code|dd|del|details|div|dl"
    "|dt|em|figcaption|figure|footer|font|h[1-6]|head|header|hr|html|i|iframe|img|ins|kbd|li|main"
    "|mark|nav|ol|p|picture|pre|q|rp|rt|ruby|s|samp|section|small|source|span|strike|strong|sub"
    "|summary|sup|svg|table|tbody|td|tfoot|th|thead|time|title|tr|tt|u|ul|var|video|wbr"
)
_TAG = re.compile(rf"(</?(?:{_TAGS})(?=[\s/>])(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>)", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([^\s=<>\"'/]+)(?:(\s*=\s*)(\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?")
_ANCHOR = re.compile(
    r"(<a\s(?:[^<>]*?\s)?href\s*=\s*[\"']([^\"'<>]*)[\"'][^<>]*>)(.*?)(</a\s*>)",
    re.IGNORECASE | re.DOTALL,
)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_KEPT_ATTRIBUTES = _set("""
    class datetime dir height itemprop itemscope itemtype lang loading rel reversed start target
    translate type width
""")
_ATTRIBUTES = _KEPT_ATTRIBUTES | _set("alt cite href id name poster src srcset style title")
_STARTS = ROUTES | {""}


class Disguise:
    """Rewrites the strings of one payload; gone through twice, as `Pseudonyms` says."""

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms

    def text(self, value: str, sort: Sort = "text") -> str:
        """Any string: words, HTML, an address or a part of one."""
        if value.partition("/")[0] in _STARTS and "/" in value and not _has_blank(value):
            return self._rest(value, numbers="path" if sort == "text" else "id")
        if "<" not in value:
            return self._plain(value, sort)
        done, written = 0, []
        for anchor in _ANCHOR.finditer(value):
            start, address, inside, end = anchor.groups()
            written += [
                self._html(value[done : anchor.start()], sort),
                self._html(start, sort),
                self._shown(address, inside) or self._html(inside, sort),
                end,
            ]
            done = anchor.end()
        return "".join(written) + self._html(value[done:], sort)

    def digits(self, value: str) -> str:
        """A string of which every digit is personal: a telephone number, a date of birth."""
        found = re.sub(r"\d+", lambda run: self._pseudonyms.number(run[0], learn=True), value)
        return _PARTS.sub(lambda run: self._run(run[0], "name"), found)

    def _html(self, value: str, sort: Sort) -> str:
        pieces = _TAG.split(value)
        return "".join(
            self._tag(piece) if number % 2 else self._plain(piece, sort)
            for number, piece in enumerate(pieces)
        )

    def _tag(self, tag: str) -> str:
        name = re.match(r"</?\w+", tag)
        assert name is not None
        return name[0] + _ATTRIBUTE.sub(self._attribute, tag[name.end() :])

    def _attribute(self, found: re.Match[str]) -> str:
        name, equals, value = found.groups()
        known = name.lower()
        if known not in _ATTRIBUTES and not known.startswith(("data-", "aria-")):
            name = self._plain(name, "text")
        if equals is None:
            return name
        return name + equals + (value if known in _KEPT_ATTRIBUTES else self._plain(value, "text"))

    def _shown(self, address: str, inside: str) -> str | None:
        """The inside of a link that shows its own address, perhaps in pieces and shortened."""
        pieces = _TAG.split(inside)
        shown = "".join(pieces[::2]).removesuffix("…")
        start = address.find(shown) if "." in shown and not _has_blank(shown) else -1
        found = self._plain(address, "text")
        if start < 0 or len(found) != len(address):
            return None
        written = []
        for number, piece in enumerate(pieces):
            if number % 2:
                written.append(self._tag(piece))
            else:
                size = len(piece.removesuffix("…"))
                written.append(found[start : start + size] + piece[size:])
                start += size
        return "".join(written)

    def _plain(self, value: str, sort: Sort) -> str:
        def write(found: re.Match[str]) -> str:
            kind = found.lastgroup or ""
            if found["domain"] is not None:
                return self._pseudonyms.host(found["domain"]) + self._rest(found["path"])
            if found["url"] is not None:
                return self._url(found)
            if found["at"] is not None:
                local = _RUN.sub(lambda run: self._run(run[0], "name"), found["local"])
                return f"{found['mark']}{local}@{self._pseudonyms.host(found['at'])}"
            return self._token(kind, found[0], sort)

        return _TOKEN.sub(write, value)

    def _token(self, kind: str, found: str, sort: Sort) -> str:
        if kind in ("prefix", "template"):
            return found
        if kind == "entity" and (found[1] == "#" or found[1:] in html5):
            return found
        if kind == "uuid":
            return str(UUID(self._pseudonyms.code(found.replace("-", ""), learn=True)))
        if kind == "ip":
            return re.sub(r"\d+", lambda run: self._pseudonyms.number(run[0], learn=True), found)
        if kind == "dialled" and sum(map(str.isdecimal, found)) >= 7:
            return re.sub(r"\d+", lambda run: self._pseudonyms.number(run[0], learn=True), found)
        if kind == "marked":
            sort = "name"
        return _RUN.sub(lambda run: self._run(run[0], sort), found)

    def _run(self, run: str, sort: Sort) -> str:
        """Letters and digits without anything between."""
        names = self._pseudonyms
        if run.isdecimal():
            return names.number(run, learn=_is_telling(run, sort))
        if names.knows(run):
            return names.code(run, learn=False)
        if not any(map(str.isdecimal, run)):
            return names.word(run, is_name=sort in ("name", "id"))
        if len(run) <= 2:  # t1, v2, 4k
            return run
        if run.isascii() and (sort == "id" or _looks_random(run)):
            return names.code(run, learn=True)
        return _PARTS.sub(lambda part: self._run(part[0], sort), run)

    def _url(self, found: re.Match[str]) -> str:
        scheme, authority, rest = found["scheme"], found["authority"], found["rest"]
        user, at, place = authority.rpartition("@")
        host, colon, port = place.partition(":")
        if is_namespace(host):
            return found[0]
        if scheme == "at" or host == "did":
            return f"{scheme}://{self._plain(authority, 'id')}{self._rest(rest, scheme)}"
        user = _RUN.sub(lambda run: self._run(run[0], "name"), user)
        new = self._pseudonyms.host(host) if host else ""
        path = self._rest(rest, scheme)
        if len(new) > len(host):
            path = self._shortened(rest, path, len(new) - len(host))
        return f"{scheme}://{user}{at}{new}{colon}{port}{path}"

    def _shortened(self, old: str, path: str, by: int) -> str:
        """The path with its last segment shortened, to make up for a longer host."""
        before, slash, last = path.rpartition("/")
        was = old.rpartition("/")[2]
        spare = len(last) > by + 3 and last.isalnum() and was not in ROUTES
        if not slash or not spare or was.isdecimal() or self._pseudonyms.is_handle(was):
            return path
        return before + slash + last[by:]

    def _rest(self, rest: str, scheme: str = "", numbers: Sort = "path") -> str:
        """Path, query and fragment."""
        end = min((rest.find(mark) for mark in "?#" if mark in rest), default=len(rest))
        path, query = rest[:end], rest[end:]
        segments = _IN_THREES.sub(self._in_threes, path).split("/")
        kind = ending(segments[-1])
        if kind:
            segments[-1] = segments[-1].removesuffix(kind)
        path = "/".join(self._segment(segment, scheme, numbers) for segment in segments) + kind
        return path + re.sub(
            r"(=)([^&;=]*)", lambda f: f[1] + self._value(f[2]), self._asked(query)
        )

    def _in_threes(self, found: re.Match[str]) -> str:
        """An id as file systems like it, /117/020/565, as what stands in for the whole."""
        whole = self._pseudonyms.number(found[0].replace("/", ""), learn=True)
        return "/".join(whole[start : start + 3] for start in range(0, len(whole), 3))

    def _asked(self, query: str) -> str:
        """A query with its names kept; a fragment, and whatever has no value, replaced."""
        return re.sub(
            r"([?&\#;])([^&;=\#]*)(?=([=])?)",
            lambda f: f[1] + (f[2] if f[3] or f[2] == "amp" else self._value(f[2])),
            query,
        )

    def _value(self, value: str) -> str:
        return self._decoded(value, lambda plain: self._plain(plain, "path"))

    def _segment(self, segment: str, scheme: str, numbers: Sort) -> str:
        if self._pseudonyms.is_handle(segment.lstrip("@~")):
            return self._plain(segment, "name")
        if segment.lower() in ROUTES or (scheme == "at" and _NAMESPACED.fullmatch(segment)):
            return segment
        return self._decoded(segment, lambda plain: self._plain(plain, numbers))

    def _decoded(self, value: str, write: Callable[[str], str]) -> str:
        """What is written in percent codes read, replaced and written in them again."""
        if "%" not in value:
            return write(value)
        forms: list[tuple[str, str]] = []
        for piece in _PERCENT.findall(value):
            plain = unquote(piece, errors="surrogateescape")
            alone = len(plain) == 1
            forms += [(each, piece if alone else _quoted(each)) for each in plain]
        found = write("".join(plain for plain, _ in forms))
        if len(found) != len(forms):
            return quote(found, safe="/:@!$&'()*+,;=~{}", errors="replace")
        return "".join(
            form if new == plain else _quoted(new) if form[1:] else new
            for new, (plain, form) in zip(found, forms, strict=True)
        )


def _quoted(character: str) -> str:
    return quote(character, safe="", errors="surrogateescape")


def _has_blank(value: str) -> bool:
    return any(map(str.isspace, value))


def _is_telling(digits: str, sort: Sort) -> bool:
    """Whether a number is somebody's, and not a count, a version or a year in a path."""
    if sort in ("name", "id"):
        return True
    if sort == "path":
        return len(digits) >= 5
    return len(digits) >= 4


def _looks_random(run: str) -> bool:
    """Whether letters, digits and capitals follow one another as no one would write them."""
    changes = sum(a.isdecimal() != b.isdecimal() for a, b in pairwise(run))
    inner = sum(a.islower() and b.isupper() for a, b in pairwise(run))
    return changes > 1 or (changes == 1 and inner > 0)
