"""Users and their identities.

https://developer.zendesk.com/api-reference/ticketing/users/users/
"""

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify, request

from answerback_sandbox.desk.api.forms import identity_form, user_form
from answerback_sandbox.desk.api.gate import asker, ids, locked, member, support_api, this_desk
from answerback_sandbox.desk.api.paging import paged
from answerback_sandbox.desk.importing import normal_tags
from answerback_sandbox.desk.people import add_identity, add_user, change_user, find_user
from answerback_sandbox.desk.records import STAFF, User
from answerback_sandbox.desk.refusals import forbidden, invalid, not_found

users = support_api("users")
IDENTITY_TYPES = ("email", "twitter", "facebook", "google", "agent_forwarding", "phone_number")
_TEXTS = ("name", "email", "external_id", "locale", "phone", "notes", "details")


@users.get("/users")
@locked
def list_() -> Response:
    store = this_desk().store
    roles = request.args.getlist("role") + request.args.getlist("role[]")
    found = [one for one in store.users.values() if one.active and (one.role in roles or not roles)]
    return jsonify(paged("users", found, lambda one: user_form(store, one)))


@users.get("/users/me")
def me() -> Response:
    return jsonify(user=user_form(this_desk().store, asker()))


@users.get("/users/show_many")
@locked
def show_many() -> Response:
    store = this_desk().store
    wanted = ids("ids")
    external_ids = [one.casefold() for one in request.args.get("external_ids", "").split(",")]
    found = [
        one
        for one in store.users.values()
        if one.id in wanted or (one.external_id and one.external_id.casefold() in external_ids)
    ]
    return jsonify(paged("users", found, lambda one: user_form(store, one)))


@users.get("/users/search")
@locked
def search() -> Response:
    store = this_desk().store
    external_id, query = request.args.get("external_id"), request.args.get("query", "")
    if external_id is not None:
        one = find_user(store, external_id=external_id)
        found = [one] if one else []
    else:
        found = [one for one in store.users.values() if matches(one, query)]
    return jsonify(paged("users", found, lambda one: user_form(store, one)))


def matches(user: User, query: str) -> bool:
    """Whether each word of the query is in a user's name, address or notes."""
    told = (user.name, user.email, user.phone, user.notes, user.details, user.external_id)
    text = " ".join(filter(None, told)).casefold()
    words = [word.strip('"') for word in query.casefold().split() if word != "type:user"]
    return user.active and all(word.rpartition(":")[2] in text for word in words)


@users.get("/users/<int:id>")
@locked
def show(id: int) -> Response:
    store = this_desk().store
    return jsonify(user=user_form(store, _user(id)))


@users.post("/users")
@locked
def create() -> Response:
    store, told = this_desk().store, member("user")
    if find_user(store, email=told.get("email"), external_id=told.get("external_id")):
        raise invalid("email", "Email: is already being used by another user", "DuplicateValue")
    return _answer(_added(told), 201)


@users.post("/users/create_or_update")
@locked
def create_or_update() -> Response:
    store, told = this_desk().store, member("user")
    known = find_user(store, email=told.get("email"), external_id=told.get("external_id"))
    if known is None:
        return _answer(_added(told), 201)
    return _answer(change_user(store, known.id, **_members(told)), 200)


@users.post("/users/create_or_update_many")
def create_or_update_many() -> Response:
    raise forbidden("Bulk user imports are not enabled for this account")


@users.put("/users/<int:id>")
@locked
def update(id: int) -> Response:
    _user(id)
    return _answer(change_user(this_desk().store, id, **_members(member("user"))), 200)


@users.delete("/users/<int:id>")
@locked
def delete(id: int) -> Response:
    store, user = this_desk().store, _user(id)
    if user.staff:
        raise invalid("base", "Base: staff cannot be deleted in this sandbox")
    for identity in [one for one in store.identities.values() if one.user_id == id]:
        del store.identities[identity.id]
    return _answer(change_user(store, id, active=False), 200)


@users.get("/users/<int:id>/identities")
@locked
def identities(id: int) -> Response:
    store = this_desk().store
    _user(id)
    found = [one for one in store.identities.values() if one.user_id == id]
    return jsonify(paged("identities", found, lambda one: identity_form(store, one)))


@users.post("/users/<int:id>/identities")
@locked
def identify(id: int) -> tuple[Response, int]:
    store, told = this_desk().store, member("identity")
    _user(id)
    type, value = told.get("type"), told.get("value")
    if type not in IDENTITY_TYPES:
        raise invalid("type", f"Type: is one of {', '.join(IDENTITY_TYPES)}")
    if not isinstance(value, str) or not value.strip():
        raise invalid("value", "Value: cannot be blank", "BlankValue")
    made = add_identity(store, id, type, value.strip(), primary=bool(told.get("primary")))
    return jsonify(identity=identity_form(store, made)), 201


def _user(id: int) -> User:
    found = this_desk().store.users.get(id)
    if found is None:
        raise not_found()
    return found


def _added(told: Mapping[str, Any]) -> User:
    members = _members(told)
    if not members.get("name"):
        raise invalid("name", "Name: is too short (minimum is 1 characters)", "BlankValue")
    return add_user(this_desk().store, **members)


def _members(told: Mapping[str, Any]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name in _TEXTS:
        if name in told and (told[name] is not None or name not in ("name", "locale")):
            members[name] = None if told[name] is None else str(told[name])
    if told.get("role") is not None:
        if told["role"] not in (*STAFF, "end-user"):
            raise invalid("role", f"Role: {told['role']} is not valid")
        members["role"] = told["role"]
    if "tags" in told:
        members["tags"] = normal_tags(told["tags"])
    if isinstance(told.get("user_fields"), dict):
        members["user_fields"] = told["user_fields"]
    photo = told.get("remote_photo_url")
    if isinstance(photo, str):
        members["photo_url"] = photo
    return members


def _answer(user: User, status: int) -> Response:
    store = this_desk().store
    answer = jsonify(user=user_form(store, user))
    answer.status_code = status
    answer.headers["Location"] = f"{store.url}/api/v2/users/{user.id}.json"
    return answer
