"""docs/contract.md: what a channel and a help desk may and must have, read off the contracts."""

import inspect
from collections.abc import Mapping
from dataclasses import is_dataclass
from types import ModuleType

import answerback
from answerback import (
    Answer,
    Bridge,
    Budget,
    Call,
    Channel,
    HelpDesk,
    Hint,
    HmacSignature,
    Http,
    Ignored,
    OAuth,
    Page,
    Part,
    Receipt,
    Request,
    Response,
    Setting,
    SharedSecret,
    Signature,
    Unreadable,
    capabilities,
    channel,
    helpdesk,
)
from generators.choices import choice_part
from generators.markdown import block, bullets, filled, first_sentence, flowing, page, table
from generators.source import attributes, constants, constructor, methods

SHARED = (
    Setting,
    Budget,
    OAuth,
    HmacSignature,
    SharedSecret,
    Call,
    Request,
    Response,
    Answer,
)

#: What each constant is for; the contracts say only its type.
MEANINGS: Mapping[type, Mapping[str, str]] = {
    Channel: {
        "name": "what the entry point, the command line and `Mention.channel` call it",
        "title": "what people call the network",
        "settings": "what it has to be told, secrets marked",
        "listeners": "the kinds of things it can listen to, and how often asking is worth it",
        "limits": "what fits into one post",
        "budgets": "how much the network may be asked; `http` keeps to them",
        "repeat": "how a second try of `reply` is safe",
        "signature": "how the network signs what it delivers",
        "signed_with": "the app settings that hold the secrets for it; empty: its only secret one",
        "delivery_id": "the header with the number of a delivery, the same when it is repeated",
        "delivery_types": "the media types deliveries come in; those that end in `+json` always do",
        "oauth": "how the network grants access",
    },
    HelpDesk: {
        "name": "what the entry point and the command line call it",
        "title": "what people call the help desk",
        "settings": "what it has to be told, secrets marked",
        "calls": "the calls the help desk makes to us, and the method that answers each",
        "batch": "how many filings it takes at once",
    },
}


def optional(cls: type) -> frozenset[str]:
    """The methods a plugin may leave out: those that count as a capability when it has them."""
    everything = {each.name: (lambda self: None) for each in methods(cls)}  # noqa: ARG005
    return capabilities(type("Everything", (cls,), everything))


def constant_table(cls: type) -> str:
    """The class constants. Raises RuntimeError where MEANINGS misses one, or names one too many."""
    found = constants(cls)
    if {each.name for each in found} != set(MEANINGS[cls]):
        raise RuntimeError(f"MEANINGS must explain the constants of {cls.__name__}, and no others")
    return table(
        ["constant", "type", "default", "meaning"],
        [
            [
                f"`{each.name}`",
                f"`{each.type}`",
                "must be given" if each.default is None else f"`{each.default}`",
                MEANINGS[cls][each.name],
            ]
            for each in found
        ],
    )


def method_list(cls: type) -> str:
    """Every method with its signature, whether it may be left out, and what it gives."""
    parts = []
    may_be_missing = optional(cls) if cls in MEANINGS else frozenset()
    section = ""
    for each in methods(cls):
        if each.section != section:
            section = each.section
            parts.append(f"### {section}")
        note = "*Optional.* " if each.name in may_be_missing else ""
        parts += [
            f"{'####' if section else '###'} {cls.__name__}.{each.name}",
            block("text", each.signature),
            flowing(note + each.docstring),
        ]
    return "\n\n".join(parts)


def data(cls: type) -> str:
    """A dataclass: what it is, its fields, and what it can be asked.

    Raises RuntimeError for one that `answerback` does not give, since the page says it does.
    """
    if cls.__name__ not in answerback.__all__:
        raise RuntimeError(f"answerback.{cls.__name__} is in the contract and not in __all__")
    parts = [
        f"### {cls.__name__}",
        flowing(inspect.getdoc(cls) or ""),
        block("text", attributes(cls)),
    ]
    asked = [f"`{each.signature}`: {first_sentence(each.docstring)}" for each in methods(cls)]
    if asked:
        parts.append(bullets("\n\n".join(asked)))
    return "\n\n".join(parts)


def declared(module: ModuleType) -> list[type]:
    """The dataclasses a contract's module declares, in order."""
    return [
        each
        for each in vars(module).values()
        if is_dataclass(each) and isinstance(each, type) and each.__module__ == module.__name__
    ]


INTRODUCTION = """
A plugin is one class: a subclass of `Channel` for a network, or of `HelpDesk` for a ticket system.
It has constants, and the methods its platform can ever do. What it can do is read off the methods
it has, so nothing is declared twice: a method marked *optional* may be left out, and then raises
`NotSupported`.

Everything here is importable from `answerback`. What people said is in
[the schema](schema.md), which error to raise in [errors](errors.md), and what our own plugins can
in [the matrix](matrix.md).
"""

CALLED = """
A method named by one of its `calls` takes a `Request` and a `Bridge`, and gives a `Response`.
"""


def contract_page() -> str:
    """The whole page."""
    return page(
        "The contracts",
        "`answerback.channel` and `answerback.helpdesk`",
        flowing(INTRODUCTION),
        "## Channel",
        flowing(inspect.getdoc(Channel) or ""),
        block("text", constructor(Channel)),
        constant_table(Channel),
        method_list(Channel),
        "## HelpDesk",
        flowing(inspect.getdoc(HelpDesk) or ""),
        block("text", constructor(HelpDesk)),
        constant_table(HelpDesk),
        filled(CALLED),
        method_list(HelpDesk),
        "## Bridge",
        flowing(inspect.getdoc(Bridge) or ""),
        method_list(Bridge),
        "## Http",
        flowing(inspect.getdoc(Http) or ""),
        block("text", constructor(Http)),
        method_list(Http),
        "## Signature",
        flowing(inspect.getdoc(Signature) or ""),
        method_list(Signature),
        "## What a channel is given and gives",
        *(data(cls) for cls in declared(channel)),
        *(data(cls) for cls in (Part, Receipt, Page, Hint, Ignored, Unreadable)),
        "## What a help desk is given and gives",
        *(data(cls) for cls in declared(helpdesk)),
        "## What both use",
        *(data(cls) for cls in SHARED),
        *choice_part(),
    )
