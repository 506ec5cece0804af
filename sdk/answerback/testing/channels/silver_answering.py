"""Silver: an answer lands once, under the right post, whatever happens to the connection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from answerback.channel import ListenerKind, Target
from answerback.contract import capabilities
from answerback.errors import RemoteError, TryLater, Unsure
from answerback.model import Part, Receipt
from answerback.schema import dumps, loads
from answerback.testing.channels.stage import Stage
from answerback.testing.channels.subject import ChannelSubject
from answerback.testing.checks import Case, NotApplicable, check, expect
from answerback.testing.plugins import misfortunes
from answerback.testing.plugins.misfortunes import failing
from answerback.testing.pretend.faults import Fault
from answerback.testing.pretend.network import Post

_REPLY = ("poll", "reply")
_HOUR = timedelta(hours=1)


class SilverAnswering(ChannelSubject):
    """`reply`, `prepare` and `sent`."""

    @classmethod
    def answered(cls) -> list[Case]:
        """Each kind of listener whose posts can be answered."""
        return cls.kinds()

    @classmethod
    def doubts(cls) -> list[Case]:
        """Each way to lose the answer to a write that was done."""
        return misfortunes.doubts()

    @check(
        "silver",
        needs=_REPLY,
        each="answered",
        mend="Post with the target's native id as parent; `Mention.ref` is there to carry it.",
    )
    def test_a_reply_lands_under_its_target(self, kind: ListenerKind) -> None:
        """One call of `reply` makes one post, under the post answered, with the words given."""
        with self.stage(kind) as stage:
            target = stage.hear("Where is my parcel?")
            part = stage.part()
            receipt = stage.answer(target, part)
            [post] = _new(stage, [receipt])
            expect(post.under == target.id, "The reply does not stand under the post answered.")
            expect(part.text in post.text, "The reply does not have the words given.")

    @check(
        "silver",
        needs=_REPLY,
        mend="Put what a next part needs into `Receipt.ref`, and let `reply` take a Receipt.",
    )
    def test_each_part_lands_under_the_one_before_it_or_under_the_target(self) -> None:
        """A reply in several parts stands in one thread, also after a restart between them."""
        with self.stage() as stage:
            target = stage.hear("Where is my parcel?")
            if stage.channel().own_limits().parts < 2:
                raise NotApplicable("The network takes only one answer.")
            first = stage.answer(target, stage.part("First half. 1/2", number=1, of=2))
            kept: Receipt = loads(dumps(first), Receipt)
            second = stage.answer(kept, stage.part("Second half. 2/2", number=2, of=2))
            posts = {post.id: post for post in _new(stage, [first, second])}
            expect(
                posts[second.id].under in (first.id, target.id),
                "The second part stands neither under the first nor under the post answered.",
            )

    @check(
        "silver",
        needs=("poll", "reply", "sent"),
        mend="Give our posts since then that have the same parent and the same words, no others.",
    )
    def test_sent_finds_a_part_and_only_that(self) -> None:
        """Read-back finds what was posted, and takes nothing else for it."""
        with self.stage() as stage:
            target, other = stage.hear("Where is my parcel?"), stage.hear("And mine?")
            part = stage.part("It comes tomorrow.")
            since = datetime.now(UTC) - _HOUR
            before = stage.channel().sent(target, part, since)
            expect(not before, "`sent` finds a part that was never posted.")
            receipt = stage.answer(target, part)
            found = stage.channel().sent(target, part, since)
            expect(
                [one.id for one in found] == [receipt.id],
                f"`sent` gives {len(found)} receipts for a part that was posted once.",
            )
            expect(
                not stage.channel().sent(other, part, since),
                "`sent` finds the same words under another post.",
            )
            expect(
                not stage.channel().sent(target, stage.part("Never said."), since),
                "`sent` finds words that were never posted.",
            )

    @check(
        "silver",
        needs=("poll", "reply", "prepare"),
        mend="Move what becomes public from `prepare` to `reply`.",
    )
    def test_preparing_shows_nothing_and_repeats(self) -> None:
        """`prepare` may be done twice, and nothing is public until `reply`."""
        with self.stage() as stage:
            target, part = stage.hear("Where is my parcel?"), stage.part()
            stage.prepare(target, part)
            prepared = stage.prepare(target, part)
            expect(not _ours(stage), "Something is public after `prepare`.")
            receipt = stage.channel().reply(target, part, prepared)
            _new(stage, [receipt])

    @check(
        "silver",
        needs=_REPLY,
        each="doubts",
        mend="Make the write with `http.write(..., repeats=False)`, read its answer with "
        "`Answer.json`, and raise Unsure where the answer does not show the post.",
    )
    def test_a_lost_answer_ends_in_one_post(self, fault: Fault) -> None:
        """When the answer to the write is lost: no guess, a look, and one post in the end."""
        with self.stage() as stage:
            target, part, prepared = _ready(stage)
            write = _with_fault(self, stage, fault)
            error = failing(write, target, part, prepared)
            expect(len(_ours(stage)) == 1, "The write was not made once.")
            settled = _settled(stage, error, target, part, prepared)
            expect(len(_ours(stage)) == 1, f"{len(_ours(stage))} posts stand in the end.")
            if settled is not None:
                _new(stage, [settled])

    @check(
        "silver",
        needs=_REPLY,
        mend="Raise Unsure for a connection that ended before an answer came.",
    )
    def test_a_connection_lost_before_the_write_ends_in_one_post(self) -> None:
        """When the write never arrived, and nobody can know: the same steps, one post."""
        with self.stage() as stage:
            target, part, prepared = _ready(stage)
            write = _with_fault(self, stage, Fault(effect="cut_before"))
            error = failing(write, target, part, prepared)
            expect(not _ours(stage), "The write was made, or made again by the channel itself.")
            settled = _settled(stage, error, target, part, prepared, there=False)
            if settled is None and stage.channel().repeat.absence_is_proof:
                settled = stage.channel().reply(target, part, prepared)
            expect(len(_ours(stage)) == (settled is not None), "The post stands more than once.")

    @check(
        "silver",
        needs=_REPLY,
        mend="Look up what is needed before the write, in `prepare`; after it only Unsure may be "
        "raised, and no error passed over.",
    )
    def test_whichever_call_of_a_reply_fails_nothing_is_posted_twice(self) -> None:
        """Where a call beside the write fails, nothing is posted, or the post is known of."""
        with self.stage() as stage:
            target, part, prepared = _ready(stage)
            first = len(stage.shown)
            before = stage.calls_before(lambda: stage.channel().reply(target, part, prepared))
            calls = len(stage.shown) - first
        if calls < 2:
            raise NotApplicable("`reply` makes one call, the write itself.")
        for number in (each for each in range(calls) if each != before):
            with self.stage() as stage:
                target, part, prepared = _ready(stage)
                stage.proxy.add(Fault(effect="answer", skip=number, count=1))
                try:
                    stage.channel().reply(target, part, prepared)
                except RemoteError as error:
                    if _ours(stage):
                        _settled(stage, error, target, part, prepared)
                expect(len(_ours(stage)) < 2, f"{len(_ours(stage))} posts stand in the end.")

    @check(
        "silver",
        needs=_REPLY,
        mend="Keep nothing between `prepare` and `reply` but what `prepare` returns.",
    )
    def test_a_restart_between_prepare_and_reply_is_harmless(self) -> None:
        """What `prepare` gave, stored as JSON, is all that `reply` needs."""
        with self.stage() as stage:
            target, part, prepared = _ready(stage)
            receipt = stage.channel().reply(target, part, prepared)
            _new(stage, [receipt])


def _ready(stage: Stage) -> tuple[Target, Part, dict[str, object]]:
    """A target, a part and what was prepared for it."""
    target, part = stage.hear("Where is my parcel?"), stage.part()
    return target, part, stage.prepare(target, part)


def _with_fault(
    subject: ChannelSubject, stage: Stage, fault: Fault
) -> Callable[[Target, Part, dict[str, object]], Receipt]:
    """`reply` with the fault on its public write, found by a rehearsal on another network."""
    with subject.stage(stage.kind) as rehearsal:
        target, part, prepared = _ready(rehearsal)
        before = rehearsal.calls_before(lambda: rehearsal.channel().reply(target, part, prepared))

    def write(target: Target, part: Part, prepared: dict[str, object]) -> Receipt:
        stage.proxy.add(replace(fault, skip=before))
        try:
            return stage.channel().reply(target, part, prepared)
        finally:
            stage.proxy.clear()

    return write


def _settled(
    stage: Stage,
    error: RemoteError,
    target: Target,
    part: Part,
    prepared: dict[str, object],
    *,
    there: bool = True,
) -> Receipt | None:
    """The receipt that settles a doubt, as the engine settles it; None: a person is asked."""
    repeat = stage.channel().repeat
    if repeat.by in ("client_id", "replace"):
        expect(
            isinstance(error, TryLater | Unsure),
            f"A lost answer raised {type(error).__name__}; it was not the network that said so.",
        )
        return stage.channel().reply(target, part, prepared)
    # Also with a key: it is forgotten one day, and only what is Unsure is not sent again then.
    expect(
        isinstance(error, Unsure),
        f"A write whose answer was lost raised {type(error).__name__}, not Unsure.",
    )
    if repeat.by == "key":
        return stage.channel().reply(target, part, prepared)
    if "sent" not in capabilities(stage.cls):
        return None
    found = stage.channel().sent(target, part, datetime.now(UTC) - _HOUR)
    expect(
        len(found) == there,
        f"Read-back finds {len(found)} posts where there is {'one' if there else 'none'}.",
        "Let `sent` compare parent and words, and look back as far as `since`.",
    )
    return found[0] if found else None


def _ours(stage: Stage) -> list[Post]:
    return [post for post in stage.network.posts() if post.ours]


def _new(stage: Stage, receipts: Sequence[Receipt]) -> list[Post]:
    """Our posts, which must be those of the receipts and no others."""
    ours = _ours(stage)
    expect(
        [post.id for post in ours] == [receipt.id for receipt in receipts],
        f"{len(receipts)} receipts were given, and {len(ours)} posts of ours stand there; "
        "or their ids differ.",
        "Give each post once, and the id the post is heard under in its Receipt.",
    )
    return ours
