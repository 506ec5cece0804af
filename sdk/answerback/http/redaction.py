"""Takes secrets out of text before anyone reads it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

HIDDEN = "***"
SHORTEST_SECRET = 4

_NAME = (
    r"[\w.\-]{0,40}?(?:token|secret|passw|passphrase|api_?-?key|signature|credential|assertion"
    r"|appsecret_proof)[\w.\-]{0,40}|code|key|auth|sig|jwt"
)
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    # An address that is itself the key, such as /attachments/token/AB12/.
    (re.compile(r"(/(?:token|secret|key)s?/)[^/?#\s)]{4,}", re.I), rf"\1{HIDDEN}"),
    (re.compile(r"(\b[a-z][a-z0-9+.\-]{0,20}://)[^/@\s?#]{1,500}@", re.I), rf"\1{HIDDEN}@"),
    (re.compile(r"\b(Bearer|DPoP)\s+[\w.~+/=\-]+", re.I), rf"\1 {HIDDEN}"),
    (re.compile(r"\b(Basic)\s+(?=\S*[A-Z0-9=])[A-Za-z0-9+/_=\-]{6,}"), rf"\1 {HIDDEN}"),
    (re.compile(rf"(?<![\w.\-])({_NAME})=[^&;\s\"'<>#]+", re.I), rf"\1={HIDDEN}"),
    (
        re.compile(rf"([\"'])({_NAME})\1(\s*:\s*)([\"'])(?:\\.|(?!\4)[^\\])*\4", re.I),
        rf"\1\2\1\3\4{HIDDEN}\4",
    ),
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without the given secrets, and without what looks like one.

    Hidden are also bearer and Basic credentials, passwords in addresses, and the values of
    query, form and JSON fields named like a secret. A given secret shorter than four characters
    is left, since taking it out would wreck the text and hide little.
    """
    known = [secret for secret in secrets if len(secret) >= SHORTEST_SECRET]
    forms = {form for secret in known for form in (secret, quote(secret, ""), quote_plus(secret))}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, HIDDEN)
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text
