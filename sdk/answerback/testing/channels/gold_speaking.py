"""Gold: words of every kind arrive as they were said, in both directions."""

from __future__ import annotations

from answerback.model import Activity, Mention
from answerback.testing.channels.stage import Stage
from answerback.testing.channels.subject import ChannelSubject
from answerback.testing.checks import Case, NotApplicable, check, expect
from answerback.testing.golden.folder import Pair
from answerback.text import split

MARKDOWN = (
    "*stars* and _lines_, `ticks`, ~~waves~~, [text](place), 2 \\* 3 | 4\n"
    "# no title\n1. no list\n> said"
)
SAYINGS: dict[str, str] = {
    "right_to_left": "איפה החבילה שלי? لم يصل الطرد بعد، والرقم 42",
    "emoji": "Thanks 👩‍👩‍👧‍👦🏳️‍🌈 and 🇩🇪, really 👍🏽",
    "zero_width": "co\u00adop\u200berate e\u0301lan na\u200dme ไม่มี",
    "markup": '2 < 3 & 5 > 4, she said "<b>no</b>" &amp; left',
    "markdown": MARKDOWN,
    "line_breaks": "First line\nsecond line\n\nnew paragraph",
}
LONG = " ".join(f"word{number}" for number in range(1200))[:10_000]


class GoldSpeaking(ChannelSubject):
    """Text."""

    @classmethod
    def sayings(cls) -> list[Case]:
        """Words that are easily damaged."""
        return list(SAYINGS.items())

    @check(
        "gold",
        needs=("poll",),
        each="sayings",
        mend="Take the words as a reader sees them: html_to_text for HTML, without the escapes of "
        "Markdown, else unchanged.",
    )
    def test_words_arrive_as_they_were_said(self, words: str) -> None:
        """`Mention.text` is what a reader of the network sees, character by character."""
        with self.stage() as stage:
            mention = stage.hear(words)
            expect(_bare(words) in _bare(mention.text or ""), "The words arrive changed.")
            if words == MARKDOWN and mention.media_type == "text/markdown":
                _expect_rendered(stage, mention)

    @check(
        "gold",
        needs=("poll",),
        mend="Read texts of any length; nothing in the SDK limits them.",
    )
    def test_ten_thousand_characters_arrive_whole(self) -> None:
        """Nothing is cut off on the way in."""
        with self.stage() as stage:
            text = stage.hear(LONG).text or ""
            expect(_bare(LONG) in _bare(text), f"Of 10000 characters {len(text)} arrive.")

    @check(
        "gold",
        needs=("poll", "reply"),
        each="sayings",
        mend="Send the words unchanged, encoded as the network wants them: escaped, where it takes "
        "them for Markdown or HTML.",
    )
    def test_words_are_posted_as_they_were_written(self, words: str) -> None:
        """The post shows the agent's words, character by character."""
        with self.stage() as stage:
            target = stage.hear("Where is my parcel?")
            receipt = stage.answer(target, stage.part(words))
            [post] = [one for one in stage.network.posts() if one.id == receipt.id]
            expect(_bare(words) in _bare(post.text), "The words are posted changed.")

    @check(
        "gold",
        needs=("poll", "reply"),
        mend="Declare `limits` as the network counts, and `framing` for what `reply` adds.",
    )
    def test_a_long_answer_is_fitted_and_posted_whole(self) -> None:
        """Ten thousand characters, cut as the engine cuts them, are all posted in their order."""
        with self.stage() as stage:
            target = stage.hear("Tell me everything")
            channel = stage.channel()
            limits, framing = channel.own_limits(), channel.framing(target)
            if limits.parts < 2:
                raise NotApplicable("The network takes only one answer.")
            texts = split(
                LONG,
                limit=limits.length - framing.reserved,
                count=limits.count,
                before=framing.before,
            )[: limits.parts]
            under: Mention | object = target
            for number, text in enumerate(texts, 1):
                part = stage.part(text, number=number, of=len(texts))
                under = stage.answer(under, part)  # type: ignore[arg-type]
            posted = [post.text for post in stage.network.posts() if post.ours]
            expect(len(posted) == len(texts), f"{len(texts)} parts became {len(posted)} posts.")
            for text, post in zip(texts, posted, strict=True):
                expect(_bare(text) in _bare(post), "A part is posted with other words.")

    @check(
        "gold",
        each="golden_pairs",
        network=False,
        mend="Count spans in code points of `text`, and leave `start` and `end` out where the "
        "network does not tell them and they cannot be found.",
    )
    def test_tag_spans_match_the_text(self, pair: Pair) -> None:
        """Where a tag says it stands, its name stands."""
        for item in self.offline().read(pair.native):
            mention = item.object if isinstance(item, Activity) else None
            if not isinstance(mention, Mention):
                continue
            for tag in mention.tag or ():
                expect(
                    (tag.start is None) == (tag.end is None),
                    f"A {tag.type} tag has only one end of its span.",
                )
                if tag.start is None or tag.end is None:
                    continue
                shown = (mention.text or "")[tag.start : tag.end]
                expect(
                    shown.casefold() == tag.name.casefold(),
                    f"A {tag.type} tag says {tag.start} to {tag.end}, where its name is not.",
                )


def _expect_rendered(stage: Stage, mention: Mention) -> None:
    """Raise Broken where the pretend network tells words and their Markdown not apart."""
    expect(
        _bare(MARKDOWN) not in _bare(mention.content or ""),
        "The pretend network takes words for Markdown as they are, so what is not escaped goes "
        "unseen.",
        "Let its `say` keep the Markdown that shows the words.",
    )
    shown = next((post.text for post in stage.network.posts() if post.id == mention.id), "")
    expect(
        _bare(MARKDOWN) in _bare(shown),
        "The pretend network shows other words than were said.",
        "Let its `posts` show what a reader sees of Markdown, an escaped sign as the sign.",
    )


def _bare(text: str) -> str:
    """The text without what every network is free to change: white space at line ends."""
    return "\n".join(line.strip() for line in text.strip().splitlines() if line.strip())
