"""Bronze: a platform's check of our address is passed with our token, and with no other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from answerback.calls import Request, Response
from answerback.channel import Account, App, Channel
from answerback.errors import BadRequest, ConfigError
from answerback.testing.channels.offline_subject import OfflineSubject
from answerback.testing.checks import Case, NotApplicable, check, expect
from answerback.testing.golden.folder import Handshake, handshakes

_SOME_CALL = Request(method="POST", path="/hooks/1", body=b'{"answerback": "check"}')


class BronzeHandshaking(OfflineSubject):
    """Handshakes."""

    @classmethod
    def golden_handshakes(cls) -> list[Case]:
        """Each golden handshake."""
        return [(one.name, one) for one in (handshakes(cls.golden) if cls.golden else ())]

    @check(
        "bronze",
        needs=("handshake",),
        mend="Record one from the platform's page as golden/handshakes/NAME.json: settings, "
        "request and response.",
    )
    def test_there_is_a_golden_handshake(self) -> None:
        """Where the platform checks our address, such a check is there to be tried."""
        expect(self.golden_handshakes(), "It has `handshake` and no golden handshake.")

    @check(
        "bronze",
        needs=("handshake",),
        each="golden_handshakes",
        mend="Use `answerback.signatures.hub_challenge` or `crc_token` where they fit.",
    )
    def test_a_handshake_is_answered(self, handshake: Handshake) -> None:
        """The platform's check of our address is answered as it wants, and nothing else is."""
        channel = self._with(handshake.settings)
        answer = channel.handshake(handshake.request)
        expect(answer is not None, "It takes the platform's check for an ordinary call.")
        assert answer is not None
        wanted = handshake.response
        expect(answer.status == wanted.status, f"It answers {answer.status}, not {wanted.status}.")
        expect(_body(answer) == _body(wanted), "It answers with another body.")
        given = {name.lower(): value for name, value in answer.headers.items()}
        for name, value in wanted.headers.items():
            expect(given.get(name.lower()) == value, f"Its header '{name}' is another.")
        for call in self.delivered() or [_SOME_CALL]:
            expect(
                channel.handshake(call) is None,
                "It takes an ordinary delivery for the platform's check of our address.",
                "Give None for what is no check: the call is then verified and parsed.",
            )

    @check(
        "bronze",
        needs=("handshake",),
        each="golden_handshakes",
        mend="Answer 403 where the token is not ours, or anybody connects our address to an app. "
        "Where no secret is asked for, leave `settings` out of the golden handshake.",
    )
    def test_a_strangers_handshake_is_refused(self, handshake: Handshake) -> None:
        """With another token than ours, or where we have none, the check is not passed."""
        wanted = (handshake.response.status, _body(handshake.response))
        if not handshake.settings:
            raise NotApplicable("The platform's check rests on no secret.")
        if wanted[0] >= 400:
            raise NotApplicable("It is refused with our own secret, too.")
        for value, how in (("answerback-check-other", "another secret"), ("", "no secret")):
            answer = self._answer(handshake, value)
            expect(
                answer is None or answer[0] >= 400 or (value and answer != wanted),
                f"It is passed by a channel with {how}.",
            )

    def _answer(self, handshake: Handshake, value: str) -> tuple[int, object] | None:
        """The answer of a channel with other settings, None where it refuses by an error."""
        channel = self._with(dict.fromkeys(handshake.settings, value))
        try:
            answer = channel.handshake(handshake.request)
        except (BadRequest, ConfigError):
            return None
        return None if answer is None else (answer.status, _body(answer))

    def _with(self, settings: Mapping[str, Any]) -> Channel:
        mine = {each.name for each in self.channel.settings if each.scope == "app"}
        told = [
            {name: value for name, value in settings.items() if (name in mine) is app}
            for app in (True, False)
        ]
        return self.channel(
            App(id="app-1", settings=told[0]), Account(id="account-1", settings=told[1])
        )


def _body(answer: Response) -> object:
    try:
        return json.loads(answer.body)
    except ValueError:
        return answer.body
