"""An installation's own rules: conditions that lead to outcomes, in the order they are written.

A rule holds when all its conditions do; a condition holds when any of its values does. For each
outcome the first rule that holds and names it decides. Evaluated without side effects.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

#: What a condition may ask beside `words`: each is a set of names the mention answers to.
NAMES = (
    "channel",
    "account",
    "listener",
    "kind",
    "hashtag",
    "language",
    "sentiment",
    "priority",
    "author",
    "visibility",
)
OUTCOMES = ("file", "priority", "tags", "group", "brand", "account", "author")

#: Scripts that put no space between words.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Something to look for; `before` and `after` say where no letter may touch it."""

    text: str
    before: bool
    after: bool

    def stands_in(self, folded: str) -> bool:
        """Whether folded words hold it whole. Takes time in proportion to the words alone."""
        start = folded.find(self.text)
        while start >= 0:
            end = start + len(self.text)
            cut_before = self.before and start > 0 and _is_letter(folded[start - 1])
            if not cut_before and not (self.after and _is_letter(folded[end : end + 1])):
                return True
            start = folded.find(self.text, start + 1)
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule; `number` counts from 1."""

    number: int
    name: str | None
    names: Mapping[str, frozenset[str]]
    words: tuple[Phrase, ...]
    outcomes: Mapping[str, Any]

    @property
    def title(self) -> str:
        """How reasons name it."""
        return f"rule {self.number}" if self.name is None else f"rule “{self.name}”"

    def holds(self, answers: Mapping[str, Set[str]], folded: str) -> bool:
        """Whether it is about a mention that answers to these names and says these words."""
        return all(
            not wanted.isdisjoint(answers[name]) for name, wanted in self.names.items()
        ) and (not self.words or any(phrase.stands_in(folded) for phrase in self.words))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of one installation, in order."""

    rules: tuple[Rule, ...] = ()

    def decide(self, answers: Mapping[str, Set[str]], words: str) -> dict[str, tuple[Any, Rule]]:
        """What is decided for each outcome, and by which rule."""
        folded = folded_of(words) if any(one.words for one in self.rules) else ""
        decided: dict[str, tuple[Any, Rule]] = {}
        for rule in self.rules:
            if rule.outcomes.keys() <= decided.keys() or not rule.holds(answers, folded):
                continue
            for outcome, value in rule.outcomes.items():
                decided.setdefault(outcome, (value, rule))
        return decided


def folded_of(words: str) -> str:
    """Words as phrases are looked for in them: without differences of case, form and spacing."""
    return " ".join(unicodedata.normalize("NFKC", words).casefold().split())


def phrase_of(words: str) -> Phrase:
    """A word or phrase that stands whole: `order` is not found in `reorder`."""
    text = folded_of(words)
    return Phrase(text=text, before=_is_bounded(text[:1]), after=_is_bounded(text[-1:]))


def _is_bounded(character: str) -> bool:
    return _is_letter(character) and not _UNSPACED.match(character)


def _is_letter(character: str) -> bool:
    return character == "_" or (character != "" and unicodedata.category(character)[0] in "LMN")
