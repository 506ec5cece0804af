"""Markdown, for networks that write and show it: read as a reader sees it, and words kept plain.

It follows CommonMark (https://spec.commonmark.org/) and takes HTML for words. It knows no tables
and no other additions of one network, whose marks stay in the text. Reading needs the extra
`channels`; escaping needs nothing.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from answerback.errors import ConfigError
from answerback.text.html import html_to_text

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock

__all__ = ["escape_markdown", "markdown_to_text"]

#: No post is longer; reading takes its time per character.
_LONGEST = 50_000
#: Quotations and lists within one another; markdown-it leaves out what stands at level 20.
_DEEPEST = 16

# What means something anywhere; an underscore only where it does not stand within a word.
_MARKS = r"[\\`*\[<~^|]|&(?=#?\w{1,32};)|_+"
_ACTIVE = re.compile(_MARKS)
_PIECE = re.compile(rf"(https?://[^\s\x00-\x1f\x7f<>\\`]+)|{_MARKS}", re.IGNORECASE)
# What means something at the start of a line: titles, quotations, lists, lines below a title.
_OPENS = re.compile(r"[#>+=-]|:(?=[:-])|(\d{1,9})(?=[.)](?:\s|\Z))")
_LINE_ENDS = re.compile(r"\r\n?")
_ENDS_A_SENTENCE = frozenset("?!.,:;*_~'\"]}")


def markdown_to_text(markdown: str) -> str:
    """The text a reader would see: paragraphs, line breaks, lists, quotations and links kept.

    A named link is followed by its address in brackets, a picture is its description. HTML stays
    as it is written, as does all that is longer than 50,000 characters. Raises ConfigError where
    the extra `channels` is not installed.
    """
    if len(markdown) > _LONGEST:
        return markdown
    return html_to_text(_reader().render(markdown))


def escape_markdown(text: str) -> str:
    r"""Markdown that shows these words as they are, with their line breaks; escape only once.

    Web addresses are left whole, in <> where a part of one would mean something, so that they
    still lead where they did. Spaces at either end of a line are not shown and left out. The
    result is longer than the text: ``Limits(count=lambda text: len(escape_markdown(text)))``.
    """
    lines = _LINE_ENDS.sub("\n", text.replace("\0", "")).split("\n")
    written = [_escaped(line.strip(" \t")) for line in lines]
    # Two spaces before a line break show it; before an empty line there is no need.
    return "\n".join(
        f"{line}  " if line and following else line
        for line, following in zip(written, [*written[1:], ""], strict=True)
    )


def _escaped(line: str) -> str:
    opening = _OPENS.match(line)
    if opening is None:
        return _PIECE.sub(_plain, line)
    number = opening[1] or ""
    mark = line[len(number)]
    return f"{number}\\{mark}{_PIECE.sub(_plain, line[len(number) + 1 :])}"


def _plain(found: re.Match[str]) -> str:
    if found[1] is None:
        return "".join(f"\\{mark}" for mark in found[0]) if _means(found) else found[0]
    address = _without_what_follows(found[1])
    rest = _ACTIVE.sub(r"\\\g<0>", found[1][len(address) :])
    # Looked for in all of it: the end of "&copy;" may be taken for that of a sentence.
    marks = _ACTIVE.finditer(found[1])
    active = any(_means(mark) for mark in marks if mark.start() < len(address))
    return (f"<{address}>" if active else address) + rest


def _means(found: re.Match[str]) -> bool:
    """Whether a mark may mean something: underscores between letters or digits never do."""
    if found[0][0] != "_":
        return True
    text, start, end = found.string, found.start(), found.end()
    return not (start and end < len(text) and text[start - 1].isalnum() and text[end].isalnum())


def _without_what_follows(address: str) -> str:
    """The address without the marks that end the sentence it stands in."""
    unopened = address.count(")") - address.count("(")
    end = len(address)
    while address[end - 1] in _ENDS_A_SENTENCE or (address[end - 1] == ")" and unopened > 0):
        unopened -= address[end - 1] == ")"
        end -= 1
    return address[:end]


@cache
def _reader() -> MarkdownIt:
    try:
        from markdown_it import MarkdownIt
    except ImportError as missing:
        raise ConfigError(
            "Reading Markdown needs a library for it: pip install 'answerback[channels]'"
        ) from missing

    class Reader(MarkdownIt):
        """Leaves addresses as they are written: they are read, not opened."""

        def normalizeLink(self, url: str) -> str:  # noqa: N802 - the library's name
            return url

        def normalizeLinkText(self, link: str) -> str:  # noqa: N802
            return link

    reader = Reader("commonmark", {"html": False})
    reader.block.ruler.before("code", "flat", _flat)
    return reader


def _flat(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Below the deepest level a paragraph, whatever its marks say, so that no words are lost."""
    if state.level < _DEEPEST or silent:
        return False
    line = start + 1
    while line < end and not state.isEmpty(line) and state.sCount[line] >= state.blkIndent:
        line += 1
    state.line = line
    state.push("paragraph_open", "p", 1)
    token = state.push("inline", "", 0)
    token.content = state.getLines(start, line, state.blkIndent, False).strip()
    token.map, token.children = [start, line], []
    state.push("paragraph_close", "p", -1)
    return True
