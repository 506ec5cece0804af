"""Gold: the constants are complete, the types strict, the page written, and nothing is fragile."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any
from urllib.parse import urlsplit

from answerback.calls import Request
from answerback.contract import capabilities
from answerback.errors import BadRequest
from answerback.model import Activity, Hint, Ignored, Unreadable
from answerback.testing.checks import NotApplicable, NotTried, check, expect
from answerback.testing.fuzzing import try_bytes, try_payloads
from answerback.testing.golden import pairs
from answerback.testing.subject import ChannelSubject

_ITEMS = (Activity, Hint, Ignored, Unreadable)


class GoldFinishing(ChannelSubject):
    """What makes a plugin one that others hold up as a model."""

    @check("gold", network=False, mend="Fill in the constants of OAuth.")
    def test_oauth_is_described_completely(self) -> None:
        """Addresses are https, scopes are named, and a token can be refreshed or never ends."""
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

    @check("gold", network=False, mend="Annotate every argument and what is returned.")
    def test_every_function_is_fully_typed(self) -> None:
        """A plugin is typed throughout, as the SDK is, so that a type checker sees mistakes."""
        for name, function in _functions(self.channel):
            signature = inspect.signature(function)
            untyped = [
                each.name
                for place, each in enumerate(signature.parameters.values())
                if each.annotation is each.empty
                and not (place == 0 and each.name in ("self", "cls"))
            ]
            if signature.return_annotation is signature.empty:
                untyped.append("what it returns")
            expect(not untyped, f"`{name}` has no type for {', '.join(untyped)}.")

    @check(
        "gold",
        network=False,
        mend="Write the page: each setting, each listener, and what the network cannot do.",
    )
    def test_the_page_for_its_users_is_complete(self) -> None:
        """The docs page names every setting and listener and says what is not possible."""
        if self.docs is None:
            raise NotTried("There is no page to look at: set `docs`.")
        expect(self.docs.is_file(), f"There is no file {self.docs}.")
        text = self.docs.read_text("utf-8")
        declared = [*self.channel.settings]
        declared += [each for one in self.channel.listeners for each in one.settings]
        missing = [f"`{each.name}`" for each in declared if f"`{each.name}`" not in text]
        low = text.casefold()
        missing += [one.title for one in self.channel.listeners if one.title.casefold() not in low]
        expect(not missing, f"The page does not name: {', '.join(dict.fromkeys(missing))}.")
        expect(
            "cannot" in low or "not possible" in low,
            "The page does not say what the network cannot do.",
        )
        expect("https://" in text, "The page has no link to the network's own pages.")

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


def _functions(plugin: type) -> Iterator[tuple[str, FunctionType]]:
    """Every function of the plugin's package, or of its module where that stands alone."""
    package = plugin.__module__.rpartition(".")[0]
    # A package that gives the class away is the plugin's own; else several may live in it.
    own = getattr(sys.modules.get(package), plugin.__name__, None) is plugin
    prefix = package if own else plugin.__module__
    for name, module in sorted(sys.modules.items()):
        if isinstance(module, ModuleType) and (name == prefix or name.startswith(f"{prefix}.")):
            yield from _functions_in(module)


def _functions_in(module: ModuleType) -> Iterator[tuple[str, FunctionType]]:
    for name, value in vars(module).items():
        if getattr(value, "__module__", None) != module.__name__:
            continue
        if isinstance(value, FunctionType):
            yield name, value
        elif isinstance(value, type):
            for method, inside in vars(value).items():
                function = getattr(inside, "__func__", inside)
                if isinstance(function, FunctionType) and _written(function, module):
                    yield f"{name}.{method}", function


def _written(function: FunctionType, module: ModuleType) -> bool:
    """Whether a person wrote it there, and not `dataclass` or the like."""
    return function.__code__.co_filename == getattr(module, "__file__", None)
