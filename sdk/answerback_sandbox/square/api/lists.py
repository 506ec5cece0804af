"""One's own lists: favourites and bookmarks; and empty ones for what the square does not have.

The empty ones let clients start that ask for everything at once.
"""

from datetime import datetime

from flask import Blueprint, Response, jsonify

from answerback_sandbox.square.api.asking import answer_page, entities, square, viewer
from answerback_sandbox.square.reading import visible
from answerback_sandbox.square.records import Person

lists = Blueprint("lists", __name__, url_prefix="/api")
EMPTY = (
    "/v1/announcements",
    "/v1/blocks",
    "/v1/filters",
    "/v2/filters",
    "/v1/follow_requests",
    "/v1/followed_tags",
    "/v1/lists",
    "/v1/mutes",
    "/v1/trends/links",
    "/v1/trends/statuses",
    "/v1/trends/tags",
)


@lists.get("/v1/favourites")
def favourites() -> Response:
    who = viewer("read:favourites")
    return _marked(who, square().favourites)


@lists.get("/v1/bookmarks")
def bookmarks() -> Response:
    who = viewer("read:bookmarks")
    return _marked(who, square().bookmarks)


@lists.get("/v1/preferences")
def preferences() -> Response:
    who = viewer("read:accounts")
    return jsonify(
        {
            "posting:default:visibility": who.privacy,
            "posting:default:sensitive": False,
            "posting:default:language": who.language,
            "posting:default:quote_policy": "public",
            "reading:expand:media": "default",
            "reading:expand:spoilers": False,
        }
    )


def nothing() -> Response:
    """An empty list, for features the square does not have."""
    return jsonify([])


for path in EMPTY:
    lists.add_url_rule(path, view_func=nothing)


def _marked(who: Person, marks: dict[str, dict[str, datetime]]) -> Response:
    posts = [
        post
        for post in square().newest_first()
        if who.id in marks.get(post.id, {}) and visible(square(), who, post)
    ]
    return answer_page(posts, entities(who).status, id_of=lambda post: post.id)
