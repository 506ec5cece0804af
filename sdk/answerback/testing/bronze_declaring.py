"""Bronze: what a channel says of itself is there, makes sense, and costs nothing to find out."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from answerback.budget import Budget
from answerback.channel import Channel, Limits, ListenerKind, Repeat
from answerback.contract import capabilities
from answerback.testing.checks import NotApplicable, broken, check, expect
from answerback.testing.subject import ChannelSubject

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_LINK = re.compile(r"https://[^\s)>\"']+")
_SENTENCE = re.compile(r"[.!?:](?=\s|$)")
_LIMIT = re.compile(
    r"\b(?:cannot|can't|doesn't|lacks?|misses|neither|never|no|nobody|none|nor|not|nothing|only"
    r"|unable|without)\b",
    re.I,
)
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+\-]+")


class BronzeDeclaring(ChannelSubject):
    """A channel says what it is, and its declarations hold."""

    @check("bronze", mend='Give `name = "lemmy"` and `title = "Lemmy"`.')
    def test_it_has_a_name_and_a_title(self) -> None:
        """The channel has a plain name for machines and a title for people."""
        name = getattr(self.channel, "name", None)
        expect(
            isinstance(name, str) and _NAME.fullmatch(name),
            "`name` is missing, or not in lower case letters, digits and _.",
        )
        title = getattr(self.channel, "title", None)
        expect(isinstance(title, str) and title.strip(), "`title` is missing or empty.")

    @check(
        "bronze",
        mend="Write a docstring of the class or its module: a sentence on what it does, one on "
        "what the network cannot do, and an https link to the page its facts come from.",
    )
    def test_its_docstring_states_purpose_limits_and_source(self) -> None:
        """Who reads the docstring knows what it is for, what it cannot do and where that stands."""
        said = "\n".join(self._docstrings())
        expect(said.strip(), "There is no docstring.")
        prose = _LINK.sub("", said)
        sentences = len(_SENTENCE.findall(prose))
        expect(sentences >= 2, "The docstring is a single sentence: it states no limits.")
        expect(_LINK.search(said), "The docstring links to no page its facts come from.")
        expect(_LIMIT.search(prose), "The docstring does not say what the network cannot do.")

    def _docstrings(self) -> Iterator[str]:
        """Those of the class, or of the first it inherits from that has one, and of its module."""
        parents = self.channel.__mro__
        own = parents[: parents.index(Channel)]
        said = next((each for each in own if vars(each).get("__doc__")), self.channel)
        yield vars(said).get("__doc__") or ""
        for name in (said.__module__, said.__module__.rpartition(".")[0]):
            found = sys.modules.get(name)
            if getattr(found, said.__name__, None) is said:
                yield getattr(found, "__doc__", None) or ""

    @check("bronze", mend="Take the parameters as `answerback.Channel` has them, in their order.")
    def test_methods_have_the_contracts_signatures(self) -> None:
        """Every method can be called as the contract says, by position and by name."""
        for name, ours in _contract():
            theirs = inspect.getattr_static(self.channel, name)
            if theirs is ours:
                continue
            wants_static = isinstance(ours, staticmethod)
            expect(
                isinstance(theirs, staticmethod) == wants_static
                and not isinstance(theirs, classmethod | property),
                f"`{name}` is {'no' if wants_static else 'a'} static method, class method or "
                f"property.",
                "Decorate `classify` with @staticmethod, and nothing else.",
            )
            expect(callable(theirs), f"`{name}` is no method.", "Name what it holds differently.")
            wanted, given = _parameters(ours), _parameters(theirs)
            expect(
                wanted == given,
                f"`{name}` takes ({_shown(given)}), the contract's ({_shown(wanted)}).",
            )
        self._expect_it_can_be_made()

    def _expect_it_can_be_made(self) -> None:
        signature = inspect.signature(self.channel)
        for given, named in (((), {}), ((None,) * 4, {}), ((), dict.fromkeys(_MADE_OF))):
            try:
                signature.bind(*given, **named)
            except TypeError:
                broken(
                    f"`__init__` takes {signature}, which the engine cannot call.",
                    "Take (self, app=None, account=None, http=None, state=None), or leave "
                    "`__init__` out.",
                )

    @check("bronze", mend="Declare `limits = Limits(length=500)`, counted as the network counts.")
    def test_answers_have_limits(self) -> None:
        """Where it answers, it says how much fits, and the numbers make sense."""
        if not capabilities(self.channel) & {"reply", "direct"}:
            raise NotApplicable(f"{self.channel.name} answers nothing.")
        limits = getattr(self.channel, "limits", None)
        expect(isinstance(limits, Limits), "It answers and has no `limits`.")
        assert isinstance(limits, Limits)
        expect(limits.length > 0, f"`limits` lets {limits.length} characters through.")
        counted = [limits.count(text) for text in ("", "We look into it.", "We look into it. " * 9)]
        expect(
            counted[0] == 0 and 0 < counted[1] < counted[2],
            f"`limits.count` counts {counted[0]}, {counted[1]} and {counted[2]} for no words, "
            f"four and nine times four.",
            "Let it give 0 for an empty text and more for a longer one.",
        )
        sizes = [limits.parts - 1, limits.attachments, limits.attachment_size or 0]
        expect(
            min(sizes) >= 0 and limits.attachment_size != 0,
            "`limits` has a number that lets nothing through.",
            "`parts` is 1 or more, `attachments` 0 or more, `attachment_size` None or in bytes.",
        )
        window = limits.reply_window
        expect(window is None or window > timedelta(0), "`limits.reply_window` is over at once.")
        wrong = sorted(each for each in limits.media_types if not _MEDIA_TYPE.fullmatch(each))
        expect(not wrong, f"`limits.media_types` has {wrong[:1]}.", "Write them as 'image/png'.")

    @check("bronze", mend="See `answerback.channel.Repeat` for what each way needs.")
    def test_a_second_try_is_declared(self) -> None:
        """How a second try is safe is declared, and the methods it rests on are there."""
        if "reply" not in capabilities(self.channel):
            raise NotApplicable(f"{self.channel.name} has no `reply`.")
        repeat = self.channel.repeat
        expect(isinstance(repeat, Repeat), f"`repeat` is a {type(repeat).__name__}, no Repeat.")
        known = get_args(inspect.get_annotations(Repeat, eval_str=True)["by"])
        expect(repeat.by in known, f"`repeat.by` is '{repeat.by}'; known are {', '.join(known)}.")
        expect(
            repeat.by != "read_back" or "sent" in capabilities(self.channel),
            "`repeat` says that a reply is read back, and there is no `sent` to find it.",
            "Write `sent`, or declare Repeat(by='none'): a person is asked then.",
        )
        expect(
            repeat.by != "key" or (repeat.lifetime is not None and repeat.lifetime > timedelta(0)),
            "`repeat` says that the network remembers a key, and not for how long.",
            "Give Repeat(by='key', lifetime=timedelta(hours=1)), as the network's page says.",
        )
        expect(
            repeat.settle >= timedelta(0),
            "`repeat.settle` is negative.",
            "Give the time after which what was posted can surely be found.",
        )

    @check("bronze", mend="Declare Budget(name='calls', units=300, per=timedelta(minutes=5)).")
    def test_budgets_can_be_kept(self) -> None:
        """Each budget has a name of its own and numbers that can be kept."""
        names: set[str] = set()
        for budget in self.channel.budgets:
            expect(isinstance(budget, Budget), f"`budgets` holds a {type(budget).__name__}.")
            expect(budget.name not in names, f"Two budgets are named '{budget.name}'.")
            names.add(budget.name)
            expect(
                budget.units > 0 and budget.per > timedelta(0),
                f"The budget '{budget.name}' allows {budget.units} in {budget.per}: nothing.",
            )
            expect(
                budget.timezone is None or _is_zone(budget.timezone),
                f"The budget '{budget.name}' names a time zone that does not exist.",
                "Write it as 'America/Los_Angeles'; leave it out where a window just slides.",
            )

    @check("bronze", mend="Declare Listening(kind='mentions', title='Mentions').")
    def test_listeners_can_be_heard(self) -> None:
        """What it listens to is declared, once each, and there is a method that hears it."""
        has, offered = capabilities(self.channel), self.channel.listeners
        expect(
            not offered or has & {"poll", "parse"},
            "It has `listeners` and neither `poll` nor `parse`: nothing is ever heard.",
            "Write `poll`, or `parse` where the network delivers.",
        )
        expect(
            offered or "poll" not in has, "It has `poll` and no `listeners`: nobody ever asks it."
        )
        kinds = [each.kind for each in offered]
        for each in offered:
            expect(
                each.kind in get_args(ListenerKind),
                f"There is no listener of the kind '{each.kind}'.",
                f"Known kinds are {', '.join(get_args(ListenerKind))}.",
            )
            expect(kinds.count(each.kind) == 1, f"Two listeners are of the kind '{each.kind}'.")
            expect(each.title.strip(), f"The listener for {each.kind} has no title.")
            expect(
                each.every > timedelta(0), f"The listener for {each.kind} is asked all the time."
            )


_MADE_OF = ("app", "account", "http", "state")


def _contract() -> Iterator[tuple[str, Any]]:
    """The methods of the contract by name, as they stand in the class."""
    for name, method in vars(Channel).items():
        if not name.startswith("_") and (callable(method) or isinstance(method, staticmethod)):
            yield name, method


def _parameters(method: Any) -> list[tuple[str, Any]]:
    plain = method.__func__ if isinstance(method, staticmethod) else method
    return [(each.name, each.kind) for each in inspect.signature(plain).parameters.values()]


def _shown(parameters: list[tuple[str, Any]]) -> str:
    marks = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return ", ".join(f"{marks.get(kind, '')}{name}" for name, kind in parameters)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
