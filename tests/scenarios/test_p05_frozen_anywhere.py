"""Promises 5 and 18: a frozen process loses its work to another, and does no harm when it wakes.

PostgreSQL only: a SQLite file has one worker. The first worker gets SIGSTOP at a step, for longer
than its lease; a second one takes over; then the first one goes on where it stood.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from fleet import HASTE, ON_POSTGRESQL, customers_words, kept, open_hasty_town, states
from town import Town, until

from answerback_server.engine.drains import LEASE
from answerback_server.engine.steps import STEPS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not ON_POSTGRESQL, reason="needs ANSWERBACK_TEST_STORE=postgresql"),
]

HEARING = tuple(step for step in STEPS if step.startswith(("poll.", "hear.")))
ANSWERING = tuple(step for step in STEPS if step.startswith(("fit.", "answer.")))
#: What is looked at, is looked at until this long after the sleeper woke.
AFTERWARDS = 2.0
#: Seconds the second worker may take to start, and the desk to ask.
STARTING = 4.0


def filed(town: Town, post: Any) -> Any | None:
    """The ticket that holds the post; fails if the post is in it twice."""
    tickets = [one for one in town.tickets() if post["uri"] in customers_words(one)]
    assert sum(customers_words(one).count(post["uri"]) for one in tickets) <= 1
    return tickets[0] if tickets else None


@pytest.mark.parametrize("step", HEARING)
def test_frozen_while_hearing_another_hears_and_the_ticket_shows_it_once(
    tmp_path: Path, step: str
) -> None:
    with open_hasty_town(tmp_path) as town, kept(town, "work", halt=f"{step}:freeze") as sleeper:
        post = town.say("rosa", "@northwind my order is late")
        until(lambda: sleeper.frozen, seconds=40)
        with kept(town, "work"):
            until(lambda: filed(town, post), seconds=40)
            assert sleeper.frozen
            sleeper.thaw()
            time.sleep(AFTERWARDS)
            assert filed(town, post)
            assert len([one for one in town.tickets() if customers_words(one)]) == 1
    assert sleeper.deaths == 0


@pytest.mark.parametrize("step", ANSWERING)
def test_frozen_while_answering_another_settles_it_and_one_post_stands(
    tmp_path: Path, step: str
) -> None:
    with open_hasty_town(tmp_path) as town, kept(town, "work", halt=f"{step}:freeze") as sleeper:
        post, ticket = town.complaint()
        town.answer(ticket, "On its way.")
        until(lambda: sleeper.frozen, seconds=40)
        # Longer than every lease, whoever else is there or not.
        time.sleep(1.5 * LEASE / HASTE)
        with kept(town, "work"):
            until(lambda: states(town) == ["posted"], seconds=40)
            assert sleeper.frozen
            sleeper.thaw()
            time.sleep(AFTERWARDS)
            assert states(town) == ["posted"]
            assert len(town.brand_answers(post["id"])) == 1
            assert not [note for note in town.notes(ticket) if "NOT posted" in note]
    assert sleeper.deaths == 0


def test_at_its_real_pace_frozen_work_is_taken_over_within_fifteen_seconds(tmp_path: Path) -> None:
    with open_hasty_town(tmp_path) as town:
        del town.environment["ANSWERBACK_TEST_HASTE"]
        with kept(town, "work", halt="hear.applying:freeze") as sleeper:
            post = town.say("rosa", "@northwind my order is late")
            until(lambda: sleeper.frozen, seconds=40)
            began = time.monotonic()
            with kept(town, "work"):
                until(lambda: filed(town, post), seconds=40)
                assert time.monotonic() - began < LEASE + STARTING
