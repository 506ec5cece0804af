"""What nobody has to answer, whoever says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from answerback.model import Mention


def is_bare_repost(mention: Mention, own: str) -> bool:
    """Whether it only passes on what somebody else said. A picture says something."""
    if mention.quote_of is None or mention.attachment or mention.rating is not None:
        return False
    return not any(character.isalnum() for character in own)
