"""What the square remembers: people, posts, photos, notifications, apps and tokens.

Every record is frozen; a change puts a new one in its place, so that an answer that is being
written never sees half of it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

Visibility = Literal["public", "unlisted", "private", "direct"]
VISIBILITIES: tuple[Visibility, ...] = get_args(Visibility)
NoticeType = Literal["mention", "favourite", "reblog", "update", "quote", "follow"]
Verdict = Literal["accept", "filter", "drop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What becomes of notifications from strangers, as a fresh account of Mastodon 4.6 has it."""

    for_not_following: Verdict = "accept"
    for_not_followers: Verdict = "accept"
    for_new_accounts: Verdict = "accept"
    for_private_mentions: Verdict = "filter"
    for_limited_accounts: Verdict = "filter"
    for_bots: Verdict = "accept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone with an account here; `name` is the handle without the @."""

    id: str
    name: str
    display_name: str
    created_at: datetime
    note: str = ""
    language: str = "en"
    privacy: Visibility = "public"
    colour: str = "#5b6ee1"
    bot: bool = False
    policy: Policy = Policy()


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """An uploaded file; `post_id` is set once it belongs to a post.

    It may be posted once `ready_at` has passed.
    """

    id: str
    person_id: str
    file_name: str
    media_type: str
    data: bytes = field(repr=False)
    description: str | None = None
    size: tuple[int, int] | None = None
    post_id: str | None = None
    ready_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a post says at one moment of its life."""

    text: str
    spoiler_text: str
    sensitive: bool
    language: str | None
    photo_ids: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A status, or a boost of one when `boost_of` is set; the last of `wordings` is what counts."""

    id: str
    person_id: str
    created_at: datetime
    visibility: Visibility
    wordings: tuple[Wording, ...]
    mentioned: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    in_reply_to_id: str | None = None
    in_reply_to_person_id: str | None = None
    boost_of: str | None = None
    quote_of: str | None = None
    application: str | None = None

    @property
    def now(self) -> Wording:
        return self.wordings[-1]

    @property
    def edited_at(self) -> datetime | None:
        return self.now.at if len(self.wordings) > 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """That something happened which concerns a person; `filtered` ones are kept out of sight."""

    id: str
    type: NoticeType
    receiver_id: str
    sender_id: str
    post_id: str | None
    created_at: datetime
    filtered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A client application that registered itself."""

    id: str
    name: str
    website: str | None
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """An access token; without a person it speaks for the app alone."""

    token: str = field(repr=False)
    app_id: str
    person_id: str | None
    scopes: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """An authorisation code on its way back to the app."""

    code: str = field(repr=False)
    app_id: str
    person_id: str
    scopes: tuple[str, ...]
    redirect_uri: str
    challenge: str | None
    expires_at: datetime
