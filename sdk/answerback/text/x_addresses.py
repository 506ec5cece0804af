"""Whether a text is, as a whole, an address on the web by X's rules.

Wider than what X makes a link of in a post (`x_links`): numbers for a host and names before an @
are allowed here. It cannot know whether anything is there. Rules:
https://github.com/twitter/twitter-text (conformance/validate.yml), after
https://www.rfc-editor.org/rfc/rfc3986#appendix-A
"""

from __future__ import annotations

import ipaddress
import re

_UNRESERVED = r"a-z0-9\u0400-\u04ff._~!$&'()*+,;=:|\-"
_ENCODED = "%[0-9a-f]{2}"
_SEGMENT = rf"(?:[{_UNRESERVED}@]|{_ENCODED})*+"
_QUERY = rf"(?:[{_UNRESERVED}@/?]|{_ENCODED})*+"
_ADDRESS = re.compile(
    rf"https?://(?:(?:[{_UNRESERVED}]|{_ENCODED})*+@)?"
    r"(?P<host>\[[a-f0-9:.]++\]|[^\s/?#@:\[\]%]++)(?::[0-9]{1,5})?"
    rf"(?:/{_SEGMENT})*+(?:\?{_QUERY})?(?:\#{_QUERY})?",
    re.IGNORECASE,
)
_EDGE = r"(?:[a-z0-9]|[^\x00-\x7f])"
# Underscores only stand before the domain itself.
_DOMAIN = re.compile(
    rf"(?:{_EDGE}(?:[a-z0-9_-]|[^\x00-\x7f])*(?<![_-])\.)*"
    rf"{_EDGE}(?:[a-z0-9-]|[^\x00-\x7f])*(?<!-)\."
    r"(?:[a-z]|[^\x00-\x7f])(?:[a-z0-9-]|[^\x00-\x7f])*(?<!-)",
    re.IGNORECASE,
)
_LONGEST_HOST = 1024


def x_accepts_address(text: str) -> bool:
    """Whether a text is nothing but an address, with its scheme, that X takes for valid."""
    found = _ADDRESS.fullmatch(text)
    if found is None or len(found["host"]) > _LONGEST_HOST:
        return False
    return _is_number(found["host"]) or _DOMAIN.fullmatch(found["host"]) is not None


def _is_number(host: str) -> bool:
    try:
        if host.startswith("["):
            ipaddress.IPv6Address(host[1:-1])
        else:
            ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True
