"""Prepares posts for the square's page, where everybody's posts are shown to whoever opens it."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup, escape

from answerback_sandbox.square.entities import EMOJI_NAMES, timestamp
from answerback_sandbox.square.ids import age
from answerback_sandbox.square.posting import boosts_of
from answerback_sandbox.square.reading import replies
from answerback_sandbox.square.records import Person, Photo, Post
from answerback_sandbox.square.rendering import render
from answerback_sandbox.square.spans import EMOJI
from answerback_sandbox.square.state import Square

DEEPEST = 4
THREADS_SHOWN = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One post as the page shows it; `depth` is how far it is set in under what it answers."""

    post: Post
    author: Person
    author_name: Markup
    content: Markup
    depth: int
    answers: str | None
    lost_parent: bool
    photos: tuple[Photo, ...]
    favourited_by: tuple[str, ...]
    boosted_by: tuple[str, ...]
    quoted: "Shown | None"

    @property
    def published(self) -> str:
        return timestamp(self.post.created_at)

    @property
    def edited(self) -> str | None:
        return timestamp(self.post.edited_at) if self.post.edited_at else None

    @property
    def clock(self) -> str:
        return _clock(self.post.created_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A post that answers nothing, and all that was said under it."""

    id: str
    posts: tuple[Shown, ...]


def threads(
    square: Square,
    *,
    name: str | None = None,
    tag: str | None = None,
    post_id: str | None = None,
) -> list[Thread]:
    """The newest threads first; those a person takes part in, with a hashtag, or around a post."""
    roots = [
        post
        for post in square.newest_first()
        if post.boost_of is None and post.in_reply_to_id not in square.posts
    ]
    found = []
    for root in roots:
        posts = list(_with_answers(square, root, 0))
        if (
            (name is None or any(one.author.name.lower() == name.lower() for one in posts))
            and (tag is None or any(tag.lower() in one.post.tags for one in posts))
            and (post_id is None or any(one.post.id == post_id for one in posts))
        ):
            found.append(Thread(id=root.id, posts=tuple(posts)))
        if len(found) == THREADS_SHOWN:
            break
    return found


def _with_answers(square: Square, post: Post, depth: int) -> list[Shown]:
    shown = [_shown(square, post, depth)]
    for reply in sorted(replies(square, post), key=lambda one: age(one.id)):
        shown += _with_answers(square, reply, depth + 1)
    return shown


def _shown(square: Square, post: Post, depth: int) -> Shown:
    author = square.people[post.person_id]
    parent = square.posts.get(post.in_reply_to_id or "")
    quoted = square.posts.get(post.quote_of or "")
    html = render(post.now.text, base_url=square.base_url, resolve=square.resolve)
    photos = (square.photos.get(photo_id) for photo_id in post.now.photo_ids)
    return Shown(
        post=post,
        author=author,
        author_name=with_emoji(escape(author.display_name)),
        content=with_emoji(Markup(html)),  # noqa: S704 - render escapes what people wrote
        depth=min(depth, DEEPEST),
        answers=square.people[parent.person_id].name if parent else None,
        lost_parent=post.in_reply_to_id is not None and parent is None,
        photos=tuple(photo for photo in photos if photo is not None),
        favourited_by=tuple(square.people[one].name for one in square.favourites.get(post.id, {})),
        boosted_by=tuple(
            square.people[boost.person_id].name for boost in boosts_of(square, post.id)
        ),
        quoted=_shown(square, quoted, 0) if quoted and not quoted.quote_of else None,
    )


def with_emoji(html: Markup) -> Markup:
    """Puts the pictures of custom emoji in the place of their names."""

    def picture(name: str, written: str) -> str:
        if name not in EMOJI_NAMES:
            return written
        return f'<img class="emoji" src="/emoji/{name}.png" alt="{written}" title="{written}">'

    pictured = EMOJI.sub(lambda match: picture(match[1], match[0]), str(html))
    return Markup(pictured)  # noqa: S704 - the names are word characters only


def _clock(moment: datetime) -> str:
    return moment.strftime("%H:%M")
