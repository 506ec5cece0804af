"""The words and names the contracts use, each with what it means: the end of docs/contract.md."""

import inspect
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any, Literal, get_args, get_origin

from answerback import channel, helpdesk, settings
from answerback.channel import Target
from answerback.http.pacing import Cost
from answerback.model import Item
from generators.markdown import table

#: What each word means where a contract names a choice; the contracts list only the words.
CHOICES: Mapping[str, Mapping[str, str]] = {
    "ListenerKind": {
        "mentions": "posts that name us or answer us, wherever they stand",
        "comments": "what people write under our own posts or on our own page",
        "direct": "messages that only we can read",
        "reviews": "ratings of us, with or without words",
        "hashtag": "posts with a hashtag, which a setting of the listener names",
        "keyword": "posts that hold a word, which a setting names, whether they name us or not",
        "conversation": "everything below one post that became a ticket, also what does not name "
        "us. The engine starts and ends it by itself: one a ticket, its setting `root` the "
        "post's `ref`",
        "deletions": "what was taken back, where the network has a feed that tells so. Nobody is "
        "asked for it, either",
    },
    "Action": {
        "reply": "answer in public",
        "edit": "change an answer of ours",
        "delete": "take an answer of ours back",
        "like": "like a post",
        "unlike": "take the like back",
        "boost": "share a post to our followers",
        "unboost": "take that back",
        "hide": "hide a comment under our post",
        "unhide": "show it again",
        "direct": "write to the author in private",
    },
    "Kind": {
        "mention": "it names us",
        "reply": "it answers a post of ours, or stands in a conversation that became a ticket",
        "comment": "it stands under a post of ours or on our page",
        "keyword": "it holds a word or hashtag we listen for, and does not name us",
        "review": "it is a rating of us",
        "direct": "only we can read it",
        "quote": "it quotes a post of ours",
    },
    "Priority": {
        "low": "it can wait",
        "normal": "as most are",
        "high": "before most",
        "urgent": "before all others",
    },
    "Outcome": {
        "done": "it stands in a ticket now",
        "already": "it stood there before; nothing was added",
        "parent_missing": "there is no ticket it belongs to",
        "refused": "the desk will not take it; `reason` says why, and nobody tries again",
        "try_later": "the desk cannot take it now",
    },
    "ReplyState": {
        "queued": "it is stored, and waits for its turn",
        "posting": "it is on its way",
        "posted": "it stands on the network",
        "held": "it is not sent until a person lets it go",
        "failed": "it was not posted and will not be",
        "unsure": "it was perhaps posted; the network is asked, and then a person",
    },
    "Scope": {
        "app": "one value for a developer app, and all accounts that use it",
        "account": "one value for each connected account",
        "listener": "one value for each thing an account listens to",
        "installation": "one value for each help desk of a company",
    },
}

#: Names that stand for several types.
NAMES: Mapping[str, tuple[Any, str]] = {
    "Target": (
        Target,
        "what an answer stands under: the customer's post, for later parts the receipt before",
    ),
    "Item": (
        Item,
        "one entry of what was read: what became of a post, a hint to look, or of no use to us",
    ),
    "Cost": (
        Cost,
        'units of the first declared budget, or of each by name: `{"calls": 1, "comments": 1}`',
    ),
}


def named() -> str:
    """The names that stand for several types."""
    return table(
        ["name", "one of", "which is"],
        [
            [f"`{name}`", ", ".join(f"`{_written(each)}`" for each in get_args(value)), meaning]
            for name, (value, meaning) in NAMES.items()
        ],
    )


def chosen(*modules: ModuleType) -> str:
    """A table for each choice. Raises RuntimeError where CHOICES and the contracts differ."""
    there = {name: get_args(value) for module in modules for name, value in _choices(module)}
    told = {name: tuple(meanings) for name, meanings in CHOICES.items()}
    if there != told:
        raise RuntimeError(f"CHOICES must explain these words, in this order: {there}")
    return "\n\n".join(
        f"### {name}\n\n"
        + table(["word", "meaning"], [[f"`{word}`", meaning] for word, meaning in words.items()])
        for name, words in CHOICES.items()
    )


def choice_part() -> tuple[str, ...]:
    """What stands at the end of the page."""
    return (
        "## Names for several things",
        named(),
        "## Choices",
        chosen(channel, helpdesk, settings),
    )


def _choices(module: ModuleType) -> Iterator[tuple[str, Any]]:
    for name, value in vars(module).items():
        if get_origin(value) is Literal and not name.startswith("_"):
            yield name, value


def _written(part: Any) -> str:
    return part.__name__ if inspect.isclass(part) else str(part).replace("collections.abc.", "")
