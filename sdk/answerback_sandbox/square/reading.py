"""Who sees what: visibility, threads, timelines, private conversations and search."""

import re
from collections.abc import Iterable

from answerback_sandbox.square.ids import age
from answerback_sandbox.square.problems import record_not_found
from answerback_sandbox.square.records import Person, Post
from answerback_sandbox.square.state import Square


def visible(square: Square, viewer: Person | None, post: Post) -> bool:
    """Whether this reader, or anyone when it is None, may see the post."""
    if post.boost_of is not None:
        original = square.posts.get(post.boost_of)
        return original is not None and visible(square, viewer, original)
    if post.visibility in ("public", "unlisted"):
        return True
    if viewer is None:
        return False
    if viewer.id == post.person_id or viewer.id in post.mentioned:
        return True
    return post.visibility == "private" and (viewer.id, post.person_id) in square.follows


def readable(square: Square, viewer: Person | None, id: str) -> Post:
    """The post with this id; Problem 404 when it is gone or hidden from this reader."""
    post = square.post(id)
    if not visible(square, viewer, post):
        raise record_not_found()
    return post


def ancestors(square: Square, viewer: Person | None, post: Post) -> list[Post]:
    """What a post answers, from the first of the thread to its parent."""
    found: list[Post] = []
    parent = square.posts.get(post.in_reply_to_id or "")
    while parent is not None and visible(square, viewer, parent):
        found.append(parent)
        parent = square.posts.get(parent.in_reply_to_id or "")
    return found[::-1]


def descendants(square: Square, viewer: Person | None, post: Post) -> list[Post]:
    """What was said under a post, each answer followed by its own answers."""
    found: list[Post] = []
    for reply in replies(square, post):
        if visible(square, viewer, reply):
            found += [reply, *descendants(square, viewer, reply)]
    return found


def replies(square: Square, post: Post) -> list[Post]:
    """The direct answers to a post, oldest first."""
    answers = [one for one in square.posts.values() if one.in_reply_to_id == post.id]
    return sorted(answers, key=lambda one: age(one.id))


def public_timeline(square: Square, viewer: Person | None) -> list[Post]:
    """Everybody's public posts, newest first; boosts are not in it."""
    return [
        post
        for post in square.newest_first()
        if post.visibility == "public" and post.boost_of is None and visible(square, viewer, post)
    ]


def home_timeline(square: Square, viewer: Person) -> list[Post]:
    """One's own posts and those of people one follows, newest first."""
    followed = {viewer.id} | {who for follower, who in square.follows if follower == viewer.id}
    return [
        post
        for post in square.newest_first()
        if post.person_id in followed and visible(square, viewer, post)
    ]


def posts_of(square: Square, viewer: Person | None, author: Person) -> list[Post]:
    """One person's posts and boosts that this reader may see, newest first."""
    return [
        post
        for post in square.newest_first()
        if post.person_id == author.id and visible(square, viewer, post)
    ]


def conversations(square: Square, viewer: Person) -> dict[str, list[Post]]:
    """The private threads a person is in, by the id of their first post, each newest first."""
    threads: dict[str, list[Post]] = {}
    for post in square.newest_first():
        if post.visibility != "direct" or not visible(square, viewer, post):
            continue
        above = [one for one in ancestors(square, viewer, post) if one.visibility == "direct"]
        threads.setdefault((above[0] if above else post).id, []).append(post)
    return threads


def search(square: Square, viewer: Person, query: str) -> list[Post]:
    """Posts that hold every word of the query, newest first.

    Understands "exact phrase", -word, from:name, from:me, language:de, has:media and is:reply.
    Unlisted and private posts are found only by those they concern, as with a real server's index.
    """
    terms = re.findall(r'([-+]?)(?:"([^"]*)"|(\S+))', query)
    wanted = [(sign == "-", phrase or word) for sign, phrase, word in terms if phrase or word]
    return [
        post
        for post in square.newest_first()
        if post.boost_of is None
        and _indexed(square, viewer, post)
        and all(_holds(square, viewer, post, term) != negated for negated, term in wanted)
    ]


def without_replies(posts: Iterable[Post]) -> list[Post]:
    """Leaves answers to others out; people's answers to themselves stay."""
    return [post for post in posts if post.in_reply_to_person_id in (None, post.person_id)]


def _indexed(square: Square, viewer: Person, post: Post) -> bool:
    if not visible(square, viewer, post):
        return False
    concerned = {post.person_id, *post.mentioned, *square.favourites.get(post.id, {})}
    return post.visibility == "public" or viewer.id in concerned


def _holds(square: Square, viewer: Person, post: Post, term: str) -> bool:
    operator, colon, value = term.lower().partition(":")
    author = square.people[post.person_id]
    if colon and operator == "from":
        name = value.lstrip("@").partition("@")[0]
        return author.name.lower() == (viewer.name.lower() if name == "me" else name)
    if colon and operator == "language":
        return post.now.language == value
    if (operator, value) in (("has", "media"), ("has", "image")):
        return bool(post.now.photo_ids)
    if (operator, value) == ("is", "reply"):
        return post.in_reply_to_id is not None
    return term.lower() in f"{post.now.spoiler_text}\n{post.now.text}".lower()
