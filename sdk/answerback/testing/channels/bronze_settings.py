"""Bronze: what a channel has to be told is declared, and named where it is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from answerback.errors import AnswerbackError, ConfigError
from answerback.settings import Scope, Setting
from answerback.testing.channels.facts import failure
from answerback.testing.channels.offline import Act, Done, acts, perform
from answerback.testing.channels.offline_subject import OfflineSubject
from answerback.testing.checks import Broken, NotApplicable, check, expect
from answerback.testing.plugins.settings import PluginSettings


class BronzeSettings(PluginSettings, OfflineSubject):
    """A channel says what it has to be told, and stops where it was not."""

    @check(
        "bronze",
        mend='Look for the setting before the call, and raise ConfigError(f"{self.name}: setting '
        "'...' is missing.\"): a KeyError tells nobody what to do.",
    )
    def test_a_missing_setting_stops_every_call(self) -> None:
        """Where an app or account lacks a required setting, methods name it and call nobody."""
        needed = [
            setting
            for setting in self.channel.settings
            if setting.required and setting.default is None
        ]
        if not needed:
            raise NotApplicable(f"{self.channel.name} needs no setting.")
        known = list(acts(self.channel, self.some_mention()))
        app, account = self.told("app"), self.told("account")
        for setting in needed:
            for name, act in known:
                self._expect_it_stops(setting, name, act, app, account)

    def _expect_it_stops(
        self,
        setting: Setting,
        name: str,
        act: Act,
        app: Mapping[str, Any],
        account: Mapping[str, Any],
    ) -> None:
        usual = perform(self.channel, act, app, account)
        less = (
            {name: value for name, value in told.items() if name != setting.name}
            for told in (app, account)
        )
        done = perform(self.channel, act, *less)
        if setting.name not in done.asked or _same_error(usual, done):
            return
        missing = f"where the setting '{setting.name}' is missing"
        if isinstance(done.error, ConfigError):
            expect(
                setting.name in str(done.error),
                f"`{name}` raises a ConfigError {missing}, and does not name it.",
                f"Name it: ConfigError(f\"{{self.name}}: setting '{setting.name}' is missing.\").",
            )
        elif done.error is not None and not isinstance(done.error, AnswerbackError):
            raise Broken(f"`{name}` fails with {failure(done.error)} {missing}.") from done.error
        else:
            expect(done.call is None, f"`{name}` calls the network {missing}.")

    def declared(self) -> Iterator[tuple[Setting, tuple[Scope, ...], str]]:
        """The channel's own settings, and those of each of its listeners."""
        for setting in self.channel.settings:
            yield setting, ("app", "account"), "settings"
        # Two listeners of a kind are the finding of another check.
        for offered in {each.kind: each for each in self.channel.listeners}.values():
            for setting in offered.settings:
                yield setting, ("listener",), f"listeners: {offered.kind}"


def _same_error(usual: Done, done: Done) -> bool:
    """Whether it fails for want of something else, as it does with every setting."""
    return usual.error is not None and type(usual.error) is type(done.error)
