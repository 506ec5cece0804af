"""Gold: the constants are complete, the types strict, the page written, and nothing is fragile."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from answerback.calls import Request
from answerback.contract import capabilities
from answerback.errors import BadRequest
from answerback.model import Activity, Hint, Ignored, Unreadable
from answerback.settings import Setting
from answerback.testing.channels.subject import ChannelSubject
from answerback.testing.checks import NotApplicable, check, expect
from answerback.testing.golden.folder import pairs
from answerback.testing.plugins.finishing import PluginFinishing
from answerback.testing.plugins.fuzzing import try_bytes, try_payloads

_ITEMS = (Activity, Hint, Ignored, Unreadable)


class GoldFinishing(PluginFinishing, ChannelSubject):
    """What makes a plugin one that others hold up as a model."""

    @check("gold", network=False, mend="Fill in the constants of OAuth.")
    def test_oauth_is_described_completely(self) -> None:
        """Addresses are https, scopes are named, and what rotates can be refreshed."""
        oauth = self.channel.oauth
        if oauth is None:
            raise NotApplicable(f"{self.channel.name} declares no OAuth.")
        for name in ("authorize", "token", "revoke", "registration"):
            address = getattr(oauth, name)
            if address is None and name in ("revoke", "registration"):
                continue
            scheme = urlsplit(address.replace("{instance}", "https://instance.example")).scheme
            expect(scheme == "https", f"`OAuth.{name}` is no https address.")
        expect(oauth.scopes, "`OAuth.scopes` is empty.")
        expect(len(set(oauth.scopes)) == len(oauth.scopes), "A scope is named twice.")
        expect(
            oauth.refresh or not oauth.rotates,
            "`OAuth.rotates` is set and `refresh` is not: what is never refreshed cannot rotate.",
        )
        expect(
            "accounts" in capabilities(self.channel),
            "After a log-in nobody can tell whose it was: there is no `accounts`.",
            "Write `accounts`, which gives the identities a grant is for.",
        )

    @check(
        "gold",
        network=False,
        mend="Take nothing for granted in a payload: check the type of what is read, and raise "
        "UnclearError from answerback.fields, which `items` turns into Unreadable.",
    )
    def test_any_payload_is_read_or_called_unreadable(self) -> None:
        """Whatever JSON there is, `read` gives items and raises nothing."""
        self.lacks_one_of("read")
        channel = self.offline()
        seeds = [pair.native for pair in pairs(self.golden)] if self.golden else []

        def gives_items(payload: Any) -> None:
            for item in channel.read(payload):
                expect(isinstance(item, _ITEMS), f"`read` gave a {type(item).__name__}.")

        try_payloads(gives_items, seeds)

    @check(
        "gold",
        needs=("parse",),
        network=False,
        mend="Raise Malformed for a body that is no delivery, and give Unreadable for an entry.",
    )
    def test_any_bytes_are_parsed_or_refused(self) -> None:
        """Whatever the body of a delivery is, `parse` gives items or raises Malformed."""
        channel = self.offline()

        def gives_items(body: bytes) -> None:
            request = Request(method="POST", path="/", body=body)
            try:
                for account, item in channel.parse(request):
                    expect(account is None or isinstance(account, str), "An account is no text.")
                    expect(isinstance(item, _ITEMS), f"`parse` gave a {type(item).__name__}.")
            except BadRequest:
                return

        try_bytes(gives_items)

    def lacks_one_of(self, *names: str) -> None:
        """Raise NotApplicable unless the channel has these."""
        missing = self.lacks(names)
        if missing:
            raise NotApplicable(missing)

    def explained(self) -> tuple[Iterable[Setting], Iterable[str]]:
        """The settings of the channel and of its listeners, and the listeners' titles."""
        listeners = self.channel.listeners
        settings = [*self.channel.settings, *(each for one in listeners for each in one.settings)]
        return settings, [one.title for one in listeners]
