"""A channel without a network, and everything the engine could ask of it.

Its `http` writes down the first call and ends the method there: enough to see whether a method
goes out, and what for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

import requests

from answerback.channel import Account, App, Channel, Listener, Subscription
from answerback.contract import capabilities
from answerback.errors import ConfigError
from answerback.http import Http
from answerback.http.mapping import Errand
from answerback.model import Actor, Mention, Part, Receipt
from answerback.settings import Scope, Setting

Act = Callable[[Channel], object]

_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_ADDRESSES = frozenset(
    {"address", "endpoint", "homepage", "host", "instance", "server", "site", "url"}
)


class Called(BaseException):
    """The method made a call. No error of the channel's: it must not be able to catch it."""


class NoWayOut(Http):
    """Writes down what is called instead of calling it."""

    def __init__(self, plugin: str) -> None:
        super().__init__(plugin=plugin)
        self.calls: list[tuple[Any, ...]] = []

    def _call(self, errand: Errand, request: requests.Request, **_: Any) -> NoReturn:
        self.calls.append(
            (
                errand.method,
                request.url,
                repr(request.params),
                repr(sorted((request.headers or {}).items())),
                repr(request.json),
                repr(request.data),
                repr(request.files),
            )
        )
        raise Called


class Told(dict[str, Any]):
    """Settings that remember which of them were asked for."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__(settings)
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.asked.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """The setting, or the default."""
        self.asked.add(name)
        return super().get(name, default)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of a method: its value, the error it raised, the first call it made."""

    value: object = None
    error: Exception | None = None
    call: tuple[Any, ...] | None = None
    asked: frozenset[str] = frozenset()


def perform(
    cls: type[Channel], act: Act, app: Mapping[str, Any], account: Mapping[str, Any]
) -> Done:
    """Let a channel with these settings do something, up to its first call."""
    http = NoWayOut(cls.name)
    told = Told(app), Told(account)
    try:
        value = act(
            cls(App(id="app-1", settings=told[0]), Account(id="account-1", settings=told[1]), http)
        )
    except Called:
        return Done(call=http.calls[0], asked=frozenset(told[0].asked | told[1].asked))
    # Whatever a plugin raises is what the checks want to know.
    except Exception as error:  # noqa: BLE001
        return Done(error=error, asked=frozenset(told[0].asked | told[1].asked))
    return Done(value=value, asked=frozenset(told[0].asked | told[1].asked))


def acts(
    cls: type[Channel], mention: Mention, words: str = "We are sorry, we look into it."
) -> Iterator[tuple[str, Act]]:
    """What the engine could ask of the channel that makes calls, by the method's name."""
    part = Part(key="answerback-check", text=words)
    ref = dict(mention.ref or {})
    receipt = Receipt(id=mention.id, url=mention.url, ref=ref)
    actor = mention.attributed_to or Actor(id="https://network.example/people/1")
    # In the form a method is called in; only those the channel has are used.
    known: dict[str, Act] = {
        "fetch": lambda channel: channel.fetch([ref]),
        "thread": lambda channel: channel.thread(mention),
        "profile": lambda channel: channel.profile(actor),
        "accounts": lambda channel: channel.accounts(channel.account.settings),
        "subscribe": lambda channel: channel.subscribe("https://answerback.example/hooks/1"),
        "unsubscribe": lambda channel: channel.unsubscribe(Subscription(id="1")),
        "subscription": lambda channel: channel.subscription(),
        "reply": lambda channel: channel.reply(mention, part, {}),
        "sent": lambda channel: channel.sent(mention, part, _LONG_AGO),
        "edit": lambda channel: channel.edit(receipt, part),
        "delete": lambda channel: channel.delete(receipt),
        "like": lambda channel: channel.like(mention),
        "unlike": lambda channel: channel.unlike(mention),
        "boost": lambda channel: channel.boost(mention),
        "unboost": lambda channel: channel.unboost(mention),
        "hide": lambda channel: channel.hide(mention),
        "unhide": lambda channel: channel.unhide(mention),
        "direct": lambda channel: channel.direct(mention, part),
    }
    has = capabilities(cls)
    if "poll" in has:
        yield from ((f"poll of {each.kind}", _poll(each.kind, cls)) for each in cls.listeners)
    yield from ((name, act) for name, act in known.items() if name in has)


def _poll(kind: Any, cls: type[Channel]) -> Act:
    offered = next(each for each in cls.listeners if each.kind == kind)
    settings = examples(offered.settings, "listener", {})
    listener = Listener(id=f"{kind}-1", kind=kind, settings=settings)
    return lambda channel: channel.poll(listener, None)


def examples(
    declared: tuple[Setting, ...], scope: Scope, given: Mapping[str, Any]
) -> dict[str, Any]:
    """A value for every setting of a scope: the given one, or one that could be meant."""
    return {
        setting.name: given.get(setting.name) or _example(setting)
        for setting in declared
        if setting.scope == scope
    }


def _example(setting: Setting) -> Any:
    if setting.default is not None:
        return setting.default
    if setting.choices:
        return setting.choices[0]
    if setting.type is not str:
        return setting.type(1)
    if setting.secret:
        return f"answerback-check-{setting.name.replace('_', '-')}"
    looks = bool(_ADDRESSES & set(setting.name.split("_"))) or "https://" in setting.help
    example = "https://network.example" if looks else "answerback"
    try:
        return setting.read(example, "example")
    except ConfigError:
        return example
