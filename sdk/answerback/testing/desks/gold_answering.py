"""Gold: an agent's answer comes back as it was written, with its files."""

from __future__ import annotations

from answerback.helpdesk import AgentReply
from answerback.testing.channels.gold_speaking import SAYINGS
from answerback.testing.checks import NotApplicable, broken, check, expect
from answerback.testing.desks.stage import DeskStage, WayBack
from answerback.testing.desks.subject import DeskSubject


class DeskGoldAnswering(DeskSubject):
    """What is read of the agent."""

    @check(
        "gold",
        each="ways_back",
        mend="Give the words as the agent wrote them: html_to_text for HTML, else unchanged.",
    )
    def test_answers_are_reported_as_they_were_written(self, way: WayBack) -> None:
        """The agent's words come back character by character."""
        with self.stage() as stage:
            stage.bring(stage.filings.post("Where is my parcel?"))
            ticket = stage.place("Where is my parcel?")[0].id
            cursor = stage.sweep().cursor if way == "swept" else None
            for words in SAYINGS.values():
                key = stage.network.answer(ticket, words)
                told = _reply_of(stage, way, key, cursor).text
                expect(_lines(told) == _lines(words), "The words come back changed.")

    @check(
        "gold",
        each="ways_back",
        mend="Give each file as Attachment with the address the desk serves it at.",
    )
    def test_an_answers_files_are_reported(self, way: WayBack) -> None:
        """What an agent attached comes along, with its address."""
        with self.stage() as stage:
            stage.bring(stage.filings.post("Where is my parcel?"))
            ticket, _ = stage.place("Where is my parcel?")
            cursor = stage.sweep().cursor if way == "swept" else None
            address = "https://files.example/label.png"
            key = stage.network.answer(ticket.id, "Here is the label.", files=[address])
            comments = [one for each in stage.tickets() for one in each.comments]
            if not any(one.files for one in comments):
                raise NotApplicable("The pretend desk takes no files.")
            reply = _reply_of(stage, way, key, cursor)
            expect(len(reply.attachment) == 1, f"{len(reply.attachment)} files come along, not 1.")
            expect(reply.attachment[0].url, "The file has no address.")


def _reply_of(stage: DeskStage, way: WayBack, key: str, cursor: str | None) -> AgentReply:
    if way == "handed_over":
        expect(stage.hand_over(key), "The desk holds an answer for failed that was taken.")
        return list(stage.bridge.replies.values())[-1][0]
    found = [one for one in stage.sweep(cursor).replies if one.key == key]
    if not found:
        broken("An answer was never reported.")
    return found[0]


def _lines(text: str) -> str:
    """The text without what every desk is free to change: white space at line ends."""
    return "\n".join(line.strip() for line in text.strip().splitlines() if line.strip())
