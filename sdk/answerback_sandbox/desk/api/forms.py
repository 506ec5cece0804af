"""Records as the Support API writes them.

https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/#json-format
"""

from collections.abc import Mapping
from html import escape
from typing import Any

from answerback_sandbox.desk.inert import clean_html
from answerback_sandbox.desk.records import Attachment, Audit, Comment, Identity, Ticket, User
from answerback_sandbox.desk.store import Store, timestamp


def ticket_form(store: Store, ticket: Ticket) -> dict[str, Any]:
    """A ticket."""
    comments = store.comments_on(ticket.id)
    custom = [{"id": id, "value": value} for id, value in ticket.custom_fields.items()]
    return {
        "url": f"{store.url}/api/v2/tickets/{ticket.id}.json",
        "id": ticket.id,
        "external_id": ticket.external_id,
        "via": ticket.via,
        "created_at": timestamp(ticket.created_at),
        "updated_at": timestamp(ticket.updated_at),
        "generated_timestamp": int(ticket.updated_at.timestamp()),
        "type": ticket.type,
        "subject": ticket.subject,
        "raw_subject": ticket.subject,
        "description": comments[0].text if comments else None,
        "priority": ticket.priority,
        "status": "deleted" if ticket.deleted else ticket.status,
        "recipient": ticket.recipient,
        "requester_id": ticket.requester_id,
        "submitter_id": ticket.submitter_id,
        "assignee_id": ticket.assignee_id,
        "organization_id": ticket.organization_id,
        "group_id": ticket.group_id,
        "collaborator_ids": list(ticket.collaborator_ids),
        "follower_ids": list(ticket.follower_ids),
        "email_cc_ids": list(ticket.email_cc_ids),
        "forum_topic_id": None,
        "problem_id": ticket.problem_id,
        "has_incidents": False,
        "is_public": any(comment.public for comment in comments),
        "due_at": ticket.due_at,
        "tags": list(ticket.tags),
        "custom_fields": custom,
        "satisfaction_rating": {"score": "unoffered"},
        "sharing_agreement_ids": [],
        "custom_status_id": ticket.custom_status_id,
        "fields": custom,
        "followup_ids": list(ticket.followup_ids),
        "ticket_form_id": ticket.ticket_form_id,
        "brand_id": ticket.brand_id,
        "allow_channelback": ticket.allow_channelback,
        "allow_attachments": True,
        "from_messaging_channel": False,
    }


def comment_form(store: Store, comment: Comment) -> dict[str, Any]:
    """A comment."""
    html = clean_html(comment.html) if comment.html else _html(comment.text)
    return {
        "id": comment.id,
        "type": "Comment",
        "author_id": comment.author_id,
        "body": comment.text,
        "html_body": f'<div class="zd-comment" dir="auto">{html}</div>',
        "plain_body": comment.text,
        "public": comment.public,
        "attachments": [
            attachment_form(store, store.attachments[id])
            for id in comment.attachment_ids
            if id in store.attachments
        ],
        "audit_id": comment.audit_id,
        "via": comment.via,
        "created_at": timestamp(comment.created_at),
        "metadata": {"system": {}, "custom": _custom(store, comment.audit_id)},
    }


def audit_form(store: Store, audit: Audit) -> dict[str, Any]:
    """An audit, with a comment's event in full."""
    return {
        "id": audit.id,
        "ticket_id": audit.ticket_id,
        "created_at": timestamp(audit.created_at),
        "author_id": audit.author_id,
        "metadata": {"system": {}, "custom": audit.custom},
        "events": [_event(store, event) for event in audit.events],
        "via": audit.via,
    }


def _event(store: Store, event: Mapping[str, Any]) -> Mapping[str, Any]:
    if event["type"] != "Comment":
        return event
    told = comment_form(store, store.comments[event["id"]])
    for name in ("via", "created_at", "metadata"):
        del told[name]
    return told


def attachment_form(store: Store, attachment: Attachment) -> dict[str, Any]:
    """A file."""
    link = f"{store.link_to(attachment)}?name={attachment.file_name}"
    return {
        "url": f"{store.url}/api/v2/attachments/{attachment.id}.json",
        "id": attachment.id,
        "file_name": attachment.file_name,
        "content_url": link,
        "mapped_content_url": link,
        "content_type": attachment.content_type,
        "size": len(attachment.data),
        "width": None,
        "height": None,
        "inline": False,
        "deleted": False,
        "malware_access_override": False,
        "malware_scan_result": "malware_not_found",
        "thumbnails": [],
    }


def user_form(store: Store, user: User) -> dict[str, Any]:
    """A user."""
    photo = {"content_url": user.photo_url, "content_type": None} if user.photo_url else None
    return {
        "id": user.id,
        "url": f"{store.url}/api/v2/users/{user.id}.json",
        "name": user.name,
        "email": user.email,
        "created_at": timestamp(user.created_at),
        "updated_at": timestamp(user.updated_at),
        "time_zone": "UTC",
        "iana_time_zone": "Etc/UTC",
        "phone": user.phone,
        "photo": photo,
        "locale_id": 1,
        "locale": user.locale,
        "organization_id": None,
        "role": user.role,
        "verified": bool(user.email) or not user.staff,
        "external_id": user.external_id,
        "tags": list(user.tags),
        "alias": None,
        "active": user.active,
        "shared": False,
        "signature": None,
        "details": user.details,
        "notes": user.notes,
        "suspended": False,
        "user_fields": dict(user.user_fields),
    }


def identity_form(store: Store, identity: Identity) -> dict[str, Any]:
    """An identity."""
    return {
        "url": f"{store.url}/api/v2/users/{identity.user_id}/identities/{identity.id}.json",
        "id": identity.id,
        "user_id": identity.user_id,
        "type": identity.type,
        "value": identity.value,
        "verified": identity.verified,
        "primary": identity.primary,
        "created_at": timestamp(identity.created_at),
        "updated_at": timestamp(identity.created_at),
    }


def _html(text: str) -> str:
    return "".join(f"<p>{escape(part)}</p>" for part in text.split("\n") if part.strip())


def _custom(store: Store, audit_id: int) -> Mapping[str, Any]:
    audit = store.audits.get(audit_id)
    return audit.custom if audit else {}
