"""Gold: pictures with their descriptions, and nobody reads what is not meant for them."""

from __future__ import annotations

from answerback.channel import ListenerKind
from answerback.errors import RemoteError, Unsure
from answerback.testing.channels.subject import ChannelSubject
from answerback.testing.checks import NotApplicable, broken, check, expect
from answerback.testing.pretend.pictures import ALTERNATIVE, picture


class GoldShowing(ChannelSubject):
    """Media, and who may see what."""

    @check(
        "gold",
        needs=("poll",),
        mend="Give each file as Attachment, its alternative text as `name`.",
    )
    def test_pictures_are_heard_with_their_description(self) -> None:
        """A post with a picture has an attachment with address and alternative text."""
        with self.stage() as stage:
            mention = stage.hear(
                "Look at this", media=[("https://media.example/1.gif", ALTERNATIVE)]
            )
            if not any(post.media for post in stage.network.posts()):
                raise NotApplicable("The pretend network shows no pictures.")
            [attachment, *_] = mention.attachment or [None]
            if attachment is None:
                broken("A post with a picture has no attachment.")
            expect(attachment.url, "The attachment has no address.")
            expect(attachment.name == ALTERNATIVE, "The attachment lost its alternative text.")

    @check(
        "gold",
        needs=("poll", "reply"),
        mend="Upload in `prepare`, with `Attachment.name` as alternative text, and attach it in "
        "`reply`.",
    )
    def test_pictures_are_posted_with_their_description(self) -> None:
        """An answer's file stands with the post, with its alternative text."""
        with self.stage() as stage, picture() as file:
            target = stage.hear("What does it look like?")
            self._needs_attachments(stage.channel().own_limits().attachments)
            part = stage.part("Like this.", attachment=(file,))
            receipt = stage.answer(target, part)
            [post] = [one for one in stage.network.posts() if one.id == receipt.id]
            expect(len(post.media) == 1, f"The post shows {len(post.media)} files, not one.")
            expect(post.media == (ALTERNATIVE,), "The file lost its alternative text.")

    @check(
        "gold",
        needs=("poll", "reply"),
        mend="Raise in `prepare`, before anything is public, and say which file it is.",
    )
    def test_a_file_that_fails_costs_no_words(self) -> None:
        """Where a file cannot be had, nothing is half posted, and the words alone can be."""
        with self.stage() as stage, picture(404) as file:
            target = stage.hear("What does it look like?")
            self._needs_attachments(stage.channel().own_limits().attachments)
            part = stage.part("Like this.", attachment=(file,))
            try:
                stage.answer(target, part)
            except RemoteError as error:
                expect(not isinstance(error, Unsure), "A file that is not there raised Unsure.")
            else:
                broken("A file that could not be fetched was passed over in silence.")
            expect(
                not any(post.ours for post in stage.network.posts()),
                "The words were posted without their file, and the error says they were not.",
            )
            stage.answer(target, stage.part("Like this."))

    @check(
        "gold",
        needs=("poll", "reply"),
        mend="Take the visibility of the target for the answer, and the narrowest where unknown.",
    )
    def test_private_stays_private(self) -> None:
        """An answer is never seen by more people than what it answers."""
        kinds = [one.kind for one in self.channel.listeners]
        if "direct" not in kinds:
            raise NotApplicable(f"{self.channel.name} hears no direct messages.")
        with self.stage("direct") as stage:
            target = stage.hear("Between us")
            expect(target.visibility == "direct", "A direct message is not told of as `direct`.")
            first = stage.answer(target, stage.part("Only for you. 1/2", number=1, of=2))
            stage.answer(first, stage.part("And this. 2/2", number=2, of=2))
            shown = [post for post in stage.network.posts() if post.ours and not post.private]
            expect(not shown, "The answer to a direct message is public.")

    @check(
        "gold",
        needs=("poll", "direct"),
        mend="Let `direct` write where only the author reads, never under the post.",
    )
    def test_what_is_written_in_private_is_private(self) -> None:
        """`direct` makes one post, which only the author of the mention can read."""
        with self.stage() as stage:
            mention = stage.hear("Can we talk about my order?")
            receipt = stage.channel().direct(mention, stage.part("Only for you."))
            ours = [post for post in stage.network.posts() if post.ours]
            expect([post.id for post in ours] == [receipt.id], "`direct` made no post, or several.")
            expect(all(post.private for post in ours), "What `direct` wrote is public.")

    @check(
        "gold",
        needs=("poll", "reply"),
        each="kinds",
        mend="Answer in public what was said in public.",
    )
    def test_public_stays_public(self, kind: ListenerKind) -> None:
        """What was asked in public is answered where everybody sees it, and told of as public."""
        if kind == "direct":
            raise NotApplicable("Direct messages are not public.")
        with self.stage(kind) as stage:
            target = stage.hear("Can everybody hear me?")
            expect(target.visibility != "direct", "A public post is told of as `direct`.")
            stage.answer(target, stage.part())
            hidden = [post for post in stage.network.posts() if post.ours and post.private]
            expect(not hidden, "A public post is answered in private.")

    def _needs_attachments(self, number: int) -> None:
        if not number:
            raise NotApplicable(f"{self.channel.name} takes no files: `Limits.attachments` is 0.")
