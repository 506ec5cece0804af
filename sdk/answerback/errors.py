"""The errors of answerback, named by what to do next.

::

    AnswerbackError
    ├── ConfigError        fix settings; never retried, never swallowed
    ├── BadRequest         an incoming call is refused
    │   ├── BadSignature   … nobody proved who sent it
    │   ├── Stale          … it is older, or newer, than its age limit
    │   └── Malformed      … it cannot be read
    ├── RemoteError        a platform or help desk did not do what was asked
    │   ├── TryLater       certainly not done: again on schedule
    │   ├── Unsure         perhaps done: read back, then decide
    │   ├── Exhausted      quota, credit or budget used up until a time: pause that bucket
    │   ├── Reconnect      token dead or scope missing: stop the account, tell its owner
    │   ├── Gone           the post, ticket or account is no longer there
    │   └── Refused        the platform said no: tell the agent, do not retry
    └── NotSupported       this channel cannot do it; the message says why

A message says what happened, to which account, and what to do. It never carries a secret,
a token or what a customer wrote.
"""

from __future__ import annotations

from typing import ClassVar


class AnswerbackError(Exception):
    """Any error answerback raises on purpose."""


class ConfigError(AnswerbackError):
    """A setting is missing, wrong or unsafe. Somebody has to change it; retrying is useless."""


class BadRequest(AnswerbackError):
    """An incoming call is refused. `status` is the HTTP status to answer with."""

    status: ClassVar[int] = 400


class BadSignature(BadRequest):
    """The call does not prove that it comes from the platform."""

    status = 401


class Stale(BadRequest):
    """The call's signed time is too far from now, in either direction."""

    status = 401


class Malformed(BadRequest):
    """The call cannot be read: broken JSON, a missing field, too deep, too large."""


class NotSupported(AnswerbackError):
    """This channel or help desk cannot do what was asked, and the message says why."""


class RemoteError(AnswerbackError):
    """A remote call did not do what was asked; the subclass says what to do next.

    `plugin` and `account` say whose call it was, `status` is the HTTP status if one came,
    `retry_after` the seconds the platform asked to wait, `code` its own error code.
    """

    def __init__(
        self,
        message: str,
        *,
        plugin: str | None = None,
        account: str | None = None,
        status: int | None = None,
        retry_after: float | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.plugin = plugin
        self.account = account
        self.status = status
        self.retry_after = retry_after
        self.code = code

    def __str__(self) -> str:
        message = super().__str__()
        whose = "/".join(part for part in (self.plugin, self.account) if part)
        facts = []
        if self.status is not None:
            facts.append(f"status {self.status}")
        if self.code is not None:
            facts.append(f"code {self.code}")
        if self.retry_after is not None:
            facts.append(f"again in {self.retry_after:.0f} s")
        tail = f" ({', '.join(facts)})" if facts else ""
        return f"{whose}: {message}{tail}" if whose else f"{message}{tail}"

    @property
    def sentence(self) -> str:
        """The message alone, for an agent's eyes: no plugin, account or status."""
        return super().__str__()


class TryLater(RemoteError):
    """Certainly not done: a rate limit, an outage, any failed read. Again on schedule."""


class Unsure(RemoteError):
    """Perhaps done: the answer to a write that does not repeat safely was lost."""


class Exhausted(RemoteError):
    """A quota, credit or budget is used up; `retry_after` says until when, if known."""


class Reconnect(RemoteError):
    """The token is dead or lacks a scope. The account's owner has to connect it again."""


class Gone(RemoteError):
    """The post, ticket or account is no longer there, or no longer visible to us."""


class Refused(RemoteError):
    """The platform understood and said no: length, window, policy. Trying again is useless."""
