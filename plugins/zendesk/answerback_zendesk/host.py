"""The Zendesk an installation belongs to, as its settings say."""

from __future__ import annotations

import re
from dataclasses import dataclass

from answerback.errors import ConfigError
from answerback.helpdesk import Installation
from answerback_zendesk.addresses import is_loopback, origin_of

_SUBDOMAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One company's Zendesk, and how we present ourselves there.

    `origin` is the only place a browser is ever sent back to. `integration_id` is unique per
    installation: two installations sharing one would import into each other.
    """

    subdomain: str
    origin: str
    display_name: str
    author: str
    create_followup_tickets: bool
    integration_id: str
    installation: str

    @classmethod
    def of(cls, installation: Installation) -> Host:
        """The installation's Zendesk. Raises ConfigError when its settings cannot be used."""
        settings = installation.settings
        where = f"Zendesk installation {installation.id}"
        subdomain = str(settings.get("subdomain") or "").strip().lower()
        if not _SUBDOMAIN.fullmatch(subdomain):
            raise ConfigError(f"{where}: setting 'subdomain' must be the word before .zendesk.com.")
        origin = origin_of(str(settings.get("url") or f"https://{subdomain}.zendesk.com"))
        if origin is None:
            raise ConfigError(f"{where}: setting 'url' is not the address of a Zendesk.")
        if origin.startswith("http:") and not is_loopback(origin):
            raise ConfigError(f"{where}: setting 'url' must be https; http is for a sandbox only.")
        followups = settings.get("create_followup_tickets")
        return cls(
            subdomain=subdomain,
            origin=origin,
            display_name=str(settings.get("display_name") or "answerback")[:255],
            author=str(settings.get("author") or "answerback")[:255],
            create_followup_tickets=True if followups is None else bool(followups),
            integration_id=f"urn:answerback:zendesk:{installation.id}",
            installation=installation.id,
        )

    @property
    def is_sandbox(self) -> bool:
        """Whether this Zendesk is one on this machine, spoken to by plain http."""
        return self.origin.startswith("http:")
