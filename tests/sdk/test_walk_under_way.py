"""Walks while the feed changes under them: nothing is lost, nothing is given twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from answerback.model import Activity, Mention
from answerback.walk import Batch, walk_back

START = 1_800_000_000
OVERLAP = 3600


@dataclass
class Post:
    number: int
    published: int
    version: int = 1
    updated: int | None = None
    shown: bool = True

    def as_activity(self) -> Activity:
        mention = Mention(
            id=str(self.number),
            channel="tavern",
            version=str(self.version),
            published=datetime.fromtimestamp(self.published, UTC),
            updated=datetime.fromtimestamp(self.updated, UTC) if self.updated else None,
        )
        return Activity(type="Create", channel="tavern", object=mention)


@dataclass
class Square:
    """A feed in order of time or of arrival, paged by offset or by the id above.

    `due` is what a listener has to be given: everything that was said, edited or shown again
    within the overlap since the first look, in the version it has now.
    """

    order: Literal["time", "arrival"]
    tokens: Literal["offset", "id"]
    page: int
    now: int = START
    newest: int = START
    began: int | None = None
    posts: list[Post] = field(default_factory=list)
    history: frozenset[int] = frozenset()
    below_the_first: frozenset[int] = frozenset()
    due: dict[int, int] = field(default_factory=dict)
    cursor: str | None = None
    heard: list[tuple[int, int]] = field(default_factory=list)

    def place(self, post: Post) -> tuple[int, int]:
        return (post.published if self.order == "time" else 0, post.number)

    def listing(self) -> list[Post]:
        return sorted((each for each in self.posts if each.shown), key=self.place, reverse=True)

    def fetch(self, token: str | None) -> Batch:
        shown = self.listing()
        start = 0
        if token and self.tokens == "offset":
            start = int(token)
        elif token:
            above = tuple(map(int, token.split()))
            start = sum(self.place(each) >= above for each in shown)
        page = shown[start : start + self.page]
        end = start + len(page)
        items = [each.as_activity() for each in page]
        if end >= len(shown):
            return Batch(items=items)
        published, number = self.place(page[-1])
        return Batch(
            items=items, older=str(end) if self.tokens == "offset" else f"{published} {number}"
        )

    # What people do

    def say(self, wait: int, late: int) -> None:
        self.now += wait
        published = self.now
        if late:
            published = max(self.now - late, self.newest - OVERLAP, self.began or 0)
        post = Post(number=len(self.posts), published=published)
        self.posts.append(post)
        self.newest = max(self.newest, published)
        self._expect(post)

    def edit(self, which: int, _: int) -> None:
        if post := self._one(which, shown=True):
            post.version += 1
            post.updated = self.now
            self.newest = max(self.newest, self.now)
            # By arrival, edits of what lies deep are not promised.
            if self.order == "time" or self._is_open(post):
                self._expect(post)
            else:
                self.due.pop(post.number, None)

    def hide(self, which: int, _: int) -> None:
        if post := self._one(which, shown=True):
            post.shown = False
            self.due.pop(post.number, None)

    def show(self, which: int, _: int) -> None:
        if post := self._one(which, shown=False):
            post.shown = True
            if self.order == "time":
                self._expect(post)

    def _one(self, which: int, *, shown: bool) -> Post | None:
        there = [
            each
            for each in self.posts
            if each.shown == shown and each.number not in self.below_the_first
        ]
        return there[-1 - which % len(there)] if there else None

    def _is_open(self, post: Post) -> bool:
        version = self.due.get(post.number)
        return version is not None and (post.number, version) not in self.heard

    def _expect(self, post: Post) -> None:
        within = post.published >= max(self.newest - OVERLAP, self.began or 0)
        is_new = self.began is not None and post.number not in self.history
        if (is_new and within) or self._is_open(post):
            self.due[post.number] = post.version
        else:
            self.due.pop(post.number, None)

    # What the listener does

    def begin(self) -> None:
        page = walk_back(None, self.fetch)
        assert (page.activities, page.more, page.gap) == ((), False, None)
        shown = self.listing()
        first = shown[: self.page]
        self.history = frozenset(each.number for each in shown)
        self.below_the_first = self.history - {each.number for each in first}
        self.began = max((each.published for each in first), default=0)
        self.cursor = page.cursor

    def step(self, *_: int) -> bool:
        """One page; twice, as a process does that was killed before it kept the page."""
        page = walk_back(self.cursor, self.fetch, most=10_000)
        assert page == walk_back(self.cursor, self.fetch, most=10_000)
        assert page.gap is None
        self.cursor = page.cursor
        assert self.cursor is not None
        assert len(self.cursor) < 16_384
        for activity in page.activities:
            assert isinstance(activity.object, Mention)
            told = int(activity.object.id), int(activity.object.version or 0)
            assert told not in self.heard, "given twice"
            assert told[0] not in self.history or told[1] > 1, "from before the first look"
            again = any(number == told[0] for number, _ in self.heard)
            assert activity.type == "Update" or not again
            self.heard.append(told)
        return page.more

    def look(self, *_: int) -> None:
        while self.step():
            pass


WAITS = st.sampled_from([0, 1, 60, 600, 4000])
WHICH = st.integers(0, 60)
TALK = st.tuples(st.just("say"), WAITS, st.sampled_from([0, 0, 0, 60, 1800, OVERLAP]))
ACTIONS = st.lists(
    st.one_of(
        TALK,
        TALK,
        TALK,
        st.tuples(st.sampled_from(["edit", "hide", "show"]), WHICH, st.just(0)),
        st.tuples(st.sampled_from(["step", "step", "look"]), st.just(0), st.just(0)),
    ),
    min_size=5,
    max_size=80,
)


@given(
    order=st.sampled_from(["time", "arrival"]),
    tokens=st.sampled_from(["offset", "id"]),
    page=st.sampled_from([1, 2, 3, 5, 8, 20]),
    before=st.lists(WAITS, max_size=20),
    actions=ACTIONS,
)
@settings(max_examples=300)
def test_all_that_is_said_is_given_once_in_every_version_it_is_seen_in(
    order: Any, tokens: Any, page: int, before: list[int], actions: list[tuple[str, int, int]]
) -> None:
    square = Square(order=order, tokens=tokens, page=page)
    for wait in before:
        square.say(wait + 1, 0)
    square.begin()
    for name, first, second in actions:
        getattr(square, name)(first, second)
    # The walk under way, and two looks: deletions may have moved a post past the first of them.
    for _ in range(3):
        square.look()
    assert {*square.due.items()} <= {*square.heard}
    already = len(square.heard)
    square.look()
    assert len(square.heard) == already
