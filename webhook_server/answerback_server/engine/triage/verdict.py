"""Puts the parts of triage together; each part may fail without the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from typing import TYPE_CHECKING, Any, TypeVar

from answerback_server.engine.triage.facts import Heard, Kept, Mood, Verdict
from answerback_server.engine.triage.noise import is_bare_repost
from answerback_server.engine.triage.priority import Signal, signals_of, told, weighed
from answerback_server.engine.triage.words import asks, names_of, own_words, words_of

if TYPE_CHECKING:
    from answerback.helpdesk import Priority
    from answerback_server.engine.triage.readers import Readers
    from answerback_server.engine.triage.rules import Rule, Rules

Found = TypeVar("Found")

_KEPT = {
    "repost": "only passes on what somebody else said",
    "muted": "a muted author",
    "staff": "one of our own staff",
    "rule": "only to be kept",
}


def judge(heard: Heard, rules: Rules, readers: Readers) -> Verdict:
    """What becomes of a mention. Never raises; the same input gives the same verdict."""
    parts = _Parts()
    mention = heard.mention
    words = parts.of("words", lambda: words_of(mention), "")
    own = parts.of("words", lambda: own_words(words), "")
    declared = parts.of("language", lambda: _base(mention.language), None)
    # A device's setting is often declared for words in another language; it matters for moods.
    unsure = declared is None or readers.read_moods_in(declared)
    detected = parts.of("language", lambda: readers.language_of(own) if unsure else None, None)
    language = declared or detected
    mood = parts.of("sentiment", lambda: readers.mood_of(own, detected or declared), None)
    signals: list[Signal] = parts.of(
        "priority", lambda: list(signals_of(heard, mood, asks(own))), []
    )
    priority = weighed(signals)
    unknown: dict[str, Set[str]] = {}
    answers = parts.of("rules", lambda: _answers(heard, language, mood, priority), unknown)
    nothing: dict[str, tuple[Any, Rule]] = {}
    decided = parts.of("rules", lambda: rules.decide(answers, words) if answers else {}, nothing)
    kept, why = _kept(decided, parts.of("noise", lambda: is_bare_repost(mention, own), False))
    reasons = [*why, *told(signals)]
    if "priority" in decided:
        priority, rule = decided["priority"]
        reasons.insert(len(why), f"{priority} by {rule.title}")
    return Verdict(
        kept=kept,
        priority=priority,
        tags=_tags(decided),
        account=decided["account"][0] if "account" in decided else None,
        reasons=tuple(reasons),
        language=language,
        mood=mood,
        faults=tuple(parts.faults),
    )


class _Parts:
    """Runs parts that may fail, and remembers which did."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def of(self, name: str, part: Callable[[], Found], otherwise: Found) -> Found:
        try:
            return part()
        except Exception as error:  # noqa: BLE001 (named in the verdict; the mention is filed with what is known)
            self.faults.append(f"{name}: {type(error).__name__}")
            return otherwise


def _kept(
    decided: Mapping[str, tuple[Any, Rule]], bare_repost: bool
) -> tuple[Kept | None, list[str]]:
    """Why it is not filed, and the sentence. Who a rule mutes is muted; else `file` decides."""
    if "author" in decided:
        author, rule = decided["author"]
        return author, [f"{_KEPT[author]} ({rule.title})"]
    if "file" in decided:
        file, rule = decided["file"]
        return (None, []) if file else ("rule", [f"{_KEPT['rule']} ({rule.title})"])
    return ("repost", [_KEPT["repost"]]) if bare_repost else (None, [])


def _tags(decided: Mapping[str, tuple[Any, Rule]]) -> tuple[str, ...]:
    """A rule's tags; group and brand as tags too, since a pull cannot set them otherwise."""
    tags = list(decided["tags"][0]) if "tags" in decided else []
    tags += [f"{name}_{decided[name][0]}" for name in ("group", "brand") if name in decided]
    return tuple("_".join(tag.lower().split()) for tag in dict.fromkeys(tags))


def _answers(
    heard: Heard, language: str | None, mood: Mood | None, priority: Priority
) -> dict[str, Set[str]]:
    """The names by which conditions may ask for a mention."""
    mention = heard.mention
    hashtags = {
        tag.name.lower().removeprefix("#") for tag in mention.tag or () if tag.type == "Hashtag"
    }
    listened = heard.listens_for.get("tag")
    if isinstance(listened, str):
        hashtags.add(listened.lower().removeprefix("#"))
    return {
        "channel": {heard.channel},
        "account": {heard.account.lower(), heard.handle.lower()},
        "listener": {heard.listener},
        "kind": {heard.kind},
        "hashtag": hashtags,
        "language": {one for one in ((mention.language or "").lower(), language) if one},
        "sentiment": {mood or "unknown"},
        "priority": {priority},
        "author": names_of(mention.attributed_to),
        "visibility": {mention.visibility or "unknown"},
    }


def _base(language: str | None) -> str | None:
    """A declared language without its region: `en` of `en-GB`."""
    return (language or "").replace("_", "-").lower().partition("-")[0] or None
