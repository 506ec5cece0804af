"""What people say on the square: posting, editing and deleting.

The rules and refusals are those of https://docs.joinmastodon.org/methods/statuses/.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from answerback_sandbox.square.counting import length
from answerback_sandbox.square.noticing import forget_post, notify, notify_mentioned
from answerback_sandbox.square.problems import Problem, invalid, record_not_found
from answerback_sandbox.square.reading import readable, visible
from answerback_sandbox.square.records import Person, Post, Visibility, Wording
from answerback_sandbox.square.rendering import findings
from answerback_sandbox.square.state import Square

PHOTOS_A_POST = 4
KEY_LIFETIME = timedelta(seconds=3600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is to be posted, or what a post is to say from now on; None means not told."""

    text: str = ""
    spoiler_text: str = ""
    sensitive: bool | None = None
    language: str | None = None
    photo_ids: tuple[str, ...] = ()
    visibility: Visibility | None = None
    in_reply_to_id: str | None = None
    quote_of: str | None = None


def publish(
    square: Square,
    author: Person,
    draft: Draft,
    *,
    key: str | None = None,
    application: str | None = None,
    at: datetime | None = None,
) -> Post:
    """Posts a draft, or gives the post that the same key made within the last hour."""
    now = square.now()
    if key is not None:
        earlier = square.repeats.get((author.id, key))
        if earlier is not None and now - earlier[1] < KEY_LIFETIME:
            return square.post(earlier[0])
    parent = _parent(square, author, draft)
    quoted = readable(square, author, draft.quote_of) if draft.quote_of else None
    moment = at or now
    wording = _wording(square, author, draft, moment)
    found = findings(wording.text, square.resolve)
    post = Post(
        id=square.snowflakes.at(moment),
        person_id=author.id,
        created_at=moment,
        visibility=draft.visibility or author.privacy,
        wordings=(wording,),
        mentioned=_ids(square, found.mentioned),
        tags=found.tags,
        in_reply_to_id=parent.id if parent else None,
        in_reply_to_person_id=_answered(author, parent),
        quote_of=quoted.id if quoted else None,
        application=application,
    )
    _attach(square, author, post)
    if key is not None:
        square.repeats[author.id, key] = (post.id, now)
    if quoted is not None:
        notify(square, "quote", quoted.person_id, author.id, post, moment)
    notify_mentioned(square, post, moment)
    return post


def edit(square: Square, author: Person, post_id: str, draft: Draft) -> Post:
    """Gives a post a new wording; only people it newly names are told."""
    post = own(square, author, post_id)
    wording = _wording(square, author, draft, square.now(), post)
    if replace(wording, at=post.now.at) == post.now:
        return post
    found = findings(wording.text, square.resolve)
    edited = replace(
        post,
        wordings=(*post.wordings, wording),
        mentioned=_ids(square, found.mentioned),
        tags=found.tags,
    )
    _attach(square, author, edited)
    notify_mentioned(square, edited)
    for boost in boosts_of(square, post_id):
        notify(square, "update", boost.person_id, author.id, edited)
    return edited


def delete(square: Square, author: Person, post_id: str, *, with_photos: bool = False) -> Post:
    """Takes a post away, its boosts and notifications with it; gives it as it last was."""
    post = own(square, author, post_id)
    for gone in (post, *boosts_of(square, post_id)):
        del square.posts[gone.id]
        forget_post(square, gone.id)
        square.favourites.pop(gone.id, None)
        square.bookmarks.pop(gone.id, None)
    for photo_id in post.now.photo_ids:
        if with_photos:
            square.photos.pop(photo_id, None)
        elif photo_id in square.photos:
            square.photos[photo_id] = replace(square.photos[photo_id], post_id=None)
    square.touch()
    return post


def own(square: Square, author: Person, post_id: str) -> Post:
    """A post of this author; Problem 404 for anybody else's."""
    post = square.post(post_id)
    if post.person_id != author.id or post.boost_of is not None:
        raise record_not_found()
    return post


def boosts_of(square: Square, post_id: str) -> list[Post]:
    """Everyone's boosts of a post."""
    return [post for post in square.posts.values() if post.boost_of == post_id]


def _parent(square: Square, author: Person, draft: Draft) -> Post | None:
    if draft.in_reply_to_id is None:
        return None
    parent = square.posts.get(draft.in_reply_to_id)
    if parent is None or not visible(square, author, parent):
        raise Problem(404, "The post you are trying to reply to does not appear to exist.")
    return square.post(parent.boost_of) if parent.boost_of else parent


def _answered(author: Person, parent: Post | None) -> str | None:
    """Whose post is answered; someone who continues their own answer still answers the other."""
    if parent is None:
        return None
    if parent.person_id == author.id and parent.in_reply_to_person_id is not None:
        return parent.in_reply_to_person_id
    return parent.person_id


def _wording(
    square: Square, author: Person, draft: Draft, at: datetime, post: Post | None = None
) -> Wording:
    text, spoiler = draft.text, draft.spoiler_text
    if not text.strip() and spoiler.strip():
        text, spoiler = spoiler, ""
    if not text.strip() and not draft.photo_ids:
        raise invalid("Text can't be blank")
    if length(spoiler) + length(text) > square.character_limit:
        raise invalid(f"Text character limit of {square.character_limit} exceeded")
    if len(draft.photo_ids) > PHOTOS_A_POST:
        raise invalid(f"Cannot attach more than {PHOTOS_A_POST} files")
    for photo_id in draft.photo_ids:
        photo = square.photos.get(photo_id)
        owner = post.id if post else None
        if photo is None or photo.person_id != author.id or photo.post_id not in (None, owner):
            raise invalid(f"Media {photo_id} not found or already attached to another post")
        if not square.is_ready(photo):
            raise invalid(
                "Cannot attach files that have not finished processing. Try again in a moment!"
            )
    language = draft.language
    if language is None or not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9-]{2,10})?", language):
        language = post.now.language if post else author.language
    return Wording(
        text=text,
        spoiler_text=spoiler,
        sensitive=bool(draft.sensitive) or bool(spoiler),
        language=language,
        photo_ids=draft.photo_ids,
        at=at,
    )


def _ids(square: Square, names: tuple[str, ...]) -> tuple[str, ...]:
    people = [square.named(name) for name in names]
    return tuple(person.id for person in people if person is not None)


def _attach(square: Square, author: Person, post: Post) -> None:
    for photo_id in post.now.photo_ids:
        photo = square.photos[photo_id]
        if photo.person_id == author.id:
            square.photos[photo_id] = replace(photo, post_id=post.id)
    square.posts[post.id] = post
    square.touch()
