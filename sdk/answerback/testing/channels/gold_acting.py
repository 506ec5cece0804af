"""Gold: what can be done to a post can be done twice, and what cannot be done is explained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import get_args

from answerback.channel import Action
from answerback.contract import capabilities
from answerback.errors import Gone, RemoteError
from answerback.model import Mention, Receipt
from answerback.testing.channels.stage import Stage
from answerback.testing.channels.subject import ChannelSubject
from answerback.testing.checks import Case, NotApplicable, broken, check, expect
from answerback.testing.pretend.network import Post

_PAIRS = {"like": "unlike", "boost": "unboost", "hide": "unhide"}
_SEEN: dict[str, Callable[[Post], bool]] = {
    "like": lambda post: post.liked,
    "boost": lambda post: post.boosted,
    "hide": lambda post: post.hidden,
}
_NOT_ON_MENTIONS = frozenset({"edit", "delete"})


class GoldActing(ChannelSubject):
    """Actions, and their refusals."""

    @classmethod
    def actions(cls) -> list[Case]:
        """Each action that can be undone."""
        return [(name, name) for name in _PAIRS if name in capabilities(cls.channel)]

    @check(
        "gold",
        needs=("poll",),
        each="actions",
        mend="Use a call that sets a state, and pass over the error for what is so already.",
    )
    def test_an_action_and_its_undoing_can_be_repeated(self, action: str) -> None:
        """Twice is once: the second like, hide or boost, or taking it back, raises nothing."""
        with self.stage() as stage:
            target = stage.hear("You are great")
            for name, wanted in ((action, True), (_PAIRS[action], False)):
                if name not in capabilities(self.channel):
                    raise NotApplicable(f"{self.channel.name} has no `{name}`.")
                for _ in range(2):
                    getattr(stage.channel(), name)(target)
                    [post] = [one for one in stage.network.posts() if one.id == target.id]
                    expect(_SEEN[action](post) is wanted, f"`{name}` changed nothing.")

    @check(
        "gold",
        needs=("poll", "reply", "delete"),
        mend="Take Gone as done in `delete`.",
    )
    def test_deleting_can_be_repeated(self) -> None:
        """A post of ours is gone after `delete`, and deleting it again is fine."""
        with self.stage() as stage:
            receipt = stage.answer(stage.hear("Where is it?"), stage.part())
            stage.channel().delete(receipt)
            expect(receipt.id not in _shown(stage), "The post still stands after `delete`.")
            stage.channel().delete(receipt)

    @check(
        "gold",
        needs=("poll", "reply", "edit"),
        mend="Change the words of the post that stands, and give its Receipt.",
    )
    def test_an_edit_changes_the_post_that_stands(self) -> None:
        """`edit` changes the words, makes no second post, and keeps the id."""
        with self.stage() as stage:
            target = stage.hear("When does it come?")
            receipt = stage.answer(target, stage.part("Tomorrow."))
            changed: Receipt = stage.channel().edit(receipt, stage.part("The day after."))
            [post] = [one for one in stage.network.posts() if one.ours]
            expect("The day after." in post.text, "The post has its old words.")
            expect(post.id == changed.id == receipt.id, "The post has another id after `edit`.")
            expect(post.under == target.id, "The post stands elsewhere after `edit`.")

    @check(
        "gold",
        needs=("poll",),
        mend="Say in `refusal` why the network would refuse, in the agent's words.",
    )
    def test_every_refusal_is_explained_before(self) -> None:
        """What `refusal` allows the network does; what the network refuses was explained."""
        with self.stage() as stage:
            ordinary = stage.hear("Here I am")
            channel = stage.channel()
            expect(
                "reply" not in capabilities(self.channel)
                or channel.refusal("reply", ordinary, channel.account) is None,
                "`refusal` refuses to answer an ordinary post of this minute.",
            )
            for mention in (ordinary, *_awkward(stage)):
                for action in sorted(capabilities(self.channel) & set(get_args(Action))):
                    if action not in _NOT_ON_MENTIONS:
                        self._allowed_or_explained(stage, action, mention)  # type: ignore[arg-type]

    def _allowed_or_explained(self, stage: Stage, action: Action, mention: Mention) -> None:
        channel = stage.channel()
        calls = len(stage.proxy.passed)
        why = channel.refusal(action, mention, channel.account)
        expect(
            len(stage.proxy.passed) == calls,
            "`refusal` called the network.",
            "Decide from the mention and the account alone; it is asked before every click.",
        )
        if why is not None:
            expect(
                why.strip().endswith((".", "!")) and " " in why,
                f"`refusal` explains '{action}' with something that is no sentence.",
            )
            return
        try:
            if action in ("reply", "direct"):
                part = stage.part()
                if action == "reply":
                    stage.answer(mention, part)
                else:
                    channel.direct(mention, part)
            else:
                getattr(channel, action)(mention)
        except Gone:
            return
        except RemoteError as error:
            broken(
                f"'{action}' was allowed by `refusal`, and became {type(error).__name__}.",
            )

    @check(
        "gold",
        needs=("poll", "reply"),
        mend="Compare `Mention.reply_by`, or `published` and `Limits.reply_window`, with the time.",
    )
    def test_a_reply_window_is_honoured(self) -> None:
        """When the time to answer is over, `refusal` says so before anybody types."""
        with self.stage() as stage:
            window = stage.channel().own_limits().reply_window
            mention = stage.hear("Still open?")
            if window is None and mention.reply_by is None:
                raise NotApplicable("The network takes answers at any time: no `reply_window`.")
            channel = stage.channel()
            expect(
                channel.refusal("reply", mention, channel.account) is None,
                "A post of this minute is said to be too old.",
            )
            age = (window or timedelta(0)) + timedelta(days=1)
            then = stage.clock.now() - age
            late = replace(
                mention, published=then, updated=None, reply_by=mention.reply_by and then
            )
            expect(
                channel.refusal("reply", late, channel.account),
                f"A post that is {age.days} days old may still be answered.",
            )


def _shown(stage: Stage) -> set[str]:
    return {post.id for post in stage.network.posts()}


def _awkward(stage: Stage) -> list[Mention]:
    """The posts on which the network refuses something, as they are heard."""
    begun = stage.walk()
    awkward = set(stage.network.awkward())
    heard = stage.walk(begun.cursor)
    return [found for id in sorted(awkward) if (found := heard.of(id)) is not None]
