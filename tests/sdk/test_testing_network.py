"""Pretend networks: what authors subclass, and the example they copy."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
import urllib3
from tavern_network import TavernNetwork

from answerback.calls import Request, Response
from answerback.testing.checks import NotApplicable
from answerback.testing.pretend.network import FakeNetwork, Post, Refusal, route

TOKEN = {"Authorization": "Bearer a-tavern-token"}


def call(url: str, method: str = "GET", **more: Any) -> urllib3.BaseHTTPResponse:
    """One answer, over a connection of its own."""
    with urllib3.PoolManager(retries=False, timeout=5) as pool:
        return pool.request(method, url, **more)


@pytest.fixture
def tavern() -> Iterator[TavernNetwork]:
    with TavernNetwork() as network:
        yield network
        assert network.mistakes == []


# Routes and what they give


class Inn(FakeNetwork):
    """Every way to route and to answer."""

    origins: ClassVar[tuple[str, ...]] = ("https://inn.example",)

    @route("GET", "/things/{id}")
    @route("PUT", "/things/{id}")
    def thing(self, request: Request, id: str) -> dict[str, str]:
        return {"id": id, "method": request.method}

    @route("GET", "/things/newest")
    def newest(self, request: Request) -> list[str]:
        return ["newest"]

    @route("GET", "/things/{id}.json")
    def document(self, request: Request, id: str) -> Response:
        return Response(status=203, headers={"X-Id": id}, body=b"document")

    @route("GET", "/{room}/things/{id}")
    def both(self, request: Request, *, id: str, room: str) -> list[str]:
        return [room, id]

    @route("POST", "/broken/{how}")
    def broken(self, request: Request, how: str) -> Any:
        if how == "raises":
            raise KeyError("a customer's words")
        if how == "refuses":
            raise Refusal(409, {"code": 17})
        return {"header": Response(headers={"X-Name": "a\nb"}), "set": {1}}.get(how)

    def say(self, text: str, **_: Any) -> str:
        return ""

    def edit(self, id: str, text: str) -> None:
        return

    def delete(self, id: str) -> None:
        return

    def posts(self) -> Sequence[Post]:
        return ()


@pytest.fixture
def inn() -> Iterator[Inn]:
    with Inn() as network:
        yield network


@pytest.mark.parametrize(
    ("method", "path", "given"),
    [
        ("GET", "/things/7", {"id": "7", "method": "GET"}),
        ("PUT", "/things/7?x=1", {"id": "7", "method": "PUT"}),
        ("GET", "/things/a%2Fb%20%C3%A9%0A", {"id": "a/b é\n", "method": "GET"}),
        ("GET", "/things/newest", ["newest"]),
        ("GET", "/a/things/b", ["a", "b"]),
    ],
)
def test_a_call_finds_its_route_and_the_names_in_it(
    inn: Inn, method: str, path: str, given: object
) -> None:
    answer = call(inn.url + path, method)
    assert (answer.status, answer.json()) == (200, given)
    assert answer.headers["Content-Type"] == "application/json"


def test_a_name_with_words_beside_it_wins_over_a_name_alone(inn: Inn) -> None:
    answer = call(f"{inn.url}/things/7.json")
    assert (answer.status, answer.headers["X-Id"], answer.data) == (203, "7", b"document")


def test_head_is_answered_by_the_route_for_get(inn: Inn) -> None:
    answer = call(f"{inn.url}/things/7", "HEAD")
    assert (answer.status, answer.data) == (200, b"")
    assert inn.unknown == []


@pytest.mark.parametrize("path", ["/things", "/things/", "/things/7/8", "/", "/THINGS/7"])
def test_a_call_without_a_route_is_answered_and_remembered(inn: Inn, path: str) -> None:
    answer = call(f"{inn.url}{path}?token=secret")
    assert (answer.status, answer.json()) == (404, {"error": f"Inn has no route for GET {path}."})
    assert (inn.unknown, inn.mistakes) == ([f"GET {path}"], [])


def test_a_method_that_is_overridden_keeps_its_route() -> None:
    class Other(Inn):
        def newest(self, request: Request) -> list[str]:
            return ["other"]

    with Other() as network:
        assert call(f"{network.url}/things/newest").json() == ["other"]


def test_a_method_that_is_overridden_with_a_route_has_the_new_one_alone() -> None:
    class Other(Inn):
        @route("GET", "/latest")
        def newest(self, request: Request) -> list[str]:
            return ["other"]

    with Other() as network:
        assert call(f"{network.url}/latest").json() == ["other"]
        assert call(f"{network.url}/things/newest").json()["id"] == "newest"


@pytest.mark.parametrize("path", ["things", "/things?id={id}", "/{id}/{id}"])
def test_a_route_that_is_no_path_is_refused_where_it_is_written(path: str) -> None:
    with pytest.raises(ValueError, match="is no path"):
        route("GET", path)


@pytest.mark.parametrize("path", ["/things", "/things/{name}", "/{id}/{name}"])
def test_a_route_that_does_not_fit_its_method_is_refused_where_it_is_written(path: str) -> None:
    def handler(self: object, request: Request, id: str) -> list[str]:
        return [id]

    with pytest.raises(TypeError, match="handler does not fit its route"):
        route("GET", path)(handler)


@pytest.mark.parametrize(
    ("how", "error"),
    [("raises", KeyError), ("header", ValueError), ("nothing", TypeError), ("set", TypeError)],
)
def test_a_mistake_is_answered_by_its_class_and_remembered_with_its_place(
    inn: Inn, how: str, error: type[Exception]
) -> None:
    answer = call(f"{inn.url}/broken/{how}?token=secret", "POST")
    assert (answer.status, answer.json()) == (500, {"error": error.__name__})
    (mistake,) = inn.mistakes
    assert type(mistake) is error
    assert mistake.__notes__ == [f"in Inn.broken, answering POST /broken/{how}"]


def test_a_refusal_is_answered_and_is_no_mistake(inn: Inn) -> None:
    answer = call(f"{inn.url}/broken/refuses", "POST")
    assert (answer.status, answer.json(), inn.mistakes) == (409, {"code": 17}, [])


# The network itself


def test_no_two_of_requests_and_verbs_run_at_once() -> None:
    inside: list[str] = []
    most: list[int] = []

    def stay(name: str) -> None:
        inside.append(name)
        most.append(len(inside))
        time.sleep(0.005)
        inside.remove(name)

    class Narrow(Inn):
        def newest(self, request: Request) -> list[str]:
            stay("route")
            return []

        def posts(self) -> Sequence[Post]:
            stay("verb")
            return ()

    with Narrow() as network, ThreadPoolExecutor(8) as pool:
        work: list[Callable[[], object]] = [
            lambda: call(f"{network.url}/things/newest").status,
            network.posts,
        ]
        done = [pool.submit(work[number % 2]) for number in range(16)]
        assert [each.result() for each in done] == [200, ()] * 8
    assert set(most) == {1}


def test_the_time_is_aware_and_close_and_never_the_same_twice(inn: Inn) -> None:
    with ThreadPoolExecutor(4) as pool:
        given = [each.result() for each in [pool.submit(inn.now) for _ in range(200)]]
    alone = [inn.now() for _ in range(20)]
    assert alone == sorted(alone)
    assert len({one.isoformat(timespec="milliseconds") for one in given + alone}) == 220
    assert all(one.utcoffset() == timedelta(0) for one in given)
    assert abs(inn.now() - datetime.now(UTC)) < timedelta(seconds=2)


def test_a_network_is_started_and_stopped_within_a_few_milliseconds() -> None:
    taken: list[float] = []
    for _ in range(5):
        begun = time.perf_counter()
        with Inn():
            pass
        taken.append(time.perf_counter() - begun)
    assert min(taken) < 0.02


def test_starting_and_stopping_twice_is_harmless() -> None:
    network = Inn()
    network.stop()
    network.start()
    url = network.url
    network.start()
    assert network.url == url
    assert call(f"{url}/things/newest").status == 200
    network.stop()
    network.stop()
    assert network.url == ""
    with network:
        assert call(f"{network.url}/things/newest").status == 200


def test_a_network_without_a_verb_cannot_be_made() -> None:
    class Silent(FakeNetwork):
        origins = ("https://inn.example",)

    with pytest.raises(TypeError, match="abstract"):
        Silent()  # type: ignore[abstract]


def test_a_network_without_origins_does_not_start() -> None:
    class Nowhere(Inn):
        origins = ()

    with pytest.raises(TypeError, match="Nowhere has no `origins`"):
        Nowhere().start()


def test_what_an_author_leaves_out_has_a_default(inn: Inn) -> None:
    assert (inn.listener("hashtag"), inn.deliveries(), inn.awkward()) == ({}, [], ())
    assert (inn.app_settings, inn.account_settings, inn.account) == ({}, {}, "")
    assert (inn.page, inn.depth) == (20, None)
    with pytest.raises(NotApplicable, match="Inn has no `answer_ourselves`"):
        inn.answer_ourselves("Thanks.", under="https://inn.example/1")


# The example


def api(network: TavernNetwork, path: str, method: str = "GET", **body: Any) -> tuple[int, Any]:
    """Status and content of one call as the brand."""
    sent = json.dumps(body) if body else None
    answer = call(f"{network.url}/api/comments{path}", method, headers=TOKEN, body=sent)
    return answer.status, answer.json() if answer.data else None


def test_the_tavern_shows_a_comment_as_its_api_says(tavern: TavernNetwork) -> None:
    root = tavern.say("The soup is cold.")
    reply = tavern.say("Mine, too.", under=root)
    assert (root, reply) == ("https://tavern.example/c/1", "https://tavern.example/c/2")
    status, comment = api(tavern, "/2")
    created = datetime.fromisoformat(comment.pop("created_at"))
    assert abs(created - tavern.now()) < timedelta(seconds=5)
    assert (status, comment) == (
        200,
        {
            "id": "2",
            "url": reply,
            "text": "Mine, too.",
            "author": {"id": "rosa", "name": "Rosa", "url": "https://tavern.example/people/rosa"},
            "parent": "1",
            "edited_at": None,
        },
    )


def test_the_tavern_s_feed_is_walked_page_by_page_while_it_changes(tavern: TavernNetwork) -> None:
    said = [tavern.say(f"{number}") for number in range(45)]
    held = tavern.say("held", ago=timedelta(hours=1))
    seen: list[str] = []
    path = ""
    while path is not None:
        _, page = api(tavern, path)
        seen += [one["url"] for one in page["comments"]]
        tavern.say("something new")
        tavern.delete(seen[-1])
        path = page["older"] and f"?page={page['older'].replace('+', '%2B')}"
    assert seen == [*said[::-1], held]


def test_the_tavern_s_feed_ends_at_its_depth(tavern: TavernNetwork) -> None:
    class Shallow(TavernNetwork):
        page = 2
        depth = 3

    with Shallow() as network:
        for number in range(5):
            network.say(f"{number}")
        _, first = api(network, "")
        _, second = api(network, f"?page={first['older'].replace('+', '%2B')}")
    assert [one["text"] for one in first["comments"] + second["comments"]] == ["4", "3", "2"]
    assert second["older"] is None


def test_the_tavern_takes_what_the_brand_writes(tavern: TavernNetwork) -> None:
    root = tavern.say("The soup is cold.")
    _, reply = api(tavern, "", "POST", text="We are sorry.", parent="1")
    _, edited = api(tavern, "/2", "PUT", text="We are very sorry.")
    assert edited["created_at"] == reply["created_at"] < edited["edited_at"]
    assert tavern.posts() == [
        Post(id=root, text="The soup is cold."),
        Post(id=reply["url"], text="We are very sorry.", under=root, ours=True),
    ]
    assert api(tavern, "/2", "DELETE") == (204, None)
    assert [post.id for post in tavern.posts()] == [root]


def test_the_tavern_knows_what_the_brand_answers_in_its_own_app(tavern: TavernNetwork) -> None:
    root = tavern.say("The soup is cold.")
    reply = tavern.answer_ourselves("We are sorry.", under=root)
    assert tavern.posts()[-1] == Post(id=reply, text="We are sorry.", under=root, ours=True)
    tavern.edit(root, "The soup was cold.")
    assert api(tavern, "/1")[1]["text"] == "The soup was cold."


def test_the_tavern_refuses_as_its_api_says(tavern: TavernNetwork) -> None:
    tavern.delete(tavern.say("The soup is cold."))
    assert call(f"{tavern.url}/api/comments").status == 401
    assert api(tavern, "/1") == (410, {"error": "Gone"})
    assert api(tavern, "/2") == (404, {"error": "Not Found"})
    assert api(tavern, "", "POST", text="Sorry.", parent="1")[0] == 410
    assert api(tavern, "/2", "PUT", text="Sorry.")[0] == 404
    assert api(tavern, "/1", "DELETE")[0] == 410
    assert api(tavern, "", "POST", text="x" * 1000, parent=None)[0] == 200
    assert api(tavern, "", "POST", text="x" * 1001, parent=None)[0] == 422
    assert len(tavern.posts()) == 1
