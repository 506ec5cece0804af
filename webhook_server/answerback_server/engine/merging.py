"""Two reports of one mention become one: the newer words, and nothing told is forgotten."""

from __future__ import annotations

from dataclasses import fields, replace

from answerback.model import Actor, Mention


def merge(old: Mention, new: Mention) -> Mention:
    """`new` where it tells something, `old` where it does not."""
    told = {
        field.name: value
        for field in fields(Mention)
        if (value := getattr(new, field.name)) is not None
    }
    merged = replace(old, **told)
    if old.attributed_to and new.attributed_to and old.attributed_to.id == new.attributed_to.id:
        merged = replace(merged, attributed_to=_merge_actor(old.attributed_to, new.attributed_to))
    return merged


def newer(old: Mention, new: Mention) -> bool:
    """Whether `new` is a later state than `old`. Only `updated` orders; without it the last
    report counts, since it was read last."""
    if old.updated is not None and new.updated is not None:
        return new.updated >= old.updated
    return not (old.updated is not None and new.updated is None)


def changed(old: Mention, new: Mention) -> bool:
    """Whether the words differ, not only the counts around them."""
    if old.version is not None and new.version is not None:
        return old.version != new.version
    return any(
        getattr(new, name) is not None and getattr(new, name) != getattr(old, name)
        for name in ("text", "content", "summary", "attachment", "rating")
    )


def _merge_actor(old: Actor, new: Actor) -> Actor:
    return replace(
        old,
        **{
            field.name: value
            for field in fields(Actor)
            if (value := getattr(new, field.name)) is not None
        },
    )
