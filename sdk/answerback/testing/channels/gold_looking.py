"""Gold: what is shown around a post is the thread above it and the person who wrote it."""

from __future__ import annotations

from collections.abc import Sequence

from answerback.testing.channels.subject import ChannelSubject
from answerback.testing.checks import NotApplicable, check, expect
from answerback.testing.pretend.network import Post


class GoldLooking(ChannelSubject):
    """`thread` and `profile`."""

    @check(
        "gold",
        needs=("poll", "thread"),
        mend="Give the posts above the mention, the root first; not the mention itself, and not "
        "what stands beside or below it.",
    )
    def test_a_thread_is_what_stands_above(self) -> None:
        """`thread` gives every post above the mention, root first, and no other."""
        with self.stage() as stage:
            root = stage.hear("Where is my parcel?")
            above = stage.hear("Mine is late, too", under=root.id)
            stage.say("And mine", under=root.id)
            mention = stage.hear("We all wait", under=above.id)
            stage.say("So we do", under=mention.id)
            posts = stage.network.posts()
            shown = {post.id for post in posts}
            # What is not among the posts, an article for instance, may stand above them all.
            given = [one.id for one in stage.channel().thread(mention) if one.id in shown]
            expect(mention.id not in given, "`thread` gives the post itself.")
            wanted = _above(posts, mention.id)
            expect(
                sorted(given) == sorted(wanted),
                f"`thread` gives {len(given)} posts, not the {len(wanted)} above the mention.",
            )
            expect(given == wanted, "`thread` does not give the root first.")

    @check(
        "gold",
        needs=("poll", "profile"),
        mend="Look the person up by the id, and raise Gone where somebody else is found.",
    )
    def test_a_profile_is_of_the_person_asked_for(self) -> None:
        """`profile` gives the person under the id that their posts have."""
        with self.stage() as stage:
            author = stage.hear("Where is my parcel?").attributed_to
            if author is None:
                raise NotApplicable("The network does not tell who wrote a post.")
            found = stage.channel().profile(author)
            expect(found.id == author.id, "`profile` gives somebody else, or another id.")


def _above(posts: Sequence[Post], id: str) -> list[str]:
    """The ids of the posts above this one, root first."""
    parents = {post.id: post.under for post in posts}
    above: list[str] = []
    parent = parents.get(id)
    while parent is not None and parent not in above:
        above.insert(0, parent)
        parent = parents.get(parent)
    return above
