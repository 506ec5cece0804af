"""The sandbox's switches and windows for scripts, under ``/_sandbox``. JSON in, JSON out."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request

from answerback_sandbox.desk.api.forms import comment_form, ticket_form
from answerback_sandbox.desk.api.gate import body, this_desk
from answerback_sandbox.desk.calling import UnreachedError, call
from answerback_sandbox.desk.channel_records import Account, Callback, Integration, Problem, Reply
from answerback_sandbox.desk.pages.shown import original_of
from answerback_sandbox.desk.pulling import Pulled
from answerback_sandbox.desk.records import Ticket
from answerback_sandbox.desk.refusals import RefusalError, bad_request
from answerback_sandbox.desk.store import timestamp
from answerback_sandbox.desk.tickets import live_ticket

control = Blueprint("control", __name__, url_prefix="/_sandbox")


@control.get("/settings")
def settings() -> Response:
    return jsonify(asdict(this_desk().store.settings))


@control.post("/settings")
def change_settings() -> Response:
    store = this_desk().store
    with store.lock:
        try:
            store.settings = store.settings.changed(body())
        except ValueError as error:
            raise RefusalError(422, {"error": f"This cannot be set: {error}"}) from error
    return settings()


@control.get("/integrations")
def integrations() -> Response:
    store = this_desk().store
    with store.lock:
        return jsonify(integrations=[_integration(one) for one in store.integrations.values()])


@control.post("/integrations")
def install() -> tuple[Response, int]:
    url = body().get("manifest_url")
    if not isinstance(url, str):
        raise bad_request("ParameterMissing", "Parameter manifest_url is required")
    made = this_desk().integrations.install(url)
    refused = any(not one.warning for one in made.problems)
    return jsonify(integration=_integration(made)), 422 if refused else 201


@control.post("/integrations/<int:id>/refresh")
def refresh(id: int) -> tuple[Response, int]:
    """Reads the manifest again, as the platform does now and then."""
    integrations = this_desk().integrations
    made = integrations.install(integrations.integration(id).manifest_url)
    refused = any(not one.warning for one in made.problems)
    return jsonify(integration=_integration(made)), 422 if refused else 200


@control.delete("/integrations/<int:id>")
def remove(id: int) -> tuple[Response, int]:
    this_desk().integrations.remove(id)
    return Response(), 204


@control.post("/integrations/<int:id>/open")
def open_admin_ui(id: int) -> Response:
    """What a browser would POST to the admin UI, for scripts that play the browser."""
    told = request.get_json(silent=True) or {}
    account_id = told.get("account_id")
    url, fields = this_desk().integrations.open_admin_ui(
        id, account_id, str(told.get("locale") or "en-US")
    )
    return jsonify(admin_ui=url, fields=fields)


@control.get("/integrations/<int:id>/health")
def health(id: int) -> Response:
    """How the integration's healthcheck answers now."""
    url = this_desk().integrations.integration(id).urls.get("healthcheck_url")
    if not url:
        return jsonify(healthy=None, outcome="no healthcheck_url")
    try:
        answer = call("GET", url, timeout=5, follow=True)
    except UnreachedError as error:
        return jsonify(healthy=False, outcome=str(error))
    return jsonify(healthy=answer.status == 200, outcome=answer.line)


@control.get("/accounts")
def accounts() -> Response:
    store = this_desk().store
    with store.lock:
        return jsonify(accounts=[_account(one) for one in store.accounts.values()])


@control.post("/accounts/<int:id>/<any(activate,deactivate):what>")
def switch(id: int, what: str) -> Response:
    integrations = this_desk().integrations
    (integrations.activate if what == "activate" else integrations.deactivate)(id)
    return jsonify(account=_account(integrations.account(id)))


@control.delete("/accounts/<int:id>")
def remove_account(id: int) -> tuple[Response, int]:
    this_desk().integrations.remove_account(id)
    return Response(), 204


@control.post("/accounts/<int:id>/pull")
def pull_one(id: int) -> Response:
    desk = this_desk()
    desk.integrations.account(id)
    return jsonify(_pulled(desk.puller.pull(id)))


@control.post("/pull")
def pull_all() -> Response:
    """Pulls now from every active account, and answers when that is done."""
    return jsonify(accounts=[_pulled(one) for one in this_desk().puller.pull_now()])


@control.get("/problems")
def problems() -> Response:
    store = this_desk().store
    with store.lock:
        return jsonify(problems=[_problem(one) for one in store.problems.values()])


@control.delete("/problems")
def forget_problems() -> tuple[Response, int]:
    store = this_desk().store
    with store.lock:
        store.problems.clear()
    return Response(), 204


@control.get("/callbacks")
def callbacks() -> Response:
    store = this_desk().store
    with store.lock:
        return jsonify(callbacks=[_callback(one) for one in store.callbacks.values()])


@control.get("/replies")
def replies() -> Response:
    store = this_desk().store
    with store.lock:
        return jsonify(replies=[_reply(one) for one in store.replies.values()])


@control.get("/tickets")
def tickets() -> Response:
    store = this_desk().store
    with store.lock:
        live = [one for one in store.tickets.values() if not one.deleted]
        return jsonify(tickets=[_ticket(one) for one in live])


@control.get("/tickets/<int:id>")
def ticket(id: int) -> Response:
    """A ticket with all that the Support API does not tell: external ids, replies, links."""
    store = this_desk().store
    with store.lock:
        return jsonify(ticket=_ticket(live_ticket(store, id)))


def _ticket(ticket: Ticket) -> dict[str, Any]:
    store = this_desk().store
    said = []
    for comment in store.comments_on(ticket.id):
        reply = store.reply_for(comment.id)
        said.append(
            {
                **comment_form(store, comment),
                "author": store.users[comment.author_id].name,
                "external_id": comment.external_id,
                "original": original_of(store, comment, reply),
                "display_info": list(comment.display_info),
                "allow_channelback": comment.allow_channelback,
                "reply": _reply(reply) if reply else None,
            }
        )
    requester = store.users[ticket.requester_id].name
    told = {"thread_id": ticket.thread_id, "requester": requester, "comments": said}
    return {**ticket_form(store, ticket), **told}


def _integration(one: Integration) -> dict[str, Any]:
    told = {**asdict(one), "created_at": timestamp(one.created_at)}
    told["problems"] = [str(breach) for breach in one.problems]
    return told


def _account(one: Account) -> dict[str, Any]:
    told = {**asdict(one), "created_at": timestamp(one.created_at)}
    told["last_pull_at"] = one.last_pull_at and timestamp(one.last_pull_at)
    del told["push_token"]
    return told


def _pulled(one: Pulled) -> dict[str, Any]:
    names = ("account_id", "imported", "duplicates", "refused", "error", "reasons")
    return {name: getattr(one, name) for name in names}


def _problem(one: Problem) -> dict[str, Any]:
    return {
        "id": one.id,
        "at": timestamp(one.at),
        "document": one.document,
        "where": one.breach.where,
        "rule": one.breach.rule,
        "text": str(one.breach),
        "warning": one.breach.warning,
        "integration_id": one.integration_id,
        "account_id": one.account_id,
        "external_id": one.external_id,
        "times": one.times,
    }


def _callback(one: Callback) -> dict[str, Any]:
    return {**asdict(one), "created_at": timestamp(one.created_at), "attempts": _attempts(one)}


def _reply(one: Reply) -> dict[str, Any]:
    return {**asdict(one), "attempts": _attempts(one)}


def _attempts(one: Callback | Reply) -> list[dict[str, Any]]:
    return [{**asdict(attempt), "at": timestamp(attempt.at)} for attempt in one.attempts]
