"""Bronze: what the network sends, and what it answers, becomes what is written down beside it."""

from __future__ import annotations

import json
from typing import Any

from answerback.activitystreams import from_as2, to_as2
from answerback.errors import Malformed
from answerback.model import Activity
from answerback.schema import from_wire, to_wire
from answerback.testing.channels.facts import (
    activities,
    amiss,
    difference,
    ids,
    kind_of,
    times,
    told_again,
)
from answerback.testing.channels.offline_subject import OfflineSubject
from answerback.testing.checks import Broken, NotApplicable, check, expect
from answerback.testing.golden.folder import Pair
from answerback.testing.plugins.errors import PluginErrors
from answerback.testing.plugins.fresh_process import alone


class BronzeTranslating(PluginErrors, OfflineSubject):
    """Golden pairs."""

    @check(
        "bronze",
        mend="Set `golden` to a folder with NAME.native.json beside NAME.as2.json; "
        "`answerback new golden` proposes a pair from a real payload.",
    )
    def test_there_is_a_golden_pair(self) -> None:
        """At least one payload of the network is there, with what it means beside it."""
        hears = [name for name in ("read", "poll", "parse") if not self.lacks((name,))]
        if not hears:
            raise NotApplicable(f"{self.channel.name} hears nothing.")
        expect(
            "read" in hears,
            f"It has `{hears[0]}` and no `read`, so no golden pair can be read with it.",
            "Write `read(payload)`, and let `poll` and `parse` use it.",
        )
        expect(self.the_pairs(), "There is no golden pair.")

    @check(
        "bronze",
        needs=("read",),
        each="golden_pairs",
        mend="Mend `read`, or the pair where the network is read rightly.",
    )
    def test_a_golden_pair_translates_exactly(self, pair: Pair) -> None:
        """The payload is read as exactly the activities written down beside it."""
        items = self.read(pair.native)
        given = [_as2(one) for one in activities(items)]
        others = [kind_of(item) for item in items if not isinstance(item, Activity)]
        expect(
            len(given) == len(pair.as2),
            f"Activities in the pair: {len(pair.as2)}; given by `read`: "
            f"{', '.join([str(len(given)), *others[:3]])}.",
        )
        for number, (wanted, found) in enumerate(zip(pair.as2, given, strict=True)):
            differs = difference(wanted, found)
            expect(differs is None, f"In activity {number} {differs}.")

    @check(
        "bronze",
        needs=("read",),
        each="golden_pairs",
        mend="Keep to the types of the model: tuples where it has tuples, JSON values in `ref`.",
    )
    def test_a_golden_pair_survives_the_round_trip(self, pair: Pair) -> None:
        """Written as AS2 or in the wire form and read again, each activity is the same."""
        for number, activity in enumerate(activities(self.read(pair.native))):
            try:
                backs = {
                    "AS2": from_as2(_through_json(_as2(activity))),
                    "the wire form": from_wire(_through_json(_wire(activity))),
                }
            except Malformed as error:
                raise Broken(f"Activity {number} cannot be read back: {error}.") from None
            for form, back in backs.items():
                expect(back == activity, f"Activity {number} comes back from {form} as another.")

    @check(
        "bronze",
        needs=("read",),
        each="golden_pairs",
        mend="Make ids and versions of what the payload says and nothing else: no clock, no "
        "chance, no counter, no `hash`.",
    )
    def test_the_same_payload_gives_the_same_ids(self, pair: Pair) -> None:
        """Read again, by a fresh channel or in another order, ids and versions stay the same."""
        before = repr(pair.native)
        channel = self.offline()
        first = told_again(self.all_of(lambda: channel.read(pair.native), "Reading it"))
        again = told_again(self.all_of(lambda: channel.read(pair.native), "Reading it again"))
        expect(repr(pair.native) == before, "`read` changes the payload it is given.", _PURE)
        expect(first == again, "Read twice, the same payload gives other ids or versions.")
        fresh = told_again(self.read(pair.native, "with a fresh channel"))
        expect(first == fresh, "A fresh channel gives other ids or versions.")
        if isinstance(pair.native, list):
            turned = told_again(self.read(pair.native[::-1], "from its end"))
            expect(
                sorted(map(repr, first)) == sorted(map(repr, turned)),
                "In another order the entries have other ids or versions.",
            )

    @check(
        "bronze",
        needs=("read",),
        mend="Make ids and versions of what the payload says; `hash` differs in every process, "
        "hashlib does not.",
    )
    def test_another_process_gives_the_same_ids(self) -> None:
        """After a restart a payload still has the ids and versions it had before."""
        payloads = [pair.native for pair in self.the_pairs()]
        found = alone(self.channel, self.account, payloads)
        expect(found.failed is None, f"In a process of its own it fails with {found.failed}.")
        for pair, there in zip(self.the_pairs(), found.read, strict=True):
            expect(
                told_again(self.read(pair.native)) == there,
                f"In another process '{pair.name}' has other ids or versions.",
            )

    @check(
        "bronze",
        needs=("read",),
        each="golden_pairs",
        mend="Give the address the network itself uses; where it has none, a tag: URI such as "
        "tag:lemmy.example,2026:comments/7.",
    )
    def test_ids_are_iris(self, pair: Pair) -> None:
        """Every id is an IRI: it has a scheme, and nothing in it stands for nothing."""
        for activity in activities(self.read(pair.native)):
            for name, id in ids(activity):
                wrong = amiss(id)
                expect(wrong is None, f"'{name}' {wrong}.")

    @check(
        "bronze",
        needs=("read",),
        each="golden_pairs",
        mend="Read times with `answerback.fields.moment` or `epoch`; leave out what is not told.",
    )
    def test_times_are_aware(self, pair: Pair) -> None:
        """Every time is told in UTC, and stands for a time."""
        for activity in activities(self.read(pair.native)):
            for name, moment in times(activity):
                expect(
                    moment.utcoffset() is not None,
                    f"'{name}' is a time without zone: nobody knows when it was.",
                )
                expect(
                    not moment.utcoffset(),
                    f"'{name}' is told in a zone of its own, not in UTC.",
                )
                expect(
                    moment.year > 1970,
                    f"'{name}' is in 1970: a 0 that stands for nothing was read as a time.",
                )


_PURE = "Copy what you change: the payload is stored and read again."


def _as2(activity: Activity) -> dict[str, Any]:
    try:
        return to_as2(activity)
    except Malformed as error:
        raise Broken(f"`read` gives what cannot be written: {error}.") from None


def _wire(activity: Activity) -> dict[str, Any]:
    try:
        return to_wire(activity)
    except Malformed as error:
        raise Broken(f"`read` gives what cannot be written: {error}.") from None


def _through_json(value: object) -> Any:
    return json.loads(json.dumps(value))
