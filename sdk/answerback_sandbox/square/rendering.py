"""Turns what a person wrote into the HTML that Mastodon serves for it, with everything escaped.

https://docs.joinmastodon.org/spec/activitypub/#sanitization
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from answerback_sandbox.square.spans import HASHTAG, MENTION, links

_SHOWN = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Whom and what a text names, each once, in the order of the text."""

    mentioned: tuple[str, ...]
    tags: tuple[str, ...]


Resolve = Callable[[str, str | None], str | None]
"""Gives the name of the local person that a handle's (name, domain) means, or None."""


def findings(text: str, resolve: Resolve) -> Findings:
    """The local people and the hashtags that `text` names."""
    mentioned: dict[str, None] = {}
    tags: dict[str, None] = {}
    taken = links(text)
    for match in MENTION.finditer(text):
        name = resolve(match[1], match[2])
        if name is not None and not _inside(match.start(), taken):
            mentioned[name] = None
    for match in HASHTAG.finditer(text):
        if not _inside(match.start(), taken):
            tags[match[1].lower()] = None
    return Findings(mentioned=tuple(mentioned), tags=tuple(tags))


def render(text: str, *, base_url: str, resolve: Resolve) -> str:
    """The content of a status: paragraphs, line breaks, linked handles, hashtags and links."""
    pieces: list[tuple[int, int, str]] = [
        (start, end, _link(text[start:end])) for start, end in links(text)
    ]
    taken = [(start, end) for start, end, _ in pieces]
    for match in MENTION.finditer(text):
        name = resolve(match[1], match[2])
        if name is not None and not _inside(match.start(), taken):
            pieces.append((match.start(), match.end(), _mention(name, base_url)))
    pieces += [
        (match.start(), match.end(), _hashtag(match[1], base_url))
        for match in HASHTAG.finditer(text)
        if not _inside(match.start(), taken)
    ]
    html = []
    position = 0
    for start, end, piece in sorted(pieces):
        html += [escape(text[position:start]), piece]
        position = end
    html.append(escape(text[position:]))
    return _paragraphs("".join(html))


def _inside(position: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= position < end for start, end in spans)


def _paragraphs(html: str) -> str:
    unified = html.replace("\r\n", "\n").strip("\n")
    if not unified.strip():
        return ""
    paragraphs = re.split(r"\n{2,}", unified)
    return "".join(f"<p>{paragraph.replace(chr(10), '<br />')}</p>" for paragraph in paragraphs)


def _mention(name: str, base_url: str) -> str:
    return (
        f'<span class="h-card" translate="no"><a href="{base_url}/@{escape(name)}" '
        f'class="u-url mention">@<span>{escape(name)}</span></a></span>'
    )


def _hashtag(tag: str, base_url: str) -> str:
    address = f"{base_url}/tags/{quote(tag.lower())}"
    return f'<a href="{address}" class="mention hashtag" rel="tag">#<span>{escape(tag)}</span></a>'


def _link(url: str) -> str:
    start = re.match(r"https?://(?:www\.)?", url, re.IGNORECASE)
    scheme = start[0] if start else ""
    shown, rest = url[len(scheme) :][:_SHOWN], url[len(scheme) :][_SHOWN:]
    return (
        f'<a href="{escape(url)}" target="_blank" rel="nofollow noopener" translate="no">'
        f'<span class="invisible">{escape(scheme)}</span>'
        f'<span class="{"ellipsis" if rest else ""}">{escape(shown)}</span>'
        f'<span class="invisible">{escape(rest)}</span></a>'
    )
