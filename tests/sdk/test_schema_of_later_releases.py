"""Release N reads what release N+1 writes: what it cannot know costs no words."""

from __future__ import annotations

from answerback import Mention, from_wire, to_wire

MENTION = Mention(id="https://square.example/1", channel="square")


def test_what_only_a_later_release_can_say_costs_no_words() -> None:
    later = {
        **to_wire(MENTION),
        "schema": "answerback/1.1",
        "visibility": "circle",
        "tag": [{"type": "Cashtag", "name": "$NWC"}, {"type": "Hashtag", "name": "#late"}],
        "attachment": [{"type": "Poll", "url": "https://square.example/poll"}],
        "attributedTo": {"id": "https://square.example/bot", "type": "Bot"},
    }
    read = from_wire(later)
    assert isinstance(read, Mention)
    assert read.visibility == "direct"
    assert [tag.name for tag in read.tag or ()] == ["#late"]
    assert read.attachment == ()
    assert read.attributed_to is not None
    assert read.attributed_to.type == "Person"
