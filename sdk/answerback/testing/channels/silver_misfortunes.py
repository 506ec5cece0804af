"""Silver: what the network says, or fails to say, becomes the right next step."""

from __future__ import annotations

from answerback.errors import Gone, Reconnect, TryLater
from answerback.testing.channels.subject import ChannelSubject
from answerback.testing.checks import Case, NotApplicable, check, expect
from answerback.testing.plugins import misfortunes
from answerback.testing.plugins.misfortunes import Bad, expect_right, failing
from answerback.testing.pretend.faults import Fault


class SilverMisfortunes(ChannelSubject):
    """Answers nobody hopes for."""

    @classmethod
    def cuts(cls) -> list[Case]:
        """Each way to cut a read off."""
        return misfortunes.cuts()

    @classmethod
    def bad_answers(cls) -> list[Case]:
        """Each bad answer."""
        return misfortunes.bad_answers()

    @check(
        "silver",
        needs=("poll",),
        each="bad_answers",
        mend="Let `http` map it, and use `classify` for what this network means by it; never take "
        "it for an empty page.",
    )
    def test_a_bad_answer_to_a_read_is_the_right_error_and_loses_nothing(self, bad: Bad) -> None:
        """The error says what to do next, and what was said meanwhile is given afterwards."""
        with self.stage() as stage:
            begun = stage.walk()
            said = stage.say("Is anybody there?")
            stage.proxy.add(bad.fault(stage.clock.now()))
            error = failing(stage.poll, begun.cursor)
            stage.proxy.clear()
            expect_right(error, bad, bad.read)
            stage.clock.sleep(3600)
            expect(stage.walk(begun.cursor).of(said), "What was said meanwhile is lost.")

    @check(
        "silver",
        needs=("poll",),
        each="cuts",
        mend="Let the error of `http` through.",
    )
    def test_a_read_that_is_cut_off_is_tried_later(self, cut: Fault) -> None:
        """A connection that ends before or within the answer to a read is TryLater."""
        with self.stage() as stage:
            begun = stage.walk()
            said = stage.say("Is anybody there?")
            stage.proxy.add(cut)
            error = failing(stage.poll, begun.cursor)
            stage.proxy.clear()
            expect(
                isinstance(error, TryLater),
                f"A read that was cut off raised {type(error).__name__}.",
            )
            expect(stage.walk(begun.cursor).of(said), "What was said meanwhile is lost.")

    @check(
        "silver",
        needs=("poll", "reply"),
        each="bad_answers",
        mend="Let `http` map it, and use `classify` for what this network means by it; give a "
        "Receipt only for a post the answer shows.",
    )
    def test_a_bad_answer_to_a_write_is_the_right_error(self, bad: Bad) -> None:
        """The error says what to do next, and nothing is posted behind it."""
        with self.stage() as stage:
            target, part = stage.hear("Where is my parcel?"), stage.part()
            prepared = stage.prepare(target, part)
            stage.proxy.add(bad.fault(stage.clock.now()))
            error = failing(stage.channel().reply, target, part, prepared)
            stage.proxy.clear()
            expect_right(error, bad, bad.write)
            expect(
                not any(post.ours for post in stage.network.posts()),
                "Something was posted although every answer was an error.",
            )

    @check(
        "silver",
        needs=("poll",),
        mend="Let the 401 of the network through, or give Reconnect in `classify` for the code it "
        "says so with; and let the pretend network give one for a "
        "wrong login: `admit` is asked before every route.",
    )
    def test_a_wrong_login_says_connect_again(self) -> None:
        """With a wrong token the network answers nothing, and the error is Reconnect."""
        secrets = [one for one in self.channel.settings if one.secret and one.scope == "account"]
        if not secrets:
            raise NotApplicable(f"{self.channel.name} has no secret account setting.")
        with self.stage() as stage:
            wrong = stage.channel(**{one.name: "wrong-for-answerback-check" for one in secrets})
            error = failing(wrong.poll, stage.listener(), None)
            expect(
                isinstance(error, Reconnect),
                f"A wrong login raised {type(error).__name__}, not Reconnect.",
            )

    @check(
        "silver",
        needs=("poll", "reply"),
        mend="Let the 404 or 410 of the network through as Gone; where it says so by another "
        "status and a code, give Gone for that code in `classify`.",
    )
    def test_answering_a_deleted_post_says_that_it_is_gone(self) -> None:
        """When the post to answer was deleted meanwhile, the error is Gone."""
        with self.stage() as stage:
            target = stage.hear("I should not have said this")
            part = stage.part()
            stage.network.delete(target.id)
            error = failing(stage.answer, target, part)
            expect(
                isinstance(error, Gone),
                f"Answering a deleted post raised {type(error).__name__}, not Gone.",
            )
