"""An installation's own rules: conditions that lead to outcomes, in the order they are written.

A rule holds when all its conditions do; a condition holds when any of its values does. For each
outcome the first rule that holds and names it decides. Evaluated without side effects.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
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
class Rule:
    """One rule; `number` counts from 1."""

    number: int
    name: str | None
    names: Mapping[str, frozenset[str]]
    words: re.Pattern[str] | None
    outcomes: Mapping[str, Any]

    @property
    def title(self) -> str:
        """How reasons name it."""
        return f"rule {self.number}" if self.name is None else f"rule “{self.name}”"

    def holds(self, answers: Mapping[str, Set[str]], folded: str) -> bool:
        """Whether it is about a mention that answers to these names and says these words."""
        return all(
            not wanted.isdisjoint(answers[name]) for name, wanted in self.names.items()
        ) and (self.words is None or self.words.search(folded) is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of one installation, in order."""

    rules: tuple[Rule, ...] = ()

    def decide(self, answers: Mapping[str, Set[str]], words: str) -> dict[str, tuple[Any, Rule]]:
        """What is decided for each outcome, and by which rule."""
        folded = words.casefold() if any(one.words for one in self.rules) else ""
        decided: dict[str, tuple[Any, Rule]] = {}
        for rule in self.rules:
            if rule.outcomes.keys() <= decided.keys() or not rule.holds(answers, folded):
                continue
            for outcome, value in rule.outcomes.items():
                decided.setdefault(outcome, (value, rule))
        return decided


def pattern_of(words: Sequence[str]) -> re.Pattern[str]:
    """Finds any of these words or phrases whole, whatever their case and spacing."""
    return re.compile("|".join(_whole(one) for one in words))


def _whole(phrase: str) -> str:
    folded = phrase.casefold().split()
    inner = r"\s+".join(re.escape(one) for one in folded)
    return "".join(_edge(folded[0][0], before=True)) + inner + "".join(_edge(folded[-1][-1]))


def _edge(character: str, *, before: bool = False) -> Iterator[str]:
    if (character.isalnum() or character == "_") and not _UNSPACED.match(character):
        yield r"(?<!\w)" if before else r"(?!\w)"
