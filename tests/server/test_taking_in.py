"""An answer is taken in with one connection, and is posted only as it was fitted and looked at."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from answering_post import AnsweringPost, open_answering_post, said

from answerback.plugins import load_channel
from answerback_server.engine import reopen
from answerback_server.store import apps
from answerback_server.store.database import Database


@pytest.fixture
def post(tmp_path: Path) -> Iterator[AnsweringPost]:
    with open_answering_post(tmp_path) as post:
        post.hear(said(1))
        yield post


def test_an_answer_of_an_account_with_an_app_takes_no_second_connection(
    post: AnsweringPost, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = post.assembly.database
    with database.write() as tx:
        apps.add(
            tx,
            id="app_square",
            channel="mastodon",
            installation=None,
            path="p",
            settings="{}",
            secrets=post.assembly.vault.seal({}),
        )
        apps.join(tx, post.account, "app_square")
    writing = threading.local()
    write, read = Database.write, Database.read

    @contextmanager
    def one_write(self: Database) -> Iterator[sa.Connection]:
        with write(self) as tx:
            writing.now = True
            try:
                yield tx
            finally:
                writing.now = False

    @contextmanager
    def no_read_meanwhile(self: Database) -> Iterator[sa.Connection]:
        assert not getattr(writing, "now", False), "a second connection inside a transaction"
        with read(self) as tx:
            yield tx

    monkeypatch.setattr(Database, "write", one_write)
    monkeypatch.setattr(Database, "read", no_read_meanwhile)
    assert post.accept("On its way.", to=1).state == "queued"


@pytest.mark.parametrize(
    ("words", "state"), [("Hello {{name}}", "held"), ("On its way.", "queued")]
)
def test_an_answer_that_was_never_fitted_is_fitted_and_looked_at_when_it_is_let_go(
    post: AnsweringPost, monkeypatch: pytest.MonkeyPatch, words: str, state: str
) -> None:
    def stumbles(_self: Any, _mention: Any) -> Any:
        raise KeyError("kettle")

    with monkeypatch.context() as broken:
        broken.setattr(load_channel("mastodon"), "framing", stumbles)
        id = post.answer(words, to=1)
    assert post.reply(id).state == "failed"
    assert reopen.reopen(post.assembly, id, posted=False) is None
    assert (post.reply(id).state, post.parts(id)) == ("new", [])
    post.fit()
    assert [part.state for part in post.parts(id)] == [state]


def test_an_answer_too_long_to_fit_is_refused_again_however_often_it_is_let_go(
    post: AnsweringPost,
) -> None:
    id = post.answer("x" * 20_000, to=1)
    for _ in range(2):
        assert reopen.reopen(post.assembly, id, posted=False) is None
        post.fit()
        assert post.reply(id).state == "failed"
        assert "too long" in post.reply(id).reason
