"""Bronze: a payload that is richer, poorer or broken is read as far as it can be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from answerback.errors import Malformed
from answerback.model import Item
from answerback.schema import to_wire
from answerback.testing.channels.facts import (
    activities,
    amiss,
    ids,
    subjects,
    told_again,
    unreadable,
)
from answerback.testing.channels.offline_subject import OfflineSubject
from answerback.testing.channels.variants import (
    Way,
    altered,
    at,
    enriched,
    keys,
    lists,
    named,
    objects,
    poorer,
    replaced,
    without,
)
from answerback.testing.checks import Broken, NotApplicable, broken, check, expect
from answerback.testing.golden.folder import Pair

#: After so many ids found under one another there is surely one that rests on nothing.
_FALLBACKS = 8


class BronzeTolerating(OfflineSubject):
    """Payloads that are not quite what was expected."""

    @check(
        "bronze",
        needs=("read",),
        each="golden_pairs",
        mend="Take the fields you know by their names, and let the others be.",
    )
    def test_unknown_fields_change_nothing(self, pair: Pair) -> None:
        """Fields the network adds tomorrow change nothing today."""
        usual, ways = self.read(pair.native), objects(self.json_of(pair))
        if self.read(enriched(pair.native, ways), "with an unknown field") == usual:
            return
        for way in ways:
            here = self.read(enriched(pair.native, [way]), f"with more in '{named(way)}'")
            expect(here == usual, f"An unknown field in '{named(way)}' changes what is read.")
        broken("Unknown fields in several places change what is read.")

    @check(
        "bronze",
        needs=("read",),
        each="golden_pairs",
        mend="Read with `answerback.fields`: words, number, moment, entries, and `needed` for the "
        "ids a thing cannot be without.",
    )
    def test_missing_and_odd_fields_are_tolerated(self, pair: Pair) -> None:
        """Without any one field, or with nonsense in it, a payload is read or called Unreadable."""
        known = [id for one in activities(self.read(pair.native)) for _, id in ids(one)]
        for how, payload in poorer(self.json_of(pair)):
            for activity in activities(self.read(payload, how)):
                try:
                    to_wire(activity)
                except Malformed as error:
                    raise Broken(f"Read {how}, it cannot be written: {error}.") from None
                for name, id in ids(activity):
                    wrong = None if id in known else amiss(id, known)
                    expect(wrong is None, f"Read {how}, its '{name}' {wrong}.", _NEEDED)

    @check(
        "bronze",
        needs=("read",),
        each="golden_pairs",
        mend="Read the id with `answerback.fields.needed`: it raises UnclearError, and `items` "
        "makes an Unreadable of it.",
    )
    def test_a_missing_id_is_unreadable(self, pair: Pair) -> None:
        """Without the fields its id is made of, a post is Unreadable and gets no invented id."""
        self._nameless(self._one_post(self.json_of(pair)))

    def _one_post(self, payload: Any) -> Any:
        """The payload with one post in each of its lists of posts: a page of them takes long."""
        if not subjects(self.read(payload)):
            raise NotApplicable("There is no activity in the pair.")
        for whole, way in self._lists_of_posts(payload):
            if whole is payload and len(at(payload, way)) > 1:
                post = next(each for each in at(payload, way) if self._is_post(payload, way, each))
                return self._one_post(replaced(payload, way, [post]))
        return payload

    def _nameless(self, payload: Any) -> Any:
        """The payload without anything an id can be made of: it has to be Unreadable."""
        usual = len(unreadable(self.read(payload)))
        gone: list[str] = []
        how = "as it is"
        for _ in range(_FALLBACKS):
            found = self.read(payload, how)
            expect(
                told_again(found) == told_again(self.read(payload, how)),
                f"Read {how}, it has another id each time: an invented one.",
            )
            if len(unreadable(found)) > usual:
                return payload
            expect(subjects(found), f"Read {how}, it is passed over in silence.")
            made_of = self._made_of(payload, found)
            if not made_of:
                break
            payload = without(payload, made_of)
            gone += [f"'{named(way)}'" for way in made_of]
            how = f"without {', '.join(gone[:3])}"
        raise Broken(f"Read {how}, it has an id all the same, which nothing tells.")

    def _made_of(self, payload: Any, found: list[Item]) -> list[Way]:
        """The fields that show in the ids of what is read."""
        usual, ways = subjects(found), []
        for way in keys(payload, most=1000):
            for value in altered(at(payload, way)):
                told = subjects(self.read(replaced(payload, way, value), f"another '{named(way)}'"))
                if len(told) == len(usual) and told != usual:
                    ways.append(way)
                    break
        return ways

    @check(
        "bronze",
        needs=("read",),
        each="golden_pairs",
        mend="Read each entry by itself: `answerback.fields.items(found, translate)` does.",
    )
    def test_a_broken_entry_costs_nobody_else(self, pair: Pair) -> None:
        """Beside an entry that cannot be read, the others are read as ever."""
        usual = self.read(pair.native)
        tried = False
        for payload, way in self._lists_of_posts(self.json_of(pair)):
            entry = next(each for each in at(payload, way) if self._is_post(payload, way, each))
            nameless = self._nameless_entry(payload, way, entry)
            if nameless in (None, entry):
                continue
            tried = True
            for odd in (nameless, 7, None):
                more = replaced(payload, way, [odd, *at(payload, way), odd])
                found = self.read(more, "with a broken entry")
                told = told_again(found)
                expect(
                    all(each in told for each in told_again(usual)),
                    "A broken entry costs entries beside it.",
                )
                expect(
                    odd is not nameless or len(unreadable(found)) > len(unreadable(usual)),
                    "An entry without an id is passed over in silence.",
                    "Give an Unreadable with its position and the field that is missing.",
                )
        if not tried:
            raise NotApplicable("It holds no list of posts.")

    def _nameless_entry(self, payload: Any, way: Way, entry: object) -> Any:
        """The entry without an id; None where it gets one all the same, another check's finding."""
        try:
            return at(self._nameless(replaced(payload, way, [entry])), way)[0]
        except Broken:
            return None

    def _lists_of_posts(self, payload: Any) -> Iterator[tuple[Any, Way]]:
        """The payload and the ways to its lists of posts; itself in a list, where it may be."""
        usual = subjects(self.read(payload))
        whole = payload if isinstance(payload, list) else [payload]
        for candidate, way in [(whole, ()), *((payload, way) for way in lists(payload) if way)]:
            if usual and subjects(self.read(candidate, "in a list")) == usual:
                fewer = self.read(replaced(candidate, way, []), "with an empty list")
                if len(subjects(fewer)) < len(usual):
                    yield candidate, way

    def _is_post(self, payload: Any, way: Way, entry: object) -> bool:
        return bool(subjects(self.read(replaced(payload, way, [entry]), "with one entry")))


_NEEDED = "Read what an id is made of with `answerback.fields.needed`."
