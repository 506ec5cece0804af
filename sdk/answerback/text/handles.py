"""Handles and links in plain text, found as a Mastodon server finds them.

It cannot know which handles exist: whatever looks like one is taken for one.
Facts: https://docs.joinmastodon.org/user/posting/
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# An address is only a link with a dotted host: a bare IP address, a user part or another scheme
# is left as it stands, and so is a query in another script (seen on live servers).
URL = (
    r"(?<![a-z0-9@＠$#＃])https?://"
    r"(?:[^\W_](?:[\w-]{0,62}[^\W_])?\.){1,20}(?:[^\W\d_]{2,63}|xn--[a-z0-9-]{1,59})(?![\w@-])"
    r"(?!:[^\s/@]*@)(?::\d{1,5})?"
    r"(?:/(?:[^\s<>()?]|\([^\s<>()?]*\)){0,4000}(?<![!*\"'「」<>;:=,.$%\[\]~&|@]))?"
    r"(?:\?[a-z0-9!?*'();:&=+$/%#\[\]\-_.,~|@^]{0,4000}(?<![!?*'();:+$%\[\].,~|@^]))?"
)
_USERNAME = r"[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*+"
HANDLE = rf"(?<![=/\w])@({_USERNAME})(?:@(\w+(?:[.-]+\w+)*+))?(?![@＠]|://)"

# What a server notifies, which is more than it counts: also what the look-ahead above leaves out.
_NAMING = re.compile(
    rf"(?P<url>{URL})|(?<![=/\w])@{_USERNAME}(?:@\w+(?:[.-]+\w+)*+)?", re.IGNORECASE
)
_IN_LINK = re.compile(r"(?<![=/\w])@(?=\w)")
_HANDLE = re.compile(f"(?P<url>{URL})|{HANDLE}", re.IGNORECASE)
#: The mark that stops `@name` from naming anybody, and that nobody sees.
ZERO_WIDTH_SPACE = "\u200b"


def handles(text: str) -> list[str]:
    """The handles named in a text, without the leading @, in order; those inside links left out."""
    return [
        f"{found[2]}@{found[3]}" if found[3] else found[2]
        for found in _HANDLE.finditer(text)
        if found["url"] is None
    ]


def defuse_handles(text: str, keep: Iterable[str] = ()) -> str:
    """The text with a zero-width space after the @ of every handle but those in `keep`.

    Reads the same, but names nobody; mail addresses are left alone, and a link leads where it
    did: servers look for names in links too, so there the @ is written %40. `keep` holds handles
    as a person writes them, with or without the first @; case does not matter.
    """
    kept = {handle.removeprefix("@").lower() for handle in keep}

    def defused(found: re.Match[str]) -> str:
        whole = found[0]
        if found["url"] is not None:
            return _IN_LINK.sub("%40", whole)
        if whole[1:].lower() in kept:
            return whole
        first, rest = whole[:1], whole[1:]
        return f"{first}{ZERO_WIDTH_SPACE}{rest.replace('@', '@' + ZERO_WIDTH_SPACE)}"

    return _NAMING.sub(defused, text)
