"""The account around the tickets: groups, brands, fields, views. Enough to be asked, all fixed.

https://developer.zendesk.com/api-reference/ticketing/introduction/
"""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, jsonify

from answerback_sandbox.desk.api.forms import ticket_form
from answerback_sandbox.desk.api.gate import locked, support_api, this_desk
from answerback_sandbox.desk.api.paging import paged
from answerback_sandbox.desk.records import PRIORITIES, STATUSES, TYPES, Ticket
from answerback_sandbox.desk.refusals import not_found
from answerback_sandbox.desk.store import timestamp

account = support_api("account")
GROUPS = ("Support", "Social media")
FIELDS = (
    ("subject", "Subject"),
    ("description", "Description"),
    ("status", "Status"),
    ("tickettype", "Type"),
    ("priority", "Priority"),
    ("group", "Group"),
    ("assignee", "Assignee"),
)
VIEWS: tuple[tuple[str, Callable[[Ticket], bool]], ...] = (
    ("All unsolved tickets", lambda ticket: ticket.status not in ("solved", "closed")),
    ("New tickets", lambda ticket: ticket.status == "new"),
    ("Social media", lambda ticket: ticket.via.get("channel") == "any_channel"),
    ("Solved and closed", lambda ticket: ticket.status in ("solved", "closed")),
)


def _rows(kind: str, titles: tuple[tuple[str, Mapping[str, Any]], ...]) -> list[dict[str, Any]]:
    store = this_desk().store
    began = timestamp(this_desk().admin.created_at)
    return [
        {
            "id": position,
            "url": f"{store.url}/api/v2/{kind}/{position}.json",
            **more,
            "active": True,
            "created_at": began,
            "updated_at": began,
        }
        for position, (_, more) in enumerate(titles, start=1)
    ]


def _groups() -> list[dict[str, Any]]:
    told = ({"name": name, "default": name == GROUPS[0], "deleted": False} for name in GROUPS)
    return _rows("groups", tuple((one["name"], one) for one in told))  # type: ignore[misc]


def _brands() -> list[dict[str, Any]]:
    desk = this_desk().store
    brand = {"name": desk.subdomain, "subdomain": desk.subdomain, "default": True}
    return _rows("brands", ((desk.subdomain, {**brand, "brand_url": desk.url}),))


def _fields() -> list[dict[str, Any]]:
    choices = {"status": STATUSES, "priority": PRIORITIES, "tickettype": TYPES}
    told: list[tuple[str, Mapping[str, Any]]] = []
    for type, title in FIELDS:
        row: dict[str, Any] = {"type": type, "title": title, "raw_title": title}
        row |= {"required": False, "removable": False, "position": len(told)}
        if type in choices:
            row["system_field_options"] = [
                {"name": one.capitalize(), "value": one} for one in choices[type]
            ]
        told.append((title, row))
    return _rows("ticket_fields", tuple(told))


def _views() -> list[dict[str, Any]]:
    told = tuple((title, {"title": title, "position": at}) for at, (title, _) in enumerate(VIEWS))
    return _rows("views", told)


_LISTS: Mapping[str, Callable[[], list[dict[str, Any]]]] = {
    "groups": _groups,
    "brands": _brands,
    "ticket_fields": _fields,
    "views": _views,
    "user_fields": list,
    "organizations": list,
    "ticket_forms": list,
}


@account.get(
    "/<any(groups,brands,ticket_fields,views,user_fields,organizations,ticket_forms):kind>"
)
def list_(kind: str) -> Response:
    return jsonify(paged(kind, _LISTS[kind](), lambda one: one))


@account.get("/<any(groups,brands,ticket_fields,views):kind>/<int:id>")
def show(kind: str, id: int) -> Response:
    for one in _LISTS[kind]():
        if one["id"] == id:
            return jsonify({kind.removesuffix("s"): one})
    raise not_found()


@account.get("/views/<int:id>/tickets")
@locked
def in_view(id: int) -> Response:
    store = this_desk().store
    if not 1 <= id <= len(VIEWS):
        raise not_found()
    fits = VIEWS[id - 1][1]
    found = [one for one in store.tickets.values() if not one.deleted and fits(one)]
    return jsonify(paged("tickets", found, lambda one: ticket_form(store, one)))
