"""Looking again: for what we may have posted, and at what became of posts that were heard.

They are what `Channel.sent` and `Channel.fetch` are made of. A post that is not found is posted
again where a channel declares absence as proof, so a look back must have gone far enough, or say
that it has not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from answerback.channel import Fetched
from answerback.errors import Gone, TryLater
from answerback.fields import UnclearError, mentions
from answerback.model import Mention
from answerback.walk import Batch

__all__ = ["fetched", "look_back"]

_CLOCKS_DIFFER = timedelta(minutes=5)


def look_back(
    fetch: Callable[[str | None], Batch],
    is_it: Callable[[Mention], bool],
    *,
    since: datetime,
    most: int = 20,
) -> list[Mention]:
    """The mentions of a feed that are it and were written since then, newest first.

    One without a time may be it. The network's clock may be five minutes slow. `fetch` is as
    `walk_back` takes it: a page by its token, newest first. Raises TryLater when nothing was
    found and the look did not reach back to `since`, because the network shows no further or
    `most` pages were taken: then not finding a post proves nothing.
    """
    oldest = since - _CLOCKS_DIFFER
    found: list[Mention] = []
    token: str | None = None
    for _ in range(most):
        batch = fetch(token)
        said = mentions(batch.items)
        young = [one for one in said if one.published is None or one.published >= oldest]
        found += [one for one in young if is_it(one)]
        token = batch.older
        reached = said and not young
        if reached or (token is None and batch.gap is None):
            return found
        if token is None:
            break
    if not found:
        raise TryLater("The network does not show far enough back to tell what was posted.")
    return found


def fetched(
    refs: Iterable[Mapping[str, Any]], look: Callable[[Mapping[str, Any]], Mention | None]
) -> list[Fetched]:
    """What became of each ref, in order, where the network shows one post a call.

    `look` gives the post. None, Gone and a ref it finds unclear say that it is missing for now,
    Gone with status 410 that it is gone for good; any other error is raised.
    """
    return [_looked_at(ref, look) for ref in refs]


def _looked_at(
    ref: Mapping[str, Any], look: Callable[[Mapping[str, Any]], Mention | None]
) -> Fetched:
    try:
        found = look(ref)
    except UnclearError:
        found = None
    except Gone as gone:
        return Fetched(ref=ref, state="gone" if gone.status == 410 else "missing")
    return Fetched(ref=ref, state="present" if found else "missing", mention=found)
