"""Lists of posts: hashtags, public, home, private conversations, search and read marks.

https://docs.joinmastodon.org/methods/timelines/ and /methods/search/
"""

from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify

from answerback_sandbox.square import reading
from answerback_sandbox.square.api.asking import (
    answer_page,
    entities,
    parameters,
    reader,
    square,
    viewer,
)
from answerback_sandbox.square.entities import Entity, timestamp
from answerback_sandbox.square.paging import page
from answerback_sandbox.square.parameters import checked
from answerback_sandbox.square.problems import Problem, record_not_found
from answerback_sandbox.square.records import Person, Post

timelines = Blueprint("timelines", __name__, url_prefix="/api")


@timelines.get("/v1/timelines/public")
def public() -> Response:
    who = reader("read:statuses")
    return _timeline(who, reading.public_timeline(square(), who))


@timelines.get("/v1/timelines/home")
def home() -> Response:
    who = viewer("read:statuses")
    return _timeline(who, reading.home_timeline(square(), who))


@timelines.get("/v1/timelines/tag/<tag>")
def tag(tag: str) -> Response:
    who = reader("read:statuses")
    asked = parameters()
    anyone = {one.lower() for one in (tag, *asked.many("any"))}
    everyone = {one.lower() for one in asked.many("all")}
    nobody = {one.lower() for one in asked.many("none")}
    posts = [
        post
        for post in reading.public_timeline(square(), who)
        if anyone & {*post.tags} and everyone <= {*post.tags} and not nobody & {*post.tags}
    ]
    return _timeline(who, posts)


@timelines.get("/v2/search")
def search() -> Response:
    who = reader("read:search")
    query = parameters().required("q").strip()
    kind = parameters().text("type")
    found: Entity = {"accounts": [], "statuses": [], "hashtags": [], "collections": []}
    if kind in (None, "accounts"):
        found["accounts"] = [entities(who).account(one) for one in _people(query)]
    if kind in (None, "statuses"):
        found["statuses"] = [entities(who).status(one) for one in _posts(who, query)]
    if kind in (None, "hashtags"):
        found["hashtags"] = _hashtags(query)
    return jsonify(found)


@timelines.get("/v1/conversations")
def conversations() -> Response:
    who = viewer("read:statuses")
    threads = list(reading.conversations(square(), who).items())
    write = entities(who)
    return answer_page(
        threads,
        lambda thread: write.conversation(thread[0], who),
        id_of=lambda thread: thread[1][0].id,
    )


@timelines.post("/v1/conversations/<root_id>/read")
def read_conversation(root_id: str) -> Response:
    who = viewer("write:conversations")
    thread = reading.conversations(square(), who).get(checked(root_id))
    if thread is None:
        raise record_not_found()
    square().read_conversations[who.id, root_id] = thread[0].id
    return jsonify(entities(who).conversation(root_id, who))


@timelines.get("/v1/markers")
def markers() -> Response:
    who = viewer("read:statuses")
    return jsonify(_markers(who, parameters().many("timeline")))


@timelines.post("/v1/markers")
def mark() -> Response:
    who = viewer("write:statuses")
    marked = []
    for timeline in ("home", "notifications"):
        last = parameters().text(f"{timeline}[last_read_id]")
        if last is not None:
            version = square().markers.get((who.id, timeline), ("", 0, square().now()))[1]
            square().markers[who.id, timeline] = (last, version + 1, square().now())
            marked.append(timeline)
    return jsonify(_markers(who, marked))


def _timeline(who: Person | None, posts: list[Post]) -> Response:
    if parameters().flag("only_media"):
        posts = [post for post in posts if post.now.photo_ids]
    if parameters().flag("remote"):
        posts = []
    return answer_page(posts, entities(who).status, id_of=lambda post: post.id)


def _markers(who: Person, names: list[str]) -> Entity:
    found: Entity = {}
    for name in names:
        if (who.id, name) in square().markers:
            last, version, at = square().markers[who.id, name]
            found[name] = {"last_read_id": last, "version": version, "updated_at": timestamp(at)}
    return found


def _people(query: str) -> list[Person]:
    wanted = query.lstrip("@").partition("@")[0].lower()
    address = urlsplit(query).path.removeprefix("/users/").removeprefix("/@").lower()
    return [
        one
        for one in square().people.values()
        if one.name.lower() == address
        or wanted in one.name.lower()
        or wanted in one.display_name.lower()
    ]


def _posts(who: Person | None, query: str) -> list[Post]:
    asked = parameters()
    if query.startswith(("http://", "https://")):
        if asked.flag("resolve") and who is None:
            raise Problem(401, "Search queries that resolve remote resources require a token")
        found = _by_address(query)
        return [post for post in found if reading.visible(square(), who, post)]
    if who is None:
        return []
    posts = reading.search(square(), who, query)
    if asked.id("account_id"):
        posts = [post for post in posts if post.person_id == asked.id("account_id")]
    offset = asked.text("offset") or "0"
    start = int(offset) if offset.isdecimal() else 0
    return page(posts[start:], asked, id_of=lambda post: post.id, default=20, most=40)


def _by_address(address: str) -> list[Post]:
    """The post whose page or federation id this is; only this square's own are known."""
    if not address.startswith(f"{square().base_url}/"):
        return []
    post = square().posts.get(urlsplit(address).path.rstrip("/").rpartition("/")[2])
    return [post] if post else []


def _hashtags(query: str) -> list[Entity]:
    wanted = query.lstrip("#").lower()
    names = dict.fromkeys(one for post in square().newest_first() for one in post.tags)
    return [
        {"name": name, "url": f"{square().base_url}/tags/{name}", "history": [], "following": False}
        for name in names
        if wanted in name
    ]
