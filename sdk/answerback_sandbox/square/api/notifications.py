"""Being told: notifications, what is kept out of sight, and the policy that decides it.

https://docs.joinmastodon.org/methods/notifications/
"""

from dataclasses import asdict, replace
from typing import Any, cast, get_args

from flask import Blueprint, Response, jsonify

from answerback_sandbox.square.api.asking import (
    answer_page,
    entities,
    parameters,
    square,
    viewer,
)
from answerback_sandbox.square.entities import timestamp
from answerback_sandbox.square.parameters import checked
from answerback_sandbox.square.problems import invalid, record_not_found
from answerback_sandbox.square.records import Notice, Person, Verdict

notifications = Blueprint("notifications", __name__, url_prefix="/api")
READ = "read:notifications"
WRITE = "write:notifications"


@notifications.get("/v1/notifications")
def list_all() -> Response:
    who = viewer(READ)
    asked = parameters()
    found = _received(who)
    if not asked.flag("include_filtered"):
        found = [notice for notice in found if not notice.filtered]
    if asked.many("types"):
        found = [notice for notice in found if notice.type in asked.many("types")]
    if asked.many("exclude_types"):
        found = [notice for notice in found if notice.type not in asked.many("exclude_types")]
    if asked.id("account_id"):
        found = [notice for notice in found if notice.sender_id == asked.id("account_id")]
    write = entities(who).notification
    return answer_page(found, write, id_of=lambda notice: notice.id, default=40, most=80)


@notifications.get("/v1/notifications/<notice_id>")
def read(notice_id: str) -> Response:
    who = viewer(READ)
    return jsonify(entities(who).notification(_notice(who, notice_id)))


@notifications.get("/v1/notifications/unread_count")
def unread_count() -> Response:
    who = viewer(READ)
    return jsonify(count=sum(not notice.filtered for notice in _received(who)))


@notifications.post("/v1/notifications/<notice_id>/dismiss")
def dismiss(notice_id: str) -> Response:
    who = viewer(WRITE)
    square().notices.remove(_notice(who, notice_id))
    return jsonify({})


@notifications.post("/v1/notifications/clear")
def clear() -> Response:
    who = viewer(WRITE)
    square().notices = [one for one in square().notices if one.receiver_id != who.id]
    return jsonify({})


@notifications.get("/v1/notifications/requests")
def requests() -> Response:
    who = viewer(READ)
    senders = dict.fromkeys(one.sender_id for one in _received(who) if one.filtered)
    return jsonify([_request(who, sender) for sender in senders])


@notifications.get("/v1/notifications/requests/merged")
def merged() -> Response:
    viewer(READ)
    return jsonify(merged=True)


@notifications.post("/v1/notifications/requests/<sender_id>/accept")
def accept(sender_id: str) -> Response:
    who = viewer(WRITE)
    _waiting(who, sender_id)
    square().notices = [
        replace(one, filtered=False)
        if (one.receiver_id, one.sender_id) == (who.id, sender_id)
        else one
        for one in square().notices
    ]
    return jsonify({})


@notifications.post("/v1/notifications/requests/<sender_id>/dismiss")
def dismiss_request(sender_id: str) -> Response:
    who = viewer(WRITE)
    hidden = _waiting(who, sender_id)
    square().notices = [one for one in square().notices if one not in hidden]
    return jsonify({})


@notifications.get("/v2/notifications/policy")
def read_policy() -> Response:
    who = viewer(READ)
    return jsonify(entities(who).policy(who))


@notifications.patch("/v2/notifications/policy")
def change_policy() -> Response:
    who = viewer(WRITE)
    changes: dict[str, Any] = {}
    for name in asdict(who.policy):
        value = parameters().text(name)
        if value is None:
            continue
        if value not in get_args(Verdict):
            raise invalid(f"{name.replace('_', ' ').capitalize()} is not included in the list")
        changes[name] = cast(Verdict, value)
    square().set_policy(who, replace(who.policy, **changes))
    changed = square().people[who.id]
    return jsonify(entities(changed).policy(changed))


def _received(who: Person) -> list[Notice]:
    return [notice for notice in reversed(square().notices) if notice.receiver_id == who.id]


def _notice(who: Person, notice_id: str) -> Notice:
    wanted = checked(notice_id)
    for notice in _received(who):
        if notice.id == wanted:
            return notice
    raise record_not_found()


def _waiting(who: Person, sender_id: str) -> list[Notice]:
    found = [one for one in _received(who) if one.filtered and one.sender_id == sender_id]
    if not found:
        raise record_not_found()
    return found


def _request(who: Person, sender_id: str) -> dict[str, Any]:
    waiting = _waiting(who, sender_id)
    last = next((one.post_id for one in waiting if one.post_id), None)
    write = entities(who)
    return {
        "id": sender_id,
        "created_at": timestamp(waiting[-1].created_at),
        "updated_at": timestamp(waiting[0].created_at),
        "notifications_count": str(len(waiting)),
        "account": write.account(square().people[sender_id]),
        "last_status": write.status(square().posts[last]) if last else None,
    }
