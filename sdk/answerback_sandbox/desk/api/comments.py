"""Comments of a ticket: read, made private, redacted. New ones come with a ticket update.

https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_comments/
"""

import re

from flask import Response, jsonify, request

from answerback_sandbox.desk.api.forms import comment_form, user_form
from answerback_sandbox.desk.api.gate import asker, body, locked, support_api, this_desk
from answerback_sandbox.desk.api.paging import paged
from answerback_sandbox.desk.inert import clean_html, html_text
from answerback_sandbox.desk.refusals import bad_request, not_found
from answerback_sandbox.desk.tickets import comment_on, hide_comment, live_ticket, reword_comment

comments = support_api("comments")
BLOCK = "▇"
_MARKED = re.compile(r"<redact>(.*?)</redact>", flags=re.DOTALL)


@comments.get("/tickets/<int:id>/comments")
@locked
def list_(id: int) -> Response:
    store = this_desk().store
    live_ticket(store, id)
    found = store.comments_on(id)
    if request.args.get("sort") == "-created_at" or request.args.get("sort_order") == "desc":
        found.reverse()
    page = paged("comments", found, lambda one: comment_form(store, one))
    if "users" in request.args.get("include", "").split(","):
        authors = dict.fromkeys(one["author_id"] for one in page["comments"])
        page["users"] = [user_form(store, store.users[author]) for author in authors]
    return jsonify(page)


@comments.get("/tickets/<int:id>/comments/count")
@locked
def count(id: int) -> Response:
    store = this_desk().store
    live_ticket(store, id)
    told = {"value": len(store.comments_on(id)), "refreshed_at": store.now().isoformat()}
    return jsonify(count=told)


@comments.put("/tickets/<int:id>/comments/<int:comment_id>/make_private")
def make_private(id: int, comment_id: int) -> Response:
    hide_comment(this_desk().store, id, comment_id, asker().id)
    return jsonify({})


@comments.put("/tickets/<int:id>/comments/<int:comment_id>/redact")
@locked
def redact_words(id: int, comment_id: int) -> Response:
    """The older form: blacks out the words given as `text`."""
    store, words = this_desk().store, body().get("text")
    if not isinstance(words, str) or not words:
        raise bad_request("ParameterMissing", "Parameter text is required")
    _, comment = comment_on(store, id, comment_id)
    if words not in comment.text:
        raise bad_request("InvalidValue", "text is not in this comment")
    text = comment.text.replace(words, BLOCK * len(words))
    html = comment.html and comment.html.replace(words, BLOCK * len(words))
    changed = reword_comment(store, id, comment_id, asker().id, text, html)
    return jsonify(comment=comment_form(store, changed))


@comments.put("/comment_redactions/<int:comment_id>")
@locked
def redact_marked(comment_id: int) -> Response:
    """Blacks out what ``<redact>…</redact>`` surrounds in `html_body`."""
    store, told = this_desk().store, body()
    comment = store.comments.get(comment_id)
    if comment is None or told.get("ticket_id") != comment.ticket_id:
        raise not_found()
    marked = told.get("html_body")
    if not isinstance(marked, str):
        raise bad_request("ParameterMissing", "Parameter html_body is required")
    html = clean_html(_MARKED.sub(lambda found: BLOCK * len(html_text(found[1])), marked))
    changed = reword_comment(
        store, comment.ticket_id, comment_id, asker().id, html_text(html), html
    )
    return jsonify(comment=comment_form(store, changed))
