"""Promises 1 and 5: killed between any two steps that last, nothing is lost, nothing is doubled.

One run a step. The process that reaches it gets SIGKILL there, and is started again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fleet import Kept, customers_words, kept, open_hasty_town, open_outer_town, states
from town import Town, until

from answerback_server.engine.steps import STEPS

OF_THE_WEB_PART = tuple(
    step for step in STEPS if step.startswith(("offer.", "confirm.", "intake."))
)
OF_THE_WORKER = tuple(step for step in STEPS if step not in OF_THE_WEB_PART)
#: These run with every commit, the others with the slow tests: a run takes 5 to 10 seconds.
OFTEN = ("hear.applying", "answer.intent_stored", "answer.written", "intake.stored")


def each(steps: tuple[str, ...]) -> list[Any]:
    """The steps as parameters of a test."""
    slow = pytest.mark.slow
    return [pytest.param(step, marks=() if step in OFTEN else slow) for step in steps]


def in_one_ticket(town: Town, *posts: Any) -> Any | None:
    """The one ticket that holds these posts, in this order, each once; None while it does not."""
    tickets = [one for one in town.tickets() if customers_words(one)]
    wanted = [post["uri"] for post in posts]
    held = [uri for ticket in tickets for uri in customers_words(ticket) if uri in wanted]
    assert len(held) == len(set(held)), "a post was filed twice"
    assert len(tickets) <= 1, "one conversation became two tickets"
    return tickets[0] if held == wanted else None


def live_through(town: Town, dying: Kept) -> None:
    """A complaint, an answer and a word of thanks, while one process dies on the way."""
    post = town.say("rosa", "@northwind my order is late")
    ticket = until(lambda: in_one_ticket(town, post), seconds=60)
    town.answer(ticket, "On its way.")
    answer = until(lambda: town.brand_answers(post["id"]), seconds=60)[0]
    until(lambda: states(town) == ["posted"], seconds=60)
    thanks = town.say("rosa", "@northwind thank you", in_reply_to_id=answer["id"])
    until(lambda: in_one_ticket(town, post, thanks), seconds=60)
    until(lambda: [one for one in town.replies(ticket) if one["state"] == "sent"], seconds=60)
    assert dying.deaths == 1
    assert states(town) == ["posted"]
    assert len(town.brand_answers(post["id"])) == 1
    assert not [note for note in town.notes(ticket) if "NOT posted" in note or "outside" in note]


@pytest.mark.parametrize("step", each(OF_THE_WORKER))
def test_a_worker_killed_at_any_step_loses_and_doubles_nothing(tmp_path: Path, step: str) -> None:
    with open_hasty_town(tmp_path) as town, kept(town, "work", halt=f"{step}:kill") as worker:
        live_through(town, worker)


@pytest.mark.parametrize("step", each(OF_THE_WEB_PART))
def test_a_web_part_killed_at_any_step_loses_and_doubles_nothing(tmp_path: Path, step: str) -> None:
    with (
        open_outer_town(tmp_path) as town,
        kept(town, "web", halt=f"{step}:kill") as web,
        town.working(),
    ):
        live_through(town, web)
