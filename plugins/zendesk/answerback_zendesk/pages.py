"""The administrator's pages: plain HTML made on the server, shown in a frame of Zendesk's.

Nothing is loaded from anywhere, and only what the page itself carries may run.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from answerback.calls import Response
from answerback.errors import ConfigError
from answerback.helpdesk import Brand
from answerback_zendesk.host import Host
from answerback_zendesk.wording import Words

if TYPE_CHECKING:
    from jinja2 import Environment

_FRAMES = "https://*.zendesk.com"


@cache
def _templates() -> Environment:
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError:
        raise ConfigError(
            "Zendesk's admin pages need Jinja2. Install it: pip install 'answerback[zendesk]'"
        ) from None
    return Environment(
        loader=PackageLoader("answerback_zendesk"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one installation's pages have in common. `mount` is the path all calls lie under."""

    host: Host
    words: Words
    mount: str = ""

    def message(self, title: str, text: str, *, status: int) -> Response:
        """A page that only says something, and why."""
        return self._answer("message.html", status, title=title, text=text)

    def ask_code(self, session: str, *, wrong: bool = False) -> Response:
        """The page a stranger stays on: it asks for the code and shows nothing else."""
        status = 403 if wrong else 200
        return self._answer("code.html", status, session=session, wrong=wrong)

    def ask_brand(
        self, session: str, brands: tuple[Brand, ...], *, chosen: str = "", problem: str = ""
    ) -> Response:
        """The brands to choose from."""
        return self._answer(
            "brands.html",
            400 if problem else 200,
            session=session,
            brands=brands,
            chosen=chosen or (brands[0].id if len(brands) == 1 else ""),
            problem=problem,
        )

    def hand_back(self, return_url: str, name: str, metadata: str, state: str) -> Response:
        """The form that sends itself to Zendesk, with a button where scripts do not run."""
        fields = {"name": name, "metadata": metadata, "state": state}
        return self._answer("done.html", 200, return_url=return_url, name=name, fields=fields)

    def _answer(self, template: str, status: int, **values: object) -> Response:
        nonce = secrets.token_urlsafe(16)
        html = (
            _templates()
            .get_template(template)
            .render(values, words=self.words, host=self.host, mount=self.mount, nonce=nonce)
        )
        desk = self.host.origin if self.host.is_sandbox else f"{self.host.origin} {_FRAMES}"
        policy = (
            "default-src 'none'",
            f"style-src 'nonce-{nonce}'",
            f"script-src 'nonce-{nonce}'",
            # Zendesk may send the browser on within its own name, which browsers count as well.
            f"form-action 'self' {desk}",
            f"frame-ancestors {desk}",
            "base-uri 'none'",
        )
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": "; ".join(policy),
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(status=status, headers=headers, body=html.encode())
