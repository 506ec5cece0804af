"""Addresses strangers wrote: which may be linked, which may be fetched, and where they lead."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, quote, urlsplit

LINK_LENGTH = 2000

# Browsers read a backslash as a slash, and drop tabs and line ends: nothing here may differ
# from what a browser would make of it.
_TREACHEROUS = re.compile(r"[\x00-\x20\x7f\\]")
_STANDARD_PORTS = {"http": 80, "https": 443}


def _split(url: str) -> SplitResult | None:
    if _TREACHEROUS.search(url):
        return None
    try:
        parts = urlsplit(url)
        usable = parts.scheme in _STANDARD_PORTS and parts.hostname and "@" not in parts.netloc
        return parts if usable and (parts.port is None or parts.port) else None
    except ValueError:
        return None


def origin_of(url: str) -> str | None:
    """Scheme, host and port as a browser would compare them; None for anything unusual."""
    parts = _split(url)
    if parts is None or not parts.netloc.isascii():
        return None
    host = parts.hostname or ""
    name = f"[{host}]" if ":" in host else host
    standard = parts.port in (None, _STANDARD_PORTS[parts.scheme])
    return f"{parts.scheme}://{name}" + ("" if standard else f":{parts.port}")


def is_loopback(url: str) -> bool:
    """Whether an address names this machine."""
    parts = _split(url)
    host = (parts.hostname or "") if parts else ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def web_link(url: str | None) -> str | None:
    """The address in plain ASCII, safe inside HTML, templates and headers.

    None unless it is http or https, names a host and hides no login.
    """
    if not url or len(url) > LINK_LENGTH or _split(url.strip()) is None:
        return None
    link = quote(url.strip(), safe=":/?#[]@!$&()*+,;=%~-._", errors="replace")
    return link if len(link) <= LINK_LENGTH else None


def fetchable(url: str | None, longest: int, *, sandbox: bool) -> str | None:
    """The address where Zendesk can fetch a file itself: https, and not too long.

    A sandbox also fetches from this machine by plain http.
    """
    link = web_link(url)
    if link is None or len(link) > longest:
        return None
    allowed = link.startswith("https:") or (sandbox and is_loopback(link))
    return link if allowed else None
