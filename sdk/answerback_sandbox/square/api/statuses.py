"""Posting, reading, editing and deleting. https://docs.joinmastodon.org/methods/statuses/"""

from flask import Blueprint, Response, jsonify, request

from answerback_sandbox.square import posting, reactions
from answerback_sandbox.square.api.asking import (
    entities,
    grant,
    parameters,
    reader,
    square,
    viewer,
)
from answerback_sandbox.square.api.media import describe
from answerback_sandbox.square.parameters import checked
from answerback_sandbox.square.posting import Draft
from answerback_sandbox.square.problems import Problem, invalid, not_found
from answerback_sandbox.square.reading import ancestors, descendants, readable, visible
from answerback_sandbox.square.records import VISIBILITIES, Visibility

statuses = Blueprint("statuses", __name__, url_prefix="/api/v1/statuses")
READ = "read:statuses"
WRITE = "write:statuses"


@statuses.post("")
def create() -> Response:
    author = viewer(WRITE)
    if parameters().text("scheduled_at") or parameters().many("poll[options]"):
        raise Problem(422, "The sandbox square offers neither scheduled posts nor polls")
    given = grant()
    post = posting.publish(
        square(),
        author,
        _draft(),
        key=request.headers.get("Idempotency-Key") or None,
        application=square().app_of(given).name if given else None,
    )
    return jsonify(entities(author).status(post))


@statuses.get("")
def read_many() -> Response:
    who = reader(READ)
    wanted = [square().posts.get(one) for one in dict.fromkeys(parameters().many("id"))]
    found = [post for post in wanted if post is not None and visible(square(), who, post)]
    return jsonify([entities(who).status(post) for post in found])


@statuses.get("/<post_id>")
def read(post_id: str) -> Response:
    who = reader(READ)
    return jsonify(entities(who).status(readable(square(), who, checked(post_id))))


@statuses.put("/<post_id>")
def edit(post_id: str) -> Response:
    author = viewer(WRITE)
    for attributes in parameters().records("media_attributes"):
        describe(author, attributes.get("id", ""), attributes.get("description"))
    post = posting.edit(square(), author, checked(post_id), _draft())
    return jsonify(entities(author).status(post))


@statuses.delete("/<post_id>")
def delete(post_id: str) -> Response:
    author = viewer(WRITE)
    post = posting.own(square(), author, checked(post_id))
    status = entities(author).status(post)
    posting.delete(
        square(), author, post_id, with_photos=parameters().flag("delete_media") or False
    )
    return jsonify(entities(author).deleted(status, post))


@statuses.get("/<post_id>/context")
def context(post_id: str) -> Response:
    who = reader(READ)
    post = readable(square(), who, checked(post_id))
    above, below = ancestors(square(), who, post), descendants(square(), who, post)
    if who is None:
        above, below = above[-40:], below[:60]
    write = entities(who).status
    return jsonify(
        ancestors=[write(one) for one in above], descendants=[write(one) for one in below]
    )


@statuses.get("/<post_id>/history")
def history(post_id: str) -> Response:
    who = reader(READ)
    return jsonify(entities(who).history(readable(square(), who, checked(post_id))))


@statuses.get("/<post_id>/source")
def source(post_id: str) -> Response:
    author = viewer(READ)
    post = posting.own(square(), author, checked(post_id))
    return jsonify(id=post.id, text=post.now.text, spoiler_text=post.now.spoiler_text)


@statuses.post("/<post_id>/<action>")
def act(post_id: str, action: str) -> Response:
    marks = {
        "favourite": ("write:favourites", reactions.favourite),
        "unfavourite": ("write:favourites", reactions.unfavourite),
        "bookmark": ("write:bookmarks", reactions.bookmark),
        "unbookmark": ("write:bookmarks", reactions.unbookmark),
        "unreblog": (WRITE, reactions.unboost),
    }
    if action == "reblog":
        person = viewer(WRITE)
        post = reactions.boost(square(), person, checked(post_id), _visibility())
    elif action in marks:
        scope, do = marks[action]
        person = viewer(scope)
        post = do(square(), person, checked(post_id))
    else:
        raise not_found()
    return jsonify(entities(person).status(post))


@statuses.get("/<post_id>/favourited_by")
def favourited_by(post_id: str) -> Response:
    post = reactions.original(square(), reader(READ), checked(post_id))
    return _people(list(square().favourites.get(post.id, {})))


@statuses.get("/<post_id>/reblogged_by")
def reblogged_by(post_id: str) -> Response:
    post = reactions.original(square(), reader(READ), checked(post_id))
    return _people([boost.person_id for boost in posting.boosts_of(square(), post.id)])


@statuses.get("/<post_id>/quotes")
def quotes(post_id: str) -> Response:
    who = viewer(READ)
    post = readable(square(), who, checked(post_id))
    found = [
        one
        for one in square().newest_first()
        if one.quote_of == post.id and visible(square(), who, one)
    ]
    return jsonify([entities(who).status(one) for one in found[: parameters().limit(20, 40)]])


def _people(ids: list[str]) -> Response:
    shown = ids[::-1][: parameters().limit(40, 80)]
    return jsonify([entities(None).account(square().people[one]) for one in shown])


def _visibility() -> Visibility | None:
    asked = parameters().text("visibility") or None
    if asked is not None and asked not in VISIBILITIES:
        raise invalid("Visibility is not included in the list")
    return asked


def _draft() -> Draft:
    asked = parameters()
    return Draft(
        text=asked.text("status") or "",
        spoiler_text=asked.text("spoiler_text") or "",
        sensitive=asked.flag("sensitive"),
        language=asked.text("language"),
        photo_ids=tuple(asked.many("media_ids")),
        visibility=_visibility(),
        in_reply_to_id=asked.id("in_reply_to_id"),
        quote_of=asked.id("quoted_status_id"),
    )
