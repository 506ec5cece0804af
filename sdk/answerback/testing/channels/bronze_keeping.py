"""Bronze: secrets and people's words stay where they belong, and out of reprs, logs and errors."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, get_args

from answerback.calls import Request
from answerback.channel import Account, Action, App
from answerback.errors import AnswerbackError
from answerback.model import Activity
from answerback.settings import secret_values
from answerback.testing.channels.facts import unreadable, words
from answerback.testing.channels.offline import acts, perform
from answerback.testing.channels.offline_subject import OfflineSubject
from answerback.testing.channels.signing import KEY, OTHER_KEY, signed
from answerback.testing.channels.variants import at, keys
from answerback.testing.channels.variants import replaced as payload_with
from answerback.testing.checks import NotApplicable, check, expect
from answerback.testing.plugins.overheard import found, logged, said_by

_CANARY = "Answerback canary: nobody else says this."
_REPLY = "We are sorry to hear it; our colleagues look for the parcel."
_UNUSABLE = "answerback check: no secret looks like this"
#: Shorter ones hide little and turn up by chance.
_SHORTEST = 4


class BronzeKeeping(OfflineSubject):
    """What must not be seen."""

    @check("bronze", mend="Leave repr=False on what holds settings; write no __repr__ of your own.")
    def test_no_repr_shows_a_secret(self) -> None:
        """Printed, the channel and what it was given show no secret."""
        secrets = self._secrets()
        if not secrets:
            raise NotApplicable(f"{self.channel.name} is given no secret.")
        channel = self.channel(
            App(id="app-1", settings=self.told("app")),
            Account(id="account-1", settings=self.told("account")),
        )
        shown = [repr(channel), str(channel), repr(channel.app), repr(channel.account)]
        shown.append(repr(channel.state))
        expect(not found(secrets, shown), "A repr shows a secret.")

    @check(
        "bronze",
        needs=("read",),
        mend="Name the field in `reason` and the place in `position`, never what stands there.",
    )
    def test_an_unreadable_entry_shows_no_content(self) -> None:
        """An Unreadable says which field cannot be read, and nothing of what was in it."""
        for pair in self.the_pairs():
            for way in keys(pair.native, most=1):
                value = at(pair.native, way)
                if isinstance(value, dict | list):
                    continue
                payload = payload_with(pair.native, way, _CANARY)
                for item in unreadable(self.read(payload, "with another text")):
                    expect(
                        _CANARY not in f"{item.position}{item.reason}",
                        f"An Unreadable repeats what stands in '{way[-1]}'.",
                    )

    @check("bronze", mend="Log an event's name, with ids as fields; words belong into no log.")
    def test_reading_logs_nothing_of_what_was_said(self) -> None:
        """Reading, and asking whether an answer is possible, writes no words into a log."""
        said: list[str] = []
        with logged() as lines:
            for pair in self.the_pairs() if not self.lacks(("read",)) else ():
                said += words(self.read(pair.native))
            channel = self.offline()
            for mention in self.heard():
                channel.framing(mention)
                for action in get_args(Action):
                    channel.refusal(action, mention, channel.account)
        expect(not found(said, lines), "A log line repeats what somebody said.")

    @check(
        "bronze",
        mend="Say what happened, to which account, and what to do; no value of a setting.",
    )
    def test_no_error_shows_a_secret_or_words(self) -> None:
        """Whatever a method raises or logs on its way to the network shows neither."""
        said, mention = words(self.heard_items()), self.some_mention()
        for settings in self._settings():
            hidden = [*self._secrets(*settings), *said, _REPLY]
            with logged() as lines:
                for name, act in acts(self.channel, mention, _REPLY):
                    done = perform(self.channel, act, *settings)
                    expect(
                        not found(hidden, said_by(done.error)),
                        f"What `{name}` raises shows a secret or somebody's words.",
                    )
            expect(not found(hidden, lines), "A log line shows a secret or somebody's words.")

    def _settings(self) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """The settings of app and account: as they are meant, and with each secret unusable."""
        usual = self.told("app"), self.told("account")
        yield usual
        for setting in self.channel.settings:
            if setting.secret:
                app, account = ({**each} for each in usual)
                (app if setting.scope == "app" else account)[setting.name] = _UNUSABLE
                yield app, account

    @check("bronze", mend="Name what is wrong with the call, never what stands in it.")
    def test_a_refused_delivery_shows_neither(self) -> None:
        """The error about a call that is refused or cannot be read shows no secret and no body."""
        signature, now = self.channel.signature, datetime.now(UTC)
        if signature is None and self.lacks(("parse",)):
            raise NotApplicable(f"{self.channel.name} receives no deliveries.")
        hidden = [KEY, _CANARY]
        for body in (json.dumps({"text": _CANARY}), f'{{"text": "{_CANARY}', f'["{_CANARY}"]'):
            request = Request(method="POST", path="/", body=body.encode())
            errors: list[BaseException] = []
            with logged() as lines:
                try:
                    if signature is not None:
                        stranger = signed(signature, request, OTHER_KEY, now=now)
                        signature.verify(stranger, [KEY], now=now)
                except AnswerbackError as error:
                    errors.append(error)
                try:
                    if not self.lacks(("parse",)):
                        parsed = [item for _, item in self.offline().parse(request)]
                        lines += [repr(each) for each in parsed if not isinstance(each, Activity)]
                # Whatever it raises may end up in a log.
                except Exception as error:  # noqa: BLE001
                    errors.append(error)
            told = [*lines, *(text for error in errors for text in said_by(error))]
            expect(not found(hidden, told), "What is said of a call repeats what stands in it.")

    @check(
        "bronze",
        mend="Send it in a header; addresses stand in the logs of everybody on the way. Where the "
        "network takes it nowhere else, say why in the contract's `secret_in_address`.",
    )
    def test_no_address_that_is_called_shows_a_secret(self) -> None:
        """No call has a secret in its address or query."""
        if self.secret_in_address:
            raise NotApplicable(self.secret_in_address)
        usual, mention = (self.told("app"), self.told("account")), self.some_mention()
        hidden = self._secrets(*usual)
        for name, act in acts(self.channel, mention, _REPLY):
            call = perform(self.channel, act, *usual).call
            expect(
                call is None or not found(hidden, [str(each) for each in call[1:3]]),
                f"The address that `{name}` calls holds a secret.",
            )

    def _secrets(self, *settings: Mapping[str, Any]) -> list[str]:
        told = settings or (self.told("app"), self.told("account"))
        every = [each for one in told for each in secret_values(self.channel.settings, one)]
        return [each for each in every if len(each) >= _SHORTEST]
