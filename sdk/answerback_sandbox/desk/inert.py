"""Makes what strangers wrote harmless: a small allow-list of HTML, and links that are links.

Everything that is not on the list loses its tag and keeps its words, except script and style.
"""

from collections.abc import Mapping, Sequence
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit

ALLOWED: Mapping[str, Sequence[str]] = {
    "a": ("href",),
    "b": (),
    "blockquote": (),
    "br": (),
    "code": (),
    "del": (),
    "em": (),
    "i": (),
    "img": ("src", "alt"),
    "li": (),
    "ol": (),
    "p": (),
    "pre": (),
    "strong": (),
    "ul": (),
}
ALONE = ("br", "img")
DROPPED = ("script", "style", "template", "iframe", "object", "svg", "math", "title", "noscript")
DEPTH = 40


def clean_html(html: str) -> str:
    """The same words with only allowed elements, all of them closed."""
    cleaner = _Cleaner()
    cleaner.feed(html)
    cleaner.close()
    return cleaner.result()


def safe_link(url: object) -> str | None:
    """The address when it is plain http or https, else None."""
    if not isinstance(url, str):
        return None
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return None
    return url.strip() if usable else None


class _Cleaner(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._open: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in DROPPED:
            self._silent.append(tag)
        if self._silent or tag not in ALLOWED or len(self._open) >= DEPTH:
            return
        kept = {name: value for name, value in attrs if name in ALLOWED[tag] and value is not None}
        for name in ("href", "src"):
            if name in kept and safe_link(kept[name]) is None:
                del kept[name]
        if tag == "img" and "src" not in kept:
            return
        if tag == "a":
            kept |= {"rel": "noopener noreferrer nofollow", "target": "_blank"}
        if tag == "img":
            kept |= {"loading": "lazy", "referrerpolicy": "no-referrer"}
        told = "".join(f' {name}="{escape(value)}"' for name, value in kept.items() if value)
        self._out.append(f"<{tag}{told}>")
        if tag not in ALONE:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            if tag == self._silent[-1]:
                self._silent.pop()
            return
        if tag not in self._open:
            return
        while self._open:
            last = self._open.pop()
            self._out.append(f"</{last}>")
            if last == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._out.append(escape(data))

    def result(self) -> str:
        closing = "".join(f"</{tag}>" for tag in reversed(self._open))
        return "".join(self._out) + closing


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in ("br", "p", "li", "div"):
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def html_text(html: str) -> str:
    """The words of clean HTML, with line breaks where paragraphs begin."""
    words = _Words()
    words.feed(clean_html(html))
    words.close()
    return "".join(words.words).strip()
