"""A feed that is walked back, and what the walk gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from answerback.model import Activity, Item, Mention, Page
from answerback.walk import Batch, walk_back

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def said(name: str, minute: float | None = None, **more: Any) -> Activity:
    """Somebody said it so many minutes after noon."""
    published = None if minute is None else NOON + timedelta(minutes=minute)
    mention = Mention(id=name, channel="tavern", published=published, **more)
    return Activity(type="Create", channel="tavern", object=mention)


def many(first: int, last: int) -> list[Activity]:
    """A post a minute, newest first."""
    return [said(str(minute), minute) for minute in range(last, first - 1, -1)]


@dataclass
class Feed:
    """A feed whose page tokens are offsets; `items` are newest first."""

    items: Sequence[Item] = ()
    page: int = 20
    depth: int = 10_000
    asked: list[str | None] = field(default_factory=list)

    def fetch(self, token: str | None) -> Batch:
        self.asked.append(token)
        start = int(token or 0)
        end = min(start + self.page, self.depth)
        gap = "No further." if end == self.depth < len(self.items) else None
        older = None if gap or end >= len(self.items) else str(end)
        return Batch(items=self.items[start:end], older=older, gap=gap)


def look(feed: Feed, cursor: str | None, **more: Any) -> tuple[list[Page], str]:
    """Every page of one look, and the cursor after it."""
    pages: list[Page] = []
    while not pages or pages[-1].more:
        page = walk_back(cursor, feed.fetch, **more)
        assert page.cursor is not None
        assert len(page.cursor.encode()) < 16_384
        pages.append(page)
        cursor = page.cursor
    assert cursor is not None
    return pages, cursor


def told(pages: Sequence[Page]) -> list[str]:
    """The ids of what was given, in its order; with a star where it is an Update."""
    return [
        name_of(each) + ("*" if each.type == "Update" else "")
        for page in pages
        for each in page.activities
    ]


def name_of(activity: Activity) -> str:
    assert not isinstance(activity.object, str | Activity)
    return activity.object.id


def heard(feed: Feed, cursor: str | None, **more: Any) -> tuple[list[str], str]:
    """What one look gives."""
    pages, cursor = look(feed, cursor, **more)
    return told(pages), cursor
