"""What the checks of every plugin are about, be it a channel or a help desk."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import ClassVar

from answerback.channel import Channel
from answerback.contract import capabilities
from answerback.helpdesk import HelpDesk
from answerback.testing.checks import Case
from answerback.testing.contract import Contract
from answerback.testing.golden.folder import error_answers

Plugin = type[Channel] | type[HelpDesk]


class PluginSubject(Contract):
    """The attributes every contract has; `plugin` gives the class, whatever its kind.

    `golden` is the folder with what was recorded, `docs` the page for those who use the plugin.
    """

    golden: ClassVar[Path | None] = None
    docs: ClassVar[Path | None] = None

    @classmethod
    @abstractmethod
    def plugin(cls) -> Plugin:
        """The class that is checked."""

    def lacks(self, needs: tuple[str, ...]) -> str | None:
        """Why a check that needs these capabilities has no object, or None."""
        missing = sorted(set(needs) - capabilities(self.plugin()))
        return f"{self.plugin().name} has no `{missing[0]}`." if missing else None

    @classmethod
    def golden_errors(cls) -> list[Case]:
        """Each recorded error answer."""
        return [(one.name, one) for one in (error_answers(cls.golden) if cls.golden else ())]
