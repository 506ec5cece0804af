"""Looking back along a feed for what we may have posted: what `Channel.sent` is made of.

A post that is not found is posted again where a channel declares absence as proof, so the look
must have gone back far enough, or say that it has not.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from answerback.errors import TryLater
from answerback.fields import mentions
from answerback.model import Mention
from answerback.walk import Batch

__all__ = ["look_back"]

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
