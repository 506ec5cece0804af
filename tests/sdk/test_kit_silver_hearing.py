"""Each silver check about hearing fails for a channel that has just the fault it is about."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from mutants import assert_seen
from tavern_channel import Tavern

from answerback.calls import Request
from answerback.channel import Fetched, Listener
from answerback.model import Activity, Item, Mention, Page, Tombstone
from answerback.walk import Batch, walk_back


class WithoutCursor(Tavern):
    def poll(self, listener: Listener, cursor: str | None) -> Page:
        page = super().poll(listener, cursor)
        return page if page.activities else replace(page, cursor=None)


class BeginningForEver(Tavern):
    """Takes a feed that was empty for one it never looked at."""

    def poll(self, listener: Listener, cursor: str | None) -> Page:
        page = super().poll(listener, cursor if cursor != "empty" else None)
        return page if page.activities else replace(page, cursor="empty")


class RememberingInState(Tavern):
    """Gives nothing twice, whatever cursor it is asked with."""

    def poll(self, listener: Listener, cursor: str | None) -> Page:
        page = super().poll(listener, cursor)
        given = self.state.setdefault("given", [])
        fresh = [one for one in page.activities if named(one) not in given]
        given += [named(one) for one in fresh]
        return replace(page, activities=tuple(fresh))


class StandingStill(Tavern):
    def poll(self, listener: Listener, cursor: str | None) -> Page:
        page = super().poll(listener, cursor)
        return page if page.more else replace(page, cursor=cursor or page.cursor)


class OnePageOnly(Tavern):
    def _batch(self, path: str, page: str | None) -> Batch:
        return replace(super()._batch(path, page), older=None)


class NewestFirst(Tavern):
    def poll(self, listener: Listener, cursor: str | None) -> Page:
        page = super().poll(listener, cursor)
        return replace(page, activities=page.activities[::-1])


class WalkingInMemory(Tavern):
    """Keeps where a walk stands outside of the cursor."""

    _walks: ClassVar[dict[str, str | None]] = {}

    def poll(self, listener: Listener, cursor: str | None) -> Page:
        walk, self._walks["at"] = self._walks.get("at"), None
        page = super().poll(listener, walk if cursor and walk else cursor)
        if page.more:
            self._walks["at"] = page.cursor
        return page


class SilentAboutGaps(Tavern):
    def poll(self, listener: Listener, cursor: str | None) -> Page:
        return replace(super().poll(listener, cursor), gap=None)


class LookingAheadOnly(Tavern):
    def poll(self, listener: Listener, cursor: str | None) -> Page:
        feed = "/api/comments" if listener.kind == "mentions" else "/api/letters"

        def fetch(token: str | None) -> Batch:
            batch = self._batch(feed, token)
            newest = json.loads(cursor or "{}").get("newest", "")
            fresh = [one for one in batch.items if said_at(one) > newest]
            return replace(batch, items=fresh)

        page = walk_back(cursor, fetch, overlap=timedelta(0))
        told = json.loads(page.cursor or "{}")
        told["newest"] = max([said_at(one) for one in page.activities], default=told.get("newest"))
        return replace(page, cursor=json.dumps(told))


class WithoutParents(Tavern):
    def _parent(self, comment: Mapping[str, Any]) -> str | None:
        return None


class BringingOldNews(Tavern):
    def poll(self, listener: Listener, cursor: str | None) -> Page:
        listener = replace(listener, settings={**listener.settings, "backfill": 1000})
        return super().poll(listener, cursor)


class WithoutOverlap(Tavern):
    def poll(self, listener: Listener, cursor: str | None) -> Page:
        feed = "/api/comments" if listener.kind == "mentions" else "/api/letters"
        return walk_back(cursor, lambda token: self._batch(feed, token), overlap=timedelta(0))


class DeafToAnswers(Tavern):
    def read(self, payload: object) -> Iterator[Item]:
        for item in super().read(payload):
            said = item.object if isinstance(item, Activity) else None
            if not (isinstance(said, Mention) and said.in_reply_to):
                yield item

    def parse(self, request: Request) -> Iterator[tuple[str | None, Item]]:
        for account, item in super().parse(request):
            said = item.object if isinstance(item, Activity) else None
            if not (isinstance(said, Mention) and said.in_reply_to):
                yield account, item


class TrustingCursors(Tavern):
    def poll(self, listener: Listener, cursor: str | None) -> Page:
        assert cursor is None or json.loads(cursor)["v"] == 1
        return super().poll(listener, cursor)


class VersionOfTheFirstDay(Tavern):
    def _version(self, comment: Mapping[str, Any]) -> str | None:
        return str(comment.get("created_at"))


class BlindToDeletions(Tavern):
    def parse(self, request: Request) -> Iterator[tuple[str | None, Item]]:
        for account, item in super().parse(request):
            if not (isinstance(item, Activity) and item.type == "Delete"):
                yield account, item

    def fetch(self, refs: Sequence[Mapping[str, Any]]) -> list[Fetched]:
        return [replace(one, state="present") for one in super().fetch(refs)]


class FetchingWhatIsThere(Tavern):
    def fetch(self, refs: Sequence[Mapping[str, Any]]) -> list[Fetched]:
        return [one for one in super().fetch(refs) if one.state == "present"]


class CallingUsAStranger(Tavern):
    def _mention(self, comment: Mapping[str, Any]) -> Mention:
        mention = super()._mention(comment)
        author = mention.attributed_to
        return replace(mention, attributed_to=author and replace(author, id=f"{author.id}/at-home"))


class ParsingOnce(Tavern):
    _seen: ClassVar[set[bytes]] = set()

    def parse(self, request: Request) -> Iterator[tuple[str | None, Item]]:
        if request.body not in self._seen:
            self._seen.add(request.body)
            yield from super().parse(request)


class ShoutingInDeliveries(Tavern):
    def parse(self, request: Request) -> Iterator[tuple[str | None, Item]]:
        for account, item in super().parse(request):
            if isinstance(item, Activity) and isinstance(item.object, Mention):
                loud = (item.object.text or "").upper()
                item = replace(item, object=replace(item.object, text=loud))
            yield account, item


class DeletingByNumber(Tavern):
    def _deletion(self, comment: Mapping[str, Any]) -> Activity:
        deletion = super()._deletion(comment)
        assert isinstance(deletion.object, Tombstone)
        number = deletion.object.id.rpartition("/")[2]
        return replace(deletion, object=replace(deletion.object, id=f"tavern:{number}"))


def named(item: Item) -> str:
    assert isinstance(item, Activity)
    assert isinstance(item.object, Mention)
    return item.object.id


def said_at(item: Item) -> str:
    assert isinstance(item, Activity)
    return item.published.isoformat() if item.published else ""


MUTANTS: list[tuple[str, type[Tavern]]] = [
    ("an_empty_account_gives_an_empty_page", WithoutCursor),
    ("the_first_post_after_the_first_look_is_given", BeginningForEver),
    ("the_same_cursor_gives_the_same_items", RememberingInState),
    ("a_new_cursor_gives_nothing_new", StandingStill),
    ("more_than_a_page_arrives_whole_and_once", OnePageOnly),
    ("more_than_a_page_arrives_whole_and_once", NewestFirst),
    ("a_walk_survives_a_restart_at_every_step", WalkingInMemory),
    ("a_walk_survives_a_restart_at_every_step", RememberingInState),
    ("a_gap_is_reported", SilentAboutGaps),
    ("what_surfaces_late_is_found", LookingAheadOnly),
    ("what_surfaces_late_is_found", WithoutOverlap),
    ("the_first_look_gives_nothing_old", BringingOldNews),
    ("a_reply_in_an_old_thread_is_found", WithoutParents),
    ("an_answer_to_our_answer_is_heard", DeafToAnswers),
    ("an_answer_to_our_answer_is_heard", WithoutParents),
    ("a_cursor_it_cannot_read_begins_anew_and_says_so", TrustingCursors),
    ("a_cursor_it_cannot_read_begins_anew_and_says_so", SilentAboutGaps),
    ("an_edit_gives_a_changed_version", VersionOfTheFirstDay),
    ("a_deletion_is_noticed", BlindToDeletions),
    ("what_was_deleted_before_it_was_heard_stays_deleted", BlindToDeletions),
    ("what_was_deleted_before_it_was_heard_stays_deleted", FetchingWhatIsThere),
    ("our_own_posts_are_recognised", CallingUsAStranger),
    ("an_answer_given_in_the_networks_own_app_is_ours", CallingUsAStranger),
    ("a_delivery_three_times_changes_nothing_twice", ParsingOnce),
    ("webhook_and_poll_agree", ShoutingInDeliveries),
    ("deliveries_in_the_wrong_order_are_about_the_same_post", DeletingByNumber),
]


@pytest.mark.parametrize(("check", "mutant"), MUTANTS)
def test_a_channel_with_a_fault_fails_the_check_that_is_about_it(
    check: str, mutant: type[Tavern]
) -> None:
    assert_seen(check, mutant)
