"""What people do with each other's posts: favourite, boost and bookmark them, and take it back.

Each can be done twice and counts once. https://docs.joinmastodon.org/methods/statuses/#favourite
"""

from dataclasses import replace

from answerback_sandbox.square.noticing import notify, withdraw
from answerback_sandbox.square.posting import boosts_of
from answerback_sandbox.square.problems import Problem
from answerback_sandbox.square.reading import readable
from answerback_sandbox.square.records import Person, Post, Visibility
from answerback_sandbox.square.state import Square


def original(square: Square, viewer: Person | None, post_id: str) -> Post:
    """The post itself, or the one that a boost boosts."""
    post = readable(square, viewer, post_id)
    return square.post(post.boost_of) if post.boost_of else post


def favourite(square: Square, person: Person, post_id: str) -> Post:
    """Mark as favourite; twice is once."""
    post = original(square, person, post_id)
    if person.id not in square.favourites.setdefault(post.id, {}):
        square.favourites[post.id][person.id] = square.now()
        notify(square, "favourite", post.person_id, person.id, post)
        square.touch()
    return post


def unfavourite(square: Square, person: Person, post_id: str) -> Post:
    """No longer a favourite; twice is once."""
    post = original(square, person, post_id)
    square.favourites.get(post.id, {}).pop(person.id, None)
    withdraw(square, "favourite", person.id, post.id)
    square.touch()
    return post


def bookmark(square: Square, person: Person, post_id: str) -> Post:
    """Bookmark it; twice is once."""
    post = original(square, person, post_id)
    square.bookmarks.setdefault(post.id, {})[person.id] = square.now()
    return post


def unbookmark(square: Square, person: Person, post_id: str) -> Post:
    """No longer a bookmark; twice is once."""
    post = original(square, person, post_id)
    square.bookmarks.get(post.id, {}).pop(person.id, None)
    return post


def boost(square: Square, person: Person, post_id: str, visibility: Visibility | None) -> Post:
    """Boosts a post once, however often asked, and gives the boost."""
    post = original(square, person, post_id)
    if post.visibility == "direct" or (
        post.visibility == "private" and post.person_id != person.id
    ):
        raise Problem(403, "This action is not allowed")
    for known in boosts_of(square, post.id):
        if known.person_id == person.id:
            return known
    shown = visibility or person.privacy
    boosted = Post(
        id=square.snowflakes.at(square.now()),
        person_id=person.id,
        created_at=square.now(),
        visibility=post.visibility if post.visibility == "private" else shown,
        wordings=(replace(post.now, at=square.now()),),
        boost_of=post.id,
    )
    square.posts[boosted.id] = boosted
    notify(square, "reblog", post.person_id, person.id, post)
    square.touch()
    return boosted


def unboost(square: Square, person: Person, post_id: str) -> Post:
    """Take every boost of it back; twice is once."""
    post = original(square, person, post_id)
    for known in boosts_of(square, post.id):
        if known.person_id == person.id:
            del square.posts[known.id]
    withdraw(square, "reblog", person.id, post.id)
    square.touch()
    return post
