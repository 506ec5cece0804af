"""What the kit says where a post was said and not heard: whose mistake it looks like."""

from __future__ import annotations

from typing import Any

import pytest
from grand_tavern import GrandTavern
from tavern_channel import Tavern

from answerback.model import Page
from answerback.testing.channels.stage import Stage
from answerback.testing.checks import Broken


class Renaming(GrandTavern):
    def say(self, text: str, **more: Any) -> str:
        return f"{super().say(text, **more)}#said"


class Deaf(Tavern):
    def poll(self, *_: Any) -> Page:
        return Page(cursor="1")


def unheard(channel: type[Tavern], network: GrandTavern) -> Broken:
    """What is raised where something is said."""
    with network:
        stage = Stage(channel, network, None)
        with stage.proxy, pytest.raises(Broken) as caught:
            stage.hear("Where is my parcel?")
    return caught.value


def test_a_post_given_under_another_id_is_the_networks_mistake() -> None:
    broken = unheard(Tavern, Renaming())

    assert broken.seen.startswith("`poll` gave 1 post to")
    assert broken.seen.endswith("but none under the id that `say` returned.")
    assert "`say` of the pretend network" in (broken.mend or "")


def test_a_post_that_was_not_given_at_all_is_the_channels_mistake() -> None:
    broken = unheard(Deaf, GrandTavern())

    assert "was not given by the next" in broken.seen
    assert "`poll`" in (broken.mend or "")
    assert "`say`" not in (broken.mend or "")
