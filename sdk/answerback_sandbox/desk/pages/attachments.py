"""Serves files to whoever has their link; nothing a stranger sent can run here."""

from flask import Blueprint, Response

from answerback_sandbox.desk.api.gate import this_desk
from answerback_sandbox.desk.refusals import not_found

attachments = Blueprint("attachments", __name__)
SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif")
SHOWN_TOO = ("video/mp4", "video/webm", "audio/mpeg", "audio/ogg", "text/plain")


@attachments.get("/attachments/token/<token>/")
def show(token: str) -> Response:
    store = this_desk().store
    with store.lock:
        found = next((one for one in store.attachments.values() if one.token == token), None)
    if found is None:
        raise not_found()
    kind = found.content_type.split(";")[0].strip().lower()
    inline = kind in SHOWN or kind in SHOWN_TOO
    answer = Response(found.data, mimetype=kind if inline else "application/octet-stream")
    if "/" in kind and not inline and kind not in ("text/html", "image/svg+xml"):
        answer.mimetype = kind
    how = "inline" if inline else "attachment"
    answer.headers.set("Content-Disposition", how, filename=found.file_name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer
