"""Bronze: what a channel has to be told is declared, and named where it is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from answerback.errors import AnswerbackError, ConfigError
from answerback.settings import Scope, Setting, read_settings
from answerback.testing.checks import Broken, NotApplicable, check, expect
from answerback.testing.facts import failure
from answerback.testing.offline import Act, Done, acts, examples, perform
from answerback.testing.offline_subject import OfflineSubject

_SECRET = frozenset(
    {"credential", "credentials", "key", "keys", "passphrase", "passwd", "password", "pin"}
    | {"secret", "secrets", "token", "tokens", "jwt", "cookie"}
)
#: With such a word at its end a name speaks of a secret and is none: `key_id`, `token_url`.
_ABOUT = frozenset({"address", "expires", "id", "name", "scope", "scopes", "type", "url"})


class BronzeSettings(OfflineSubject):
    """A channel says what it has to be told, and stops where it was not."""

    @check(
        "bronze",
        mend="Declare Setting(name=..., scope='account', help='What it is and where to find it.').",
    )
    def test_settings_are_declared_and_scoped(self) -> None:
        """Each setting has a plain name, a fitting scope and a help that says what to enter."""
        taken: set[tuple[str, str]] = set()
        for setting, scopes, where in self._declared():
            expect(
                isinstance(setting, Setting),
                f"`{where}` holds a {type(setting).__name__}, not a Setting.",
            )
            name = setting.name
            expect(
                name.isidentifier() and name == name.lower(),
                f"The setting '{name}' in `{where}` is no plain name.",
                "Name it in lower case letters, digits and _, as in 'access_token'.",
            )
            expect(
                setting.scope in scopes,
                f"The setting '{name}' in `{where}` has the scope '{setting.scope}', which "
                f"nothing there can have.",
                f"Give it one of the scopes {', '.join(scopes)}.",
            )
            expect(
                len(setting.help.split()) >= 2,
                f"The setting '{name}' has no help: whoever is asked for it does not know what "
                f"to enter.",
            )
            self._expect_a_default_that_fits(setting)
            expect(
                (where, name) not in taken,
                f"The setting '{name}' is declared twice in `{where}`.",
                "Keep one: an app's and an account's setting must differ in their names, too.",
            )
            taken.add((where, name))

    def _expect_a_default_that_fits(self, setting: Setting) -> None:
        if setting.default is None:
            return
        try:
            fits = setting.read(setting.default, "default") == setting.default
        except ConfigError:
            fits = setting.default == ""
        expect(
            fits,
            f"The default of the setting '{setting.name}' is none of the values it takes.",
            "Give a default of its `type`, and one of its `choices` where it has some.",
        )

    @check("bronze", mend="Say secret=True: it is then stored encrypted and hidden everywhere.")
    def test_secrets_are_marked(self) -> None:
        """Whatever is named like a token, key or password is marked as a secret."""
        for setting, scopes, _ in self._declared():
            words = setting.name.split("_")
            like_a_secret = bool(_SECRET & set(words)) and not (
                words[-1] in _ABOUT or "public" in words
            )
            expect(
                setting.secret or not like_a_secret,
                f"The setting '{setting.name}' looks like a secret and is not marked as one.",
            )
            if not setting.secret:
                continue
            expect(
                not setting.default,
                f"The secret '{setting.name}' has a default, which everybody can read.",
                "Leave the default out: a secret is asked for.",
            )
            expect(
                scopes != ("listener",),
                f"The secret '{setting.name}' belongs to a listener, whose settings are shown.",
                "Give it the scope app or account.",
            )

    @check("bronze", mend="Leave `default` out where the setting is required.")
    def test_a_missing_setting_is_named(self) -> None:
        """A required setting that is not told is named, and nothing takes its place."""
        for setting, _, where in self._declared():
            if not setting.required or setting.default not in (None, ""):
                continue
            others = [each for each, _, there in self._declared() if there == where]
            told = examples(tuple(others), setting.scope, {})
            told.pop(setting.name, None)
            try:
                read_settings(others, told, scope=setting.scope, where="the account")
            except ConfigError as error:
                expect(
                    f"'{setting.name}'" in str(error) and "the account" in str(error),
                    f"The error about the missing setting '{setting.name}' does not name it.",
                    "Name the setting and whose it is.",
                )
            else:
                raise Broken(
                    f"The setting '{setting.name}' is required, and nobody notices when it is "
                    f"missing: its default is empty."
                )

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

    def _declared(self) -> Iterator[tuple[Setting, tuple[Scope, ...], str]]:
        """Each setting with the scopes it may have, and where it is declared."""
        for setting in self.channel.settings:
            yield setting, ("app", "account"), "settings"
        # Two listeners of a kind are the finding of another check.
        for offered in {each.kind: each for each in self.channel.listeners}.values():
            for setting in offered.settings:
                yield setting, ("listener",), f"listeners: {offered.kind}"


def _same_error(usual: Done, done: Done) -> bool:
    """Whether it fails for want of something else, as it does with every setting."""
    return usual.error is not None and type(usual.error) is type(done.error)
