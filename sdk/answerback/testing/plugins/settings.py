"""Bronze: what a plugin has to be told is declared, and named where it is missing."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator

from answerback.errors import ConfigError
from answerback.settings import Scope, Setting, read_settings
from answerback.testing.channels.offline import examples
from answerback.testing.checks import Broken, check, expect
from answerback.testing.plugins.subject import PluginSubject

_SECRET = frozenset(
    {"credential", "credentials", "key", "keys", "passphrase", "passwd", "password", "pin"}
    | {"secret", "secrets", "token", "tokens", "jwt", "cookie"}
)
#: With such a word at its end a name speaks of a secret and is none: `key_id`, `token_url`.
_ABOUT = frozenset({"address", "expires", "id", "name", "scope", "scopes", "type", "url"})


class PluginSettings(PluginSubject):
    """A plugin says what it has to be told."""

    @check(
        "bronze",
        mend="Declare Setting(name=..., scope='account', help='What it is and where to find it.').",
    )
    def test_settings_are_declared_and_scoped(self) -> None:
        """Each setting has a plain name, a fitting scope and a help that says what to enter."""
        taken: set[tuple[str, str]] = set()
        for setting, scopes, where in self.declared():
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
        for setting, scopes, _ in self.declared():
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
        for setting, _, where in self.declared():
            if not setting.required or setting.default not in (None, ""):
                continue
            others = [each for each, _, there in self.declared() if there == where]
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

    @abstractmethod
    def declared(self) -> Iterator[tuple[Setting, tuple[Scope, ...], str]]:
        """Each setting with the scopes it may have, and where it is declared."""
