"""Bronze: what a platform answers when it says no becomes what is to be done next."""

from __future__ import annotations

import json

from answerback.errors import RemoteError
from answerback.http import Http, Transport
from answerback.testing.channels.variants import texts
from answerback.testing.checks import Broken, check, expect
from answerback.testing.golden.folder import ErrorAnswer
from answerback.testing.plugins.subject import PluginSubject
from answerback.testing.pretend.serving import answering

#: What a body says is looked for in a message from this length on: a code may stand there.
_A_SENTENCE = 12


class PluginErrors(PluginSubject):
    """Error answers as recorded."""

    @check(
        "bronze",
        each="golden_errors",
        mend="Let `classify` give the error that says what to do next, told by status and code.",
    )
    def test_an_error_answer_becomes_what_to_do_next(self, answer: ErrorAnswer) -> None:
        """An error answer as recorded becomes the error written down beside it."""
        error = self._error_of(answer)
        expect(
            type(error) is answer.becomes,
            f"It becomes {type(error).__name__}, not {answer.becomes.__name__}.",
        )
        if answer.retry_after is not None:
            waits = error.retry_after
            expect(
                waits is not None and abs(waits - answer.retry_after) <= 2,
                f"It asks to wait {waits} seconds, not {answer.retry_after}.",
                "Give `retry_after` to the error, where no header says it.",
            )

    @check(
        "bronze",
        each="golden_errors",
        mend="Give the error's class alone, or a sentence of your own; the platform's code may go "
        "into `code`.",
    )
    def test_an_error_never_shows_the_answer(self, answer: ErrorAnswer) -> None:
        """What the platform wrote into an error answer is not repeated in the error."""
        error = self._error_of(answer)
        shown = f"{error} {error!r} {error.args} {vars(error)}"
        said = {each[:40] for each in _sentences(answer.body)}
        expect(
            not any(each in shown for each in said),
            f"The {type(error).__name__} repeats what the answer says.",
        )

    def _error_of(self, answer: ErrorAnswer) -> RemoteError:
        with answering(answer.status, answer.headers, answer.body) as url:
            http = Http(
                plugin=self.plugin().name,
                account="account-1",
                transport=Transport(private_hosts=["127.0.0.1"]),
                classify=self.plugin().classify,
            )
            try:
                if answer.method == "GET":
                    http.get(url + answer.path)
                else:
                    http.write(answer.method, url + answer.path, repeats=False)
            except RemoteError as error:
                return error
        raise Broken(f"It is taken for a success, not for {answer.becomes.__name__}.")


def _sentences(body: bytes) -> list[str]:
    """What an answer says in words; a single word may be a code."""
    text = body.decode("utf-8", "replace").strip()
    try:
        told = texts(json.loads(text))
    except ValueError:
        told = [text]
    return [each for each in told if len(each) >= _A_SENTENCE and len(each.split()) > 1]
