"""What a channel makes of a payload, in a form that can be compared and written down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from traceback import extract_tb
from typing import Any

from answerback.activitystreams import to_as2
from answerback.channel import Account, Channel
from answerback.errors import AnswerbackError, ConfigError
from answerback.model import Activity, Hint, Ignored, Mention, Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What became of one payload; `as2` is what its golden pair holds."""

    activities: tuple[Activity, ...] = ()
    as2: tuple[Mapping[str, Any], ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    hints: int = 0

    def mentions(self) -> Iterator[Mention]:
        """Every mention in it, however deep."""
        for activity in self.activities:
            thing: object = activity
            while isinstance(thing, Activity):
                thing = thing.object
            if isinstance(thing, Mention):
                yield thing


class Reader:
    """Reads payloads with one channel, offline, for an account with these settings."""

    def __init__(self, plugin: type[Channel], settings: Mapping[str, str]) -> None:
        self._plugin = plugin
        self._account = Account(id="account-1", settings=settings)

    def read(self, payload: object) -> Reading:
        """What the channel gives for it. Raises ConfigError where it fails instead."""
        try:
            items = list(self._plugin(account=self._account).read(payload))
            activities = tuple(item for item in items if isinstance(item, Activity))
            return Reading(
                activities=activities,
                as2=tuple(to_as2(each) for each in activities),
                unreadable=tuple(item for item in items if isinstance(item, Unreadable)),
                ignored=tuple(item for item in items if isinstance(item, Ignored)),
                hints=sum(isinstance(item, Hint) for item in items),
            )
        except AnswerbackError as error:
            raise ConfigError(
                f"{self._plugin.name} cannot read the payload: {error} Mend the channel."
            ) from error
        # A plugin's mistake may quote the payload.
        except Exception as error:
            raise ConfigError(
                f"{self._plugin.name} failed with {type(error).__name__} {_place(error)} while "
                "reading the payload. Mend the channel."
            ) from error


def _place(error: Exception) -> str:
    """Where it was raised, without what it says."""
    frame = extract_tb(error.__traceback__)[-1]
    return f"in line {frame.lineno} of {Path(frame.filename).name}"
