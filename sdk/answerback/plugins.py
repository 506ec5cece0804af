"""Which channels and help desks are installed, found by entry points.

A plugin joins by an entry point in its own package, `answerback.channels` or
`answerback.help_desks`; those that ship with answerback join the same way. Looking does not
import them, loading does. `ANSWERBACK_PLUGINS`, a comma list of names, limits what can be
loaded: set it in production, and a package that sneaks in stays out. Set but empty allows none.

Facts about entry points: https://packaging.python.org/en/latest/specifications/entry-points/
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Literal

from answerback.contract import capabilities
from answerback.errors import ConfigError

if TYPE_CHECKING:
    from answerback.channel import Channel
    from answerback.helpdesk import HelpDesk

ALLOWED = "ANSWERBACK_PLUGINS"

PluginKind = Literal["channel", "help desk"]

_GROUPS: Mapping[PluginKind, str] = {
    "channel": "answerback.channels",
    "help desk": "answerback.help_desks",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """An installed plugin, not yet imported."""

    name: str
    kind: PluginKind
    distribution: str
    version: str
    entry_point: EntryPoint = field(repr=False, compare=False)

    def load(self) -> type[Channel] | type[HelpDesk]:
        """The plugin's class. Raises ConfigError, naming the plugin and what its import raised."""
        try:
            loaded = self.entry_point.load()
        # A stranger's module may raise anything at import, and even try to leave.
        except (Exception, SystemExit) as error:
            raise ConfigError(f"{self._whole_name} cannot be loaded: {_said(error)}.") from error
        contract = _contract(self.kind)
        if not (isinstance(loaded, type) and issubclass(loaded, contract)):
            raise ConfigError(
                f"{self._whole_name} is no {contract.__name__}: {self.entry_point.value} must "
                f"name a subclass of answerback.{contract.__name__}."
            )
        named = getattr(loaded, "name", None)
        if named != self.name:
            raise ConfigError(
                f"{self._whole_name} calls itself {named!r}; entry point and class attribute "
                "'name' must agree."
            )
        return loaded

    @property
    def _whole_name(self) -> str:
        return f"The {self.kind} '{self.name}' from {self.distribution} {self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """What became of loading a plugin: what it can do and is called for, or why it is broken."""

    plugin: Plugin
    title: str | None = None
    capabilities: frozenset[str] = frozenset()
    calls: tuple[str, ...] = ()
    broken: str | None = None


def channels() -> dict[str, Plugin]:
    """The installed channels by name, none of them imported.

    Raises ConfigError when two distributions claim one name, or when `ANSWERBACK_PLUGINS`
    names a plugin that is not installed.
    """
    return _found("channel")


def help_desks() -> dict[str, Plugin]:
    """The installed help desks by name, none of them imported. Raises as `channels` does."""
    return _found("help desk")


def load_channel(name: str) -> type[Channel]:
    """The channel's class. Raises ConfigError: unknown, with the names that are; or broken."""
    loaded: type[Channel] = _named(name, "channel").load()  # type: ignore[assignment]
    return loaded


def load_help_desk(name: str) -> type[HelpDesk]:
    """The help desk's class. Raises ConfigError: unknown, with the names that are; or broken."""
    loaded: type[HelpDesk] = _named(name, "help desk").load()  # type: ignore[assignment]
    return loaded


def installed() -> list[Installed]:
    """Every plugin that may be loaded, tried: a broken one says so and costs the others nothing."""
    return [_tried(plugin) for plugin in (*channels().values(), *help_desks().values())]


def _tried(plugin: Plugin) -> Installed:
    try:
        loaded = plugin.load()
    except ConfigError as error:
        return Installed(plugin=plugin, broken=str(error))
    return Installed(
        plugin=plugin,
        title=getattr(loaded, "title", None),
        capabilities=capabilities(loaded),
        calls=tuple(call.method for call in getattr(loaded, "calls", ())),
    )


def _contract(kind: PluginKind) -> type[Channel] | type[HelpDesk]:
    if kind == "channel":
        from answerback.channel import Channel

        return Channel
    from answerback.helpdesk import HelpDesk

    return HelpDesk


def _named(name: str, kind: PluginKind) -> Plugin:
    known = _found(kind)
    if name in known:
        return known[name]
    limited = " (ANSWERBACK_PLUGINS limits them)" if ALLOWED in os.environ else ""
    raise ConfigError(
        f"There is no {kind} '{name}'{limited}.{_meant(name, known)} "
        f"Known: {', '.join(known) or 'none'}."
    )


def _found(kind: PluginKind) -> dict[str, Plugin]:
    return dict(_known(kind, os.environ.get(ALLOWED), tuple(sys.path)))


@lru_cache(maxsize=16)
def _known(kind: PluginKind, listed: str | None, _path: tuple[str, ...]) -> dict[str, Plugin]:
    """Looked for once: reading what is installed takes milliseconds, and engines ask often."""
    everything = {each: list(entry_points(group=group)) for each, group in _GROUPS.items()}
    allowed = _allowed(listed, (point.name for points in everything.values() for point in points))
    plugins: dict[str, Plugin] = {}
    for point in sorted(everything[kind], key=lambda point: point.name):
        if allowed is not None and point.name not in allowed:
            continue
        plugin = _plugin(point, kind)
        other = plugins.setdefault(point.name, plugin)
        if other.entry_point.value != point.value or other.distribution != plugin.distribution:
            raise ConfigError(
                f"Two distributions claim the {kind} '{point.name}': {other.distribution} "
                f"{other.version} and {plugin.distribution} {plugin.version}. Uninstall one."
            )
    return plugins


def _allowed(listed: str | None, names: Iterable[str]) -> frozenset[str] | None:
    if listed is None:
        return None
    allowed = frozenset(name for part in listed.split(",") if (name := part.strip()))
    known = sorted(set(names))
    for name in sorted(allowed.difference(known)):
        raise ConfigError(
            f"{ALLOWED} names '{name}', which is not installed.{_meant(name, known)} "
            f"Installed: {', '.join(known) or 'none'}."
        )
    return allowed


def _plugin(point: EntryPoint, kind: PluginKind) -> Plugin:
    distribution = point.dist
    return Plugin(
        name=point.name,
        kind=kind,
        distribution=distribution.name if distribution else "an unknown distribution",
        version=distribution.version if distribution else "",
        entry_point=point,
    )


def _meant(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f" Did you mean '{close[0]}'?" if close else ""


def _said(error: BaseException) -> str:
    """The error's class; its words only where they can be nothing but a module's name."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"ModuleNotFoundError (no module '{error.name}')"
    return type(error).__name__
