"""Silver: whoever calls us is heard only with proof, and no call loses or doubles anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

from answerback.calls import Request, Response
from answerback.helpdesk import Accepted, Bridge, Filing
from answerback.testing.channels.facts import failure
from answerback.testing.checks import Broken, Case, NotApplicable, check, expect
from answerback.testing.desks.stage import DeskStage
from answerback.testing.desks.subject import DeskSubject
from answerback.testing.plugins.fuzzing import try_requests
from answerback.testing.pretend.bridge import PretendBridge
from answerback.testing.pretend.desk import Called, LostAnswer, answer_of

_PARCEL = "Where is my parcel, number 4711?"
_ANSWER = "We are sorry. It comes tomorrow."
_OTHER = "answerback0check0another0"
#: What only a caller with proof may make happen.
_PROVED = frozenset({"accept", "connect", "take", "unlock"})


class DeskSilverCalls(DeskSubject):
    """Desks that call us."""

    @classmethod
    def declared_calls(cls) -> list[Case]:
        """Each declared call."""
        return [(f"{one.verb}_{one.path}", one) for one in cls.help_desk.calls]

    @check(
        "silver",
        mend="Give the number of the offer with the answer, and take it back as acknowledgement: "
        "what was offered later is then offered again.",
    )
    def test_a_lost_answer_to_the_desk_loses_nothing(self) -> None:
        """Where the desk never gets what it asked for, it gets it the next time, once."""
        with self._calling() as stage:
            first = stage.filings.post(_PARCEL)
            stage.bridge.waiting += [first, stage.filings.post("And my money?", under=first)]
            stage.network.lose()
            with suppress(LostAnswer):
                stage.network.collect(stage.desk(), stage.bridge)
            stage.collect()
            stage.place(_PARCEL)
            stage.place("And my money?")
            expect(len(stage.tickets()) == 1, "A lost answer ended in another ticket.")

    @check(
        "silver",
        mend="Take the desk's own id of the request for the key of the reply.",
    )
    def test_an_answer_handed_over_again_is_taken_once(self) -> None:
        """A reply the desk sends again, as its answer was lost, is the same reply."""
        with self._calling() as stage:
            stage.bring(stage.filings.post(_PARCEL))
            key = stage.network.answer(stage.place(_PARCEL)[0].id, _ANSWER)
            stage.network.lose()
            with suppress(LostAnswer):
                stage.hand_over(key)
            expect(stage.hand_over(key), "What was taken before is refused when it comes again.")
            expect(
                stage.bridge.posts == 1,
                f"One answer, handed over twice, was taken {stage.bridge.posts} times.",
            )

    @check(
        "silver",
        mend="Answer as the desk wants it for a failure where `Accepted.state` is failed.",
    )
    def test_an_answer_that_failed_is_not_held_for_sent(self) -> None:
        """Where the network refused a reply, the desk is told so."""
        with self._calling() as stage:
            stage.bridge.outcome = Accepted(
                id="reply:1", state="failed", reason="The post is no longer there."
            )
            stage.bring(stage.filings.post(_PARCEL))
            key = stage.network.answer(stage.place(_PARCEL)[0].id, _ANSWER)
            expect(not stage.hand_over(key), "The desk holds an answer for sent that failed.")

    @check(
        "silver",
        mend="Prove every caller before anything else: `bridge.connection(id, secret)` gives None "
        "for a wrong secret; answer 401 then.",
    )
    def test_a_call_without_proof_is_refused_and_does_nothing(self) -> None:
        """With another secret than ours, or none, a call shows nothing and changes nothing."""
        with self._calling() as stage:
            made, waiting = self._genuine_calls(stage)
            for called in made:
                for what, request, bridge in _without_proof(called, stage.bridge, waiting):
                    answer = _answered(stage, bridge, request, f"{request.path} {what}")
                    _expect_nothing(bridge, answer, f"{request.method} {request.path} {what}")
                    if _PROVED & set(called.did):
                        expect(
                            answer.status >= 400,
                            f"{request.path} {what} is answered with {answer.status}.",
                        )

    @check(
        "silver",
        each="declared_calls",
        mend="Read with `Request.form`, `json` and `cookie`, which raise Malformed; check the type "
        "of what is read.",
    )
    def test_any_call_is_answered_or_refused(self, call: object) -> None:
        """Whatever bytes, headers and fields come: a Response or BadRequest, and nothing else."""
        with self._calling() as stage:
            made, waiting = self._genuine_calls(stage)
            verb, path = getattr(call, "verb", ""), getattr(call, "path", "")
            seeds = [one.request for one in made if one.request.path == path]
            seeds = seeds or [Request(method=verb, path=path)]
            ours, another = stage.bridge, _another(stage.bridge, waiting)

            def attempt(request: Request) -> None:
                _answered(stage, ours, request, f"{verb} {path}")
                answer = _answered(stage, another, request, f"{verb} {path}")
                _expect_nothing(another, answer, f"{verb} {path}")

            try_requests(attempt, seeds)

    @contextmanager
    def _calling(self) -> Iterator[DeskStage]:
        """A stage whose filings are collected by the desk."""
        if not self.help_desk.calls:
            raise NotApplicable(f"{self.help_desk.name} declares no calls.")
        with self.stage("collected") as stage:
            yield stage

    def _genuine_calls(self, stage: DeskStage) -> tuple[list[Called], list[Filing]]:
        """Calls as the desk makes them, by whatever it has; and what waited meanwhile."""
        with suppress(NotApplicable):
            stage.network.connect(stage.desk(), stage.bridge)
        first = stage.filings.post(_PARCEL)
        with suppress(NotApplicable):
            stage.bridge.waiting.append(first)
            stage.collect()
            key = stage.network.answer(stage.place(_PARCEL)[0].id, _ANSWER)
            stage.hand_over(key)
        return list(stage.network.called), [first]


def _another(bridge: PretendBridge, waiting: Sequence[Filing]) -> PretendBridge:
    """An engine of the same installation that knows other secrets, with the same words waiting."""
    return PretendBridge(
        installation=bridge.installation,
        brands=bridge.brands,
        waiting=waiting,
        code="XXXX-XXXX",
        secret=_OTHER,
    )


def _without_proof(
    called: Called, bridge: PretendBridge, waiting: Sequence[Filing]
) -> list[tuple[str, Request, PretendBridge]]:
    """The same call where its proof is none: what was done to it, and at which engine."""
    found = [("with another's secret", called.request, _another(bridge, waiting))]
    for what, left in (("without its secret", 0), ("with half its secret", -1)):
        request = called.request
        for proof in bridge.proofs:
            request = _replaced(request, proof, proof[:left])
        if request != called.request:
            found.append((what, request, bridge.anew(waiting)))
    return found


def _replaced(request: Request, proof: str, other: str) -> Request:
    query = {
        name: tuple(value.replace(proof, other) for value in values)
        for name, values in request.query.items()
    }
    headers = {name: value.replace(proof, other) for name, value in request.headers.items()}
    body = request.body.replace(proof.encode(), other.encode())
    return replace(request, query=query, headers=headers, body=body)


def _answered(stage: DeskStage, bridge: Bridge, request: Request, what: str) -> Response:
    try:
        answer = answer_of(stage.desk(), bridge, request)
    # Whatever a plugin raises is a finding about that plugin.
    except Exception as error:
        raise Broken(f"{what} fails with {failure(error)}.") from error
    expect(isinstance(answer, Response), f"{what} gives a {type(answer).__name__}, no Response.")
    expect(100 <= answer.status <= 599, f"{what} is answered with the status {answer.status}.")
    for name, value in answer.headers.items():
        expect(
            not set("\r\n\0") & set(f"{name}{value}"),
            f"{what} is answered with a line break in the header '{name}'.",
            "Quote what goes into a header.",
        )
    return answer


def _expect_nothing(bridge: PretendBridge, answer: Response, what: str) -> None:
    done = sorted(_PROVED & set(bridge.done))
    expect(not done, f"{what} did `{done[0] if done else ''}` all the same.")
    shown = answer.body.decode("utf-8", "replace") + repr(dict(answer.headers))
    expect(_PARCEL not in shown, f"{what} shows what a customer wrote.")
    expect(
        not any(secret in shown for secret in bridge.proofs),
        f"{what} shows a secret.",
    )
