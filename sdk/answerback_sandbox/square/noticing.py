"""Who is told of what: notifications, and the policy that keeps strangers' ones out of sight.

https://docs.joinmastodon.org/entities/NotificationPolicy/
"""

from datetime import datetime, timedelta

from answerback_sandbox.square.records import Notice, NoticeType, Person, Post, Verdict
from answerback_sandbox.square.state import Square

_NEW_ACCOUNT = timedelta(days=30)


def notify(
    square: Square,
    kind: NoticeType,
    receiver_id: str,
    sender_id: str,
    post: Post | None,
    at: datetime | None = None,
) -> None:
    """Tells one person of one thing, once; nobody is told of what they did themselves."""
    post_id = post.id if post else None
    key = (kind, receiver_id, sender_id, post_id)
    known = any(
        (notice.type, notice.receiver_id, notice.sender_id, notice.post_id) == key
        for notice in square.notices
    )
    if receiver_id == sender_id or (known and kind != "update"):
        return
    verdict = _verdict(square, square.people[receiver_id], square.people[sender_id], kind, post)
    if verdict == "drop":
        return
    square.notices.append(
        Notice(
            id=square.snowflakes.next(),
            type=kind,
            receiver_id=receiver_id,
            sender_id=sender_id,
            post_id=post_id,
            created_at=at or square.now(),
            filtered=verdict == "filter",
        )
    )


def notify_mentioned(square: Square, post: Post, at: datetime | None = None) -> None:
    """Tells everyone a post names who has not been told of this post before."""
    for person_id in post.mentioned:
        notify(square, "mention", person_id, post.person_id, post, at)


def withdraw(square: Square, kind: NoticeType, sender_id: str, post_id: str) -> None:
    """Takes back what a favourite or boost had said."""
    square.notices = [
        notice
        for notice in square.notices
        if (notice.type, notice.sender_id, notice.post_id) != (kind, sender_id, post_id)
    ]


def forget_post(square: Square, post_id: str) -> None:
    """Takes back everything that was said about a post."""
    square.notices = [notice for notice in square.notices if notice.post_id != post_id]


def _verdict(
    square: Square, receiver: Person, sender: Person, kind: NoticeType, post: Post | None
) -> Verdict:
    policy = receiver.policy
    following = (receiver.id, sender.id) in square.follows
    followed = (sender.id, receiver.id) in square.follows
    private = (
        kind == "mention"
        and post is not None
        and post.visibility == "direct"
        and not following
        and not _answers(square, post, receiver, sender)
    )
    found: set[Verdict] = set()
    if not following:
        found.add(policy.for_not_following)
    if not followed:
        found.add(policy.for_not_followers)
    if square.now() - sender.created_at < _NEW_ACCOUNT and not following:
        found.add(policy.for_new_accounts)
    if private:
        found.add(policy.for_private_mentions)
    if sender.bot and not following:
        found.add(policy.for_bots)
    if "drop" in found:
        return "drop"
    return "filter" if "filter" in found else "accept"


def _answers(square: Square, post: Post, receiver: Person, sender: Person) -> bool:
    """Whether a post answers one in which the receiver addressed the sender."""
    parent = square.posts.get(post.in_reply_to_id or "")
    return parent is not None and parent.person_id == receiver.id and sender.id in parent.mentioned
