"""The agent's desk: tickets on the left, the conversation on the right, live.

Pages are whole without script. With it, ``?part=list`` and ``?part=conversation`` are fetched
again whenever ``/_sandbox/agent/news`` tells of a change; the form for the answer is left alone.
"""

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from answerback_sandbox.desk.api.gate import this_desk
from answerback_sandbox.desk.pages.shown import conversation, customer, mark_read, rows
from answerback_sandbox.desk.records import STATUSES
from answerback_sandbox.desk.refusals import RefusalError, invalid
from answerback_sandbox.desk.tickets import EMPTY, Draft, Step, change_ticket, live_ticket

agent = Blueprint("agent", __name__)
SETTABLE = tuple(one for one in STATUSES if one != "new")


@agent.get("/")
def root() -> Answer:
    return redirect(url_for("agent.inbox"))


@agent.get("/agent")
def inbox() -> str:
    desk = this_desk()
    if request.args.get("part") == "list":
        return render_template("_list.html", rows=rows(desk), open_id=None)
    return render_template(
        "agent.html", rows=rows(desk), open_id=None, revision=desk.store.revision
    )


@agent.get("/agent/tickets/<int:id>")
def ticket(id: int) -> str:
    desk = this_desk()
    store = desk.store
    with store.lock:
        found = live_ticket(store, id)
        mark_read(store, found)
        shown = {
            "open_id": id,
            "ticket": found,
            "said": conversation(desk, found),
            "customer": customer(desk, found),
            "statuses": SETTABLE,
            "continued": [store.tickets[one] for one in found.followup_ids],
            "revision": store.revision,
        }
        part = request.args.get("part")
        if part == "conversation":
            return render_template("_conversation.html", **shown)
        if part == "list":
            return render_template("_list.html", rows=rows(desk), **shown)
        return render_template("agent.html", rows=rows(desk), **shown)


@agent.get("/_sandbox/agent/news")
def news() -> Response:
    """Whether anything changed since a revision."""
    revision = this_desk().store.revision
    return jsonify(revision=revision, changed=str(revision) != request.args.get("since"))


@agent.post("/_sandbox/agent/tickets/<int:id>/reply")
def reply(id: int) -> Answer:
    """An agent answers, notes or only sets the status; JSON for scripts, else back to the page."""
    scripted = request.accept_mimetypes.best == "application/json" or request.is_json
    try:
        answer = _replied(id)
    except RefusalError as error:
        if scripted:
            return Response(error.sentence, status=error.status, mimetype="text/plain")
        raise
    if scripted:
        return jsonify(answer)
    return redirect(url_for("agent.ticket", id=id) + "#end", code=303)


def _replied(id: int) -> dict[str, object]:
    desk = this_desk()
    store = desk.store
    told = request.get_json(silent=True) if request.is_json else request.form
    told = told if told is not None else {}
    text = str(told.get("text", "")).strip()
    public = str(told.get("kind", "public")) == "public"
    status = str(told.get("status", "") or "open")
    answer_to = str(told.get("answer_to") or "")
    if status not in SETTABLE:
        raise invalid("status", f"{status} is not a status an agent can set.")
    sent = [one for one in request.files.getlist("files") if one.filename]
    kept = tuple(
        store.add_attachment(one.filename or "", one.mimetype, one.read()).id for one in sent
    )
    with store.lock:
        ticket = live_ticket(store, id)
        if ticket.closed:
            raise invalid("status", "This ticket is closed. It takes no more comments.")
        draft = None
        if text or kept:
            draft = Draft(author_id=desk.agent.id, text=text, public=public, attachment_ids=kept)
        members = {"status": status, "assignee_id": desk.agent.id}
        step = Step(actor_id=desk.agent.id, via={"channel": "web", "source": EMPTY})
        _, _, comment = change_ticket(store, step, id, members, draft)
        mark_read(store, ticket)
        reply_id = None
        if comment is not None:
            started = desk.channelbacks.send(
                comment, int(answer_to) if answer_to.isdecimal() else None
            )
            reply_id = started and started.id
        return {"comment_id": comment and comment.id, "reply_id": reply_id, "status": status}
