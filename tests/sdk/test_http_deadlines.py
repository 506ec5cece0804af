"""No server holds a caller longer than it was given, and connections are reused with care."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from scripted_server import Peer, answer, replying, scripted

from answerback.errors import Gone, RemoteError, TryLater, Unsure
from answerback.http import Http, Transport

SHORT = 0.25


def http(transport: Transport | None = None, *, deadline: float = SHORT) -> Http:
    return Http(
        plugin="square",
        transport=transport or Transport(private_hosts=["127.0.0.1"]),
        deadline=deadline,
    )


@contextmanager
def cut_off_in_time(kind: type[RemoteError]) -> Iterator[None]:
    begun = time.monotonic()
    with pytest.raises(RemoteError, match=r"took longer than the 0\.25 s allowed") as caught:
        yield
    assert type(caught.value) is kind
    assert caught.value.code == "deadline"
    assert SHORT * 0.8 < time.monotonic() - begun < SHORT + 0.5


def never_answer(peer: Peer) -> None:
    peer.wait()


def dribble_the_head(peer: Peer) -> None:
    peer.receive()
    peer.dribble(answer())


def dribble_headers_without_end(peer: Peer) -> None:
    peer.receive()
    peer.send(b"HTTP/1.1 200 OK\r\n")
    peer.dribble(b"X-Filler: yes\r\n" * 100)


def dribble_the_body(peer: Peer) -> None:
    peer.receive()
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
    peer.dribble(b"x" * 500)


def dribble_chunks(peer: Peer) -> None:
    peer.receive()
    peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    peer.dribble(b"1\r\nx\r\n" * 100)


def continue_without_end(peer: Peer) -> None:
    peer.receive()
    peer.dribble(b"HTTP/1.1 100 Continue\r\n\r\n" * 100, every=0.005)


SLOW = [
    never_answer,
    dribble_the_head,
    dribble_headers_without_end,
    dribble_the_body,
    dribble_chunks,
    continue_without_end,
]


@pytest.mark.parametrize("script", SLOW)
def test_a_slow_answer_is_cut_off_at_the_deadline(script: Callable[[Peer], None]) -> None:
    with scripted(script) as server:
        with cut_off_in_time(TryLater):
            http().get(server.url)
        with cut_off_in_time(Unsure):
            http().write("POST", server.url, repeats=False)


def test_a_server_that_takes_the_call_slowly_is_cut_off() -> None:
    with scripted(never_answer) as server, cut_off_in_time(Unsure):
        http().write("POST", server.url, repeats=False, content=b"x" * 20_000_000)


def test_redirects_share_one_deadline() -> None:
    def script(peer: Peer) -> None:
        while peer.receive():
            time.sleep(SHORT * 0.6)
            peer.send(answer(b"", 302, {"Location": "/next"}))

    with scripted(script) as server, cut_off_in_time(TryLater):
        http().get(server.url)


def test_several_calls_share_one_total_deadline() -> None:
    def script(peer: Peer) -> None:
        while peer.receive():
            time.sleep(0.1)
            peer.send(answer())

    way = http(deadline=5)
    with scripted(script) as server:
        begun = time.monotonic()
        with way.within(60), way.within(SHORT):
            assert way.remaining() <= SHORT
            assert way.get(server.url).status == 200
            assert way.get(server.url).status == 200
            with pytest.raises(TryLater, match="took longer"):
                way.get(server.url)
        assert time.monotonic() - begun < SHORT + 0.5
        assert way.get(server.url).status == 200
        assert way.remaining() == 5


def test_a_total_deadline_is_of_one_thread_only() -> None:
    way = http(deadline=5)
    seen: list[float] = []
    with way.within(SHORT):
        thread = threading.Thread(target=lambda: seen.append(way.remaining()))
        thread.start()
        thread.join()
    assert seen == [5]


def test_a_call_without_time_left_is_not_sent() -> None:
    way = http()
    with replying() as server, way.within(0):
        for repeats in (True, False):
            with pytest.raises(TryLater) as caught:
                way.write("POST", server.url, repeats=repeats)
            assert caught.value.code == "deadline"
        assert server.connections == 0


@pytest.mark.parametrize("status", [200, 204])
def test_calls_in_a_row_share_a_connection(status: int) -> None:
    way = http(deadline=5)
    with replying(b"" if status == 204 else b"{}", status) as server:
        for _ in range(3):
            way.get(server.url)
        assert (server.connections, len(server.received)) == (1, 3)


def test_calls_that_fail_in_a_row_share_a_connection() -> None:
    way = http(deadline=5)
    with replying(status=404) as server:
        for _ in range(3):
            with pytest.raises(Gone):
                way.get(server.url)
        assert (server.connections, len(server.received)) == (1, 3)


def test_a_connection_left_in_the_middle_of_an_answer_is_not_used_again() -> None:
    def script(peer: Peer) -> None:
        while peer.receive():
            peer.send(answer(b"x" * 200_000))

    way = http(deadline=5)
    with scripted(script) as server:
        for _ in range(2):
            with pytest.raises(RemoteError, match="larger than the 1000 bytes"):
                way.get(server.url, max_bytes=1000)
        assert server.connections == 2


def test_a_connection_the_server_has_closed_costs_no_write() -> None:
    def script(peer: Peer) -> None:
        peer.receive()
        peer.send(answer())

    way = http(deadline=5)
    with scripted(script) as server:
        way.get(server.url)
        assert server.closed.wait(2)
        assert way.write("POST", server.url, repeats=False).status == 200
        assert server.connections == 2


def test_a_lone_write_does_not_trust_a_connection_left_idle() -> None:
    way = http(deadline=5)
    with replying() as one, replying() as other:
        for server in (one, other):
            way.write("POST", server.url, repeats=False)
            way.write("POST", server.url, repeats=False)
            assert server.connections == 1
        time.sleep(1.05)
        way.write("POST", one.url, repeats=True)
        way.write("POST", other.url, repeats=False)
        assert (one.connections, other.connections) == (1, 2)


def test_threads_share_connections_without_mixing_answers() -> None:
    def script(peer: Peer) -> None:
        peer.serve(lambda received: answer(received.target))

    way = http(deadline=5)
    wrong: list[str] = []

    def ask(name: str) -> None:
        for number in range(20):
            text = way.get(f"{server.url}/{name}/{number}").text
            if text != f"/{name}/{number}":
                wrong.append(text)

    with scripted(script) as server:
        threads = [threading.Thread(target=ask, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert len(server.received) == 80
        assert server.connections <= 4


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(made.public_bytes(Encoding.PEM) + secret)
    return path


def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_calls_over_tls_are_bounded_and_share_a_connection(certificate: Path) -> None:
    transport = Transport(private_hosts=["localhost"], ca_bundle=str(certificate))

    def script(peer: Peer) -> None:
        while received := peer.receive():
            if received.target == "/slow":
                peer.dribble(answer())
            peer.send(answer())

    with scripted(script, tls=tls(certificate)) as server:
        url = server.url.replace("127.0.0.1", "localhost")
        assert http(transport, deadline=5).get(url).status == 200
        assert http(transport, deadline=5).write("PUT", url, repeats=False).status == 200
        assert server.connections == 1
        with cut_off_in_time(TryLater):
            http(transport).get(f"{url}/slow")
        with cut_off_in_time(Unsure):
            http(transport).write("POST", f"{url}/slow", repeats=False)


def test_a_certificate_nobody_vouches_for_stops_a_write_before_it_is_sent(
    certificate: Path,
) -> None:
    transport = Transport(private_hosts=["localhost"])
    with scripted(lambda peer: peer.serve(lambda _: answer()), tls=tls(certificate)) as server:
        url = server.url.replace("127.0.0.1", "localhost")
        with pytest.raises(TryLater, match="trustworthy"):
            http(transport, deadline=5).write("POST", url, repeats=False)
        assert server.received == []


def test_a_tls_handshake_that_never_ends_is_cut_off() -> None:
    transport = Transport(private_hosts=["127.0.0.1"])
    with scripted(never_answer) as server, cut_off_in_time(TryLater):
        http(transport).write("POST", server.url.replace("http:", "https:"), repeats=False)
