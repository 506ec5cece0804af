"""Who a comment is from. Zendesk makes a customer of each, known by the network's own id."""

from __future__ import annotations

import hashlib
from typing import Any

from answerback.helpdesk import Filing
from answerback.model import Actor
from answerback_zendesk.addresses import fetchable, web_link
from answerback_zendesk.host import Host
from answerback_zendesk.markup import is_blank, one_line

NAME_LENGTH = 255
ID_LENGTH = 255
# The documents allow 255 characters, the schema 511.
IMAGE_LENGTH = 255

# Locales Zendesk itself is offered in. Others are left out: it refuses what it does not know.
# https://support.zendesk.com/hc/en-us/articles/4408821324826
_LOCALES = {
    code.lower(): code
    for code in (
        "ar", "bg", "cs", "da", "de", "el", "en-GB", "en-US", "es", "es-419", "fi", "fr",
        "fr-CA", "he", "hi", "hu", "id", "it", "ja", "ko", "nl", "no", "pl", "pt", "pt-BR",
        "ro", "ru", "sv", "th", "tr", "uk", "vi", "zh-CN", "zh-TW",
    )
} | {"en": "en-US", "nb": "no", "zh": "zh-CN"}  # fmt: skip


def author(filing: Filing, host: Host) -> dict[str, Any]:
    """The author of what was said; our own words are ours, not the customer's."""
    if filing.kind != "post":
        return {"external_id": "urn:answerback:notes", "name": host.display_name}
    actor = filing.mention.attributed_to if filing.mention else None
    if actor is None:
        return _nobody(filing)
    told: dict[str, Any] = {
        "external_id": author_id(actor.id),
        "name": _name(actor, filing.brand.channel_title),
    }
    image = fetchable(actor.icon, IMAGE_LENGTH, sandbox=host.is_sandbox)
    if image:
        told["image_url"] = image
    locale = locale_of(filing.mention.language if filing.mention else None)
    if locale:
        told["locale"] = locale
    details = "\n".join(line for line in (_handle(actor), web_link(actor.url)) if line)
    if details:
        told["fields"] = [{"id": "details", "value": details}]
    return told


def author_id(id: str) -> str:
    """The network's immutable id; a digest of it where Zendesk could not hold it."""
    holds = id.isascii() and id.isprintable() and 0 < len(id) <= ID_LENGTH and id == id.strip()
    return id if holds else f"sha256:{_digest(id)}"


def locale_of(language: str | None) -> str | None:
    """Zendesk's code for a language as posts declare it (BCP 47), if it has one."""
    code = (language or "").replace("_", "-").lower()
    return _LOCALES.get(code) or _LOCALES.get(code.partition("-")[0])


def _name(actor: Actor, network: str) -> str:
    # The handle comes whole, and what is too long is the name: names are chosen to deceive.
    handle = _handle(actor)
    name = one_line(actor.name or "", NAME_LENGTH)
    if is_blank(name):
        return handle or f"Someone on {one_line(network, 100)}"
    return f"{one_line(name, NAME_LENGTH - len(handle) - 3)} ({handle})" if handle else name


def _handle(actor: Actor) -> str:
    handle = one_line((actor.preferred_username or "").removeprefix("@"), 150)
    return "" if is_blank(handle) else f"@{handle}"


def _nobody(filing: Filing) -> dict[str, Any]:
    """One customer per post: two unknown authors must never become one person."""
    return {
        "external_id": f"unknown:{_digest(filing.external_id)}",
        "name": f"Someone on {one_line(filing.brand.channel_title, 100)}",
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
