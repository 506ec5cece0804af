"""Whatever strangers write, what Zendesk is sent is valid and inert."""

import json
from dataclasses import replace
from datetime import UTC, timedelta, timezone

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from zendesk_bridge import ACME
from zendesk_filings import HOST, check

from answerback.helpdesk import Filing
from answerback.model import Actor, Attachment, Mention, Rating, Reach
from answerback_zendesk.resource import external_resource

# Everything strangers can write: any character, half ones, long ones, marks that mean something.
WILD = st.one_of(
    st.text(alphabet=st.characters(), max_size=300),
    st.text(alphabet=st.characters(categories=["Cs", "Cc", "Cf", "Mn", "So"]), max_size=60),
    st.text(alphabet="{}%\u202e\u2066\x00\n <>&\"'", max_size=60),
    st.sampled_from(
        ["", " ", "\u200b", "مرحبا بكم", "👩‍👩‍👧‍👦" * 90, "é\u0301" * 400, "\x00", "\ud83d"]
    ),
    st.sampled_from(["x", "ü", "漢", "👍", "<", "{{", "a "]).map(lambda one: one * 70_000),
)
ADDRESSES = st.one_of(
    st.none(),
    WILD,
    st.sampled_from(
        [
            "https://media.example/a.png",
            "http://media.example/a.png",
            "javascript:alert(1)",
            "https://media.example/" + "a" * 600,
            "https://user:pass@media.example/",
            "https://münchen.example/ü?{{x}}",
            'https://media.example/"><script>',
        ]
    ),
)
ACTORS = st.builds(
    Actor,
    id=st.one_of(WILD, st.just("https://square.example/users/rosa")),
    preferred_username=st.none() | WILD,
    name=st.none() | WILD,
    url=ADDRESSES,
    icon=ADDRESSES,
)
ATTACHMENTS = st.builds(
    Attachment,
    type=st.sampled_from(["Image", "Video", "Audio", "Document"]),
    url=ADDRESSES,
    name=st.none() | WILD,
    policy=st.sampled_from([None, "link-only", "may-copy"]),
)
MENTIONS = st.builds(
    Mention,
    id=WILD,
    channel=st.just("mastodon"),
    url=ADDRESSES,
    content=st.none() | WILD,
    text=st.none() | WILD,
    summary=st.none() | WILD,
    name=st.none() | WILD,
    language=st.one_of(st.none(), WILD, st.sampled_from(["de", "pt-BR", "en"])),
    attributed_to=st.none() | ACTORS,
    attachment=st.none() | st.lists(ATTACHMENTS, max_size=14).map(tuple),
    visibility=st.sampled_from([None, "public", "direct"]),
    rating=st.none() | st.just(Rating(value=2.5, best=5)),
    reach=st.none() | st.just(Reach(likes=3)),
)
FILINGS = st.builds(
    Filing,
    external_id=st.just("mastodon:1"),
    conversation=st.just("mastodon:1"),
    kind=st.sampled_from(["post", "edit", "deletion", "note"]),
    brand=st.builds(replace, st.just(ACME), handle=WILD, channel_title=WILD),
    created=st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5.75))]))
    | st.datetimes(),
    heard=st.sampled_from(["mention", "reply", "comment", "keyword", "review", "direct", "quote"]),
    mention=st.none() | MENTIONS,
    parent=st.none() | MENTIONS,
    note=st.none() | WILD,
    allow_reply=st.booleans(),
    priority=st.sampled_from([None, "urgent"]),
    tags=st.lists(WILD, max_size=3).map(tuple),
)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(FILINGS)
def test_whatever_strangers_write_the_resource_is_valid(wild: Filing) -> None:
    made = external_resource(wild, HOST)
    check(made)
    written = json.dumps(made, ensure_ascii=False)
    for mark in ("{{", "{%", "%}", "\u202e", "\u2066", "\\u0000", 'javascript:alert(1)\\"'):
        assert mark not in written.replace("}}", "")
    for said in (made["message"], made.get("html_message", ""), made["author"].get("name", "")):
        assert "}}" not in said
    assert "<script" not in made.get("html_message", "")
    assert "parent_id" not in made
