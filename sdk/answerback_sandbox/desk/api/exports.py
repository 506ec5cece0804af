"""Incremental exports: what changed since, without the newest minute.

https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/
"""

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from flask import Response, jsonify, request

from answerback_sandbox.desk.api.forms import audit_form, comment_form, ticket_form, user_form
from answerback_sandbox.desk.api.gate import asker, locked, support_api, this_desk
from answerback_sandbox.desk.records import Audit
from answerback_sandbox.desk.refusals import bad_request, forbidden
from answerback_sandbox.desk.store import Store

exports = support_api("exports")
MOST = 1000


@exports.get("/incremental/<resource>/cursor")
@locked
def by_cursor(resource: str) -> Response:
    _admins_only()
    store = this_desk().store
    changed: list[tuple[datetime, int, Callable[[], Any]]]
    if resource == "tickets":
        changed = [
            (one.updated_at, one.id, partial(ticket_form, store, one))
            for one in store.tickets.values()
        ]
    elif resource == "users":
        changed = [
            (one.updated_at, one.id, partial(user_form, store, one)) for one in store.users.values()
        ]
    else:
        raise bad_request("InvalidResource", "There are exports of tickets and users")
    start = _cursor() or (float(_start_time()), 0)
    end = _newest(store)
    due = sorted(
        ((when.timestamp(), id, form) for when, id, form in changed if when.timestamp() <= end),
        key=lambda row: row[:2],
    )
    # A start time includes its second; a cursor names the last row that was given.
    due = [row for row in due if row[:2] > start]
    page = due[: _size()]
    last = page[-1][:2] if page else start
    after = base64.urlsafe_b64encode(f"{last[0]!r}|{last[1]}".encode()).decode()
    here = f"{store.url}{request.path}.json"
    return jsonify(
        {
            resource: [form() for _, _, form in page],
            "after_cursor": after,
            "after_url": f"{here}?cursor={after}",
            "before_cursor": None,
            "before_url": None,
            "end_of_stream": len(page) == len(due),
        }
    )


@exports.get("/incremental/tickets")
@locked
def tickets() -> Response:
    _admins_only()
    store = this_desk().store
    changed = [(one.updated_at, one) for one in store.tickets.values()]
    return _by_time("tickets", changed, lambda one: ticket_form(store, one))


@exports.get("/incremental/ticket_events")
@locked
def ticket_events() -> Response:
    _admins_only()
    store = this_desk().store
    full = "comment_events" in request.args.get("include", "").split(",")
    changed = [(one.created_at, one) for one in store.audits.values()]
    return _by_time("ticket_events", changed, lambda one: _ticket_event(store, one, full))


def _by_time(name: str, changed: list[tuple[datetime, Any]], form: Any) -> Response:
    store = this_desk().store
    start, end = _start_time(), _newest(store)
    rows = [(when, one) for when, one in changed if start <= when.timestamp() <= end]
    rows.sort(key=lambda row: (row[0], row[1].id))
    page = rows[: _size()]
    while len(page) < len(rows) and int(rows[len(page)][0].timestamp()) == _second(page[-1][0]):
        # The next page starts at a whole second; one second is never divided between pages.
        page.append(rows[len(page)])
    done = len(page) == len(rows)
    last = _second(page[-1][0]) if page else start
    next_time = last if done else last + 1
    return jsonify(
        {
            name: [form(one) for _, one in page],
            "count": len(page),
            "end_of_stream": done,
            "end_time": next_time,
            "next_page": f"{store.url}{request.path}.json?start_time={next_time}",
        }
    )


def _ticket_event(store: Store, audit: Audit, full: bool) -> Mapping[str, Any]:
    children = []
    for event in audit_form(store, audit)["events"]:
        child = {**event, "event_type": event["type"], "via": audit.via.get("channel")}
        if event["type"] == "Comment":
            comment = store.comments[event["id"]]
            child = {"id": comment.id, "event_type": "Comment", "comment_present": True}
            child |= {"comment_public": comment.public, "via": audit.via.get("channel")}
            if full:
                child |= comment_form(store, comment)
        elif "field_name" in event:
            child[event["field_name"]] = event.get("value")
        children.append(child)
    return {
        "id": audit.id,
        "ticket_id": audit.ticket_id,
        "timestamp": _second(audit.created_at),
        "created_at": audit.created_at.isoformat().replace("+00:00", "Z"),
        "updater_id": audit.author_id,
        "via": audit.via.get("channel"),
        "system": {},
        "metadata": {"custom": audit.custom},
        "event_type": "Audit",
        "child_events": children,
    }


def _admins_only() -> None:
    if asker().role != "admin":
        raise forbidden("Only admins may export")


def _newest(store: Store) -> float:
    return store.now().timestamp() - store.settings.export_delay


def _second(when: datetime) -> int:
    return int(when.timestamp())


def _start_time() -> int:
    told = request.args.get("start_time", "")
    if not told.isdecimal():
        raise bad_request("InvalidValue", "start_time is required: seconds since 1970")
    return int(told)


def _size() -> int:
    told = request.args.get("per_page", str(MOST))
    return min(int(told), MOST) if told.isdecimal() and int(told) else MOST


def _cursor() -> tuple[float, int] | None:
    told = request.args.get("cursor")
    if told is None:
        return None
    try:
        when, _, id = base64.urlsafe_b64decode(told).decode().partition("|")
        return float(when), int(id)
    except ValueError as error:
        raise bad_request("InvalidCursor", "cursor is not valid") from error
