"""Uploads and the files themselves. https://docs.joinmastodon.org/methods/media/

A fault of type ``processing`` makes an upload answer 202 and stay unready for `delay_ms`.
"""

from dataclasses import replace
from datetime import timedelta

from flask import Blueprint, Response, jsonify, request

from answerback_sandbox.faults import Faults
from answerback_sandbox.square.api.asking import entities, parameters, square, viewer
from answerback_sandbox.square.parameters import checked
from answerback_sandbox.square.photos import SUPPORTED, keep, safe_name
from answerback_sandbox.square.problems import Problem, record_not_found
from answerback_sandbox.square.records import Person, Photo

PROCESSING = "processing"
WRITE = "write:media"


def media_routes(faults: Faults) -> Blueprint:
    """The media methods; `faults` says whether an upload is to be slow."""
    media = Blueprint("media", __name__)

    @media.post("/api/v2/media")
    @media.post("/api/v1/media")
    def upload() -> tuple[Response, int]:
        person = viewer(WRITE)
        file = request.files.get("file")
        if file is None:
            raise Problem(422, "Validation failed: File can't be blank")
        slow = faults.due(PROCESSING, request.method, request.path)
        photo = keep(
            square(),
            person,
            file_name=file.filename or "",
            media_type=file.mimetype,
            data=file.read(),
            description=parameters().text("description"),
            ready_at=square().now() + timedelta(milliseconds=slow.delay_ms) if slow else None,
        )
        return jsonify(entities(person).media(photo)), 200 if square().is_ready(photo) else 202

    @media.get("/api/v1/media/<photo_id>")
    def read(photo_id: str) -> tuple[Response, int]:
        person = viewer(WRITE)
        photo = _own(person, checked(photo_id))
        return jsonify(entities(person).media(photo)), 200 if square().is_ready(photo) else 206

    @media.put("/api/v1/media/<photo_id>")
    def change(photo_id: str) -> Response:
        person = viewer(WRITE)
        photo = describe(person, checked(photo_id), parameters().text("description"))
        return jsonify(entities(person).media(photo))

    @media.get("/media/<photo_id>/<file_name>")
    def show(photo_id: str, file_name: str) -> Response:
        photo = square().photos.get(photo_id)
        if photo is None or not square().is_ready(photo) or safe_name(file_name) != photo.file_name:
            raise record_not_found()
        return served(photo.data, photo.media_type)

    return media


def describe(person: Person, photo_id: str, description: str | None) -> Photo:
    """Gives one of a person's photos another alternative text."""
    photo = _own(person, photo_id)
    changed = replace(photo, description=description or None)
    square().photos[photo_id] = changed
    square().touch()
    return changed


def served(data: bytes, media_type: str) -> Response:
    """A file as a browser may have it: never read as a page, whatever is in it."""
    shown = media_type if media_type in SUPPORTED else "application/octet-stream"
    return Response(
        data,
        mimetype=shown,
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "public, max-age=3600",
        },
    )


def _own(person: Person, photo_id: str) -> Photo:
    photo = square().photos.get(photo_id)
    if photo is None or photo.person_id != person.id:
        raise record_not_found()
    return photo
