"""Bronze: what a channel says and gives while it works shows no secret; its errors show no words.

Tried on the pretend network, with everything the channel can do.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass, replace

from answerback.channel import Account
from answerback.errors import RemoteError
from answerback.testing.channels.deeds import Deed, deeds_on
from answerback.testing.channels.subject import ChannelSubject
from answerback.testing.checks import NotApplicable, check, expect
from answerback.testing.plugins.overheard import found, logged, said_by
from answerback.testing.pretend.faults import Fault

#: Letters only, which no network and no channel writes in another way.
_COMPLAINT = "answerbackcanarycomplaint"
_REPLY = "answerbackcanaryanswer"
_STATUSES = (200, 400, 401, 403, 429, 500)
_HOUR = 3600.0


class BronzeLeaking(ChannelSubject):
    """What gets out while the channel works."""

    @check(
        "bronze",
        needs=("poll",),
        mend="Leave errors to `http`, or write a sentence of your own; log ids, never words.",
    )
    def test_a_failing_network_makes_nothing_seen(self) -> None:
        """Where the network fails and echoes what it got, no secret and no words are repeated."""
        self._needs_network()
        with self.stage() as stage:
            hidden = [*stage.secrets, _COMPLAINT, _REPLY]
            with logged() as lines:
                deeds = deeds_on(stage, f"My parcel, {_COMPLAINT}.", f"Sorry, {_REPLY}.")
                for fault in _faults(hidden):
                    for deed in deeds:
                        # What one error asked to wait for must not keep the next call from going.
                        stage.clock.sleep(_HOUR)
                        stage.proxy.add(fault)
                        _expect_silence(deed, hidden)
                        stage.proxy.clear()
            expect(not found(hidden, lines), "A log line shows a secret or somebody's words.")

    @check(
        "bronze",
        needs=("poll",),
        mend="Take the secret from `self.setting` where it is needed; what is given is stored, and "
        "shown to others.",
    )
    def test_nothing_that_is_given_holds_a_secret(self) -> None:
        """No secret stands in a cursor, a `ref`, a receipt or anything else that will be stored."""
        self._needs_network()
        with self.stage() as stage:
            for deed in deeds_on(stage):
                try:
                    given = deed.do()
                except (RemoteError, NotApplicable):
                    continue
                told = repr(_plain(given))
                expect(
                    not found(stage.secrets, [told]), f"What `{deed.name}` gives holds a secret."
                )
            expect(not found(stage.secrets, [repr(stage.state)]), "`state` holds a secret.")

    def _needs_network(self) -> None:
        if type(self).network is None:
            raise NotApplicable("There is no pretend network to fail.")


def _faults(hidden: Sequence[str]) -> list[Fault]:
    """What the network answers to every call, or to every one but the first."""
    body = json.dumps({"error": " ".join(hidden), "ok": False}).encode()
    refusals = [Fault(effect="answer", status=each, body=body, count=None) for each in _STATUSES]
    return [*refusals, replace(refusals[-1], skip=1), Fault(effect="cut_after", count=None)]


def _expect_silence(deed: Deed, hidden: Sequence[str]) -> None:
    try:
        deed.do()
    # Whatever it raises may end up in a log.
    except Exception as error:  # noqa: BLE001
        expect(
            not found(hidden, said_by(error)),
            f"The {type(error).__name__} of `{deed.name}` shows a secret or somebody's words.",
        )


def _plain(given: object) -> object:
    """All that is in it. An account is given with its credentials: they are what it is for."""
    if isinstance(given, Account):
        return asdict(replace(given, settings={}))
    if isinstance(given, list | tuple):
        return [_plain(each) for each in given]
    return asdict(given) if is_dataclass(given) and not isinstance(given, type) else given
