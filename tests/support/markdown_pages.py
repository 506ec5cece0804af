"""The pages of the documentation taken apart, for the tests that hold them to the truth."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from source_tree import files, read

SAVED = re.compile(r"\b[Ss]ave (?:it|this) as `([^`]+)`")

PAGES = tuple(path for path in files(".md") if path.parts[0] != "tests")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One fenced block of a page; `file` is what the paragraph above tells to save it as."""

    path: Path
    line: int
    language: str
    text: str
    file: str | None = None

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@cache
def tokens(path: Path) -> tuple[Token, ...]:
    """The page's top-level tokens; inline ones are their children."""
    return tuple(MarkdownIt("commonmark").enable("table").parse(read(path)))


def blocks(*languages: str) -> list[Block]:
    """Every fenced block of every page in one of these languages; in any, when none is named."""
    found = [block for path in PAGES for block in blocks_of(path)]
    return [block for block in found if not languages or block.language in languages]


def blocks_of(path: Path) -> list[Block]:
    """Every fenced block of one page, in order."""
    found = []
    above = ""
    for token in tokens(path):
        if token.type == "inline":
            above = token.content
        elif token.type == "fence" and token.map:
            saved = SAVED.findall(above)
            found.append(
                Block(
                    path=path,
                    line=token.map[0] + 1,
                    language=token.info.strip(),
                    text=token.content,
                    file=saved[-1] if saved else None,
                )
            )
            above = ""
    return found


def anchors(path: Path) -> set[str]:
    """The headings of a page as the usual code hosts spell them in addresses."""
    seen: Counter[str] = Counter()
    found = set()
    for before, token in pairwise(tokens(path)):
        if before.type == "heading_open":
            title = "".join(child.content for child in token.children or [])
            anchor = re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-")
            found.add(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
            seen[anchor] += 1
    return found


def links(path: Path) -> Iterator[str]:
    """Every address a page links to or shows a picture from."""
    for token in tokens(path):
        for child in [token, *(token.children or [])]:
            if child.type in {"link_open", "image"}:
                yield str(child.attrs.get("href") or child.attrs.get("src"))
            elif child.type in {"html_block", "html_inline"}:
                yield from re.findall(r"(?:href|src)=\"([^\"]+)\"", child.content)
