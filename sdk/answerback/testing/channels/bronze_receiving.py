"""Bronze: what a delivery holds is read as far as it can be, and trusted as far as it is signed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from answerback.calls import Request
from answerback.errors import Malformed
from answerback.model import Activity, Hint, Ignored, Item, Unreadable
from answerback.testing.channels.facts import failure
from answerback.testing.channels.offline_subject import OfflineSubject
from answerback.testing.channels.variants import Way, at, lists, named, replaced
from answerback.testing.checks import Broken, Case, NotApplicable, check, expect
from answerback.testing.golden.folder import Delivery, deliveries

_ODD_BODIES = (
    b"", b"{", b"\xff\xfe", b"[]", b"{}", b"7", b"null", b'"text"', b"[7, null, {}]", b"a=b&a",
    b"[" * 100_000,
)  # fmt: skip

_ODD_ENTRIES: tuple[object, ...] = (7, None, {}, [])

Given = list[tuple[str | None, Item]]


class BronzeReceiving(OfflineSubject):
    """What `parse` makes of deliveries."""

    @classmethod
    def golden_deliveries(cls) -> list[Case]:
        """Each golden delivery."""
        return [(one.name, one) for one in (deliveries(cls.golden) if cls.golden else ())]

    @check(
        "bronze",
        needs=("parse",),
        mend="Record one as golden/deliveries/NAME.json: the call's headers and body.",
    )
    def test_there_is_a_golden_delivery(self) -> None:
        """Where the network delivers, such a delivery is there to be tried."""
        expect(self.golden_deliveries(), "It has `parse` and no golden delivery.")

    @check(
        "bronze",
        needs=("parse",),
        each="golden_deliveries",
        mend="Yield (account_id, item) for every entry; None where the call names no account.",
    )
    def test_a_delivery_is_read(self, delivery: Delivery) -> None:
        """A delivery as recorded gives something, and nothing of it is unreadable."""
        given = self._parsed(delivery.request)
        expect(given, "It gives nothing at all.")
        unread = [item.reason for _, item in given if isinstance(item, Unreadable)]
        expect(not unread, f"It gives an Unreadable: {unread[:1]}.")

    @check(
        "bronze",
        needs=("parse",),
        each="golden_deliveries",
        mend="Give a Hint with the `refs` of what is told of: the engine then asks the network.",
    )
    def test_an_unsigned_delivery_only_hints(self, delivery: Delivery) -> None:
        """What nobody proved is not believed: a platform that signs nothing can only hint."""
        if self.channel.signature is not None:
            raise NotApplicable("Its deliveries are signed.")
        for _, item in self._parsed(delivery.request):
            expect(
                isinstance(item, Hint | Ignored | Unreadable),
                "Nobody signs its deliveries, and `parse` gives an activity all the same.",
            )

    @check(
        "bronze",
        needs=("parse",),
        each="golden_deliveries",
        mend="Read each entry by itself: `answerback.fields.items(found, translate)` does.",
    )
    def test_a_broken_entry_in_a_delivery_keeps_the_others(self, delivery: Delivery) -> None:
        """Beside an entry that cannot be read, the others of a delivery are read as ever."""
        try:
            body = json.loads(delivery.request.body)
        except ValueError:
            raise NotApplicable("Its body is no JSON.") from None
        usual = self._parsed(delivery.request)
        ways = [way for way in lists(body) if self._matters(delivery.request, body, way, usual)]
        if not ways:
            raise NotApplicable("It holds no list of entries.")
        for way in ways:
            for odd in _ODD_ENTRIES:
                more = replaced(body, way, [odd, *at(body, way), odd])
                try:
                    left = self._parsed(_with_body(delivery.request, more), "with a broken entry")
                except Malformed:
                    raise Broken(
                        f"A broken entry in '{named(way)}' makes the whole delivery Malformed."
                    ) from None
                for one in usual:
                    expect(
                        one in left,
                        f"A broken entry in '{named(way)}' costs entries beside it.",
                    )
                    left.remove(one)
                expect(
                    odd != {} or left,
                    f"An empty entry in '{named(way)}' is passed over in silence.",
                    "Give an Unreadable with its position and the field that is missing.",
                )

    def _matters(self, request: Request, body: Any, way: Way, usual: Given) -> bool:
        """Whether this list holds what is told of: without its entries there is less."""
        try:
            fewer = self._parsed(_with_body(request, replaced(body, way, [])))
        except Malformed:
            return True
        told = [one for one in fewer if not isinstance(one[1], Ignored | Unreadable)]
        return len(told) < len(usual)

    @check(
        "bronze",
        needs=("parse",),
        mend="Read the body with `request.json()` or `request.form()`, which raise Malformed.",
    )
    def test_an_odd_delivery_is_malformed(self) -> None:
        """A body that is none of the network's gives Malformed or Unreadable, nothing worse."""
        calls = [one.request for _, one in self.golden_deliveries()]
        for call in calls or [Request(method="POST", path="/")]:
            for body in _ODD_BODIES:
                try:
                    given = self._parsed(replace(call, body=body), "with an odd body")
                except Malformed:
                    continue
                told = [item for _, item in given if isinstance(item, Activity)]
                expect(not told, "Of a body that tells of nothing it makes an activity.")

    def _parsed(self, request: Request, how: str = "") -> Given:
        """What a fresh channel reads in a call. Raises Malformed, and Broken where it fails."""
        what = f"Parsing it {how}".strip()
        try:
            given = list(self.offline().parse(request))
        except Malformed:
            raise
        # Whatever a plugin raises is a finding about that plugin.
        except Exception as error:
            raise Broken(f"{what} fails with {failure(error)}.") from error
        for one in given:
            expect(
                isinstance(one, tuple)
                and len(one) == 2
                and isinstance(one[0], str | None)
                and isinstance(one[1], Activity | Hint | Ignored | Unreadable),
                f"{what} gives something else than (account_id, item).",
            )
        return given


def _with_body(request: Request, body: object) -> Request:
    return replace(request, body=json.dumps(body).encode())
