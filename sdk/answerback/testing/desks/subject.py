"""What the checks of a help desk are about: the class, its pretend desk, its installation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ClassVar

from answerback.contract import capabilities
from answerback.helpdesk import HelpDesk, Installation
from answerback.testing.checks import Case, NotTried
from answerback.testing.desks.stage import DeskStage, Way
from answerback.testing.plugins.subject import Plugin, PluginSubject
from answerback.testing.pretend.desk import FakeDesk


class DeskSubject(PluginSubject):
    """The attributes an author sets, and what checks make of them.

    `network` makes a fresh pretend desk; `installation` is the one the plugin is made for where
    there is no pretend desk.
    """

    help_desk: ClassVar[type[HelpDesk]]
    network: ClassVar[Callable[[], FakeDesk] | None] = None
    installation: ClassVar[Installation] = Installation(id="installation-1")

    @classmethod
    def plugin(cls) -> Plugin:
        """The class that is checked."""
        return cls.help_desk

    @contextmanager
    def stage(self, way: Way | None = None) -> Iterator[DeskStage]:
        """A fresh pretend desk with the plugin at it; `way` is how filings go there."""
        make = type(self).network
        assert make is not None
        ways = [each for each, _ in self.ways()]
        if not ways:
            raise NotTried(f"{self.help_desk.name} has neither `file` nor `calls`.")
        with make() as network:
            stage = DeskStage(self.help_desk, network, way or ways[0])  # type: ignore[arg-type]
            with stage.running():
                yield stage

    # Cases

    @classmethod
    def ways(cls) -> list[Case]:
        """Each way filings come into tickets: by our calls, or by the desk's."""
        found: list[Case] = []
        if "file" in capabilities(cls.help_desk):
            found.append(("filed", "filed"))
        if cls.help_desk.calls:
            found.append(("collected", "collected"))
        return found

    @classmethod
    def ways_back(cls) -> list[Case]:
        """Each way agents' answers come back."""
        found: list[Case] = []
        if "replies_since" in capabilities(cls.help_desk):
            found.append(("swept", "swept"))
        if cls.help_desk.calls:
            found.append(("handed_over", "handed_over"))
        return found
