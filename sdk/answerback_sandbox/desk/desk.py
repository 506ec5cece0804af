"""The desk as a whole: its memory, its people and the parts that act."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from answerback_sandbox.desk.callbacks import Callbacks
from answerback_sandbox.desk.channelbacks import Channelbacks
from answerback_sandbox.desk.integrations import Integrations
from answerback_sandbox.desk.limits import Limits
from answerback_sandbox.desk.people import add_user
from answerback_sandbox.desk.pulling import Puller
from answerback_sandbox.desk.records import User
from answerback_sandbox.desk.store import Settings, Store
from answerback_sandbox.faults import Answer, Faults


def system_clock() -> datetime:
    """The time by this machine."""
    return datetime.now(UTC)


class Desk:
    """One help desk; `close` ends its threads."""

    def __init__(
        self,
        *,
        subdomain: str,
        clock: Callable[[], datetime] = system_clock,
        settings: Settings | None = None,
        email: str | None = None,
        api_token: str | None = None,
        oauth_token: str | None = None,
    ) -> None:
        self.store = Store(subdomain=subdomain, clock=clock, settings=settings)
        self.email = email or f"admin@{subdomain}.example"
        self.api_token = api_token or secrets.token_urlsafe(24)
        self.oauth_token = oauth_token or secrets.token_hex(24)
        self.faults = Faults(ratelimit=_rate_limited)
        self.limits = Limits(self.store)
        self.callbacks = Callbacks(self.store, self._repeats)
        self.channelbacks = Channelbacks(self.store, self.callbacks, self._repeats)
        self.integrations = Integrations(self.store, self.callbacks)
        self.puller = Puller(self.store, self.integrations, self.callbacks)
        self.admin: User = add_user(self.store, name="Robin Admin", email=self.email, role="admin")
        self.agent: User = add_user(
            self.store, name="Dana Whitfield", email=f"dana@{subdomain}.example", role="agent"
        )

    def close(self) -> None:
        """Ends pulling, sending and telling."""
        self.puller.stop()
        self.channelbacks.stop()
        self.callbacks.stop()

    def _repeats(self, url: str) -> bool:
        return self.faults.due("repeat", "POST", urlsplit(url).path) is not None


def _rate_limited(seconds: int) -> Answer:
    return Answer(
        status=429,
        headers={"Content-Type": "text/plain; charset=utf-8", "Retry-After": str(seconds)},
        body="Number of allowed API requests per minute exceeded",
    )
