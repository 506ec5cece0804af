"""Tickets: create, read, change, delete, merge, tags and audits.

https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/
"""

import hashlib
from datetime import timedelta
from typing import Any

from flask import Response, jsonify, request

from answerback_sandbox.desk.api.forms import audit_form, ticket_form
from answerback_sandbox.desk.api.gate import (
    asker,
    body,
    ids,
    locked,
    member,
    support_api,
    this_desk,
)
from answerback_sandbox.desk.api.paging import paged
from answerback_sandbox.desk.api.ticket_input import check_stamp, draft_from, members_from
from answerback_sandbox.desk.importing import normal_tags
from answerback_sandbox.desk.records import KeptAnswer
from answerback_sandbox.desk.refusals import bad_request, invalid, not_found
from answerback_sandbox.desk.store import Store
from answerback_sandbox.desk.tickets import (
    EMPTY,
    Step,
    change_ticket,
    delete_ticket,
    live_ticket,
    merge_tickets,
    open_ticket,
)

tickets = support_api("tickets")
KEY_LIFETIME = timedelta(hours=2)
KEY_LENGTH = 255


@tickets.post("/tickets")
@locked
def create() -> Response:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return _created()
    if not 0 < len(key) <= KEY_LENGTH:
        raise bad_request("IdempotentRequestError", f"the key has 1 to {KEY_LENGTH} characters")
    store = this_desk().store
    kept_answers, now = store.kept_answers, store.now()
    asked = hashlib.sha256(request.get_data()).hexdigest()
    kept = kept_answers.get(key)
    if kept is not None and kept.expires_at > now:
        if kept.asked != asked:
            text = "The request parameters don't match the given idempotency key"
            raise bad_request("IdempotentRequestError", text)
        answer = Response(kept.data, status=201, mimetype="application/json")
        answer.headers["Location"] = kept.location
        answer.headers["X-Idempotency-Lookup"] = "hit"
        return answer
    answer = _created()
    kept_answers[key] = KeptAnswer(
        asked=asked,
        data=answer.get_data(),
        location=answer.headers["Location"],
        expires_at=now + KEY_LIFETIME,
    )
    answer.headers["X-Idempotency-Lookup"] = "miss"
    return answer


def _created() -> Response:
    desk, user = this_desk(), asker()
    store, told = desk.store, member("ticket")
    if told.get("description") and not told.get("comment"):
        told = {**told, "comment": {"body": told["description"]}}
    members = members_from(store, told, None)
    members.setdefault("requester_id", user.id)
    members["submitter_id"] = members.get("submitter_id") or user.id
    author = store.users[members["submitter_id"]]
    draft = draft_from(store, told, author)
    if draft is None:
        raise invalid("base", "Description: cannot be blank", "BlankValue")
    follows = told.get("via_followup_source_id")
    if follows is not None:
        live_ticket(store, int(follows) if str(follows).isdecimal() else 0)
    made, audit, comment = open_ticket(
        store, _step(told), members, draft, follows=int(follows) if follows else None
    )
    desk.channelbacks.send(comment)
    answer = jsonify(ticket=ticket_form(store, made), audit=audit_form(store, audit))
    answer.status_code = 201
    answer.headers["Location"] = f"{store.url}/api/v2/tickets/{made.id}.json"
    return answer


@tickets.get("/tickets")
@locked
def list_() -> Response:
    store = this_desk().store
    found = [one for one in store.tickets.values() if not one.deleted]
    external_id = request.args.get("external_id")
    if external_id is not None:
        found = [one for one in found if one.external_id == external_id]
    order = request.args.get("sort") or request.args.get("sort_by") or "id"
    downwards = order.startswith("-") or request.args.get("sort_order") == "desc"
    name = {"updated_at": "updated_at", "created_at": "created_at"}.get(order.lstrip("-"), "id")
    found.sort(key=lambda one: (getattr(one, name), one.id), reverse=downwards)
    return jsonify(paged("tickets", found, lambda one: ticket_form(store, one)))


@tickets.get("/tickets/show_many")
@locked
def show_many() -> Response:
    store = this_desk().store
    wanted = set(ids("ids"))
    external_ids = set(filter(None, request.args.get("external_ids", "").split(",")))
    found = [
        one
        for one in store.tickets.values()
        if (one.id in wanted or one.external_id in external_ids) and not one.deleted
    ]
    return jsonify(paged("tickets", found, lambda one: ticket_form(store, one)))


@tickets.get("/tickets/count")
@locked
def count() -> Response:
    store = this_desk().store
    number = sum(not one.deleted for one in store.tickets.values())
    return jsonify(count={"value": number, "refreshed_at": store.now().isoformat()})


@tickets.get("/tickets/<int:id>")
@locked
def show(id: int) -> Response:
    store = this_desk().store
    return jsonify(ticket=ticket_form(store, live_ticket(store, id)))


@tickets.put("/tickets/<int:id>")
@locked
def update(id: int) -> Response:
    desk, user, told = this_desk(), asker(), member("ticket")
    store = desk.store
    ticket = live_ticket(store, id)
    check_stamp(told, ticket)
    if ticket.closed:
        raise invalid("status", "Status: closed prevents ticket update")
    desk.limits.count_update(user.id, id)
    members = members_from(store, told, ticket)
    draft = draft_from(store, told, user)
    changed, audit, comment = change_ticket(store, _step(told), id, members, draft)
    if comment is not None:
        desk.channelbacks.send(comment)
    return jsonify(ticket=ticket_form(store, changed), audit=audit_form(store, audit))


@tickets.delete("/tickets/<int:id>")
def delete(id: int) -> tuple[Response, int]:
    delete_ticket(this_desk().store, id)
    return Response(), 204


@tickets.post("/tickets/<int:id>/merge")
@locked
def merge(id: int) -> Response:
    store, told = this_desk().store, body()
    sources = told.get("ids")
    if not isinstance(sources, list) or not all(isinstance(one, int) for one in sources):
        raise bad_request("ParameterMissing", "ids is a list of ticket ids")
    merge_tickets(store, Step(actor_id=asker().id), id, sources, told)
    return jsonify(job_status=_done(store, [{"id": one, "success": True} for one in sources]))


@tickets.get("/job_statuses/<id>")
def job_status(id: str) -> Response:
    found = this_desk().store.job_results.get(id)
    if found is None:
        raise not_found()
    return jsonify(job_status=found)


@tickets.route("/tickets/<int:id>/tags", methods=["GET", "PUT", "POST", "DELETE"])
@locked
def tags(id: int) -> tuple[Response, int]:
    store = this_desk().store
    ticket = live_ticket(store, id)
    have = ticket.tags
    if request.method != "GET":
        told = body()
        check_stamp(told, ticket)
        given = normal_tags(told.get("tags"))
        if request.method == "PUT":
            have = normal_tags([*have, *given])
        elif request.method == "POST":
            have = given
        else:
            have = tuple(tag for tag in have if tag not in given)
        change_ticket(store, Step(actor_id=asker().id), id, {"tags": have}, None)
    return jsonify(tags=list(have)), 201 if request.method == "POST" else 200


@tickets.get("/tickets/<int:id>/audits")
@locked
def audits(id: int) -> Response:
    store = this_desk().store
    live_ticket(store, id)
    found = store.audits_on(id)
    if request.args.get("sort_order") == "desc" or request.args.get("sort") == "-created_at":
        found.reverse()
    return jsonify(paged("audits", found, lambda one: audit_form(store, one)))


@tickets.get("/tickets/<int:id>/audits/<int:audit_id>")
@locked
def audit(id: int, audit_id: int) -> Response:
    store = this_desk().store
    live_ticket(store, id)
    found = store.audits.get(audit_id)
    if found is None or found.ticket_id != id:
        raise not_found()
    return jsonify(audit=audit_form(store, found))


def _step(told: dict[str, Any]) -> Step:
    custom = told.get("metadata")
    return Step(
        actor_id=asker().id,
        via={"channel": "api", "source": EMPTY},
        custom=custom if isinstance(custom, dict) else {},
    )


def _done(store: Store, results: list[dict[str, Any]]) -> dict[str, Any]:
    id = f"V3-{store.token()}"
    status = {
        "id": id,
        "url": f"{store.url}/api/v2/job_statuses/{id}.json",
        "total": len(results),
        "progress": len(results),
        "status": "completed",
        "message": "Completed",
        "results": results,
    }
    store.job_results[id] = status
    return status
