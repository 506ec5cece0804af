"""Where text is written down while HTML is read: lines, lists, quotations and link spans."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DEEPEST = 8
_ADDRESS = re.compile(r"(?:https?://|mailto:|xmpp:|tel:)[^\s]+", re.IGNORECASE)
# A handle or hashtag says itself where it leads; a sentence that begins like one does not.
_NAME = re.compile(r"[@#]\S+")
_SCHEME = re.compile(r"(?:https?://|mailto:|xmpp:|tel:)(?:www\.)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link and where its words stand in the text, in code points."""

    start: int
    end: int
    href: str
    classes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedText:
    """Plain text with the links that were in it."""

    text: str
    links: tuple[Link, ...] = ()


class Paper:
    """Takes words and breaks in reading order; `finish` gives the text.

    `shortened` says that the open link shows less than its address.
    """

    __slots__ = (
        "_bullet", "_classes", "_first", "_fresh", "_gap", "_href", "_in_link", "_last_quotes",
        "_links", "_lists", "_parts", "_quotes", "_size", "_start", "shortened",
    )  # fmt: skip

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._size = 0
        self._fresh = True
        self._gap = 0
        self._bullet = ""
        self._quotes = 0
        self._last_quotes = 0
        self._lists: list[int] = []
        self._links: list[Link] = []
        self._in_link = False
        self._start = -1
        self._first = 0
        self._href = ""
        self._classes = ""
        self.shortened = False

    def preformatted(self, text: str) -> None:
        """Text whose line breaks and indents stay."""
        first, *others = text.split("\n")
        self.words(first, indented=True)
        for line in others:
            self.line_break()
            self.words(line, indented=True)

    def words(self, text: str, *, indented: bool = False) -> None:
        """Text as a reader sees it, on one line."""
        if not text:
            return
        if self._fresh:
            if text[0] == " " and not indented:
                text = text.lstrip(" ")
                if not text:
                    return
            self._begin_line()
        elif text[0] == " " and self._parts[-1][-1] == " " and not indented:
            text = text.lstrip(" ")
            if not text:
                return
        if self._in_link and self._start < 0:
            self._start = self._size
            self._first = len(self._parts)
        self._parts.append(text)
        self._size += len(text)

    def block(self, lines: int) -> None:
        """Ends the line; `lines` is 2 where a blank line follows."""
        self._gap = max(self._gap, lines)
        self._fresh = True

    def line_break(self) -> None:
        """One line break more than there are."""
        self._gap = min(self._gap + 1, 3)
        self._fresh = True

    def open_quotation(self) -> None:
        self.block(2)
        self._quotes += 1

    def close_quotation(self) -> None:
        self.block(2)
        self._quotes = max(0, self._quotes - 1)

    def open_list(self, *, ordered: bool) -> None:
        self.block(1 if self._lists else 2)
        self._lists.append(0 if ordered else -1)

    def close_list(self) -> None:
        if self._lists:
            self._lists.pop()
        self._bullet = ""
        self.block(1 if self._lists else 2)

    def item(self) -> None:
        """The next item of the innermost list."""
        self.block(1)
        if self._lists and self._lists[-1] >= 0:
            self._lists[-1] += 1
            self._bullet = f"{self._lists[-1]}. "
        else:
            self._bullet = "- "

    def open_link(self, href: str, classes: str) -> None:
        self.close_link()
        self._in_link = True
        self._start = -1
        self._href = href.strip()
        self._classes = classes
        self.shortened = False

    def close_link(self) -> None:
        """Ends the link: its address is written where its words do not tell it."""
        if not self._in_link:
            return
        self._in_link = False
        if self._start < 0:
            return
        label = "".join(self._parts[self._first :])
        if self.shortened and _ADDRESS.fullmatch(self._href):
            del self._parts[self._first :]
            self._parts.append(self._href)
            self._size = self._start + len(self._href)
        self._links.append(
            Link(start=self._start, end=self._size, href=self._href, classes=self._classes)
        )
        if not self.shortened and leads_elsewhere(label, self._href):
            self._write(f" ({self._href})")

    def finish(self) -> LinkedText:
        """The text, without white space at either end."""
        self.close_link()
        text = "".join(self._parts).rstrip()
        if self._links and self._links[-1].end > len(text):
            self._links = [
                Link(start=link.start, end=min(link.end, len(text)), href=link.href,
                     classes=link.classes)
                for link in self._links
            ]  # fmt: skip
        return LinkedText(text=text, links=tuple(self._links))

    def _begin_line(self) -> None:
        if self._parts:
            while self._parts and self._parts[-1][-1] == " ":
                last = self._parts.pop()
                kept = last.rstrip(" ")
                self._size -= len(last) - len(kept)
                if kept:
                    self._parts.append(kept)
            between = ">" * min(self._quotes, self._last_quotes, _DEEPEST)
            self._write("\n" + f"{between}\n" * (self._gap - 1))
        if self._quotes or self._lists or self._bullet:
            indent = "  " * min(len(self._lists) - 1, _DEEPEST)
            self._write("> " * min(self._quotes, _DEEPEST) + indent + self._bullet)
        self._bullet = ""
        self._last_quotes = self._quotes
        self._gap = 0
        self._fresh = False

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._size += len(text)


def leads_elsewhere(label: str, href: str) -> bool:
    """Whether a link's label does not tell its address, so that it has to be written out."""
    if label[0] in "@#" and _NAME.fullmatch(label.strip()):
        return False
    return _ADDRESS.fullmatch(href) is not None and _bare(label.strip()) != _bare(href)


def _bare(address: str) -> str:
    return _SCHEME.sub("", address, count=1).rstrip("/").lower()
