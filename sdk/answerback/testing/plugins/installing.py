"""Bronze: to find a plugin, import it and make it has no consequences."""

from __future__ import annotations

from abc import abstractmethod
from importlib.metadata import entry_points

from answerback.channel import Account, Channel
from answerback.helpdesk import Installation
from answerback.testing.checks import NotApplicable, broken, check, expect
from answerback.testing.plugins.fresh_process import alone
from answerback.testing.plugins.subject import PluginSubject


class PluginInstalling(PluginSubject):
    """What happens before anything is asked of a plugin."""

    @check("bronze", mend="Name the entry point in pyproject.toml as the class attribute `name`.")
    def test_the_entry_point_has_its_name(self) -> None:
        """Where the plugin is installed, it is found under the name it calls itself."""
        channel = issubclass(self.plugin(), Channel)
        group = "answerback.channels" if channel else "answerback.help_desks"
        mine = [
            point
            for point in entry_points(group=group)
            if point.module.partition(".")[0] == self.plugin().__module__.partition(".")[0]
            and point.attr == self.plugin().__qualname__
            and point.load() is self.plugin()
        ]
        if not mine:
            raise NotApplicable("It is not installed with an entry point.")
        for point in mine:
            expect(
                point.name == self.plugin().name,
                f"The entry point is named '{point.name}', the class '{self.plugin().name}'.",
            )

    @check(
        "bronze", mend="Move it into the method that needs it; constants and imports are enough."
    )
    def test_importing_and_constructing_opens_nothing(self) -> None:
        """Importing the module and constructing the class touches neither network nor files."""
        found = alone(self.plugin(), self.told_to())
        for what in found.beside:
            broken(f"Importing or constructing it {what}.")
        expect(
            found.failed is None,
            f"In a process of its own it fails with {found.failed}.",
            "Let the module be imported by itself, and the class constructed without settings.",
        )

    @abstractmethod
    def told_to(self) -> Account | Installation:
        """The account or installation the plugin is made for."""
