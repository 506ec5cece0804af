"""A pretend network: what the checks from silver on call instead of the real one.

Subclass `FakeNetwork` with the routes your channel calls and four verbs: about 80 lines of code,
most of them scaffolded. It runs on a real port, so the channel is tested with the calls it really
makes. ::

    class FakeLemmy(FakeNetwork):
        origins = ("https://lemmy.example",)
        account_settings = {"instance": "https://lemmy.example", "token": "a-token"}
        account = "https://lemmy.example/u/brand"

        @route("GET", "/api/v3/comment/{id}")
        def comment(self, request: Request, id: str) -> Any:
            return self.comments[id]

Keep to what the network's own pages say of it: a fake that is kinder than the network proves
nothing. Addresses in answers start with the origin, never with `url`: what is called there goes
round the faults the kit puts in front.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from answerback.calls import Request
from answerback.channel import ListenerKind
from answerback.testing.checks import NotApplicable
from answerback.testing.pretend.routes import route
from answerback.testing.pretend.server import PretendServer, Refusal

__all__ = ["FakeNetwork", "Post", "Refusal", "route"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post as the network shows it now.

    `id` is the IRI your channel gives as `Mention.id` and `Receipt.id`, `under` that of the post
    it answers. `ours` says that the brand wrote it, `private` that only those it is for can see
    it, `media` the alternative text of each picture ("" where it has none). `liked`, `boosted`
    and `hidden` are what the brand did to it.
    """

    id: str
    text: str
    under: str | None = None
    ours: bool = False
    private: bool = False
    media: tuple[str, ...] = ()
    liked: bool = False
    boosted: bool = False
    hidden: bool = False


class FakeNetwork(PretendServer):
    """A pretend network on a real port, from `start` or ``with`` until `stop`.

    `origins` are what the channel calls; the kit sends these calls here. `app_settings` and
    `account_settings` are given to the channel. `account` is the IRI of our own actor, as in
    `Mention.attributed_to.id` of what we write. A feed shows `page` posts at a time, and never
    more than the newest `depth` of them, where that is not None: the kit lowers both.

    Requests are answered one at a time, and no verb runs meanwhile, so a fake needs no lock.

    `url` is where it listens, once started. `mistakes` is what your methods raised while they
    answered, each with a note that says where; the call got a 500. `unknown` is every call without
    a route, as "GET /path"; it got a 404. The kit tells of a mistake where a check fails.
    """

    page: ClassVar[int] = 20
    depth: ClassVar[int | None] = None
    app_settings: Mapping[str, Any] = {}
    account_settings: Mapping[str, Any] = {}
    account: str = ""

    _verbs = ("say", "edit", "delete", "posts", "deliveries", "answer_ourselves", "awkward")

    # Verbs every network has

    @abstractmethod
    def say(
        self,
        text: str,
        *,
        kind: ListenerKind = "mentions",
        under: str | None = None,
        ago: timedelta = timedelta(0),
        media: Sequence[tuple[str, str]] = (),
    ) -> str:
        """A customer says it so that a listener of this kind hears it; gives the post's IRI.

        With `ago` it surfaces now and is dated that much earlier, as a comment that was held for
        moderation is. `media` are pictures, each by its address and alternative text.
        """

    @abstractmethod
    def edit(self, id: str, text: str) -> None:
        """Its author changes a post."""

    @abstractmethod
    def delete(self, id: str) -> None:
        """Its author deletes a post; where it is ours, somebody of the brand did it by hand."""

    @abstractmethod
    def posts(self) -> Sequence[Post]:
        """Every post shown now, oldest first, ours included."""

    # Verbs with a default

    def listener(self, kind: ListenerKind) -> Mapping[str, Any]:  # noqa: ARG002
        """The settings of a listener of this kind, to hear what `say` says to it."""
        return {}

    def deliveries(self) -> Sequence[Request]:
        """The webhook calls for what happened since last asked, unsigned: the kit signs them."""
        return []

    def answer_ourselves(self, text: str, *, under: str) -> str:  # noqa: ARG002
        """Somebody of the brand answers in the network's own app; gives the post's IRI."""
        raise NotApplicable(f"{type(self).__name__} has no `answer_ourselves`.")

    def awkward(self) -> Sequence[str]:
        """IRIs of posts on which the network refuses actions: closed, archived, too old."""
        return ()
