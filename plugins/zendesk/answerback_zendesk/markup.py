"""Strangers' words made harmless, and the few shapes they take in a comment.

HTML here is only ever made from plain text by escaping; nobody else's markup is passed on.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from html import escape
from typing import Literal

import regex

from answerback_zendesk.addresses import web_link

CUT = "… (cut; open the original)"

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Control characters, and those that turn the order of what follows: they can make an address
# or a name read as another one.
_HIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Zendesk expands {{ticket.…}} and {% … %} in comments; a word joiner in between prevents it.
_TEMPLATE_MARK = re.compile(r"\{(?=[{%])|[}%](?=\})")
_ADDRESS = re.compile(r"https?://[^\s<>\"'`{}|\\^\u2060]+", re.IGNORECASE)
_AFTER_ADDRESS = ".,;:!?)]…»”’"


def inert(text: str) -> str:
    """The words without control characters, direction overrides or template marks."""
    text = _HIDDEN.sub("", _LINE_ENDS.sub("\n", text))
    return _TEMPLATE_MARK.sub("\\g<0>\u2060", _SURROGATE.sub("\ufffd", text))


def one_line(text: str, longest: int) -> str:
    """The words on one line of at most this many characters, whole ones; a cut shows as "…"."""
    line = " ".join(inert(text[: longest * 4]).split())
    if len(line) <= longest and len(text) <= longest * 4:
        return line
    kept = ""
    for cluster in regex.findall(r"\X", line[:longest]):
        if len(kept) + len(cluster) > longest - 1:
            break
        kept += cluster
    return f"{kept.rstrip()}…"


def is_blank(text: str) -> bool:
    """Whether there is nothing to see: only spaces and invisible characters."""
    return all(unicodedata.category(one)[0] in "ZC" for one in text)


def cut(text: str, longest: int) -> str:
    """The words within this many bytes of UTF-8, with a notice where they were cut."""
    written = text.encode()
    if len(written) <= longest:
        return text
    kept = written[: max(0, longest - len(CUT.encode()))].decode(errors="ignore")
    at_word = max(kept.rfind(" ", len(kept) - 100), kept.rfind("\n", len(kept) - 100))
    return (kept[:at_word] if at_word > 0 else kept).rstrip() + CUT


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One piece of a comment. `text` is already inert; `url` belongs to a link."""

    kind: Literal["quote", "strong", "words", "link"]
    text: str
    url: str | None = None

    def plain(self) -> str:
        """As plain text."""
        if self.kind == "quote":
            return "\n".join(f"> {line}".rstrip() for line in self.text.split("\n"))
        return f"{self.text}: {self.url}" if self.url else self.text

    def html(self) -> str:
        """As HTML."""
        if self.kind == "link" and self.url:
            return f"<p>{_anchor(self.url, self.text)}</p>"
        inside = _paragraphs(self.text)
        if self.kind == "quote":
            return f"<blockquote>{inside}</blockquote>"
        if self.kind == "strong":
            return f"<p><strong>{_lines(self.text)}</strong></p>"
        return inside


def _paragraphs(text: str) -> str:
    parts = re.split(r"\n\s*\n", text.strip("\n"))
    return "".join(f"<p>{_lines(part)}</p>" for part in parts if part)


def _lines(text: str) -> str:
    written, place = [], 0
    for found in _ADDRESS.finditer(text):
        address = _without_punctuation(found.group())
        link = web_link(address)
        if link is not None:
            written += [escape(text[place : found.start()]), _anchor(link, address)]
            place = found.start() + len(address)
    written.append(escape(text[place:]))
    return "".join(written).replace("\n", "<br>")


def _without_punctuation(address: str) -> str:
    while address[-1] in _AFTER_ADDRESS:
        if address[-1] == ")" and address.count("(") >= address.count(")"):
            break
        address = address[:-1]
    return address


def _anchor(link: str, text: str) -> str:
    return f'<a href="{escape(link)}" rel="noopener nofollow">{escape(text)}</a>'
