"""Files: uploaded ahead of a comment, read by whoever has the link.

https://developer.zendesk.com/api-reference/ticketing/tickets/ticket-attachments/
"""

from flask import Response, jsonify, request

from answerback_sandbox.desk.api.forms import attachment_form
from answerback_sandbox.desk.api.gate import locked, support_api, this_desk
from answerback_sandbox.desk.records import Upload
from answerback_sandbox.desk.refusals import bad_request, not_found
from answerback_sandbox.desk.store import timestamp

files = support_api("files")
UPLOAD_MINUTES = 60


@files.post("/uploads")
def upload() -> tuple[Response, int]:
    store = this_desk().store
    name = request.args.get("filename", "")
    if not name:
        raise bad_request("ParameterMissing", "Parameter filename is required")
    # Read before the content type can make a form of it.
    data = request.get_data(cache=False, parse_form_data=False)
    with store.lock:
        made = store.add_attachment(name, request.content_type or "", data)
        token = request.args.get("token", "")
        earlier = store.uploads.get(token)
        kept = Upload(
            token=token if earlier else store.token(),
            attachment_ids=(*(earlier.attachment_ids if earlier else ()), made.id),
            expires_at=store.in_(minutes=UPLOAD_MINUTES),
        )
        store.uploads[kept.token] = kept
        all_of_them = [attachment_form(store, store.attachments[id]) for id in kept.attachment_ids]
    answer = {
        "token": kept.token,
        "expires_at": timestamp(kept.expires_at),
        "attachment": attachment_form(store, made),
        "attachments": all_of_them,
    }
    return jsonify(upload=answer), 201


@files.delete("/uploads/<token>")
@locked
def delete(token: str) -> tuple[Response, int]:
    store = this_desk().store
    gone = store.uploads.pop(token, None)
    if gone is None:
        raise not_found()
    for id in gone.attachment_ids:
        del store.attachments[id]
    return Response(), 204


@files.get("/attachments/<int:id>")
@locked
def show(id: int) -> Response:
    store = this_desk().store
    if id not in store.attachments:
        raise not_found()
    return jsonify(attachment=attachment_form(store, store.attachments[id]))
