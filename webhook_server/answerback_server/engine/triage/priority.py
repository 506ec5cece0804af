"""How urgent a mention is: signals that are added up, each with a sentence.

Bad feedback is what one looks for. Praise is low, but not nothing: from somebody many people
follow it is normal. A question is never low. The tables below are all there is to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from answerback.helpdesk import Priority
    from answerback.model import Mention, Rating
    from answerback_server.engine.triage.facts import Heard, Mood

#: The most points reached count, from the largest number down.
FOLLOWERS = ((100_000, 3), (10_000, 2), (1_000, 1))
#: Likes, shares and answers together.
ECHO = ((1_000, 3), (100, 2), (20, 1))
MOODS: Mapping[Mood, tuple[int, str]] = {
    "angry": (3, "angry words"),
    "unhappy": (2, "unhappy words"),
    "praise": (-2, "praise"),
}
#: Stars given, as a share of the most possible; they say more than the words beside them.
BAD_STARS, BAD_RATING = 0.4, 3
GOOD_STARS, GOOD_RATING = 0.8, -2
DIRECT = 1
VERIFIED = 1
#: Waiting counts from an hour on; what is older than a week was not waiting for us.
WAITING = 1
WAITS_FROM, WAITS_UNTIL = timedelta(hours=1), timedelta(days=7)
CUSTOMERS: Mapping[str, int] = {"vip": 3, "high": 2}

#: Points from which on a priority is reached.
LEVELS: tuple[tuple[int, Priority], ...] = ((5, "urgent"), (2, "high"), (0, "normal"))
ORDER: tuple[Priority, ...] = ("low", "normal", "high", "urgent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One thing that speaks for or against hurry; `least` is a priority it does not fall below."""

    points: int
    words: str
    least: Priority | None = None


def rank(priority: str | None) -> int:
    """How high a priority stands; an unknown one stands below all."""
    return ORDER.index(priority) if priority in ORDER else -1


def weighed(signals: Sequence[Signal]) -> Priority:
    """The priority that signals add up to."""
    points = sum(one.points for one in signals)
    level = next((name for least, name in LEVELS if points >= least), ORDER[0])
    floors = [one.least for one in signals if one.least is not None]
    return max([level, *floors], key=rank)


def told(signals: Sequence[Signal]) -> tuple[str, ...]:
    """The signals as sentences, the weightiest first."""
    ordered = sorted(signals, key=lambda one: -abs(one.points))
    return tuple(one.words for one in ordered)


def signals_of(heard: Heard, mood: Mood | None, asks: bool) -> Iterator[Signal]:
    """Everything about a mention that speaks for or against hurry."""
    mention = heard.mention
    rating = _stars(mention.rating)
    if rating is not None:
        yield rating
    elif mood is not None and mood in MOODS:
        points, words = MOODS[mood]
        yield Signal(points=points, words=words)
    if asks:
        yield Signal(points=0, words="a question", least="normal")
    yield from _reach(mention)
    author = mention.attributed_to
    if author is not None and author.verified:
        yield Signal(points=VERIFIED, words="a verified account")
    if heard.kind == "direct" or mention.visibility == "direct":
        yield Signal(points=DIRECT, words="a direct message")
    if heard.customer is not None and (worth := CUSTOMERS.get(heard.customer.lower())):
        yield Signal(points=worth, words=f"a customer of the value “{heard.customer}”")
    if heard.waits is not None and WAITS_FROM <= heard.waits <= WAITS_UNTIL:
        yield Signal(points=WAITING, words=f"waits for {span(heard.waits)}")


def span(time: timedelta) -> str:
    """A time in the largest unit that says enough: "3 hours", "2 days"."""
    hours = int(time.total_seconds() // 3600)
    number, unit = (hours // 24, "day") if hours >= 48 else (hours, "hour")
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _stars(rating: Rating | None) -> Signal | None:
    if rating is None or not rating.best or rating.best <= 0:
        return None
    words = f"{rating.value:g} of {rating.best:g} stars"
    share = rating.value / rating.best
    if share <= BAD_STARS:
        return Signal(points=BAD_RATING, words=words)
    return Signal(points=GOOD_RATING if share >= GOOD_STARS else 0, words=words)


def _reach(mention: Mention) -> Iterator[Signal]:
    author, reach = mention.attributed_to, mention.reach
    followers = max((author and author.followers) or 0, (reach and reach.followers) or 0)
    if points := _step(FOLLOWERS, followers):
        yield Signal(points=points, words=f"{followers:,} followers")
    echo = sum(n or 0 for n in (reach.likes, reach.shares, reach.replies)) if reach else 0
    if points := _step(ECHO, echo):
        yield Signal(points=points, words=f"liked, shared or answered {echo:,} times")


def _step(steps: Sequence[tuple[int, int]], number: int) -> int:
    return next((points for least, points in steps if number >= least), 0)
