"""The square's page: a timeline that a person can read, and post on as anyone.

Its own methods under ``/_sandbox/`` need no token and see everything, private posts included.
"""

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from answerback_sandbox.square import posting, reactions
from answerback_sandbox.square.api.asking import square
from answerback_sandbox.square.api.media import served
from answerback_sandbox.square.parameters import checked
from answerback_sandbox.square.photos import keep
from answerback_sandbox.square.pictures import avatar, blobcat
from answerback_sandbox.square.posting import Draft
from answerback_sandbox.square.problems import Problem, invalid, record_not_found
from answerback_sandbox.square.records import VISIBILITIES, Person, Visibility
from answerback_sandbox.square.showing import threads
from answerback_sandbox.square.spans import EMOJI

page = Blueprint(
    "page",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/_sandbox/static",
)
LANGUAGES = {
    "en": "English",
    "ar": "العربية",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "hi": "हिन्दी",
    "it": "Italiano",
    "ja": "日本語",
    "nl": "Nederlands",
    "pl": "Polski",
    "pt": "Português",
    "uk": "Українська",
    "zh": "中文",
}
# The demo shows this page in a frame, from another port of the same machine.
_GUARD = (
    "default-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'self' http://127.0.0.1:* http://localhost:*"
)


@page.app_template_filter("plain")
def plain(text: str) -> str:
    """A name as it can stand where no picture can: without custom emoji."""
    return EMOJI.sub("", text).strip()


@page.after_request
def guard(response: Response) -> Response:
    """Headers that keep what strangers wrote inert."""
    response.headers.setdefault("Content-Security-Policy", _GUARD)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return response


@page.get("/")
def home() -> str:
    return _page("Sandbox square")


@page.get("/@<name>")
def profile(name: str) -> str:
    person = _named(name)
    return _page(f"{plain(person.display_name)} (@{person.name})", name=person.name)


@page.get("/@<name>/<post_id>")
def permalink(name: str, post_id: str) -> str | AnyResponse:
    post = square().post(checked(post_id))
    author = square().people[post.person_id]
    if post.boost_of is not None:
        original = square().post(post.boost_of)
        return redirect(f"/@{square().people[original.person_id].name}/{original.id}")
    if author.name != name:
        raise record_not_found()
    return _page(f"{plain(author.display_name)}: {post.now.text[:60]}", post_id=post.id)


@page.get("/users/<name>")
def profile_by_id(name: str) -> AnyResponse:
    return redirect(f"/@{_named(name).name}")


@page.get("/users/<name>/statuses/<post_id>")
def permalink_by_id(name: str, post_id: str) -> AnyResponse:
    return redirect(f"/@{_named(name).name}/{checked(post_id)}")


@page.get("/tags/<tag>")
def hashtag(tag: str) -> str:
    return _page(f"#{tag}", tag=tag)


@page.get("/avatars/<name>.png")
def picture(name: str) -> Response:
    person = _named(name)
    return served(avatar(person.name[0], person.colour), "image/png")


@page.get("/headers/missing.png")
def header() -> Response:
    return served(avatar("", "#c9ced6"), "image/png")


@page.get("/emoji/blobcat.png")
def emoji() -> Response:
    return served(blobcat(), "image/png")


@page.get("/favicon.ico")
def favicon() -> Response:
    return served(avatar("S", "#4757c8"), "image/png")


@page.get("/_sandbox/timeline")
def timeline() -> Response:
    """The threads as HTML when something changed since `version`, else null."""
    asked = request.args
    if asked.get("version") == str(square().version):
        return jsonify(version=square().version, threads=None)
    found = threads(
        square(), name=asked.get("name"), tag=asked.get("tag"), post_id=asked.get("post")
    )
    return jsonify(
        version=square().version,
        threads=[
            {"id": thread.id, "html": render_template("thread.html", thread=thread)}
            for thread in found
        ],
    )


@page.post("/_sandbox/posts")
def say() -> tuple[Response, int]:
    author = _named(request.form.get("person", ""))
    draft = _draft()
    photo = request.files.get("photo")
    photo_ids: tuple[str, ...] = ()
    if photo is not None and photo.filename:
        kept = keep(
            square(),
            author,
            file_name=photo.filename,
            media_type=photo.mimetype,
            data=photo.read(),
            description=request.form.get("alt"),
        )
        photo_ids = (kept.id,)
    post = posting.publish(
        square(),
        author,
        Draft(
            text=draft.text,
            spoiler_text=draft.spoiler_text,
            language=draft.language,
            visibility=_visibility(),
            in_reply_to_id=request.form.get("in_reply_to_id") or None,
            photo_ids=photo_ids,
        ),
        application="Sandbox square",
    )
    return jsonify(id=post.id, url=f"/@{author.name}/{post.id}"), 201


@page.put("/_sandbox/posts/<post_id>")
def reword(post_id: str) -> Response:
    post = square().post(checked(post_id))
    draft = _draft()
    posting.edit(
        square(),
        square().people[post.person_id],
        post_id,
        Draft(
            text=draft.text,
            spoiler_text=draft.spoiler_text,
            sensitive=post.now.sensitive and not post.now.spoiler_text,
            language=draft.language,
            photo_ids=post.now.photo_ids,
        ),
    )
    return jsonify(id=post_id)


@page.delete("/_sandbox/posts/<post_id>")
def remove(post_id: str) -> Response:
    post = square().post(checked(post_id))
    posting.delete(square(), square().people[post.person_id], post_id)
    return jsonify(id=post_id)


@page.post("/_sandbox/posts/<post_id>/<action>")
def react(post_id: str, action: str) -> Response:
    person = _named(request.form.get("person", ""))
    if action == "favourite":
        if person.id in square().favourites.get(checked(post_id), {}):
            reactions.unfavourite(square(), person, post_id)
        else:
            reactions.favourite(square(), person, post_id)
    elif action == "boost":
        if any(one.person_id == person.id for one in posting.boosts_of(square(), checked(post_id))):
            reactions.unboost(square(), person, post_id)
        else:
            reactions.boost(square(), person, post_id, None)
    else:
        raise record_not_found()
    return jsonify(id=post_id)


def _page(
    title: str, *, name: str | None = None, tag: str | None = None, post_id: str | None = None
) -> str:
    return render_template(
        "square.html",
        title=title,
        filters={"name": name, "tag": tag, "post": post_id},
        threads=threads(square(), name=name, tag=tag, post_id=post_id),
        version=square().version,
        people=list(square().people.values()),
        languages=LANGUAGES,
        limit=square().character_limit,
    )


def _named(name: str) -> Person:
    person = square().named(name)
    if person is None:
        raise Problem(404, f"Nobody here is called @{name}")
    return person


def _draft() -> Draft:
    return Draft(
        text=request.form.get("text", "").replace("\r\n", "\n"),
        spoiler_text=request.form.get("spoiler_text", ""),
        language=request.form.get("language") or None,
    )


def _visibility() -> Visibility | None:
    asked = request.form.get("visibility") or None
    if asked is not None and asked not in VISIBILITIES:
        raise invalid("Visibility is not included in the list")
    return asked
