"""Bronze: what a help desk says of itself, and that finding and making it costs nothing."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from answerback.calls import Call
from answerback.contract import capabilities
from answerback.errors import AnswerbackError, ConfigError
from answerback.helpdesk import Installation
from answerback.settings import Scope, Setting
from answerback.testing.channels.facts import failure
from answerback.testing.channels.offline import Done, examples
from answerback.testing.checks import Broken, NotApplicable, check, expect
from answerback.testing.desks.offline import Act, acts, perform
from answerback.testing.desks.subject import DeskSubject
from answerback.testing.plugins.declaring import PluginDeclaring
from answerback.testing.plugins.errors import PluginErrors
from answerback.testing.plugins.installing import PluginInstalling
from answerback.testing.plugins.settings import PluginSettings

_MOST = 1000


class DeskBronzeDeclaring(
    PluginSettings, PluginDeclaring, PluginInstalling, PluginErrors, DeskSubject
):
    """A help desk says what it is, and its declarations hold."""

    def declared(self) -> Iterator[tuple[Setting, tuple[Scope, ...], str]]:
        """The settings of an installation; a help desk has no others."""
        for setting in self.help_desk.settings:
            yield setting, ("installation",), "settings"

    def told_to(self) -> Installation:
        """The installation the plugin is made for."""
        return self.installation

    def told(self) -> dict[str, Any]:
        """A value for each setting: the pretend desk's, the installation's, or one made up."""
        given: dict[str, Any] = {}
        make = type(self).network
        if make is not None:
            given = dict(make().installation_settings)
        given |= {name: value for name, value in self.installation.settings.items() if value}
        return examples(self.help_desk.settings, "installation", given)

    @check("bronze", mend="Write `file`, or declare the `calls` by which the desk gets what waits.")
    def test_there_is_a_way_in(self) -> None:
        """Filings can come into tickets: by our calls, or by the desk's."""
        has = capabilities(self.help_desk)
        expect("file" in has or self.help_desk.calls, "It has neither `file` nor `calls`.")
        expect(
            "replies_since" in has or self.help_desk.calls,
            "It has neither `replies_since` nor `calls`: no answer ever comes back.",
            "Write `replies_since`: agents' answers are found by it.",
        )

    @check("bronze", mend="Declare `batch = 50`: as many as one call of `file` is to get at once.")
    def test_a_batch_has_a_size(self) -> None:
        """How much is filed at once is a number that can be kept."""
        batch = self.help_desk.batch
        expect(
            isinstance(batch, int) and not isinstance(batch, bool) and 1 <= batch <= _MOST,
            f"`batch` is {batch!r}.",
        )

    @check(
        "bronze",
        mend='Declare Call(verb="POST", path="/pull", method="pull"), and write '
        "`def pull(self, request: Request, bridge: Bridge) -> Response`.",
    )
    def test_declared_calls_can_be_answered(self) -> None:
        """Each declared call has an address of its own and a method that answers it."""
        calls = self.help_desk.calls
        if not calls:
            raise NotApplicable(f"{self.help_desk.name} declares no calls.")
        taken: set[tuple[str, str]] = set()
        for call in calls:
            expect(isinstance(call, Call), f"`calls` holds a {type(call).__name__}, no Call.")
            where = f"{call.verb} {call.path}"
            expect(call.verb in ("GET", "POST"), f"The call {where} is neither GET nor POST.")
            path = call.path
            expect(
                path.startswith("/")
                and len(path) > 1
                and not set("?#{} ") & set(path)
                and "//" not in path
                and ".." not in path,
                f"The call {where} has no plain path.",
                "Write it as it comes: '/pull'. Names in it are not understood.",
            )
            expect((call.verb, path) not in taken, f"The call {where} is declared twice.")
            taken.add((call.verb, path))
            method = inspect.getattr_static(self.help_desk, call.method, None)
            expect(callable(method), f"The call {where} has no method `{call.method}`.")
            assert callable(method)
            try:
                inspect.signature(method).bind(None, None, None)
            except TypeError:
                raise Broken(
                    f"`{call.method}` cannot be called with a request and a bridge."
                ) from None

    @check(
        "bronze",
        mend='Look for the setting before the call, and raise ConfigError(f"{self.name}: setting '
        "'...' is missing.\"): a KeyError tells nobody what to do.",
    )
    def test_a_missing_setting_stops_every_call(self) -> None:
        """Where an installation lacks a required setting, methods name it and call nobody."""
        needed = [one for one in self.help_desk.settings if one.required and one.default is None]
        known = list(acts(self.help_desk, "Where is my parcel?"))
        if not needed or not known:
            raise NotApplicable(f"{self.help_desk.name} needs no setting to call anybody.")
        for setting in needed:
            for name, act in known:
                self._expect_it_stops(setting, name, act)

    def _expect_it_stops(self, setting: Setting, name: str, act: Act) -> None:
        told = self.told()
        usual = perform(self.help_desk, act, told)
        less = {each: value for each, value in told.items() if each != setting.name}
        done = perform(self.help_desk, act, less)
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
            expect(done.call is None, f"`{name}` calls the desk {missing}.")


def _same_error(usual: Done, done: Done) -> bool:
    """Whether it fails for want of something else, as it does with every setting."""
    return usual.error is not None and type(usual.error) is type(done.error)
