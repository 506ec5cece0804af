"""What an integration calls: push, validate_token, report_error, with its account's own token.

https://developer.zendesk.com/documentation/channel_framework/understanding-the-channel-framework/push/
"""

import hmac
import uuid
from typing import Any

from flask import Blueprint, Response, jsonify, request

from answerback_sandbox.desk.api.gate import body, this_desk
from answerback_sandbox.desk.channel_records import Account, Breach, Integration
from answerback_sandbox.desk.importing import import_resource
from answerback_sandbox.desk.pulling import fetch_files
from answerback_sandbox.desk.refusals import RefusalError, not_found, unauthenticated
from answerback_sandbox.desk.rules import push_breaches, report_breaches, resource_breaches

push = Blueprint("push", __name__, url_prefix="/api/v2/any_channel")


@push.before_request
def _count() -> None:
    this_desk().limits.count()


@push.after_request
def _counted(answer: Response) -> Response:
    answer.headers.extend(this_desk().limits.headers())
    return answer


@push.post("/push")
def import_all() -> Response:
    desk, told = this_desk(), body()
    account, integration = _account(told)
    _follows_rules("push", push_breaches(told), account)
    request_id = told.get("request_id") or uuid.uuid4().hex
    results: list[dict[str, Any]] = []
    events = []
    halted = False
    for resource in told["external_resources"]:
        if halted:
            status: dict[str, Any] = {"code": "halted"}
        else:
            status, event = _imported(integration, account, resource, request_id)
            events += [event] if event else []
            halted = status["code"] not in ("success", "already_imported")
        external_id = resource.get("external_id") if isinstance(resource, dict) else None
        results.append({"external_resource_id": external_id, "status": status})
    if events:
        data = {"request_id": request_id, "resource_events": events}
        kind = "resources_created_from_external_ids"
        desk.callbacks.tell(integration, [desk.callbacks.event(integration, kind, data)])
    return jsonify(results=results)


@push.post("/validate_token")
def validate() -> Response:
    _account(body())
    return Response(status=200)


@push.post("/channelback/report_error")
def report_error() -> Response:
    told = body()
    account, integration = _account(told)
    _follows_rules("report_error", report_breaches(told), account)
    description = told.get("description", "")
    if not this_desk().channelbacks.later_failure(integration.id, told["external_id"], description):
        raise not_found()
    return Response(status=200)


def _imported(
    integration: Integration, account: Account, resource: object, request_id: str
) -> tuple[dict[str, Any], Any]:
    store = this_desk().store
    told = resource.get("external_id") if isinstance(resource, dict) else None
    breaches = resource_breaches(resource)
    store.report(
        "external resource",
        breaches,
        integration_id=integration.id,
        account_id=account.id,
        external_id=told if isinstance(told, str) else None,
    )
    hard = [str(one) for one in breaches if not one.warning]
    if hard:
        return {"code": "processing_error", "description": "; ".join(hard)}, None
    assert isinstance(resource, dict)
    done = import_resource(
        store,
        integration,
        account,
        resource,
        attachment_ids=fetch_files(store, integration, account, resource),
        request_id=request_id,
    )
    status = {"code": done.code}
    if done.description:
        status["description"] = done.description
    return status, done.event


def _account(told: dict[str, Any]) -> tuple[Account, Integration]:
    store = this_desk().store
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    with store.lock:
        for account in store.accounts.values():
            if account.push_id and account.push_id == told.get("instance_push_id"):
                expected = (account.push_token or "").encode()
                if kind.lower() == "bearer" and hmac.compare_digest(token.encode(), expected):
                    return account, store.integrations[account.integration_id]
    raise unauthenticated()


def _follows_rules(document: str, breaches: list[Breach], account: Account) -> None:
    this_desk().store.report(
        document, breaches, integration_id=account.integration_id, account_id=account.id
    )
    if breaches:
        details = {one.where or "body": [{"description": one.rule}] for one in breaches}
        shape = {"error": "RecordInvalid", "description": "Record validation errors"}
        raise RefusalError(422, {**shape, "details": details})
