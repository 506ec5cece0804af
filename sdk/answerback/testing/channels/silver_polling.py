"""Silver: what is polled is neither lost nor given twice, whatever happens between two steps."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from answerback.channel import ListenerKind
from answerback.model import Activity, Page
from answerback.testing.channels.heard import Heard
from answerback.testing.channels.stage import Stage
from answerback.testing.channels.subject import ChannelSubject
from answerback.testing.checks import NotApplicable, broken, check, expect

_LATE = timedelta(minutes=10)
_OLD = timedelta(days=20)
_POLL = ("poll",)


class SilverPolling(ChannelSubject):
    """`poll`, its pages and its cursors."""

    @check(
        "silver",
        needs=_POLL,
        each="kinds",
        mend="Give a Page without activities and with a cursor when there is nothing.",
    )
    def test_an_empty_account_gives_an_empty_page(self, kind: ListenerKind) -> None:
        """Where nothing was ever said, `poll` gives nothing, and a cursor to go on from."""
        if kind == "conversation":
            raise NotApplicable("A conversation is never empty: its first post is there.")
        with self.stage(kind) as stage:
            heard = stage.walk()
            expect(not heard.activities, f"An empty feed gave {len(heard.activities)} activities.")
            expect(heard.cursor is not None, "An empty feed gave no cursor.")

    @check(
        "silver",
        needs=_POLL,
        each="kinds",
        mend="Let the first look remember where it stands, also in an empty feed.",
    )
    def test_the_first_post_after_the_first_look_is_given(self, kind: ListenerKind) -> None:
        """What is said after listening began is given, also when the feed was empty before."""
        with self.stage(kind) as stage:
            stage.hear("Is anybody there?")

    @check(
        "silver",
        needs=_POLL,
        each="kinds",
        mend="Let the first look remember what is there and give none of it, unless a setting of "
        "the listener asks for some; answerback.walk does it (`backfill`).",
    )
    def test_the_first_look_gives_nothing_old(self, kind: ListenerKind) -> None:
        """What was said before listening began becomes no ticket unless somebody asks for it."""
        if kind == "conversation":
            raise NotApplicable("A conversation is followed from its first post on.")
        with self.stage(kind) as stage:
            for number in range(3):
                stage.say(f"Before you came, number {number}")
            given = len(stage.walk().activities)
            expect(not given, f"The first look gave {given} posts that were there before.")

    @check(
        "silver",
        needs=_POLL,
        each="kinds",
        mend="Let a page depend on the cursor and the network alone, not on what the channel "
        "keeps in memory or in `state`.",
    )
    def test_the_same_cursor_gives_the_same_items(self, kind: ListenerKind) -> None:
        """A step that is repeated, because its result was lost, gives the same again."""
        with self.stage(kind) as stage:
            begun = stage.walk()
            for number in range(3):
                stage.say(f"Number {number}")
            first, again = stage.walk(begun.cursor), stage.walk(begun.cursor)
            expect(
                _ids(first) == _ids(again),
                f"The same cursor gave {len(_ids(first))} items, then {len(_ids(again))}.",
            )

    @check(
        "silver",
        needs=_POLL,
        each="kinds",
        mend="Move the cursor past what was given.",
    )
    def test_a_new_cursor_gives_nothing_new(self, kind: ListenerKind) -> None:
        """When all was given and nobody said anything, the next look gives nothing."""
        with self.stage(kind) as stage:
            begun = stage.walk()
            stage.say("Once is enough")
            given = stage.walk(begun.cursor)
            again = stage.walk(given.cursor)
            expect(not again.activities, f"{len(again.activities)} items were given a second time.")

    @check(
        "silver",
        needs=_POLL,
        each="kinds",
        mend="Follow the network's pages with `more=True` until everything since the cursor was "
        "given; answerback.walk does it for feeds that show their newest first.",
    )
    def test_more_than_a_page_arrives_whole_and_once(self, kind: ListenerKind) -> None:
        """However much was said since, all of it comes, each once, oldest first in a page."""
        with self.stage(kind) as stage:
            begun = stage.walk()
            said = _crowd(stage, _more_than_a_page(stage))
            heard = stage.walk(begun.cursor)
            _all_once(said, heard)
            for page in heard.pages:
                times = [one.published for one in page.activities if one.published is not None]
                expect(times == sorted(times), "A page is not in the order of time, oldest first.")

    @check(
        "silver",
        needs=_POLL,
        each="kinds",
        mend="Put all that a half-finished walk has to remember into the cursor.",
    )
    def test_a_walk_survives_a_restart_at_every_step(self, kind: ListenerKind) -> None:
        """A process that dies between two pages, or before its page was kept, loses nothing."""
        with self.stage(kind) as stage:
            cursor = stage.walk().cursor
            said = _crowd(stage, _more_than_a_page(stage))
            pages: list[Page] = []
            for _ in range(len(said) + 10):
                lost, page = stage.poll(cursor), stage.poll(cursor)
                expect(
                    _of(lost.activities) == _of(page.activities),
                    "A step of a walk gave something else when it was repeated.",
                )
                pages.append(page)
                cursor = page.cursor
                if not page.more:
                    break
            _all_once(said, Heard(pages=tuple(pages)))

    @check(
        "silver",
        needs=_POLL,
        each="kinds",
        mend="Set `Page.gap` to a sentence where the network shows no further back.",
    )
    def test_a_gap_is_reported(self, kind: ListenerKind) -> None:
        """What is older than the network shows is told of as a gap, not passed over in silence."""
        with self.stage(kind) as stage:
            depth = stage.network.depth
            if depth is None or kind == "conversation":
                raise NotApplicable("The pretend network shows everything: it sets no `depth`.")
            begun = stage.walk()
            stage.say("Before the storm")
            calm = stage.walk(begun.cursor)
            expect(not calm.gaps, "A gap was reported although everything could be seen.")
            said = _crowd(stage, depth + 5)
            heard = stage.walk(calm.cursor)
            missing = [id for id in said if heard.of(id) is None]
            expect(heard.gaps or not missing, f"{len(missing)} posts are lost in silence.")

    @check(
        "silver",
        needs=_POLL,
        each="kinds",
        mend="Look a while further back than the newest post given, and give what was not given "
        "before; answerback.walk does it (`overlap`).",
    )
    def test_what_surfaces_late_is_found(self, kind: ListenerKind) -> None:
        """A post that was held back, and shows up dated ten minutes ago, is not passed over."""
        with self.stage(kind) as stage:
            for _ in range(3):
                stage.say("Long ago", ago=_OLD)
            on_time = stage.walk()
            for seconds in reversed(range(_over_the_edge(stage, kind))):
                stage.say(f"On time, {seconds} seconds ago", ago=timedelta(seconds=seconds))
            for _ in range(3):  # the first looks after something was said look far back
                on_time = stage.walk(on_time.cursor)
            late = stage.say("Held for a while", ago=_LATE)
            heard = stage.walk(on_time.cursor)
            expect(heard.of(late), "A post that surfaced late was never given.")
            if kind != "conversation":  # a thread that is read again may be given again
                expect(len(_ids(heard)) == 1, "Together with a late post, old ones came again.")

    @check(
        "silver",
        needs=_POLL,
        each="kinds",
        mend="Follow the feed by when things arrive, or let an own listener re-read the thread.",
    )
    def test_a_reply_in_an_old_thread_is_found(self, kind: ListenerKind) -> None:
        """Somebody answering under a post of weeks ago is heard, with its parent."""
        with self.stage(kind) as stage:
            old = stage.say("Weeks ago", ago=_OLD)
            begun = stage.walk()
            reply = stage.say("Still waiting", under=old)
            found = stage.walk(begun.cursor).of(reply)
            if found is None:
                broken("A reply under an old post was never given.")
            expect(
                found.in_reply_to == old,
                "The reply does not name its parent.",
                "Set `in_reply_to` to the id that the parent's Mention has.",
            )

    @check(
        "silver",
        needs=_POLL,
        each="kinds",
        mend="Begin anew where a cursor cannot be read, and say so in `Page.gap`.",
    )
    def test_a_cursor_it_cannot_read_begins_anew_and_says_so(self, kind: ListenerKind) -> None:
        """A cursor of an older release, or a damaged one, never stops a listener for good."""
        with self.stage(kind) as stage:
            for cursor in ("not a cursor", "{", '{"v": 999}', "[]", "null", "0"):
                page = stage.poll(cursor)
                expect(page.cursor is not None, "A cursor nobody can read was not replaced.")
                if not page.activities:
                    expect(page.gap, "A listener began anew in silence.")


def _over_the_edge(stage: Stage, kind: ListenerKind) -> int:
    """How many posts keep a late one off the first page, within what the network shows."""
    depth, edge = stage.network.depth, stage.network.page + 2
    return 3 if kind == "conversation" or (depth is not None and depth < edge + 2) else edge


def _more_than_a_page(stage: Stage) -> int:
    return 2 * stage.network.page + 3


def _crowd(stage: Stage, number: int) -> list[str]:
    """That many posts; their IRIs."""
    return [stage.say(f"Voice {each} of the crowd") for each in range(number)]


def _of(activities: object) -> list[tuple[str, str | None]]:
    return [
        (one.object.id, getattr(one.object, "version", None))
        for one in activities  # type: ignore[attr-defined]
        if isinstance(one, Activity) and not isinstance(one.object, str | Activity)
    ]


def _ids(heard: Heard) -> list[tuple[str, str | None]]:
    return sorted(_of(heard.activities), key=str)


def _all_once(said: list[str], heard: Heard) -> None:
    given = Counter(mention.id for mention in heard.mentions)
    missing = sum(id not in given for id in said)
    twice = sum(given[id] > 1 for id in said)
    expect(not missing, f"Of {len(said)} posts {missing} were never given.")
    expect(not twice, f"Of {len(said)} posts {twice} were given more than once.")
