"""What a plugin needs to be told: settings declared with their scope, secrets marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from answerback.errors import ConfigError

Scope = Literal["app", "account", "listener", "installation"]

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One thing a plugin is told.

    `scope` says who owns the value; a `secret` is stored encrypted, asked for without echo
    and redacted from every log and message. A setting without a default is required.
    """

    name: str
    scope: Scope
    help: str
    type: type[str] | type[int] | type[bool] = str
    secret: bool = False
    required: bool = True
    default: Any = None
    choices: tuple[str, ...] = ()

    def read(self, value: object, where: str) -> Any:
        """The value, typed. Raises ConfigError naming the setting, never the value."""
        if value is None or value == "":
            if self.default is not None or not self.required:
                return self.default
            raise ConfigError(f"{where}: setting '{self.name}' is missing. {self.help}")
        text = str(value).strip()
        if self.choices and text not in self.choices:
            raise ConfigError(
                f"{where}: setting '{self.name}' must be one of {', '.join(self.choices)}."
            )
        if self.type is bool:
            if text.lower() in _TRUE | _FALSE:
                return text.lower() in _TRUE
            raise ConfigError(f"{where}: setting '{self.name}' must be yes or no.")
        if self.type is int:
            try:
                return int(text)
            except ValueError:
                raise ConfigError(
                    f"{where}: setting '{self.name}' must be a whole number."
                ) from None
        return text


def read_settings(
    declared: Iterable[Setting], values: Mapping[str, object], *, scope: Scope, where: str
) -> dict[str, Any]:
    """The declared settings of one scope, typed and with defaults.

    `where` names the app, account, listener or installation in errors. An undeclared name is
    refused, since a typo would otherwise be silent.
    """
    mine = {setting.name: setting for setting in declared if setting.scope == scope}
    unknown = sorted(set(values) - set(mine))
    if unknown:
        known = ", ".join(sorted(mine)) or "none"
        raise ConfigError(f"{where}: unknown setting '{unknown[0]}'; known settings: {known}.")
    return {name: setting.read(values.get(name), where) for name, setting in mine.items()}


def secret_values(declared: Iterable[Setting], values: Mapping[str, object]) -> tuple[str, ...]:
    """The values that must never be shown, for redaction."""
    hidden = {setting.name for setting in declared if setting.secret}
    return tuple(str(value) for name, value in values.items() if name in hidden and value)
