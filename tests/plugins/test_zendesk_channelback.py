"""Channelback: an agent's public answer, taken once and answered honestly."""

import json
from typing import Any

import pytest
from zendesk_bridge import StandInBridge, form_call, known_metadata
from zendesk_schemas import assert_valid

from answerback.calls import Response
from answerback.errors import BadRequest
from answerback.helpdesk import Accepted, AgentReply, Brand, Connection, Installation
from answerback_zendesk import Zendesk

TIRED = Brand(
    id="acc_1", channel="mastodon", channel_title="Mastodon", handle="@a", needs_reconnect=True
)


def answer(bridge: StandInBridge, **changes: Any) -> Response:
    """One channelback; a field given as None is left out."""
    fields = {
        "message": "On its way!",
        "parent_id": "mastodon:1",
        "thread_id": "mastodon:1",
        "recipient_id": "https://square.example/users/rosa",
        "metadata": known_metadata(),
        "request_unique_identifier": "6f0c",
        **changes,
    }
    sent = {name: value for name, value in fields.items() if value is not None}
    return Zendesk().channelback(form_call("/channelback", sent), bridge)


def stored(bridge: StandInBridge) -> AgentReply:
    """The only reply the bridge was given."""
    ((reply, _),) = bridge.replies.values()
    return reply


def test_a_posted_reply_is_known_by_the_id_of_the_post() -> None:
    bridge = StandInBridge()
    response = answer(bridge)
    told = json.loads(response.body)
    assert response.status == 200
    assert told == {"external_id": "post:99", "allow_channelback": True}
    assert stored(bridge) == AgentReply(
        key="6f0c",
        text="On its way!",
        parent="mastodon:1",
        conversation="mastodon:1",
        recipient="https://square.example/users/rosa",
    )
    assert_valid("channelback_payload_v2.json", told)


@pytest.mark.parametrize("state", ["queued", "posting", "held", "unsure"])
def test_a_reply_on_its_way_is_accepted_under_our_own_id(state: Any) -> None:
    bridge = StandInBridge(outcome=Accepted(id="reply:7", state=state))
    response = answer(bridge)
    assert response.status == 200
    assert json.loads(response.body)["external_id"] == "reply:7"


def test_a_failed_reply_tells_the_agent_why_in_a_sentence() -> None:
    reason = "This reply has 612 characters; Mastodon allows 500."
    bridge = StandInBridge(outcome=Accepted(id="reply:7", state="failed", reason=reason))
    response = answer(bridge)
    assert response.status == 422
    assert response.body.decode() == reason
    assert response.headers["Content-Type"].startswith("text/plain")


def test_a_failure_without_reason_still_says_that_nothing_was_posted() -> None:
    bridge = StandInBridge(outcome=Accepted(id="reply:7", state="failed"))
    assert b"Nothing was posted" in answer(bridge).body


def test_a_failure_for_a_dead_token_is_one_of_credentials() -> None:
    outcome = Accepted(id="reply:7", state="failed")
    response = answer(StandInBridge(brands=(TIRED,), outcome=outcome))
    assert response.status == 401
    assert b"connect the account again" in response.body


def test_a_reply_posted_before_the_token_died_stays_posted() -> None:
    bridge = StandInBridge()
    answer(bridge)
    bridge.brands = (TIRED,)
    again = answer(bridge)
    told = json.loads(again.body)
    assert again.status == 200
    assert told["external_id"] == "post:99"
    assert told["metadata_needs_update"] is True
    assert_valid("channelback_payload_v2.json", told)


def test_a_resend_gets_the_stored_answer_and_posts_nothing() -> None:
    bridge = StandInBridge()
    first, second = answer(bridge), answer(bridge)
    assert first.body == second.body
    assert bridge.posts == 1


@pytest.mark.parametrize("key", [None, "", "k" * 256])
def test_without_a_usable_key_the_same_words_count_as_a_resend(key: str | None) -> None:
    bridge = StandInBridge()
    answer(bridge, request_unique_identifier=key)
    answer(bridge, request_unique_identifier=key)
    assert bridge.posts == 1
    answer(bridge, request_unique_identifier=key, message="Something else")
    answer(bridge, request_unique_identifier=key, parent_id="mastodon:2")
    assert bridge.posts == 3
    assert all(0 < len(one) <= 255 for one in bridge.replies)


@pytest.mark.parametrize("metadata", [None, "", known_metadata("wrong"), "garbled", "[1"])
def test_a_wrong_secret_is_refused_before_anything_is_read(metadata: str | None) -> None:
    bridge = StandInBridge()
    response = answer(bridge, metadata=metadata, message="x" * 70_000)
    assert response.status == 401
    assert bridge.replies == {}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"message": "x" * 65_536}, b"65536 characters"),
        ({"message": " \r\n "}, b"empty"),
        ({"message": None}, b"empty"),
        ({"parent_id": "x" * 512}, b"too long"),
        ({"file_urls[]": "file:///etc/passwd"}, b"attachment"),
        ({"file_urls[]": "http://169.254.169.254/latest"}, b"attachment"),
    ],
)
def test_what_cannot_be_posted_is_refused_in_plain_words(
    changes: dict[str, str], words: bytes
) -> None:
    bridge = StandInBridge()
    response = answer(bridge, **changes)
    assert response.status == 422
    assert words in response.body
    assert bridge.replies == {}


def test_a_message_at_the_limit_is_taken_whole() -> None:
    bridge = StandInBridge()
    assert answer(bridge, message="x" * 65_535).status == 200
    assert len(stored(bridge).text) == 65_535


def test_only_trailing_space_is_taken_off_the_words() -> None:
    bridge = StandInBridge()
    answer(bridge, message="  > Hi\r\n\r\n-- \r\nJo 👋🏽 {{x}} \r\n\n ")
    assert stored(bridge).text == "  > Hi\n\n-- \nJo 👋🏽 {{x}}"


def test_a_missing_recipient_is_no_obstacle() -> None:
    bridge = StandInBridge()
    assert answer(bridge, recipient_id=None, thread_id="", unexpected="x").status == 200
    assert stored(bridge).recipient is None
    assert stored(bridge).conversation is None


def test_attachments_come_along_with_their_kind() -> None:
    bridge = StandInBridge()
    links = [
        "https://acme.zendesk.com/attachments/token/AB12/?name=label.png",
        "https://acme.zendesk.com/attachments/token/AB13/manual.pdf",
        "https://acme.zendesk.com/attachments/token/AB14/?name=v.mp4",
    ]
    assert answer(bridge, message="", **{"file_urls[]": links}).status == 200
    attachments = stored(bridge).attachment
    assert [one.url for one in attachments] == links
    assert [one.type for one in attachments] == ["Image", "Document", "Video"]
    assert attachments[0].media_type == "image/png"


def test_a_sandboxs_own_files_may_come_without_tls() -> None:
    settings = {"subdomain": "acme", "url": "http://127.0.0.1:8080"}
    bridge = StandInBridge(installation=Installation(id="inst_1", settings=settings))
    assert answer(bridge, **{"file_urls[]": "http://127.0.0.1:8080/a/x.png"}).status == 200
    assert answer(bridge, **{"file_urls[]": "http://127.0.0.1:8081/a/x.png"}).status == 422


class _Refusing(StandInBridge):
    def accept(self, connection: Connection, reply: AgentReply, *, wait: float) -> Accepted:
        raise BadRequest("This conversation is not known here.")


def test_a_reply_the_engine_refuses_is_explained() -> None:
    response = answer(_Refusing())
    assert response.status == 400
    assert response.body == b"This conversation is not known here."


def test_a_renewed_secret_is_handed_over_with_the_answer() -> None:
    told = json.loads(answer(StandInBridge(renewed="n3w")).body)
    assert json.loads(told["metadata"])["secret"] == "n3w"
    assert_valid("channelback_payload_v2.json", told)


def test_the_words_of_an_agent_are_in_no_repr() -> None:
    bridge = StandInBridge()
    answer(bridge, message="private words")
    assert "private words" not in repr(stored(bridge))
