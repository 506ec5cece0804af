"""Where a call may go, how far it is followed, and how much it may bring back."""

from __future__ import annotations

import gzip
import tracemalloc
from ipaddress import ip_address

import pytest
from scripted_server import Peer, answer, replying, scripted

from answerback.errors import ConfigError, Refused, TryLater, Unsure
from answerback.http import Http, Transport
from answerback.http.hosts import is_public


def http(*listed: str, reroute: dict[str, str] | None = None, max_bytes: int = 1000) -> Http:
    transport = Transport(private_hosts=listed or ["127.0.0.1"], reroute=reroute or {})
    return Http(plugin="square", transport=transport, deadline=5, max_bytes=max_bytes)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.8",
        "172.16.4.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:c0a8:101::1",
        "2001:0:7f00:1::",
    ],
)
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:4700::1111", "64:ff9b::5db8:d822", "::ffff:8.8.8.8"]
)
def test_an_address_outside_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:1/",
        "https://localhost:1/",
        "https://2130706433:1/",
        "https://0x7f.1:1/",
        "https://[::1]:1/",
        "https://[::ffff:127.0.0.1]:1/",
        "http://square.example/",
    ],
)
def test_a_private_or_plain_address_is_refused_unless_listed(url: str) -> None:
    way = Http(plugin="square", transport=Transport(private_hosts=["other.internal"]), deadline=5)
    with pytest.raises(Refused, match="list it as a private host"):
        way.get(url)
    with pytest.raises(Refused, match="list it as a private host"):
        way.write("POST", url, repeats=False)


def test_a_listed_port_lists_no_other_port() -> None:
    with replying() as server:
        host = server.url.removeprefix("http://")
        assert http(host).get(server.url).status == 200
        with pytest.raises(Refused):
            http("127.0.0.1:1").get(server.url)


def test_an_address_with_a_password_is_refused() -> None:
    with pytest.raises(Refused, match="leave it out") as caught:
        http().get("https://ford:hunter22@square.example/")
    assert "hunter22" not in str(caught.value)


@pytest.mark.parametrize(
    "entry", ["", "http://a.example", "a.example/path", "a b@c", "a.example:x"]
)
def test_a_private_host_that_is_no_host_is_a_setting_to_fix(entry: str) -> None:
    with pytest.raises(ConfigError, match="Private host"):
        Transport(private_hosts=[entry])


def test_a_reroute_that_is_no_origin_is_a_setting_to_fix() -> None:
    with pytest.raises(ConfigError, match="reroute"):
        Transport(reroute={"square.example": "http://127.0.0.1:1"})


def test_a_rerouted_call_keeps_its_path_and_its_name() -> None:
    with replying(headers={"Link": '</api?page=2>; rel="next"'}) as server:
        way = http("other.example", reroute={"https://square.example": server.url})
        given = way.get("https://square.example/api", params={"limit": 2})
        assert server.received[0].target == "/api?limit=2"
        assert given.url == "https://square.example/api?limit=2"
        assert given.links == {"next": "https://square.example/api?page=2"}


def redirecting_to(place: str) -> bytes:
    return answer(b"", 302, {"Location": place})


def test_a_read_follows_redirects_and_tells_where_it_ended() -> None:
    places = {"/a": redirecting_to("/b"), "/b": redirecting_to("c?d=é"), "/c?d=%C3%A9": answer("1")}
    with scripted(lambda peer: peer.serve(lambda r: places[r.target])) as server:
        given = http().get(f"{server.url}/a", headers={"Authorization": "Bearer t"})
        assert given.json() == 1
        assert given.url.startswith(f"{server.url}/c")
        assert [r.headers.get("authorization") for r in server.received] == ["Bearer t"] * 3


def test_a_redirect_without_end_is_given_up() -> None:
    with replying(b"", 302, {"Location": "/"}) as server:
        with pytest.raises(TryLater, match="redirects without end"):
            http().get(server.url)
        assert len(server.received) == 4


@pytest.mark.parametrize("headers", [{}, {"Location": "https://[half/"}])
def test_a_redirect_to_nowhere_is_a_lost_answer(headers: dict[str, str]) -> None:
    with replying(b"", 302, headers) as server, pytest.raises(TryLater, match="to nowhere"):
        http().get(server.url)


def test_credentials_do_not_follow_to_another_origin() -> None:
    secrets = {"Authorization": "Bearer t", "Cookie": "a=b", "X-Api-Key": "k", "Accept": "a/b"}
    with replying() as other:
        with replying(b"", 301, {"Location": f"{other.url}/x"}) as server:
            http().get(server.url, headers=secrets)
            assert server.received[0].headers["x-api-key"] == "k"
        arrived = other.received[0].headers
    assert arrived["accept"] == "a/b"
    assert not {"authorization", "cookie", "x-api-key"} & set(arrived)


@pytest.mark.parametrize(
    "place", ["https://127.0.0.2:1/", "http://square.example/", "file:///etc/passwd"]
)
def test_a_redirect_is_held_to_the_same_rule(place: str) -> None:
    with replying(b"", 302, {"Location": place}) as server, pytest.raises(Refused):
        http().get(server.url)


def test_no_cookie_is_kept_between_calls() -> None:
    with replying(headers={"Set-Cookie": "session=1; Path=/"}) as server:
        way = http()
        way.get(server.url)
        way.get(server.url)
        assert "cookie" not in server.received[1].headers


@pytest.mark.parametrize("declared", [True, False])
def test_an_answer_that_is_too_large_is_refused_for_reads(declared: bool) -> None:
    head = b"Content-Length: 1000000000000" if declared else b"Connection: close"

    def script(peer: Peer) -> None:
        peer.receive()
        peer.send(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n" + b"x" * 5000)

    with scripted(script) as server:
        with pytest.raises(Refused, match="larger than the 1000 bytes allowed"):
            http().get(server.url)
        with pytest.raises(Unsure, match="larger"):
            http().write("POST", server.url, repeats=False)
        with pytest.raises(TryLater, match="larger"):
            http().write("POST", server.url, repeats=True)


def test_an_answer_just_as_large_as_allowed_is_read() -> None:
    with replying(b"x" * 1000) as server:
        assert len(http().get(server.url).content) == 1000


def test_a_small_answer_that_unpacks_without_end_is_stopped_early() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    with replying(bomb, headers={"Content-Encoding": "gzip"}) as server:
        way = http(max_bytes=1_000_000)
        tracemalloc.start()
        with pytest.raises(Refused, match="larger than the 1000000 bytes allowed"):
            way.get(server.url)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 10_000_000


def test_a_packed_answer_is_unpacked() -> None:
    with replying(gzip.compress(b'{"a": 1}'), headers={"Content-Encoding": "gzip"}) as server:
        assert http().get(server.url).json() == {"a": 1}


def test_a_refusal_with_a_long_explanation_is_still_a_refusal() -> None:
    with replying(b"x" * 5000, 422) as server, pytest.raises(Refused) as caught:
        http().get(server.url)
    assert caught.value.status == 422


def test_a_write_sends_what_it_was_given() -> None:
    with replying() as server:
        way = http()
        way.write("post", server.url, repeats=True, json={"a": "ü"}, headers={"X-One": "1"})
        way.write("PUT", server.url, repeats=True, form={"a": ["1", "2"]}, params=[("q", "x y")])
        way.write(
            "POST", server.url, repeats=True, files={"file": ("a.png", b"\x89PNG", "image/png")}
        )
        way.write("DELETE", server.url, repeats=True)
        way.write("POST", server.url, repeats=True, content=b"raw")
    posted, put, upload, deleted, raw = server.received
    assert (posted.method, posted.headers["content-type"]) == ("POST", "application/json")
    assert posted.headers["x-one"] == "1"
    assert posted.headers["user-agent"].startswith("answerback/")
    assert (put.target, put.body) == ("/?q=x+y", b"a=1&a=2")
    assert b"\x89PNG" in upload.body
    assert (deleted.method, deleted.body) == ("DELETE", b"")
    assert raw.body == b"raw"
