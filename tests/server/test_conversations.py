"""Applying what was heard: in any order, any number of times, the tables end up the same."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from listening_post import BRAND_ID, ListeningPost, open_listening_post

from answerback.model import Activity, Actor, Mention, Tombstone
from answerback_server.store import tables as t

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def post(tmp_path: Path) -> Iterator[ListeningPost]:
    with open_listening_post(tmp_path) as post:
        yield post


def said(
    number: int, *, under: int | None = None, author: str = "rosa", edit: int = 0, **more: Any
) -> Mention:
    """A post of the pretend network; `edit` counts its versions."""
    return Mention(
        id=f"https://square.example/{number}",
        channel="mastodon",
        text=f"words {number} version {edit}",
        content=f"words {number} version {edit}",
        attributed_to=Actor(
            id=BRAND_ID if author == "brand" else f"https://square.example/{author}"
        ),
        in_reply_to=None if under is None else f"https://square.example/{under}",
        visibility=more.pop("visibility", "public"),
        published=NOON + timedelta(minutes=number),
        updated=NOON + timedelta(hours=1, minutes=edit) if edit else None,
        version=str(edit),
        ref={"id": str(number)},
        **more,
    )


def create(mention: Mention) -> Activity:
    return Activity(type="Create", channel="mastodon", object=mention)


def delete(number: int) -> Activity:
    stone = Tombstone(id=f"https://square.example/{number}", channel="mastodon")
    return Activity(type="Delete", channel="mastodon", object=stone)


def test_a_post_heard_twice_is_filed_once(post: ListeningPost) -> None:
    post.hear([create(said(1))])
    post.hear([create(said(1))])
    assert post.filings() == [("https://square.example/1", "post")]


def test_a_child_that_comes_before_its_parent_in_one_page_is_filed_after_it(
    post: ListeningPost,
) -> None:
    post.hear([create(said(2, under=1)), create(said(1))])
    assert [id for id, _kind in post.filings()] == [
        "https://square.example/1",
        "https://square.example/2",
    ]
    assert len(post.threads()) == 1


def test_two_answers_to_a_lost_post_share_a_conversation(post: ListeningPost) -> None:
    post.hear([create(said(2, under=1)), create(said(3, under=1))])
    assert len(post.threads()) == 1


def test_each_top_comment_under_a_brands_post_is_a_conversation_of_its_own(
    post: ListeningPost,
) -> None:
    post.hear(
        [create(said(2, under=1)), create(said(3, under=1))], context=[said(1, author="brand")]
    )
    assert len(post.threads()) == 2


def test_what_is_said_in_private_never_joins_what_was_said_in_public(post: ListeningPost) -> None:
    post.hear([create(said(1)), create(said(2, under=1, visibility="direct"))])
    post.hear([create(said(3, under=2, visibility="direct"))])
    assert len(post.threads()) == 2


def test_a_conversation_starts_at_the_highest_post_although_it_was_not_heard(
    post: ListeningPost,
) -> None:
    post.hear([create(said(3, under=2))], context=[said(1, author="jonas"), said(2, under=1)])
    assert post.threads() == ["mastodon:https://square.example/1"]
    assert [id for id, _kind in post.filings()] == ["https://square.example/3"]


def test_an_edit_before_the_desk_saw_the_post_changes_what_it_will_see(post: ListeningPost) -> None:
    post.hear([create(said(1))])
    post.hear([create(said(1, edit=1))])
    assert post.filings() == [("https://square.example/1", "post")]
    assert "version 1" in (post.take()[0].mention.text or "")  # type: ignore[union-attr]


def test_an_edit_after_the_desk_saw_the_post_follows_as_its_own_filing(post: ListeningPost) -> None:
    post.hear([create(said(1))])
    post.take()
    post.hear([create(said(1, edit=1))])
    post.hear([create(said(1, edit=1))])
    assert [kind for _id, kind in post.filings()] == ["post", "edit"]


def test_an_older_version_never_replaces_a_newer_one(post: ListeningPost) -> None:
    post.hear([create(said(1, edit=2))])
    post.hear([create(said(1, edit=1)), create(said(1))])
    assert "version 2" in post.words(1)


def test_a_sparse_report_never_erases_a_richer_one(post: ListeningPost) -> None:
    post.hear([create(said(1, summary="rant", language="en"))])
    sparse = Mention(id="https://square.example/1", channel="mastodon", text="words 1 version 0")
    post.hear([create(sparse)])
    assert '"summary":"rant"' in post.wire(1)


def test_a_post_deleted_before_the_desk_saw_it_is_withdrawn(post: ListeningPost) -> None:
    post.hear([create(said(1))])
    post.hear([delete(1)])
    assert post.take() == []


def test_a_post_deleted_after_the_desk_saw_it_is_told_as_deleted(post: ListeningPost) -> None:
    post.hear([create(said(1))])
    post.take()
    post.hear([delete(1)])
    assert [kind for _id, kind in post.filings()] == ["post", "deletion"]


def test_a_deletion_that_comes_first_is_final(post: ListeningPost) -> None:
    post.hear([delete(1)])
    post.hear([create(said(1))])
    assert post.filings() == []


def test_what_is_missing_once_is_not_yet_deleted(post: ListeningPost) -> None:
    post.hear([create(said(1))])
    post.take()
    post.hear([], missing=["https://square.example/1"])
    assert [kind for _id, kind in post.filings()] == ["post"]
    post.hear([], missing=["https://square.example/1"])
    assert [kind for _id, kind in post.filings()] == ["post", "deletion"]


def test_what_shows_again_between_two_looks_starts_over(post: ListeningPost) -> None:
    post.hear([create(said(1))])
    post.hear([], missing=["https://square.example/1"])
    post.hear([Activity(type="Update", channel="mastodon", object=said(1))])
    post.hear([], missing=["https://square.example/1"])
    assert post.status(1) == "live"


def test_our_own_post_is_never_filed(post: ListeningPost) -> None:
    post.hear([create(said(1, author="brand")), create(said(2, under=1, author="brand"))])
    assert post.filings() == []


def test_one_entry_that_cannot_be_applied_stays_behind_alone(post: ListeningPost) -> None:
    good = [create(said(1)), create(said(2))]
    post.hear_raw([*post.wired(good), {"schema": "answerback/1", "type": "Create"}])
    for _ in range(20):
        post.apply(now=True)
    assert [id for id, _kind in post.filings()] == [
        "https://square.example/1",
        "https://square.example/2",
    ]
    with post.assembly.database.read() as tx:
        states = list(tx.execute(sa.select(t.inbox.c.state).order_by(t.inbox.c.id)).scalars())
    assert sorted(states) == ["done", "done", "done", "parked"]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32), deleted=st.booleans())
def test_any_order_of_the_same_news_ends_in_the_same_words(
    tmp_path_factory: pytest.TempPathFactory, seed: int, deleted: bool
) -> None:
    news = [create(said(1)), create(said(1, edit=1)), create(said(1, edit=2))]
    news += [create(said(2, under=1)), create(said(3, under=2))]
    if deleted:
        news.append(delete(1))
    order = random.Random(seed)
    shuffled = [*news, *order.sample(news, 2)]
    order.shuffle(shuffled)
    with open_listening_post(tmp_path_factory.mktemp("order")) as post:
        for activity in shuffled:
            post.hear([activity])
        assert post.status(1) == ("deleted" if deleted else "live")
        if not deleted:
            assert "version 2" in post.words(1)
        ids = [id for id, kind in post.filings() if kind == "post"]
        assert len(ids) == len(set(ids))
        assert {"https://square.example/2", "https://square.example/3"} <= set(ids)


def test_pages_are_stored_as_text_that_says_its_schema(post: ListeningPost) -> None:
    post.hear([create(said(1))])
    with post.assembly.database.read() as tx:
        body = json.loads(tx.execute(sa.select(t.inbox.c.body)).scalar_one())
    assert body["activities"][0]["schema"] == "answerback/1"


def test_a_post_that_was_set_aside_and_then_deleted_is_withdrawn(post: ListeningPost) -> None:
    post.hear([create(said(1))])
    with post.assembly.database.write() as tx:
        tx.execute(t.filings.update().values(state="parked"))
    post.hear([delete(1)])
    with post.assembly.database.write() as tx:
        assert tx.execute(sa.select(t.filings.c.state)).scalar_one() == "withdrawn"
        # Let go again by a release that did not withdraw it.
        tx.execute(t.filings.update().values(state="pending"))
    assert post.take() == []
    with post.assembly.database.read() as tx:
        assert tx.execute(sa.select(t.filings.c.state)).scalar_one() == "withdrawn"
