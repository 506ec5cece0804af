"""People: who am I, who are they, what did they say. https://docs.joinmastodon.org/methods/accounts/"""

from flask import Blueprint, Response, jsonify

from answerback_sandbox.square.api.asking import (
    answer_page,
    entities,
    parameters,
    reader,
    square,
    viewer,
)
from answerback_sandbox.square.noticing import notify
from answerback_sandbox.square.parameters import checked
from answerback_sandbox.square.problems import record_not_found
from answerback_sandbox.square.reading import posts_of, without_replies
from answerback_sandbox.square.records import Person, Post

accounts = Blueprint("accounts", __name__, url_prefix="/api/v1/accounts")


@accounts.get("/verify_credentials")
def verify_credentials() -> Response:
    person = viewer("profile", "read:accounts")
    return jsonify(entities(person).own_account(person))


@accounts.get("/lookup")
def lookup() -> Response:
    name, _, domain = parameters().required("acct").lstrip("@").partition("@")
    found = square().resolve(name, domain or None)
    person = square().named(found) if found else None
    if person is None:
        raise record_not_found()
    return jsonify(entities(reader()).account(person))


@accounts.get("/relationships")
def relationships() -> Response:
    who = viewer("read:follows")
    people = [square().people.get(one) for one in dict.fromkeys(parameters().many("id"))]
    return jsonify([entities(who).relationship(who, one) for one in people if one])


@accounts.get("/search")
def search() -> Response:
    who = viewer("read:accounts")
    wanted = parameters().required("q").lstrip("@").lower()
    found = [
        one
        for one in square().people.values()
        if wanted in one.name.lower() or wanted in one.display_name.lower()
    ]
    return jsonify([entities(who).account(one) for one in found[: parameters().limit(40, 80)]])


@accounts.get("/<person_id>")
def read(person_id: str) -> Response:
    return jsonify(entities(reader()).account(_person(person_id)))


@accounts.get("/<person_id>/statuses")
def statuses(person_id: str) -> Response:
    who = reader("read:statuses")
    asked = parameters()
    posts: list[Post] = posts_of(square(), who, _person(person_id))
    if asked.flag("exclude_replies"):
        posts = without_replies(posts)
    if asked.flag("exclude_reblogs"):
        posts = [post for post in posts if post.boost_of is None]
    if asked.flag("only_media"):
        posts = [post for post in posts if post.now.photo_ids]
    if asked.text("tagged"):
        posts = [post for post in posts if (asked.text("tagged") or "").lower() in post.tags]
    if asked.flag("pinned"):
        posts = []
    return answer_page(posts, entities(who).status, id_of=lambda post: post.id)


@accounts.post("/<person_id>/follow")
def follow(person_id: str) -> Response:
    who, other = viewer("write:follows"), _person(person_id)
    if (who.id, other.id) not in square().follows and who.id != other.id:
        square().follow(who, other)
        notify(square(), "follow", other.id, who.id, None)
    return jsonify(entities(who).relationship(who, other))


@accounts.post("/<person_id>/unfollow")
def unfollow(person_id: str) -> Response:
    who, other = viewer("write:follows"), _person(person_id)
    square().follows.discard((who.id, other.id))
    return jsonify(entities(who).relationship(who, other))


def _person(person_id: str) -> Person:
    person = square().people.get(checked(person_id))
    if person is None:
        raise record_not_found()
    return person
