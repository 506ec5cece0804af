"""The sandbox's square as the pretend network of the conformance kit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from answerback.channel import ListenerKind
from answerback.testing import FakeNetwork
from answerback.testing.pretend.network import Post
from answerback_sandbox.square import RunningSquare, Square, open_square, posting
from answerback_sandbox.square.photos import keep
from answerback_sandbox.square.pictures import avatar
from answerback_sandbox.square.posting import Draft, boosts_of
from answerback_sandbox.square.records import Post as Status
from answerback_sandbox.square.records import Visibility
from answerback_sandbox.square.seed import BRAND, settle

BASE = "http://square.example"
_LONG = 20_000
#: What is added to the words so that a listener of this kind hears them.
_HEARD_BY = {
    "mentions": f"@{BRAND} ",
    "direct": f"@{BRAND} ",
    "hashtag": "#coffee ",
    "keyword": "northwind coffee: ",
    "conversation": "",
}


class SquareNetwork(FakeNetwork):
    """A Mastodon server with a brand and two customers; it shows forty posts a page."""

    origins = (BASE,)
    page = 40
    account = f"{BASE}/users/{BRAND}"

    def __init__(self) -> None:
        self.square = Square(domain="square.example")
        self.people = settle(self.square)
        token = self.square.accounts[BRAND]["token"]
        self.account_settings = {"instance": BASE, "access_token": token}
        self._served: RunningSquare | None = None
        self._root: str | None = None

    def start(self) -> None:
        self._served = self._served or open_square(square=self.square)
        self.url = self._served.url

    def stop(self) -> None:
        if self._served is not None:
            self._served.stop()
            self._served = None

    # What happens there

    def say(
        self,
        text: str,
        *,
        kind: ListenerKind = "mentions",
        under: str | None = None,
        ago: timedelta = timedelta(0),
        media: Sequence[tuple[str, str]] = (),
    ) -> str:
        if kind == "conversation":
            under = under or self._conversation()
        with self.square.lock:
            draft = Draft(
                text=_HEARD_BY[kind] + text,
                visibility="direct" if kind == "direct" else "public",
                in_reply_to_id=_number(under) if under else None,
                photo_ids=tuple(self._photo(alternative) for _, alternative in media),
            )
            return self._publish("rosa", draft, ago)

    def edit(self, id: str, text: str) -> None:
        with self.square.lock:
            post = self.square.post(_number(id))
            kept = "".join(word + " " for word in post.now.text.split() if word[0] in "@#")
            draft = Draft(text=kept + text, photo_ids=post.now.photo_ids)
            posting.edit(self.square, self.square.people[post.person_id], post.id, draft)

    def delete(self, id: str) -> None:
        with self.square.lock:
            post = self.square.post(_number(id))
            posting.delete(self.square, self.square.people[post.person_id], post.id)

    def posts(self) -> Sequence[Post]:
        with self.square.lock:
            originals = [one for one in self.square.newest_first() if one.boost_of is None]
            return [self._shown(one) for one in reversed(originals)]

    def listener(self, kind: ListenerKind) -> Mapping[str, Any]:
        settings: dict[str, Mapping[str, Any]] = {
            "hashtag": {"tag": "coffee"},
            "keyword": {"query": "northwind"},
        }
        if kind == "conversation":
            return {"root": _number(self._conversation())}
        return settings.get(kind, {})

    def answer_ourselves(self, text: str, *, under: str) -> str:
        with self.square.lock:
            draft = Draft(text=f"@rosa {text}", in_reply_to_id=_number(under))
            return self._publish(BRAND, draft, timedelta(0))

    # Inside

    def _conversation(self) -> str:
        if self._root is None:
            with self.square.lock:
                draft = Draft(text=f"@{BRAND} Shall we talk?")
                self._root = self._publish("rosa", draft, timedelta(0))
        return self._root

    def _publish(self, name: str, draft: Draft, ago: timedelta) -> str:
        # People on other servers may write at any length.
        usual, self.square.character_limit = self.square.character_limit, _LONG
        try:
            at = self.square.now() - ago
            return self._uri(posting.publish(self.square, self.people[name], draft, at=at))
        finally:
            self.square.character_limit = usual

    def _photo(self, alternative: str) -> str:
        photo = keep(
            self.square,
            self.people["rosa"],
            file_name="cup.png",
            media_type="image/png",
            data=avatar("C", "#1f5e5c"),
            description=alternative,
        )
        return photo.id

    def _shown(self, post: Status) -> Post:
        brand = self.people[BRAND].id
        photos = [self.square.photos[each] for each in post.now.photo_ids]
        parent = self.square.posts.get(post.in_reply_to_id or "")
        private: set[Visibility] = {"direct", "private"}
        return Post(
            id=self._uri(post),
            text=post.now.text,
            under=self._uri(parent) if parent else None,
            ours=post.person_id == brand,
            private=post.visibility in private,
            media=tuple(photo.description or "" for photo in photos),
            liked=brand in self.square.favourites.get(post.id, {}),
            boosted=any(one.person_id == brand for one in boosts_of(self.square, post.id)),
        )

    def _uri(self, post: Status) -> str:
        name = self.square.people[post.person_id].name
        return f"{BASE}/users/{name}/statuses/{post.id}"


def _number(uri: str) -> str:
    return uri.rpartition("/")[2]
