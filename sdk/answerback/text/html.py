"""HTML as people post it, turned into the plain text a reader would see.

Made for the small, sanitised HTML of posts, comments and reviews; it knows nothing of style
sheets and runs nothing. What is not a tag stays as text, so no words are lost to bad markup.
Rules for Mastodon: https://docs.joinmastodon.org/spec/activitypub/#sanitization
"""

from __future__ import annotations

import re
from collections.abc import Collection
from html import unescape

from answerback.text.paper import Link, LinkedText, Paper, leads_elsewhere

__all__ = ["Link", "LinkedText", "html_to_linked_text", "html_to_text"]

# Quotes are read as quotes first; a tag that makes no sense so is read up to the next ">".
# Possessive, so that no input makes it look at a character more than a few times.
_TAG = re.compile(
    r"<(/?)([a-zA-Z][^\s/>\"'<]*+|[!?])"
    r"([^<>\"']*+(?:(?:\"[^\"]*+\"|'[^']*+')[^<>\"']*+)*+>|[^<>]*+>)"
)
_ATTRIBUTE = re.compile(r"([^\s=/\"'>]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++)))?")
_ANCHOR = re.compile(r'\s*href="([^"]*)"(?:\s+class="([^"]*)")?')
# How Mastodon writes a link it shortens, and elements that change nothing in the text.
_SHORT_LINK = re.compile(
    r'<span class="invisible">([^<>]*)</span><span class="(?:ellipsis)?">([^<>]*)</span>'
    r'<span class="invisible">([^<>]*)</span>'
)
_PLAIN_SPAN = re.compile(r'</?span(?: [a-z-]+="[^"<>]*")*+>')
# A link whose label is plain, alone or in the span that marks a person; the label is two groups.
_SIMPLE_LINK = re.compile(
    r'(?:<span class="h-card"[^<>]*>)?<a((?: [a-z-]++="[^"<>]*")++)>'
    r"([@#]?)(?:<span>)?([^<>]++)(?:</span>)?</a>(?:</span>)?"
)
_ODD_REFERENCE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#39);)")
_SPACE = re.compile(r"[\t\n\r\f][ \t\n\r\f]*+")

_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "hr", "table", "figure"})
_BLOCKS = frozenset(
    {
        "address", "article", "aside", "body", "dd", "details", "div", "dl", "dt", "fieldset",
        "figcaption", "footer", "form", "header", "html", "main", "nav", "section", "summary", "tr",
    }
)  # fmt: skip
_LISTS = frozenset({"ul", "ol"})
_UNSEEN = frozenset({"head", "script", "style", "template", "noscript", "iframe", "object"})
_CLOSES_A_PARAGRAPH = _PARAGRAPHS | _BLOCKS | _LISTS | {"blockquote", "li"}
_VOID = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"})
_SHORTENS = frozenset({"invisible", "ellipsis"})


def html_to_text(html: str, *, without: Collection[str] = ()) -> str:
    """The text a reader would see: paragraphs, line breaks, lists, quotations and links kept.

    A shortened link is written out, a named one is followed by its address in brackets.
    Elements of a class in `without` are left out.
    """
    return html_to_linked_text(html, without=without).text


def html_to_linked_text(html: str, *, without: Collection[str] = ()) -> LinkedText:
    """`html_to_text`, and where each link stands in the text."""
    return (None if without else _ordinary(html)) or _thorough(html, without)


def _ordinary(html: str) -> LinkedText | None:
    """The text of a post as most are written; None where anything else is in it.

    Paragraphs, line breaks and simple links, without white space to be collapsed: `_thorough`
    gives the same, and takes half as long again.
    """
    if not html.isprintable() or ("&" in html and _ODD_REFERENCE.search(html)):
        return None
    if "invisible" in html:
        html = _SHORT_LINK.sub(r"\1\2\3", html)
    html = html.removeprefix("<p>").removesuffix("</p>").replace("</p><p>", "\n\n")
    pieces = _SIMPLE_LINK.split(html.replace("<br />", "\n").replace("<br>", "\n"))
    if "<" in pieces[0]:
        return None
    text, links = unescape(pieces[0]), []
    for place in range(1, len(pieces), 4):
        attributes, mark, name, following = pieces[place : place + 4]
        if "<" in following or "\n" in name:
            return None
        href, classes = _value(attributes, ' href="').strip(), _value(attributes, ' class="')
        label, start = mark + unescape(name), len(text)
        text += label
        links.append(Link(start=start, end=len(text), href=href, classes=classes))
        if leads_elsewhere(label, href):
            text += f" ({href})"
        text += unescape(following)
    if "  " in text or " \n" in text or "\n " in text or "\n\n\n" in text or text != text.strip():
        return None
    return LinkedText(text=text, links=tuple(links))


def _value(attributes: str, opening: str) -> str:
    return unescape(attributes.partition(opening)[2].partition('"')[0])


def _thorough(html: str, without: Collection[str]) -> LinkedText:
    paper = Paper()
    if "\0" in html:
        html = html.replace("\0", "")
    if "<!--" in html:
        html = _without_comments(html)
    told = _SHORTENS.union(without) if without else _SHORTENS
    if 'class="invisible"' in html:
        html = _SHORT_LINK.sub(r"\1\2\3", html)
    if not any(word in html for word in told):
        html = _PLAIN_SPAN.sub("", html)
    pieces = _TAG.split(html)
    skipped, depth, preformatted = "", 0, 0
    if pieces[0]:
        paper.words(_plain(pieces[0]))
    for place in range(1, len(pieces), 4):
        closing, name, rest, text = pieces[place : place + 4]
        if name == "p" and rest == ">" and not skipped and not preformatted:
            paper.block(2)  # most tags by far
            if text:
                paper.words(_plain(text))
            continue
        name = name.lower()
        if skipped:
            if skipped == "p":
                skipped = "" if name in _CLOSES_A_PARAGRAPH else skipped
            elif name == skipped:
                depth += -1 if closing else 1
                skipped = skipped if depth else ""
            if skipped:
                continue
        if closing:
            if name != "span":
                _close(paper, name)
                preformatted -= preformatted > 0 and name == "pre"
        elif name in _UNSEEN or (len(rest) > 7 and _hidden(paper, name, rest, told, without)):
            if name not in _VOID:
                skipped, depth = name, 1
                continue
        elif name != "span":
            _open(paper, name, rest)
            preformatted += name == "pre"
        if text:
            if preformatted:
                paper.preformatted(unescape(text))
            else:
                paper.words(_plain(text))
    return paper.finish()


def _open(paper: Paper, name: str, rest: str) -> None:
    if name in _PARAGRAPHS:
        paper.block(2)
    elif name == "br":
        paper.line_break()
    elif name == "a":
        usual = _ANCHOR.match(rest)
        if usual and (usual[2] is not None or "class" not in rest):
            paper.open_link(unescape(usual[1]), unescape(usual[2] or ""))
        else:
            attributes = _attributes(rest)
            paper.open_link(attributes.get("href", ""), attributes.get("class", ""))
    elif name == "li":
        paper.item()
    elif name in _LISTS:
        paper.open_list(ordered=name == "ol")
    elif name == "blockquote":
        paper.open_quotation()
    elif name in _BLOCKS:
        paper.block(1)
    elif name in {"td", "th"}:
        paper.words(" ")
    elif name == "img":
        paper.words(_attributes(rest).get("alt", "").replace("\n", " "))


def _close(paper: Paper, name: str) -> None:
    if name == "a":
        paper.close_link()
    elif name in _PARAGRAPHS:
        paper.block(2)
    elif name in _LISTS:
        paper.close_list()
    elif name == "blockquote":
        paper.close_quotation()
    elif name in _BLOCKS or name == "li":
        paper.block(1)


def _hidden(
    paper: Paper, name: str, rest: str, told: Collection[str], without: Collection[str]
) -> bool:
    """Whether an element is not shown; notes on the way that it shortens the link it is in."""
    for word in told:
        if word in rest:
            break
    else:
        return False
    classes = _attributes(rest).get("class", "").split()
    if any(word in classes for word in without):
        return True
    if name == "span" and not _SHORTENS.isdisjoint(classes):
        paper.shortened = True
        return "invisible" in classes
    return False


def _attributes(rest: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(rest):
        value = double or single or bare
        found.setdefault(name.lower(), unescape(value) if "&" in value else value)
    return found


def _plain(text: str) -> str:
    if "&" in text:
        text = unescape(text)
    return text if text.isprintable() else _SPACE.sub(" ", text)


def _without_comments(html: str) -> str:
    place = html.find("<!--")
    kept, start = [], 0
    while place >= 0:
        end = html.find("-->", place + 4)
        if end < 0:
            break
        kept.append(html[start:place])
        start = end + 3
        place = html.find("<!--", start)
    return "".join(kept) + html[start:]
