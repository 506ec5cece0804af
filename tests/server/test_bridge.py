"""What a desk's calls may do: offers, acknowledgements, set-ups, secrets, and nothing more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from listening_post import ListeningPost, open_listening_post

from answerback.errors import BadRequest
from answerback.helpdesk import AgentReply, FileResult
from answerback.model import Activity, Actor, Mention
from answerback_server.engine import file, setup
from answerback_server.engine.bridge import SECRET_LIFETIME, EngineBridge
from answerback_server.store import installations
from answerback_server.store import tables as t


@pytest.fixture
def post(tmp_path: Path) -> Iterator[ListeningPost]:
    with open_listening_post(tmp_path) as post:
        yield post


def say(post: ListeningPost, *numbers: int) -> None:
    """Posts that were heard."""
    post.hear(
        [
            Activity(
                type="Create",
                channel="mastodon",
                object=Mention(
                    id=f"https://square.example/{number}",
                    url=f"https://square.example/@rosa/{number}",
                    channel="mastodon",
                    text=f"words {number}",
                    attributed_to=Actor(
                        id="https://square.example/rosa", preferred_username="rosa@square.example"
                    ),
                    visibility="public",
                    ref={"id": str(number), "acct": "rosa", "visibility": "public"},
                ),
            )
            for number in numbers
        ]
    )


def states(post: ListeningPost) -> list[str]:
    with post.assembly.database.read() as tx:
        return list(tx.execute(sa.select(t.filings.c.state).order_by(t.filings.c.id)).scalars())


def confirm(post: ListeningPost, number: int, ticket: str = "7") -> None:
    post.bridge.confirm(
        [FileResult(external_id=f"https://square.example/{number}", outcome="done", ticket=ticket)]
    )


# Offers


def test_what_was_offered_and_acknowledged_is_accepted_and_not_offered_again(
    post: ListeningPost,
) -> None:
    say(post, 1, 2)
    offer = post.bridge.take(post.connection, acknowledged=0, limit=200)
    assert [one.external_id[-1] for one in offer.filings] == ["1", "2"]
    assert post.take(acknowledged=offer.number) == []
    assert states(post) == ["accepted", "accepted"]


def test_an_answer_the_desk_never_stored_is_offered_again(post: ListeningPost) -> None:
    say(post, 1)
    first = post.take()
    again = post.take(acknowledged=0)
    assert [one.external_id for one in again] == [one.external_id for one in first]


def test_what_the_desk_was_offered_is_frozen_although_the_post_was_edited_since(
    post: ListeningPost,
) -> None:
    say(post, 1)
    [first] = post.take()
    edited = Mention(
        id="https://square.example/1", channel="mastodon", text="other words", version="2"
    )
    post.hear([Activity(type="Update", channel="mastodon", object=edited)])
    again = post.take(acknowledged=0)
    assert again[0] == first
    assert again[1].kind == "edit"


def test_a_desk_that_lost_its_state_is_offered_again_what_was_not_filed(
    post: ListeningPost,
) -> None:
    say(post, 1, 2)
    number = post.bridge.take(post.connection, acknowledged=0, limit=200).number
    post.take(acknowledged=number)
    confirm(post, 1)
    assert [one.external_id[-1] for one in post.take(acknowledged=0)] == ["2"]


def test_a_number_never_given_acknowledges_nothing(post: ListeningPost) -> None:
    say(post, 1)
    post.take(acknowledged=2**62)
    assert states(post) == ["offered"]


def test_at_most_the_limit_is_offered_and_the_rest_the_next_time(post: ListeningPost) -> None:
    say(post, *range(1, 6))
    offer = post.bridge.take(post.connection, acknowledged=0, limit=3)
    rest = post.bridge.take(post.connection, acknowledged=offer.number, limit=3)
    assert [len(offer.filings), len(rest.filings)] == [3, 2]


def test_a_report_of_a_ticket_alone_files_nothing(post: ListeningPost) -> None:
    say(post, 1)
    number = post.bridge.take(post.connection, acknowledged=0, limit=200).number
    confirm(post, 1)
    assert states(post) == ["offered"]
    post.take(acknowledged=number)
    assert states(post) == ["filed"]


def test_a_report_about_what_was_never_offered_is_ignored(post: ListeningPost) -> None:
    say(post, 1)
    confirm(post, 1)
    confirm(post, 99)
    assert states(post) == ["pending"]


def test_a_known_ticket_is_never_replaced_by_a_later_report(post: ListeningPost) -> None:
    say(post, 1)
    number = post.bridge.take(post.connection, acknowledged=0, limit=200).number
    post.take(acknowledged=number)
    confirm(post, 1, "7")
    confirm(post, 1, "666")
    with post.assembly.database.read() as tx:
        assert tx.execute(sa.select(t.filings.c.ticket)).scalar_one() == "7"


def test_a_desk_that_tells_no_ticket_is_asked_again_and_then_the_filing_is_parked(
    post: ListeningPost,
) -> None:
    say(post, 1)
    number = 0
    seen = []
    for _ in range(file.OFFERS):
        offer = post.bridge.take(post.connection, acknowledged=number, limit=200)
        number = offer.number
        post.take(acknowledged=number)
        with post.assembly.database.write() as tx:
            tx.execute(t.filings.update().values(changed_at=0.0))
        file.settle(post.assembly, post.installation)
        seen += states(post)
    assert seen == ["pending"] * (file.OFFERS - 1) + ["parked"]


# Set-up


def test_a_set_up_lists_nothing_before_its_code(post: ListeningPost) -> None:
    session = post.bridge.begin_setup({"return_url": "https://acme.zendesk.com/x"})
    found = post.bridge.setup(session)
    assert found is not None
    assert (found.unlocked, found.brands) == (False, ())


def test_a_code_opens_one_set_up_only(post: ListeningPost) -> None:
    with post.assembly.database.write() as tx:
        installations.set_code(post.assembly.database, tx, post.installation, "ABCD", 60)
    first, second = post.bridge.begin_setup({}), post.bridge.begin_setup({})
    assert post.bridge.unlock(first, " ab-cd ")
    assert not post.bridge.unlock(second, "ABCD")
    unlocked = post.bridge.setup(first)
    assert unlocked is not None
    assert [brand.handle for brand in unlocked.brands] == ["@brand"]


def test_a_code_dies_after_too_many_wrong_tries(post: ListeningPost) -> None:
    with post.assembly.database.write() as tx:
        installations.set_code(post.assembly.database, tx, post.installation, "ABCD", 60)
    session = post.bridge.begin_setup({})
    assert not any(post.bridge.unlock(session, "WRONG") for _ in range(installations.CODE_TRIES))
    assert not post.bridge.unlock(session, "ABCD")


def test_an_old_code_opens_nothing(post: ListeningPost) -> None:
    with post.assembly.database.write() as tx:
        installations.set_code(post.assembly.database, tx, post.installation, "ABCD", -1)
    assert not post.bridge.unlock(post.bridge.begin_setup({}), "ABCD")


def test_a_locked_set_up_connects_nothing(post: ListeningPost) -> None:
    with pytest.raises(BadRequest, match="not unlocked"):
        post.bridge.connect(post.bridge.begin_setup({}), post.account)


def test_a_set_up_is_worth_nothing_at_another_installation(post: ListeningPost) -> None:
    other = another(post)
    session = post.bridge.begin_setup({}, connection=post.metadata[0])
    assert other.setup(session) is None
    assert not other.unlock(session, "CODE")
    with pytest.raises(BadRequest):
        other.connect(session, post.account)


def test_what_a_set_up_was_told_is_sealed_in_the_database(post: ListeningPost) -> None:
    post.bridge.begin_setup({"zendesk_access_token": "s3cret-t0ken"})
    with post.assembly.database.read() as tx:
        [sealed] = tx.execute(sa.select(t.setup_sessions.c.facts)).scalars()
    assert b"s3cret-t0ken" not in sealed
    assert post.assembly.vault.open(sealed) == {"zendesk_access_token": "s3cret-t0ken"}


# Secrets


def test_a_connection_opens_with_its_secret_only(post: ListeningPost) -> None:
    id, secret = post.metadata
    assert post.bridge.connection(id, secret) is not None
    assert post.bridge.connection(id, secret + "x") is None
    assert post.bridge.connection("con_nobody", secret) is None
    assert post.bridge.connection(id, "") is None


def test_a_connection_is_worth_nothing_at_another_installation(post: ListeningPost) -> None:
    assert another(post).connection(*post.metadata) is None


def test_an_old_secret_is_renewed_and_dies_once_the_new_one_is_used(post: ListeningPost) -> None:
    id, secret = post.metadata
    with post.assembly.database.write() as tx:
        tx.execute(
            t.connections.update().values(issued_at=t.connections.c.issued_at - SECRET_LIFETIME)
        )
    first, second = post.bridge.connection(id, secret), post.bridge.connection(id, secret)
    assert first is not None
    assert second is not None
    assert first.renewed is not None
    assert first.renewed == second.renewed
    renewed = post.bridge.connection(id, first.renewed)
    assert renewed is not None
    assert renewed.renewed is None
    assert post.bridge.connection(id, secret) is None


# Replies


def test_the_same_key_is_the_same_reply(post: ListeningPost) -> None:
    say(post, 1)
    post.take()
    reply = AgentReply(key="k1", text="On its way", parent="https://square.example/1")
    first = post.bridge.accept(post.connection, reply, wait=0.0)
    again = post.bridge.accept(post.connection, reply, wait=0.0)
    assert first.id == again.id
    with post.assembly.database.read() as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(t.replies)).scalar_one() == 1


def test_a_reply_to_nothing_known_fails_with_a_sentence(post: ListeningPost) -> None:
    reply = AgentReply(key="k1", text="On its way", parent="https://square.example/404")
    accepted = post.bridge.accept(post.connection, reply, wait=0.0)
    assert accepted.state == "failed"
    assert accepted.reason == "The post to answer is not known here."


def test_a_reply_that_waits_longer_than_its_agent_says_so_in_the_ticket(
    post: ListeningPost,
) -> None:
    say(post, 1)
    post.take()
    reply = AgentReply(key="k1", text="On its way", parent="https://square.example/1")
    accepted = post.bridge.accept(post.connection, reply, wait=0.0)
    assert accepted.state == "queued"
    notes = [one.note for one in post.take() if one.kind == "note"]
    assert notes
    assert "waiting to be posted" in (notes[0] or "")


def test_the_original_of_what_was_filed_can_be_opened_and_nothing_else(
    post: ListeningPost,
) -> None:
    say(post, 1)
    assert post.bridge.original("https://square.example/1") == "https://square.example/@rosa/1"
    assert post.bridge.original("https://evil.example/") is None
    assert another(post).original("https://square.example/1") is None


def another(post: ListeningPost) -> EngineBridge:
    """A second company's installation on the same server."""
    invitation = setup.connect_help_desk(post.assembly, "zendesk", {"subdomain": "other"})
    with post.assembly.database.read() as tx:
        row = installations.get(tx, invitation.installation)
    assert row is not None
    return EngineBridge(post.assembly, row)
