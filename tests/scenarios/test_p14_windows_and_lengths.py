"""Promise 14: windows, lengths and policies are checked before sending, in the agent's words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from answering_post import AnsweringPost, open_answering_post, said
from town import Town, open_town, until

from answerback.channel import Limits
from answerback.model import Attachment
from answerback.plugins import load_channel
from answerback_server.engine import windows

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def post(tmp_path: Path) -> Iterator[AnsweringPost]:
    with open_answering_post(tmp_path) as post:
        yield post


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as town:
        yield town


def test_what_can_never_fit_is_refused_before_anything_is_sent(town: Town) -> None:
    with town.working():
        post, ticket = town.complaint()
        town.answer(ticket, "words " * 2000)
        note = until(lambda: [one for one in town.notes(ticket) if "NOT posted" in one])[0]
        assert "It is too long: 11999 characters, and at most" in note
        town.answer(ticket, "Shorter.")
        until(lambda: town.brand_answers(post["id"]))
    assert len(town.brand_answers(post["id"])) == 1


def test_what_would_become_many_posts_asks_first(town: Town) -> None:
    with town.working():
        post, ticket = town.complaint()
        town.answer(ticket, "words " * 400)
        note = until(lambda: [one for one in town.notes(ticket) if "held" in one])[0]
    assert "It would become 6 posts" in note or "It would become 5 posts" in note
    assert town.brand_answers(post["id"]) == []


@pytest.fixture
def week(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network takes answers for seven days."""
    channel = load_channel("mastodon")
    monkeypatch.setattr(channel, "limits", replace(channel.limits, reply_window=timedelta(days=7)))


@pytest.mark.usefixtures("week")
def test_after_the_networks_window_an_answer_is_refused_in_the_desks_call(
    post: AnsweringPost,
) -> None:
    now = datetime.now(UTC)
    post.hear(
        said(1, published=now - timedelta(days=7, minutes=1)),
        said(2, published=now - timedelta(days=6, hours=23)),
        said(3, reply_by=now - timedelta(minutes=1)),
        said(4),
    )
    told = [post.accept("Hello.", to=number) for number in (1, 2, 3, 4)]
    assert [one.state for one in told] == ["failed", "queued", "failed", "queued"]
    assert told[0].reason == "This network takes answers for 7 days, and they are over."
    assert told[2].reason == "The time in which this could be answered is over."
    assert any("and they are over" in note for note in post.notes())


def test_a_window_that_closes_while_an_answer_waits_is_told_too(
    post: AnsweringPost, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.hear(said(1, published=datetime.now(UTC) - timedelta(days=8)))
    id = post.accept("Hello.", to=1).id.rpartition(":")[2]
    channel = load_channel("mastodon")
    own = replace(channel.limits, reply_window=timedelta(days=7))
    monkeypatch.setattr(channel, "own_limits", lambda _self: own)
    post.fit()
    assert post.reply(id).state == "failed"
    assert "they are over" in post.reply(id).reason


def picture(**more: object) -> Attachment:
    return Attachment(type="Image", url="https://desk.example/a.png", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([picture()] * 5, "It carries 5 files, and at most 4 are taken."),
        ([picture(), picture(media_type="image/tiff")], "File 2 is of the kind image/tiff"),
        ([picture(size=1_000_001)], "File 1 is larger than 1,000 kB"),
        ([picture(media_type="image/png", size=1_000_000)] * 4, None),
        ([picture()], None),
        ([], None),
    ],
)
def test_files_are_checked_before_they_are_sent(
    post: AnsweringPost, files: list[Attachment], words: str | None
) -> None:
    post.hear(said(1))
    id = post.answer("Look.", to=1, attachment=tuple(files))
    reply = post.reply(id)
    assert reply.state == ("queued" if words is None else "failed")
    assert words is None or words in reply.reason


def test_a_network_without_files_says_so() -> None:
    limits = Limits(length=500)
    assert "takes no files" in str(windows.files_refused(limits, [picture()]))


def test_a_window_in_hours_is_told_in_hours() -> None:
    limits = Limits(length=500, reply_window=timedelta(hours=24))
    late = said(1, published=NOW - timedelta(hours=24))
    assert "for 24 hours" in str(windows.closed(limits, late, NOW))
    assert windows.closed(limits, said(1, published=NOW), NOW) is None
