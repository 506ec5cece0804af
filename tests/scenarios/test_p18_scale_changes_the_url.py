"""Promise 18: one worker or several, one release or the next beside it: the same happens."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fleet import ON_POSTGRESQL, customers_words, kept, open_hasty_town, states
from town import Town, until

POSTS = 12


def talk_and_answer(town: Town) -> list[Any]:
    """Twelve conversations and an answer in each; the posts."""
    posts = [town.say("rosa", f"@northwind order {number} is late") for number in range(POSTS)]
    tickets = [until(lambda post=post: town.ticket_of(post), seconds=40) for post in posts]
    for number, ticket in enumerate(tickets):
        town.answer(ticket, f"Order {number} is on its way.")
    until(lambda: states(town) == ["posted"] * POSTS, seconds=60)
    return posts


def everything_is_there_once(town: Town, posts: list[Any]) -> None:
    """Each post in a ticket of its own, each answer once under its post."""
    held = [uri for ticket in town.tickets() for uri in customers_words(ticket)]
    for post in posts:
        assert held.count(post["uri"]) == 1
        assert len(town.brand_answers(post["id"])) == 1


@pytest.mark.slow
@pytest.mark.skipif(not ON_POSTGRESQL, reason="needs ANSWERBACK_TEST_STORE=postgresql")
def test_three_workers_on_one_database_do_everything_once(tmp_path: Path) -> None:
    with open_hasty_town(tmp_path) as town, ExitStack() as stack:
        # As many answers in a minute as this asks a person first.
        town.environment["ANSWERBACK_BURST"] = "1000"
        for _ in range(3):
            stack.enter_context(kept(town, "work"))
        everything_is_there_once(town, talk_and_answer(town))


def test_a_column_and_a_table_more_in_the_database_do_not_stop_this_release(tmp_path: Path) -> None:
    with open_hasty_town(tmp_path) as town:
        with town.assembly.database.write() as tx:
            before = tx.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()
            tx.execute(sa.text("ALTER TABLE mentions ADD COLUMN later TEXT"))
            tx.execute(
                sa.text("ALTER TABLE deliveries ADD COLUMN later INTEGER DEFAULT 0 NOT NULL")
            )
            tx.execute(sa.text("CREATE TABLE of_a_later_release (id INTEGER PRIMARY KEY)"))
            tx.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
            tx.execute(
                sa.text("INSERT INTO meta (name, value) VALUES ('schema_serves', :before)"),
                {"before": before},
            )
        # A process of this release that only starts now.
        with kept(town, "work") as worker:
            post, ticket = town.complaint()
            town.answer(ticket, "On its way.")
            until(lambda: states(town) == ["posted"], seconds=40)
            assert len(town.brand_answers(post["id"])) == 1
            assert worker.deaths == 0
