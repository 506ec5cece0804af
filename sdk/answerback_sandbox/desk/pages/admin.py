"""The Admin Center: integrations with their accounts, the rules they broke, the callbacks sent."""

from flask import Blueprint, Response, render_template, request

from answerback_sandbox.desk.api.gate import this_desk
from answerback_sandbox.desk.refusals import RefusalError

admin = Blueprint("admin", __name__)


@admin.get("/admin")
@admin.get("/admin/channels")
def channels() -> str:
    store = this_desk().store
    with store.lock:
        return render_template(
            "channels.html",
            integrations=list(store.integrations.values()),
            accounts=list(store.accounts.values()),
        )


@admin.get("/admin/channels/<int:id>/account")
def account(id: int) -> str:
    """The admin UI in its frame, to add an account or to edit the one named in the query."""
    desk = this_desk()
    account_id = request.args.get("account_id", type=int)
    locale = request.accept_languages.best or "en-US"
    url, fields = desk.integrations.open_admin_ui(id, account_id, locale)
    return render_template(
        "account.html",
        integration=desk.integrations.integration(id),
        account=desk.store.accounts.get(account_id or 0),
        url=url,
        fields=fields,
    )


@admin.get("/admin/rules")
def rules() -> str:
    store = this_desk().store
    with store.lock:
        return render_template(
            "rules.html",
            problems=list(reversed(store.problems.values())),
            integrations=store.integrations,
            accounts=store.accounts,
        )


@admin.get("/admin/callbacks")
def callbacks() -> str:
    store = this_desk().store
    with store.lock:
        return render_template(
            "callbacks.html",
            callbacks=list(reversed(store.callbacks.values())),
            integrations=store.integrations,
        )


@admin.post("/zendesk/channels/integration_accounts/<token>")
def finish(token: str) -> Response:
    """The return_url of an admin UI; the browser posts here from the integration's own page."""
    fields = {
        name: request.form[name] for name in ("name", "metadata", "state") if name in request.form
    }
    try:
        account = this_desk().integrations.finish(token, fields)
    except RefusalError as error:
        page = render_template("connected.html", account=None, reason=error.sentence)
        return Response(page, status=error.status)
    return Response(render_template("connected.html", account=account, reason=None))
