"""The rules file: small JSON, checked as a whole, with every mistake named by its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from answerback.errors import ConfigError
from answerback_server.engine.triage.rules import NAMES, OUTCOMES, Rule, Rules, phrase_of

MOST_RULES = 200
MOST_VALUES = 200
#: Words and phrases of all rules together: each is looked for in every post.
MOST_WORDS = 2000
LONGEST = 200
#: Characters of a whole file.
LARGEST = 500_000

#: Without what no database stores.
_TEXT = re.compile(rf"[^\x00-\x1f\x7f\ud800-\udfff]{{1,{LONGEST}}}")
_TEXT_IS = f"must be a text of 1 to {LONGEST} characters on one line."

_ONE_OF = {
    "kind": ("mention", "reply", "comment", "keyword", "review", "direct", "quote"),
    "sentiment": ("angry", "unhappy", "neutral", "praise", "unknown"),
    "priority": ("low", "normal", "high", "urgent"),
    "visibility": ("public", "unlisted", "followers", "direct", "unknown"),
}


class _Values(fields.Field[list[str]]):
    """One text, or a list of texts of which any will do."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> list[str]:  # noqa: ARG002
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not values:
            raise ValidationError("must be a text or a list of texts.")
        if len(values) > MOST_VALUES:
            raise ValidationError(f"holds more than {MOST_VALUES} values.")
        for one in values:
            if not isinstance(one, str) or not _TEXT.fullmatch(one) or not one.strip():
                raise ValidationError(f"each value {_TEXT_IS}")
        return [one.strip() for one in values]


def _named(name: str) -> _Values:
    known = _ONE_OF.get(name)

    def check(values: list[str]) -> None:
        wrong = [one for one in values if known and one.lower() not in known]
        if wrong and known:
            raise ValidationError(f"'{wrong[0]}' is none of: {', '.join(known)}.")
        if name == "author":
            for one in values:
                if "://" not in one and not one.startswith("tag:") and one.count("@") != 2:
                    raise ValidationError(
                        f"'{one}' must be the author's address, or a handle with its server such "
                        "as @rosa@square.example: others may have the same name elsewhere."
                    )

    return _Values(validate=check)


def _strict(name: str, members: Mapping[str, fields.Field[Any]]) -> type[Schema]:
    return Schema.from_dict(dict(members), name=name)


def _text(*known: str) -> fields.String:
    if known:
        message = "must be one of: {choices}."
        return fields.String(validate=validate.OneOf(known, error=message))
    return fields.String(
        validate=validate.Regexp(re.compile(rf"(?:{_TEXT.pattern})\Z"), error=_TEXT_IS)
    )


_If = _strict("If", {**{name: _named(name) for name in NAMES}, "words": _Values()})
_Then = _strict(
    "Then",
    {
        "file": fields.Boolean(truthy={True}, falsy={False}),
        "priority": _text(*_ONE_OF["priority"]),
        "tags": _Values(),
        "group": _text(),
        "brand": _text(),
        "account": _text(),
        "author": _text("muted", "staff"),
    },
)
_Rule = _strict(
    "Rule",
    {
        "name": _text(),
        "if": fields.Nested(_If, load_default=dict),
        "then": fields.Nested(_Then, required=True),
    },
)
_FILE = _strict(
    "File",
    {
        "rules": fields.List(
            fields.Nested(_Rule),
            required=True,
            validate=validate.Length(max=MOST_RULES, error=f"at most {MOST_RULES} rules."),
        )
    },
)()


@lru_cache(maxsize=64)
def read_rules(text: str) -> Rules:
    """The rules a file holds. Raises ConfigError, naming every mistake and where it stands."""
    if len(text) > LARGEST:
        raise ConfigError(f"The rules are longer than {LARGEST:,} characters.")
    try:
        told = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(
            f"The rules are not JSON: line {error.lineno}, column {error.colno}: {error.msg}."
        ) from None
    except ValueError:
        raise ConfigError("The rules hold a number of too many digits.") from None
    except RecursionError:
        raise ConfigError("The rules are nested too deep.") from None
    try:
        loaded = _FILE.load(told)
    except ValidationError as error:
        problems = " ".join(f"{where}: {what}" for where, what in _problems(error.messages))
        raise ConfigError(f"The rules were not taken. {problems}") from None
    empty = [n for n, one in enumerate(loaded["rules"], 1) if not one["then"]]
    if empty:
        raise ConfigError(
            f"The rules were not taken. Rule {empty[0]} decides nothing: `then` needs one of "
            f"{', '.join(OUTCOMES)}."
        )
    if sum(len(one["if"].get("words", ())) for one in loaded["rules"]) > MOST_WORDS:
        raise ConfigError(f"The rules were not taken. They hold more than {MOST_WORDS:,} words.")
    return Rules(rules=tuple(_rule(n, one) for n, one in enumerate(loaded["rules"], 1)))


def accounts_named(rules: Rules) -> frozenset[str]:
    """The answering accounts that rules name, by id or @handle."""
    return frozenset(rule.outcomes["account"] for rule in rules.rules if "account" in rule.outcomes)


def _rule(number: int, told: Mapping[str, Any]) -> Rule:
    conditions = dict(told["if"])
    words = conditions.pop("words", ())
    outcomes = dict(told["then"])
    if "tags" in outcomes:
        outcomes["tags"] = tuple(outcomes["tags"])
    return Rule(
        number=number,
        name=told.get("name"),
        names={name: _folded(name, values) for name, values in conditions.items()},
        words=tuple(phrase_of(one) for one in words),
        outcomes=outcomes,
    )


def _folded(name: str, values: list[str]) -> frozenset[str]:
    return frozenset(
        one.lower().removeprefix("#") if name == "hashtag" else one.lower() for one in values
    )


def _problems(messages: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Every mistake with its place, such as rules[2].if.language."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            if isinstance(name, int):
                place = f"{where}[{name + 1}]"
            else:
                place = f"{where}.{name}" if where and name != "_schema" else where or str(name)
            yield from _problems(inner, place)
        return
    for one in messages if isinstance(messages, list) else [messages]:
        yield where, _SAID.get(str(one), str(one))


_SAID = {
    "Unknown field.": f"is not known here. A rule has name, if, then; conditions are "
    f"{', '.join([*NAMES, 'words'])}; outcomes are {', '.join(OUTCOMES)}.",
    "Missing data for required field.": "is missing.",
    "Invalid input type.": "must be an object.",
    "Not a valid boolean.": "must be true or false.",
    "Not a valid string.": "must be a text.",
    "Not a valid list.": "must be a list.",
}
