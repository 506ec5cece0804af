"""Gold: words of every kind arrive as they were said, and do no harm."""

from __future__ import annotations

import re

from answerback.model import Attachment
from answerback.testing.channels.gold_speaking import LONG, SAYINGS
from answerback.testing.checks import Case, NotApplicable, check, expect
from answerback.testing.desks.stage import DeskStage, Way
from answerback.testing.desks.subject import DeskSubject
from answerback.testing.desks.words import EMIL, SITE, person
from answerback.testing.pretend.desk import PretendComment

_ALTERNATIVE = "A parcel with a hole in it"
_HARM: dict[str, str] = {
    "html": '<img src=x onerror="alert(1)"><script>alert(1)</script><b>bold</b> end of it',
    "placeholders": "{{ticket.requester.email}} {{{x}}} {% for a in b %}{%if%} end of it",
    "direction": "invoice\u202egpj.exe \u2066abc\u2069 end of it",
    "controls": "one\x00two\x1b[31mthree\x07 end of it",
    "link": "javascript:alert(1) [click](javascript:alert(2)) end of it",
}
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
#: What a desk may see no difference in: joiners that keep marks apart, and white space.
_UNSEEN = re.compile("[\u2060\ufeff]|\\s+")
_TAG = re.compile(r"<(?:img|script|b)[\s>]|(?:href|src)\s*=\s*[\"']?javascript:", re.I)


class DeskGoldShowing(DeskSubject):
    """What an agent reads."""

    @classmethod
    def sayings(cls) -> list[Case]:
        """Words that are easily damaged."""
        return list(SAYINGS.items())

    @classmethod
    def harm(cls) -> list[Case]:
        """Words that could do harm."""
        return list(_HARM.items())

    @check(
        "gold",
        each="sayings",
        mend="File `Mention.text`, escaped where the desk takes HTML; never `content`.",
    )
    def test_words_arrive_as_they_were_said(self, words: str) -> None:
        """The agent reads what the customer wrote, character by character."""
        with self.stage() as stage:
            comment = _filed(stage, words)
            expect(_seen(words) in _seen(comment.text), "The words arrive changed.")

    @check(
        "gold",
        mend="File all of it: nothing in the SDK limits it. Where the desk does, cut and say so.",
    )
    def test_ten_thousand_characters_arrive_whole(self) -> None:
        """Nothing is cut off on the way in."""
        with self.stage() as stage:
            text = _filed(stage, LONG).text
            expect(_seen(LONG) in _seen(text), f"Of {len(LONG)} characters {len(text)} arrive.")

    @check(
        "gold",
        each="harm",
        mend="Escape HTML, part what the desk would expand (a word joiner between the braces "
        "will do), and drop control characters and those that turn the direction.",
    )
    def test_what_strangers_write_is_inert(self, words: str) -> None:
        """Markup, placeholders and marks of direction are text like any other, or are gone."""
        with self.stage() as stage:
            stage.bring(
                stage.filings.post(
                    words,
                    by=person("mallory", name=words),
                    said={"name": words, "summary": words},
                    parent=stage.filings.post(words).mention,
                )
            )
            for ticket in stage.tickets():
                for text in (ticket.subject, *(one.text for one in ticket.comments)):
                    expect(not _TURNING.search(text), "What turns the direction arrives.")
                    expect(not _CONTROL.search(text), "Control characters arrive.")
                    for mark in stage.network.placeholders:
                        expect(mark not in text, f"The placeholder mark {mark} arrives.")
                for comment in ticket.comments:
                    expect(
                        not _TAG.search(comment.markup), "A stranger's markup is the desk's own."
                    )
            expect(
                "end of it" in _filed_text(stage), "The harmless words are lost with the others."
            )

    @check(
        "gold",
        each="ways",
        mend="Add a line for each file with `Attachment.name` and its address; let the desk fetch "
        "it unless `policy` is link-only.",
    )
    def test_pictures_are_shown_with_their_description(self, way: Way) -> None:
        """The agent sees that there is a picture, what it shows and where it is."""
        with self.stage(way) as stage:
            stage.bring(stage.filings.post("Look at this.", said={"attachment": _pictures()}))
            _, comment = stage.place("Look at this.")
            expect(_ALTERNATIVE in comment.text, "The alternative text is not shown.")
            shown = f"{comment.text}{comment.markup}{comment.files}"
            expect("https://media.example/1.gif" in shown, "The picture's address is not shown.")
            expect(
                "https://media.example/2.gif" not in comment.files,
                "A picture that may only be linked is given to the desk as a file.",
            )
            stage.bring(stage.filings.post(None, by=EMIL, said={"attachment": _pictures()[:1]}))
            expect(len(stage.places(_ALTERNATIVE)) == 2, "A picture without words does not arrive.")

    @check(
        "gold",
        each="ways",
        mend="Name the network (`Brand.channel_title`) in the subject and give `Mention.url`; "
        "leave a direct message's words out of the subject.",
    )
    def test_the_ticket_says_where_it_comes_from(self, way: Way) -> None:
        """Subject and comment tell the network and lead to the post; a letter stays closed."""
        with self.stage(way) as stage:
            stage.bring(
                stage.filings.post("Where is my parcel?"),
                stage.filings.post(
                    "Between us only.", by=EMIL, heard="direct", said={"visibility": "direct"}
                ),
            )
            (public, comment), (direct, _) = (
                stage.place("Where is my parcel?"),
                stage.place("Between us only."),
            )
            expect("Mastodon" in public.subject, "The subject does not name the network.")
            shown = f"{comment.text}{comment.markup}"
            expect(f"{SITE}/@rosa/1" in shown, "Nothing leads to the original post.")
            expect(
                "Between us" not in direct.subject, "The subject shows a direct message's words."
            )

    @check(
        "gold",
        each="ways",
        mend="Know a customer by `Actor.id` alone: names and handles change, and are chosen.",
    )
    def test_one_person_is_one_customer(self, way: Way) -> None:
        """Two posts of one person have one requester; two people of one name have two."""
        with self.stage(way) as stage:
            renamed = person("rosa", name="Rosa Klein", preferred_username="rosaklein@square")
            twin = person("rosa2", name="Rosa", preferred_username="rosa@square.example")
            stage.bring(stage.filings.post("First."), stage.filings.post("Second.", by=renamed))
            stage.bring(stage.filings.post("Third.", by=twin))
            first, second, third = (
                stage.place(words)[0].requester for words in ("First.", "Second.", "Third.")
            )
            if first is None:
                raise NotApplicable("The pretend desk tells no requester.")
            expect(first == second, "One person who changed the name is two customers.")
            expect(first != third, "Two people with the same name are one customer.")


def _pictures() -> tuple[Attachment, ...]:
    return (
        Attachment(
            type="Image",
            url="https://media.example/1.gif",
            media_type="image/gif",
            name=_ALTERNATIVE,
            policy="may-copy",
        ),
        Attachment(
            type="Image",
            url="https://media.example/2.gif",
            media_type="image/gif",
            name="Another one",
            policy="link-only",
        ),
    )


def _filed(stage: DeskStage, words: str) -> PretendComment:
    """The comment that is made of a post with these words."""
    stage.bring(stage.filings.post(words))
    comments = [one for ticket in stage.tickets() for one in ticket.comments]
    expect(len(comments) == 1, f"One post made {len(comments)} comments.")
    return comments[0]


def _filed_text(stage: DeskStage) -> str:
    return "\n".join(one.text for ticket in stage.tickets() for one in ticket.comments)


def _seen(text: str) -> str:
    return _UNSEEN.sub("", text)
