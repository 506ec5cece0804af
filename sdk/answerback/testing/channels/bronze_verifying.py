"""Bronze: a call that comes in is believed when it proves who sent it, and only then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from answerback.calls import Request
from answerback.errors import BadRequest
from answerback.signatures import Signature
from answerback.testing.channels.facts import failure
from answerback.testing.channels.offline_subject import OfflineSubject
from answerback.testing.channels.signing import KEY, OTHER_KEY, signed
from answerback.testing.checks import Broken, NotApplicable, broken, check

_SOME_CALL = Request(
    method="POST",
    path="/hooks/1",
    headers={"content-type": "application/json"},
    body=b'{"answerback": "check"}',
)
_MANY_YEARS = timedelta(days=3650)
_COMPARE = "Compare with hmac.compare_digest, and raise BadSignature where nothing matches."


class BronzeVerifying(OfflineSubject):
    """Signatures."""

    @check("bronze", mend="Use HmacSignature or SharedSecret, which do both halves of a scheme.")
    def test_a_signed_call_is_believed(self) -> None:
        """A call signed as the platform signs is accepted, within its age."""
        signature, now = self._signature(), datetime.now(UTC)
        age = getattr(signature, "age", None) or timedelta(0)
        for moment in (now, now - age / 2, now + age / 2):
            for call in self._calls():
                self._expect_belief(signature, signed(signature, call, KEY, now=moment), now=now)

    @check("bronze", mend=_COMPARE)
    def test_a_missing_signature_is_refused(self) -> None:
        """A call that is not signed at all is refused, and so is one with an empty signature."""
        signature, now = self._signature(), datetime.now(UTC)
        for call in self._calls():
            proven = signed(signature, call, KEY, now=now)
            self._expect_refusal(signature, call, "that is not signed")
            for name in _added(call, proven):
                if not self._believes(signature, _with(proven, name, None), now):
                    emptied = _with(proven, name, lambda _: "")
                    self._expect_refusal(signature, emptied, f"with an empty '{name}'")

    @check("bronze", mend=_COMPARE)
    def test_a_wrong_signature_is_refused(self) -> None:
        """A call signed with another key, or with a signature cut short, is refused."""
        signature, now = self._signature(), datetime.now(UTC)
        for call in self._calls():
            stranger = signed(signature, call, OTHER_KEY, now=now)
            self._expect_refusal(signature, stranger, "signed with another key")
            proven = signed(signature, call, KEY, now=now)
            for name in _added(call, proven):
                if self._believes(signature, _with(proven, name, None), now):
                    continue  # It proves nothing.
                for change in (lambda value: value[:-1], lambda _: "nonsense \u00e9"):
                    wrong = _with(proven, name, change)
                    self._expect_refusal(signature, wrong, f"with another '{name}'")

    @check("bronze", mend="Let the signature cover the body byte for byte, as it came.")
    def test_an_altered_call_is_refused(self) -> None:
        """A call whose body was changed on its way is refused."""
        signature, now = self._signature(), datetime.now(UTC)
        for call in self._calls():
            proven = signed(signature, call, KEY, now=now)
            if any(KEY in value for value in _values(proven)):
                raise NotApplicable("The secret itself is sent along; it proves only who calls.")
            for body in (call.body + b" ", call.body[:-1] + b"}}", b""):
                self._expect_refusal(signature, replace(proven, body=body), "with another body")

    @check("bronze", mend="Give the signature an age, as in age=timedelta(minutes=5).")
    def test_an_old_or_future_call_is_refused(self) -> None:
        """Where the time is signed, a call from long ago or far ahead is refused."""
        signature, now = self._signature(), datetime.now(UTC)
        call = self._calls()[0]
        if _proof(signature, call, now) == _proof(signature, call, now - _MANY_YEARS):
            raise NotApplicable("The platform signs no time.")
        age = getattr(signature, "age", None)
        far = age + timedelta(minutes=1) if isinstance(age, timedelta) else _MANY_YEARS
        for how, moment in (("old", now - far), ("future", now + far)):
            sent = signed(signature, call, KEY, now=moment)
            self._expect_refusal(signature, sent, f"with a time that lies in the {how}", now=now)

    @check("bronze", mend="Refuse every call as long as no secret is set: nothing proves it.")
    def test_an_empty_secret_proves_nothing(self) -> None:
        """Without a secret of our own, or with an empty one, every call is refused."""
        signature, now = self._signature(), datetime.now(UTC)
        for call in self._calls():
            calls = [call, signed(signature, call, KEY, now=now)]
            with suppress(BadRequest):  # Where it signs with no empty secret, nobody can forge so.
                calls.append(signed(signature, call, "", now=now))
            for one in calls:
                for secrets in ([], [""]):
                    self._expect_refusal(signature, one, "where no secret is set", secrets=secrets)

    @check("bronze", mend="Try every secret that is given, and skip empty ones.")
    def test_both_keys_are_good_during_rotation(self) -> None:
        """While a secret is changed, calls signed with the old and the new one are accepted."""
        signature, now = self._signature(), datetime.now(UTC)
        for call in self._calls():
            for secret in (KEY, OTHER_KEY):
                sent = signed(signature, call, secret, now=now)
                for secrets in ([KEY, OTHER_KEY], [OTHER_KEY, "", KEY]):
                    self._expect_belief(signature, sent, now=now, secrets=secrets)

    def _signature(self) -> Signature:
        if self.channel.signature is None:
            raise NotApplicable(f"{self.channel.name} has no `signature`.")
        return self.channel.signature

    def _calls(self) -> list[Request]:
        return self.delivered() or [_SOME_CALL]

    def _believes(self, signature: Signature, call: Request, now: datetime) -> bool:
        try:
            signature.verify(call, [KEY], now=now)
        # What is no refusal is the finding of the check about missing signatures.
        except Exception:  # noqa: BLE001
            return False
        return True

    def _expect_belief(
        self,
        signature: Signature,
        call: Request,
        *,
        now: datetime,
        secrets: Sequence[str] = (KEY,),
    ) -> None:
        try:
            signature.verify(call, secrets, now=now)
        except BadRequest as error:
            broken(f"A call that is signed with one of our secrets is refused: {error}")

    def _expect_refusal(
        self,
        signature: Signature,
        call: Request,
        how: str,
        *,
        now: datetime | None = None,
        secrets: Sequence[str] = (KEY,),
    ) -> None:
        try:
            signature.verify(call, secrets, now=now or datetime.now(UTC))
        except BadRequest:
            return
        # Whatever else it raises becomes a 500, and the platform tries for ever.
        except Exception as error:
            raise Broken(f"A call {how} makes `verify` fail with {failure(error)}.") from error
        broken(f"A call {how} is believed.")


def _added(call: Request, proven: Request) -> list[str]:
    """The headers and query fields that came in with the signature."""
    return [
        *(name for name in proven.headers if name not in call.headers),
        *(name for name in proven.query if name not in call.query),
    ]


def _with(proven: Request, name: str, change: Callable[[str], str] | None) -> Request:
    """The call with one header or query field changed; None: without it."""
    headers = {
        each: change(value) if each == name and change else value
        for each, value in proven.headers.items()
        if change or each != name
    }
    query = {
        each: tuple(map(change, values)) if each == name and change else values
        for each, values in proven.query.items()
        if change or each != name
    }
    return replace(proven, headers=headers, query=query)


def _proof(signature: Signature, call: Request, now: datetime) -> Request:
    return signed(signature, call, KEY, now=now)


def _values(call: Request) -> list[str]:
    return [*call.headers.values(), *(value for each in call.query.values() for value in each)]
