"""The few forms of Markdown that the generated pages are made of."""

import re
import textwrap
from collections.abc import Iterable, Sequence

WIDTH = 100
_WHOLE = re.compile(r"`[^`]*`|\[[^\]]*\]\([^)]*\)")
_GLUE = "\0"
WRITTEN_BY = "Written by `make docs` from {source}: change it there, not here."


def page(title: str, source: str, *parts: str) -> str:
    """A whole page: its title, what it is made from, and its parts."""
    return "\n\n".join([f"# {title}", WRITTEN_BY.format(source=source), *parts]) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; what stands in a cell may hold any character but a line break."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines
    )


def block(language: str, text: str) -> str:
    """A fenced block."""
    return f"```{language}\n{text}\n```"


def flowing(text: str) -> str:
    """The paragraphs of a docstring as the page's own, lines filled again."""
    return "\n\n".join(filled(paragraph) for paragraph in text.strip().split("\n\n"))


def filled(paragraph: str) -> str:
    """One paragraph in lines of the usual width; no line breaks inside code or a link."""
    line = _WHOLE.sub(lambda found: found[0].replace(" ", _GLUE), " ".join(paragraph.split()))
    return textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False).replace(
        _GLUE, " "
    )


def bullets(text: str) -> str:
    """A list of the paragraphs, each on lines of the usual width."""
    return "\n".join(
        textwrap.indent(filled(entry), "  ").replace("  ", "- ", 1)
        for entry in text.strip().split("\n\n")
    )


def first_sentence(text: str | None) -> str:
    """The first line of a docstring, on one line."""
    return " ".join((text or "").strip().split("\n\n")[0].split())


def listed(words: Sequence[str]) -> str:
    """The words as English lists them: a, b and c."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def replaced(text: str, name: str, part: str) -> str:
    """The page with its generated part replaced. Raises ValueError where it marks none."""
    opening, closing = f"<!-- generated: {name} -->", "<!-- end -->"
    before, found, rest = text.partition(opening)
    _, ended, after = rest.partition(closing)
    if not found or not ended:
        raise ValueError(f"the page has no part between {opening} and {closing}")
    return f"{before}{opening}\n\n{part}\n\n{closing}{after}"
