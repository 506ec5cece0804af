"""Search over tickets and users: ``key:value`` words and free text.

At once, where the platform's index lags by up to minutes. Known keys are those in `_TESTS`.
https://developer.zendesk.com/api-reference/ticketing/ticket-management/search/
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, jsonify, request

from answerback_sandbox.desk.api.forms import ticket_form, user_form
from answerback_sandbox.desk.api.gate import locked, support_api, this_desk
from answerback_sandbox.desk.api.paging import by_cursor, paged
from answerback_sandbox.desk.api.users import matches
from answerback_sandbox.desk.people import find_user
from answerback_sandbox.desk.records import STATUSES, Ticket, User
from answerback_sandbox.desk.refusals import RefusalError
from answerback_sandbox.desk.store import Store, timestamp

search = support_api("search")
MOST = 1000
_WORD = re.compile(r'(-?)(?:(\w+)(<=|>=|<|>|:))?("[^"]*"|\S+)')


@search.get("/search")
@locked
def by_query() -> Response:
    store = this_desk().store
    words, kind = _words(_query())
    kind = request.args.get("filter[type]") or kind
    found = _found(store, words, kind)[:MOST]
    order = request.args.get("sort_by")
    if order in ("created_at", "updated_at"):
        downwards = request.args.get("sort_order", "desc") == "desc"
        found.sort(key=lambda one: getattr(one, order), reverse=downwards)
    page = paged("results", found, lambda one: _form(store, one))
    return jsonify({**page, "facets": None})


@search.get("/search/count")
@locked
def count() -> Response:
    words, kind = _words(_query())
    return jsonify(count=len(_found(this_desk().store, words, kind)))


@search.get("/search/export")
@locked
def export() -> Response:
    store = this_desk().store
    kind = request.args.get("filter[type]")
    if kind not in ("ticket", "user"):
        raise RefusalError(
            422, {"error": "invalid", "description": "filter[type] is ticket or user"}
        )
    words, told = _words(_query())
    if told:
        raise RefusalError(
            422, {"error": "invalid", "description": "type: belongs in filter[type]"}
        )
    found = sorted(_found(store, words, kind), key=lambda one: (one.created_at, one.id))
    page = by_cursor("results", found, lambda one: _form(store, one), most=MOST)
    return jsonify({**page, "facets": None})


def _query() -> str:
    query = request.args.get("query", "").strip()
    if not query:
        raise RefusalError(
            422, {"error": "invalid", "description": "Invalid search: query is missing"}
        )
    return query


Word = tuple[bool, str, str, str]


def _words(query: str) -> tuple[list[Word], str | None]:
    words, kind = [], None
    for minus, key, sign, value in _WORD.findall(query):
        value = value.strip('"')
        if key == "type" and sign == ":":
            kind = value
        elif key and key not in _TESTS and key not in _USER_KEYS:
            words.append((bool(minus), "", "", f"{key}{sign}{value}"))
        else:
            words.append((bool(minus), key, sign, value))
    return words, kind


def _found(store: Store, words: list[Word], kind: str | None) -> list[Ticket | User]:
    found: list[Ticket | User] = []
    if kind in (None, "ticket"):
        found += [
            one
            for one in store.tickets.values()
            if not one.deleted and all(_fits(store, one, word) for word in words)
        ]
    if kind in (None, "user"):
        asked = [word for word in words if word[1] in ("", *_USER_KEYS)]
        if len(asked) == len(words):
            found += [one for one in store.users.values() if all(_is(one, word) for word in words)]
    return found


def _fits(store: Store, ticket: Ticket, word: Word) -> bool:
    minus, key, sign, value = word
    test = _TESTS.get(key, _never)
    return test(store, ticket, sign, value) is not minus


def _text(store: Store, ticket: Ticket, _: str, value: str) -> bool:
    said = " ".join(comment.text for comment in store.comments_on(ticket.id))
    return value.casefold() in f"{ticket.id} {ticket.subject or ''} {said}".casefold()


def _never(_store: Store, _ticket: Ticket, _sign: str, _value: str) -> bool:
    return False


def _compared(have: str | int, sign: str, value: str | int) -> bool:
    signs: Mapping[str, bool] = {
        ":": have == value,
        "<": have < value,  # type: ignore[operator]
        ">": have > value,  # type: ignore[operator]
        "<=": have <= value,  # type: ignore[operator]
        ">=": have >= value,  # type: ignore[operator]
    }
    return signs[sign]


def _status(_: Store, ticket: Ticket, sign: str, value: str) -> bool:
    if value not in STATUSES:
        return False
    return _compared(STATUSES.index(ticket.status), sign, STATUSES.index(value))


def _person(name: str) -> Callable[[Store, Ticket, str, str], bool]:
    def test(store: Store, ticket: Ticket, _: str, value: str) -> bool:
        id = getattr(ticket, name)
        if id is None or value == "none":
            return id is None and value == "none"
        user = store.users[id]
        wanted = find_user(store, email=value)
        return (
            str(id) == value
            or (wanted is not None and wanted.id == id)
            or value.casefold() in user.name.casefold()
        )

    return test


def _time(name: str) -> Callable[[Store, Ticket, str, str], bool]:
    def test(_: Store, ticket: Ticket, sign: str, value: str) -> bool:
        return _compared(timestamp(getattr(ticket, name))[: len(value)], sign, value)

    return test


_TESTS: Mapping[str, Callable[[Store, Ticket, str, str], bool]] = {
    "": _text,
    "id": lambda _, ticket, __, value: str(ticket.id) == value,
    "external_id": lambda _, ticket, __, value: ticket.external_id == value,
    "status": _status,
    "priority": lambda _, ticket, __, value: ticket.priority == value,
    "ticket_type": lambda _, ticket, __, value: ticket.type == value,
    "tags": lambda _, ticket, __, value: value.lower() in ticket.tags,
    "subject": lambda _, ticket, __, value: value.casefold() in (ticket.subject or "").casefold(),
    "via": lambda _, ticket, __, value: ticket.via.get("channel") == value,
    "requester": _person("requester_id"),
    "assignee": _person("assignee_id"),
    "submitter": _person("submitter_id"),
    "created": _time("created_at"),
    "updated": _time("updated_at"),
}
_USER_KEYS = ("name", "email", "external_id", "role")


def _is(user: User, word: Word) -> bool:
    minus, key, _, value = word
    if not user.active:
        return False
    if not key:
        return matches(user, value) is not minus
    have: Any = getattr(user, key)
    wanted = value.casefold()
    if key == "name":
        return (wanted in have.casefold()) is not minus
    return ((have or "").casefold() == wanted) is not minus


def _form(store: Store, one: Ticket | User) -> dict[str, Any]:
    if isinstance(one, Ticket):
        return {**ticket_form(store, one), "result_type": "ticket"}
    return {**user_form(store, one), "result_type": "user"}
