"""The Tavern's whole contract, and the stage its checks are played on."""

from __future__ import annotations

import hmac
from datetime import timedelta

from grand_tavern import GrandTavern
from mutants import DOCS, GOLDEN
from tavern_channel import Tavern

from answerback.calls import Request
from answerback.channel import App
from answerback.model import Activity, Attachment, Mention
from answerback.testing import ChannelContract
from answerback.testing.pretend.serving import answering
from answerback.testing.running import grade_of, run

HOUR = timedelta(hours=1)


class TestTavern(ChannelContract):
    channel = Tavern
    golden = GOLDEN
    network = GrandTavern
    docs = DOCS
    grade = "gold"


def test_what_is_said_is_heard_and_answered_under_it() -> None:
    with TestTavern().stage() as stage:
        target = stage.hear("Where is my parcel?")
        receipt = stage.answer(target, stage.part("It comes tomorrow."))
        asked, answer = stage.network.posts()

    assert (asked.id, asked.text, asked.ours) == (target.id, "Where is my parcel?", False)
    assert (answer.id, answer.under, answer.ours) == (receipt.id, target.id, True)
    assert answer.text == "It comes tomorrow."


def test_a_walk_gives_every_page_of_both_feeds() -> None:
    for kind in ("mentions", "direct"):
        with TestTavern().stage(kind) as stage:
            begun = stage.walk()
            said = [stage.say(f"Number {number}") for number in range(2 * GrandTavern.page + 1)]
            heard = stage.walk(begun.cursor)

        assert len(heard.pages) > 1
        assert sorted(mention.id for mention in heard.mentions) == sorted(said)
        assert {mention.visibility for mention in heard.mentions} == {
            "direct" if kind == "direct" else "public"
        }


def test_what_was_posted_is_found_again_by_its_words_and_parent() -> None:
    with TestTavern().stage() as stage:
        target, other = stage.hear("Where is my parcel?"), stage.hear("And mine?")
        part = stage.part("It comes tomorrow.")
        since = stage.network.now() - HOUR
        assert stage.channel().sent(target, part, since) == []

        receipt = stage.answer(target, part)

        assert stage.channel().sent(target, part, since) == [receipt]
        assert stage.channel().sent(other, part, since) == []
        assert stage.channel().sent(target, stage.part("Something else."), since) == []
        assert stage.channel().sent(target, part, since + 2 * HOUR) == []


def test_a_deleted_comment_is_gone_and_an_unknown_one_missing() -> None:
    with TestTavern().stage() as stage:
        deleted, kept = stage.hear("I should not have said this"), stage.hear("Here to stay")
        stage.network.delete(deleted.id)
        refs = [deleted.ref or {}, {"id": "99"}, {}, kept.ref or {}]
        fetched = stage.channel().fetch(refs)

    assert [one.state for one in fetched] == ["gone", "missing", "missing", "present"]
    assert fetched[3].mention == kept


def test_a_thread_is_given_from_its_root_down() -> None:
    with TestTavern().stage() as stage:
        root = stage.hear("Where is my parcel?")
        answer = stage.answer(root, stage.part())
        below = stage.hear("Still waiting", under=answer.id)
        above = stage.channel().thread(below)

    assert [mention.id for mention in above] == [root.id, answer.id]


def test_deliveries_tell_of_an_edit_and_a_deletion_of_the_same_comment() -> None:
    with TestTavern().stage() as stage:
        said = stage.say("My parcel is late")
        stage.network.edit(said, "My parcel is two weeks late")
        stage.network.delete(said)
        [request] = stage.network.deliveries()
        secret = GrandTavern.app_settings["signing_secret"]
        headers = Tavern.signature.sign(request, secret, now=stage.clock.now())
        found = list(stage.channel().parse(request))

    assert set(headers) == {"X-Tavern-Signature", "X-Tavern-Time"}
    assert {account for account, _ in found} == {GrandTavern.account}
    told = [item for _, item in found if isinstance(item, Activity)]
    assert [activity.type for activity in told] == ["Create", "Update", "Delete"]
    assert {about(activity) for activity in told} == {said}


def test_a_letter_about_a_comment_opens_a_conversation_only_its_author_reads() -> None:
    with TestTavern().stage() as stage:
        target = stage.hear("Where is my parcel?")
        receipt = stage.channel().direct(target, stage.part("Tell us your number."))
        [letter] = [post for post in stage.network.posts() if post.ours]
        answer = stage.network.say("It is 42.", kind="direct", under=receipt.id)
        heard = stage.walk(None, "direct")
        fetched = stage.channel().fetch([{"id": answer.rpartition("/")[2]}])

    assert letter.private
    assert heard.cursor is not None
    assert fetched[0].mention is not None
    assert fetched[0].mention.context == receipt.context


def test_pictures_go_both_ways_with_their_descriptions() -> None:
    with TestTavern().stage() as stage, answering(200, {"Content-Type": "image/png"}, b"x") as url:
        target = stage.hear("Look", media=[("https://media.example/1.jpg", "A hole")])
        file = Attachment(type="Image", url=f"{url}/2.png", name="A new one")
        stage.answer(target, stage.part(attachment=(file,)))
        ours = stage.network.posts()[-1]

    assert [each.name for each in target.attachment or ()] == ["A hole"]
    assert ours.media == ("A new one",)


def test_the_account_of_a_token_is_the_one_the_network_names() -> None:
    with TestTavern().stage() as stage:
        [account] = stage.channel().accounts(GrandTavern.account_settings)

    assert account.id == GrandTavern.account
    assert account.settings["token"] == GrandTavern.account_settings["token"]


def test_only_the_newest_part_of_a_feed_is_shown_and_the_rest_is_a_gap() -> None:
    with TestTavern().stage() as stage:
        stage.say("Before the storm")
        begun = stage.walk()
        for number in range(GrandTavern.depth + 5):
            stage.say(f"Number {number}")
        heard = stage.walk(begun.cursor)

    assert len(heard.mentions) == GrandTavern.depth
    assert heard.gaps


def about(activity: Activity) -> str | None:
    return activity.object if isinstance(activity.object, str) else activity.object.id


def mention_of(comment: dict[str, object]) -> Mention:
    [item] = Tavern().read(comment)
    assert isinstance(item, Activity)
    assert isinstance(item.object, Mention)
    return item.object


def test_an_answer_stays_private_where_nobody_told_who_reads_what_it_answers() -> None:
    told = mention_of({"id": "1", "direct": False})
    untold = mention_of({"id": "1"})

    assert Tavern()._is_direct(told) is False
    assert Tavern()._is_direct(untold) is True


def test_a_challenge_is_sent_back_only_to_who_knows_our_secret() -> None:
    secret = GrandTavern.app_settings["signing_secret"]
    channel = Tavern(App(id="app-1", settings={"signing_secret": secret}))
    proof = hmac.digest(secret.encode(), b"Kx7", "sha256").hex()

    def answered(*, challenge: str = "Kx7", proof: str = proof, of: Tavern = channel) -> bytes:
        query = {"challenge": (challenge,), "proof": (proof,)}
        answer = of.handshake(Request(method="GET", path="/hooks/tavern", query=query))
        assert answer is not None
        assert (answer.status == 200) == bool(answer.body)
        return answer.body

    assert answered() == b"Kx7"
    assert answered(proof="é") == b""
    assert answered(challenge="<b>") == b""
    assert answered(of=Tavern()) == b""
    assert channel.handshake(Request(method="POST", path="/hooks/tavern")) is None


def test_the_reference_channel_deserves_gold() -> None:
    outcomes = list(run(TestTavern))

    assert [one for one in outcomes if one.result in ("failed", "not tried")] == []
    assert grade_of(outcomes) == "gold"
