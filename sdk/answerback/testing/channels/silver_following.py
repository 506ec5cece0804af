"""Silver: edits, deletions, our own words and webhooks, all about the same post."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime

from answerback.calls import Request
from answerback.channel import Channel
from answerback.contract import capabilities
from answerback.errors import Gone
from answerback.model import Activity, Item, Mention, Tombstone, Unreadable
from answerback.testing.channels.stage import Stage
from answerback.testing.channels.subject import ChannelSubject
from answerback.testing.checks import NotApplicable, broken, check, expect

#: What differs between two reports of one post without either being wrong.
_PASSING = frozenset({"raw", "reach", "ref"})


class SilverFollowing(ChannelSubject):
    """What becomes of a post after it was heard."""

    @check(
        "silver",
        mend="Let `poll`, a delivery or `fetch` tell of the edit, with another `version` and the "
        "new words.",
    )
    def test_an_edit_gives_a_changed_version(self) -> None:
        """A post that was edited is told of again, under its id, with another version."""
        with self.stage() as stage:
            before = stage.hear("My parcel is late")
            cursor = stage.walk().cursor
            stage.network.edit(before.id, "My parcel is two weeks late")
            after = _news_of(stage, before, cursor)
            if not isinstance(after, Mention):
                broken("An edit is told of by neither `poll`, nor a delivery, nor `fetch`.")
            expect(after.id == before.id, "The edited post has another id.")
            expect(
                before.version is not None and after.version != before.version,
                "The edited post has the version it had before, or none.",
                "Make `version` from what changes with an edit: the time of it, or the words.",
            )
            expect("two weeks" in (after.text or ""), "The edited post has its old words.")

    @check(
        "silver",
        mend="Let `poll` or a delivery give a Delete with a Tombstone, or let `fetch` say gone or "
        "missing.",
    )
    def test_a_deletion_is_noticed(self) -> None:
        """A post that was taken back is told of as deleted, under the id it had."""
        with self.stage() as stage:
            before = stage.hear("I should not have said this")
            cursor = stage.walk().cursor
            stage.network.delete(before.id)
            after = _news_of(stage, before, cursor)
            expect(isinstance(after, Tombstone), "The deletion is told of by nobody.")

    @check(
        "silver",
        needs=("fetch",),
        mend="Say gone or missing for what is not shown; that costs the other refs nothing.",
    )
    def test_what_was_deleted_before_it_was_heard_stays_deleted(self) -> None:
        """`fetch` gives one answer for each ref, in order, also where some are gone."""
        with self.stage() as stage:
            gone, kept = stage.hear("Gone in a minute"), stage.hear("Here to stay")
            stage.network.delete(gone.id)
            refs = [gone.ref or {}, kept.ref or {}]
            fetched = stage.channel().fetch(refs)
            states = [one.state for one in fetched]
            expect(len(states) == 2, f"Two refs gave {len(states)} answers.")
            expect(states[0] in ("gone", "missing"), "A deleted post is said to be present.")
            expect(states[1] == "present", "A post that is there is said to be gone.")
            expect(
                fetched[1].mention is not None and fetched[1].mention.id == kept.id,
                "`fetch` gives the post under another id than `poll`.",
            )

    @check(
        "silver",
        needs=("reply",),
        mend="Give our own posts the author's id that `Account.actor` has, and the id of their "
        "Receipt.",
    )
    def test_our_own_posts_are_recognised(self) -> None:
        """What we posted is heard, if at all, under the receipt's id and as written by us."""
        with self.stage() as stage:
            target = stage.hear("Where is my parcel?")
            cursor = stage.walk().cursor
            receipt = stage.answer(target, stage.part())
            heard = stage.walk(cursor).mentions
            if "fetch" in capabilities(self.channel) and receipt.ref:
                heard += [
                    one.mention
                    for one in stage.channel().fetch([receipt.ref])
                    if one.mention is not None
                ]
            ours = {post.id for post in stage.network.posts() if post.ours}
            expect(receipt.id in ours, "The receipt's id is not the id of the post.")
            for mention in heard:
                author = mention.attributed_to.id if mention.attributed_to else None
                expect(
                    (mention.id in ours) == (author == stage.network.account),
                    "A post of ours is told of as a stranger's, or the other way round.",
                )

    @check(
        "silver",
        needs=("poll", "reply"),
        mend="Listen to answers as well as to mentions: networks often have a list, or a listener, "
        "of their own for them. Give `in_reply_to` the id of our Receipt.",
    )
    def test_an_answer_to_our_answer_is_heard(self) -> None:
        """What a customer says under our answer is heard by some listener, with its parent."""
        with self.stage() as stage:
            receipt = stage.answer(stage.hear("Where is my parcel?"), stage.part())
            stage.network.deliveries()
            begun = {kind: stage.walk(None, kind).cursor for _, kind in self.kinds()}
            said = stage.say("It did not come", under=receipt.id)
            [under] = [post.under for post in stage.network.posts() if post.id == said]
            heard = [found for kind in begun if (found := stage.walk(begun[kind], kind).of(said))]
            if not heard and "parse" in capabilities(self.channel):
                items = [each for one in stage.network.deliveries() for each in _parsed(stage, one)]
                told = [item.object for _, item in items if isinstance(item, Activity)]
                heard = [one for one in told if isinstance(one, Mention) and one.id == said]
            expect(heard, "What a customer says under our answer is heard by no listener.")
            expect(
                any(one.in_reply_to == under for one in heard),
                "What a customer says under our answer does not name it as its parent.",
            )

    @check(
        "silver",
        needs=("poll",),
        mend="Give the author's id that `Account.actor` has to all that the brand writes.",
    )
    def test_an_answer_given_in_the_networks_own_app_is_ours(self) -> None:
        """What somebody of the brand answers outside is heard, if at all, as written by us."""
        with self.stage() as stage:
            target = stage.hear("Where is my parcel?")
            cursor = stage.walk().cursor
            answer = stage.network.answer_ourselves("It is at your neighbour's.", under=target.id)
            for mention in stage.walk(cursor).mentions:
                author = mention.attributed_to.id if mention.attributed_to else None
                expect(
                    mention.id != answer or author == stage.network.account,
                    "An answer of the brand's own is told of as a customer's.",
                )


class SilverDeliveries(ChannelSubject):
    """Webhooks."""

    @check(
        "silver",
        needs=("parse",),
        mend="Keep `parse` pure: the same request gives the same items.",
    )
    def test_a_delivery_three_times_changes_nothing_twice(self) -> None:
        """A delivery that is repeated gives the same items, by which they are recognised."""
        with self.stage() as stage:
            _, requests = _delivered(stage)
            items = [[_parsed(stage, each) for each in requests] for _ in range(3)]
            expect(items[0] == items[1] == items[2], "The same delivery gave something else.")
            expect(any(items[0]), "A delivery about a new post gave nothing.")

    @check(
        "silver",
        needs=("parse", "poll"),
        mend="Translate both with one function, and leave out what only one of them is told.",
    )
    def test_webhook_and_poll_agree(self) -> None:
        """What both tell of a post is the same, so that whichever comes first is right."""
        with self.stage() as stage:
            polled, requests = _delivered(stage)
            told = [item for request in requests for _, item in _parsed(stage, request)]
            posts = [
                item.object
                for item in told
                if isinstance(item, Activity) and isinstance(item.object, Mention)
            ]
            if not posts:
                raise NotApplicable("Its deliveries only hint; the posts come by `poll`.")
            delivered = next((one for one in posts if one.id == polled.id), None)
            if delivered is None:
                broken("The delivery names the post by another id than `poll` does.")
            for each in fields(Mention):
                one, other = getattr(delivered, each.name), getattr(polled, each.name)
                if each.name not in _PASSING and one is not None and other is not None:
                    expect(one == other, f"`{each.name}` differs between webhook and poll.")

    @check(
        "silver",
        needs=("parse",),
        mend="Tell an edit as Update and a deletion as Delete with a Tombstone of the same id.",
    )
    def test_deliveries_in_the_wrong_order_are_about_the_same_post(self) -> None:
        """Create, Update and Delete name one id, so that a late Create cannot bring a post back."""
        with self.stage() as stage:
            before, requests = _delivered(stage)
            stage.network.edit(before.id, "Something else")
            requests += stage.network.deliveries()
            stage.network.delete(before.id)
            requests += stage.network.deliveries()
            items = [item for one in reversed(requests) for _, item in _parsed(stage, one)]
            about = {_about(item) for item in items if isinstance(item, Activity)}
            unread = [item for item in items if isinstance(item, Unreadable)]
            expect(not unread, "A delivery of the network could not be read.")
            expect(about <= {before.id}, "The deliveries about one post name several ids.")


def _about(item: Activity) -> str | None:
    return item.object if isinstance(item.object, str) else item.object.id


def _delivered(stage: Stage) -> tuple[Mention, list[Request]]:
    """A post as `poll` tells of it, and the deliveries about it."""
    stage.network.deliveries()
    mention = stage.hear("The shop is closed again")
    requests = list(stage.network.deliveries())
    expect(
        requests,
        "The pretend network delivers nothing.",
        "Let its `deliveries` give the webhook calls for what was said since it was last asked.",
    )
    return mention, requests


def _parsed(stage: Stage, request: Request) -> list[tuple[str | None, Item]]:
    channel: Channel = stage.cls(stage.channel().app, stage.channel().account)
    return list(channel.parse(request))


def _news_of(stage: Stage, before: Mention, cursor: str | None) -> Mention | Tombstone | None:
    """What is told of a post after it changed: by `poll`, a delivery, or `fetch`."""
    can = capabilities(stage.cls)
    items: list[Item] = list(stage.walk(cursor).activities) if "poll" in can else []
    if "parse" in can:
        for request in stage.network.deliveries():
            items += [item for _, item in _parsed(stage, request)]
    told = [
        item.object
        for item in items
        if isinstance(item, Activity)
        and isinstance(item.object, Mention | Tombstone)
        and item.object.id == before.id
    ]
    changed = [one for one in told if isinstance(one, Tombstone) or one.version != before.version]
    if changed:
        return changed[-1]
    if "fetch" not in can or before.ref is None:
        return told[-1] if told else None
    try:
        [fetched] = stage.channel().fetch([before.ref])
    except Gone:
        return Tombstone(id=before.id, channel=before.channel, deleted=datetime.now(UTC))
    if fetched.state != "present":
        return Tombstone(id=before.id, channel=before.channel)
    return fetched.mention
