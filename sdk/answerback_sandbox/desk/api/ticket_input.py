"""Reads the ``ticket`` object of a create or update request into what the desk keeps.

Members nobody knows are ignored, as on the platform.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from answerback_sandbox.desk.importing import normal_tags
from answerback_sandbox.desk.inert import clean_html, html_text
from answerback_sandbox.desk.people import add_user, find_user
from answerback_sandbox.desk.records import PRIORITIES, STATUSES, TYPES, Ticket, User
from answerback_sandbox.desk.refusals import bad_request, invalid, outdated
from answerback_sandbox.desk.store import Store, timestamp
from answerback_sandbox.desk.tickets import Draft

COMMENT_LENGTH = 65535
_CHOICES = {"status": STATUSES, "priority": PRIORITIES, "type": TYPES}
_TEXTS = ("subject", "external_id", "due_at", "recipient")
_NUMBERS = ("group_id", "brand_id", "organization_id", "ticket_form_id", "problem_id")
_NUMBER_LISTS = ("collaborator_ids", "follower_ids", "email_cc_ids")


def members_from(store: Store, told: Mapping[str, Any], ticket: Ticket | None) -> dict[str, Any]:
    """The ticket members a request sets; refused with the member that does not fit."""
    members: dict[str, Any] = {}
    for name, choices in _CHOICES.items():
        if told.get(name) is not None:
            if told[name] not in choices:
                raise invalid(name, f"{name.capitalize()}: {told[name]} is not valid")
            members[name] = told[name]
        elif name in told and name != "status":
            members[name] = None
    for name in _TEXTS:
        if name in told:
            members[name] = None if told[name] is None else str(told[name])
    for name in (*_NUMBERS, "custom_status_id"):
        if name in told:
            members[name] = _number(name, told[name])
    for name in _NUMBER_LISTS:
        if isinstance(told.get(name), list):
            members[name] = tuple(one for one in told[name] if isinstance(one, int))
    for name in ("requester_id", "submitter_id", "assignee_id"):
        if name in told:
            members[name] = _user_id(store, name, told[name])
    if isinstance(told.get("requester"), dict):
        members["requester_id"] = _requester(store, told["requester"]).id
    _assignee_by_email(store, told, members)
    _tags(told, ticket, members)
    _custom_fields(told, ticket, members)
    return members


def draft_from(store: Store, told: Mapping[str, Any], asker: User) -> Draft | None:
    """The comment in a request, or None when there is none."""
    comment = told.get("comment")
    if isinstance(comment, str):
        comment = {"body": comment}
    if not isinstance(comment, dict):
        return None
    html = comment.get("html_body")
    text = comment.get("body") or (html_text(html) if isinstance(html, str) else "")
    tokens = comment.get("uploads") or []
    if not isinstance(text, str) or (not text.strip() and not tokens):
        raise invalid("comment", "Comment: cannot be blank", "BlankValue")
    if len(text) > COMMENT_LENGTH:
        raise invalid("comment", f"Comment: is too long (maximum is {COMMENT_LENGTH} characters)")
    author_id = _user_id(store, "author_id", comment.get("author_id")) or asker.id
    return Draft(
        author_id=author_id,
        text=text,
        html=clean_html(html) if isinstance(html, str) else None,
        public=bool(comment.get("public", told.get("is_public", True))),
        attachment_ids=take_uploads(store, tokens),
    )


def take_uploads(store: Store, tokens: object) -> tuple[int, ...]:
    """The files behind upload tokens, which are used up by it; a bad token is ignored."""
    found: list[int] = []
    for token in [tokens] if isinstance(tokens, str) else tokens or []:  # type: ignore[attr-defined]
        upload = store.uploads.pop(token, None) if isinstance(token, str) else None
        if upload is not None and upload.expires_at >= store.now():
            found.extend(upload.attachment_ids)
    return tuple(found)


def check_stamp(told: Mapping[str, Any], ticket: Ticket) -> None:
    """Refuses a safe update whose stamp is not the ticket's own; stamps are whole seconds."""
    if str(told.get("safe_update", "")).lower() != "true":
        return
    stamp = told.get("updated_stamp")
    if not stamp:
        raise bad_request("ParameterMissing", "updated_stamp is required with safe_update")
    try:
        asked = timestamp(datetime.fromisoformat(str(stamp)))
    except ValueError as error:
        raise bad_request("InvalidValue", "updated_stamp is not a time") from error
    if asked != timestamp(ticket.updated_at):
        raise outdated()


def _requester(store: Store, told: Mapping[str, Any]) -> User:
    email = told.get("email")
    known = find_user(store, email=email, external_id=told.get("external_id"))
    if known is not None:
        return known
    name = told.get("name") or (email and str(email).partition("@")[0])
    if not name:
        raise invalid("requester", "Requester: Name: is too short (minimum one character)")
    return add_user(store, name=str(name), email=email, external_id=told.get("external_id"))


def _assignee_by_email(store: Store, told: Mapping[str, Any], members: dict[str, Any]) -> None:
    email = told.get("assignee_email")
    if email:
        found = find_user(store, email=str(email))
        if found is None or not found.staff:
            raise invalid("assignee", f"Assignee: {email} is not an agent")
        members["assignee_id"] = found.id


def _tags(told: Mapping[str, Any], ticket: Ticket | None, members: dict[str, Any]) -> None:
    have = ticket.tags if ticket else ()
    if told.get("tags") is not None:
        have = members["tags"] = normal_tags(told["tags"])
    if told.get("additional_tags"):
        have = members["tags"] = normal_tags([*have, *normal_tags(told["additional_tags"])])
    if told.get("remove_tags"):
        gone = normal_tags(told["remove_tags"])
        members["tags"] = tuple(tag for tag in have if tag not in gone)


def _custom_fields(told: Mapping[str, Any], ticket: Ticket | None, members: dict[str, Any]) -> None:
    fields = told.get("custom_fields") or told.get("fields")
    if not fields:
        return
    values = dict(ticket.custom_fields) if ticket else {}
    pairs = fields.items() if isinstance(fields, dict) else _pairs(fields)
    for id, value in pairs:
        if not str(id).isdecimal():
            raise invalid("custom_fields", f"Custom fields: {id} is not the id of a field")
        values[int(id)] = value
    members["custom_fields"] = values


def _pairs(fields: object) -> list[tuple[Any, Any]]:
    items = fields if isinstance(fields, list) else []
    if not all(isinstance(one, dict) and "id" in one for one in items):
        raise invalid("custom_fields", "Custom fields: each has an id and a value")
    return [(one["id"], one.get("value")) for one in items]


def _number(name: str, value: object) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    raise invalid(name, f"{name}: {value!r} is not a number")


def _user_id(store: Store, name: str, value: object) -> int | None:
    id = _number(name, value)
    if id is not None and id not in store.users:
        raise invalid(name, f"{name}: there is no user {id}")
    return id
