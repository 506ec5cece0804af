"""Bronze: secrets and people's words stay where they belong, and out of reprs, logs and errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from answerback.contract import capabilities
from answerback.helpdesk import Installation
from answerback.settings import secret_values
from answerback.testing.checks import NotApplicable, check, expect
from answerback.testing.desks.bronze_declaring import DeskBronzeDeclaring
from answerback.testing.desks.offline import acts, perform
from answerback.testing.desks.stage import DeskStage
from answerback.testing.plugins.overheard import found, logged, said_by
from answerback.testing.pretend.faults import Fault

_COMPLAINT = "My parcel has been lying in the rain since Tuesday, and nobody answers."
_ANSWER = "We are sorry to hear it; our colleagues look for the parcel."
_STATUSES = (200, 400, 401, 403, 404, 429, 500)
#: Shorter ones hide little and turn up by chance.
_SHORTEST = 4


class DeskBronzeKeeping(DeskBronzeDeclaring):
    """What must not be seen."""

    @check("bronze", mend="Leave repr=False on what holds settings; write no __repr__ of your own.")
    def test_no_repr_shows_a_secret(self) -> None:
        """Printed, the plugin and what it was given show no secret."""
        secrets = self._secrets()
        if not secrets:
            raise NotApplicable(f"{self.help_desk.name} is given no secret.")
        desk = self.help_desk(Installation(id="installation-1", settings=self.told()))
        shown = [repr(desk), str(desk), repr(desk.installation), repr(desk.state)]
        expect(not found(secrets, shown), "A repr shows a secret.")

    @check(
        "bronze",
        mend="Say what happened, at which installation, and what to do; no value of a setting.",
    )
    def test_no_error_shows_a_secret_or_words(self) -> None:
        """Whatever a method raises or logs on its way to the desk shows neither."""
        hidden = [*self._secrets(), _COMPLAINT]
        with logged() as lines:
            for settings in (self.told(), {}):
                for name, act in acts(self.help_desk, _COMPLAINT):
                    done = perform(self.help_desk, act, settings)
                    expect(
                        not found(hidden, said_by(done.error)),
                        f"What `{name}` raises shows a secret or somebody's words.",
                    )
        expect(not found(hidden, lines), "A log line shows a secret or somebody's words.")

    @check(
        "bronze",
        mend="Leave errors to `http`, or write a sentence of your own; log ids, never words.",
    )
    def test_a_failing_desk_makes_nothing_seen(self) -> None:
        """Where the desk fails and echoes what it got, no secret and no words are repeated."""
        if not capabilities(self.help_desk) & {"file", "replies_since"}:
            raise NotApplicable(f"{self.help_desk.name} calls nobody.")
        if type(self).network is None:
            raise NotApplicable("There is no pretend desk to fail.")
        with self.stage() as stage, logged() as lines:
            hidden = [*stage.secrets, _COMPLAINT, _ANSWER]
            body = json.dumps({"error": " ".join(hidden), "ok": False}).encode()
            faults = [Fault(effect="answer", status=each, body=body) for each in _STATUSES]
            for fault in (*faults, Fault(effect="cut_after")):
                stage.proxy.clear()
                stage.proxy.add(replace(fault, count=None))
                for name, step in self._steps(stage):
                    self._expect_silence(name, step, hidden)
            stage.proxy.clear()
        expect(not found(hidden, lines), "A log line shows a secret or somebody's words.")

    @check(
        "bronze",
        mend="Log an event's name, with ids as fields; words and secrets belong into no log.",
    )
    def test_calls_of_the_desk_make_nothing_seen(self) -> None:
        """What the desk brings and is given, secret and words alike, is in no log and no error."""
        if not self.help_desk.calls:
            raise NotApplicable(f"{self.help_desk.name} declares no calls.")
        if type(self).network is None:
            raise NotApplicable("There is no pretend desk to call us.")
        with self.stage("collected") as stage, logged() as lines:
            with suppress(NotApplicable):
                stage.network.connect(stage.desk(), stage.bridge)
            stage.bridge.waiting.append(stage.filings.post(_COMPLAINT))
            with suppress(NotApplicable):
                stage.collect()
                stage.hand_over(stage.network.answer(stage.place(_COMPLAINT)[0].id, _ANSWER))
            hidden = [*stage.secrets, *stage.bridge.proofs, _COMPLAINT, _ANSWER]
            told = [repr(one) for one in stage.network.called]
            told += [repr(stage.bridge.ledger), repr(stage.bridge.results)]
        expect(not found(hidden, told), "A repr or the ledger shows a secret or somebody's words.")
        expect(not found(hidden, lines), "A log line shows a secret or somebody's words.")

    def _steps(self, stage: DeskStage) -> list[tuple[str, Callable[[], object]]]:
        filing = stage.filings.post(_COMPLAINT)
        known: dict[str, Callable[[], Any]] = {
            "file": lambda: _reasons(stage, filing),
            "note": lambda: stage.desk().note("1", _ANSWER),
            "replies_since": lambda: stage.replies_since(None),
        }
        return [(name, step) for name, step in known.items() if not self.lacks((name,))]

    def _expect_silence(self, name: str, step: Callable[[], object], hidden: list[str]) -> None:
        try:
            said = [repr(step())]
        # Whatever it raises may end up in a log.
        except Exception as error:  # noqa: BLE001
            said = said_by(error)
        expect(
            not found(hidden, said), f"What becomes of `{name}` shows a secret or somebody's words."
        )

    def _secrets(self) -> list[str]:
        values = secret_values(self.help_desk.settings, self.told())
        return [each for each in values if len(each) >= _SHORTEST]


def _reasons(stage: DeskStage, filing: Any) -> list[Any]:
    return [(one.outcome, one.reason) for one in stage.file(filing)]
