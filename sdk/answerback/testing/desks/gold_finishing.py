"""Gold: the types of a help desk are strict, and its page is complete."""

from __future__ import annotations

from collections.abc import Iterable

from answerback.settings import Setting
from answerback.testing.desks.subject import DeskSubject
from answerback.testing.plugins.finishing import PluginFinishing


class DeskGoldFinishing(PluginFinishing, DeskSubject):
    """What makes a help desk's plugin one that others hold up as a model."""

    def explained(self) -> tuple[Iterable[Setting], Iterable[str]]:
        """The settings of an installation."""
        return self.help_desk.settings, ()
