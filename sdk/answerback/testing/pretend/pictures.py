"""The one picture the checks show and post."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from answerback.model import Attachment
from answerback.testing.pretend.serving import answering

ALTERNATIVE = "A parcel with a hole in it"

#: One dot, as GIF.
_DOT = bytes.fromhex("47494638396101000100800000000000ffffff2c00000000010001000002024401003b")


@contextmanager
def picture(status: int = 200) -> Iterator[Attachment]:
    """A picture on a server of its own, which answers with this status."""
    with answering(status, {"Content-Type": "image/gif"}, _DOT) as url:
        yield Attachment(
            type="Image", url=f"{url}/dot.gif", media_type="image/gif", name=ALTERNATIVE
        )
