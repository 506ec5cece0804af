"""One check of the help desks' conformance kit, tried on a broken variant of a reference desk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from counter_desk import Counter
from counter_house import CounterHouse

from answerback.helpdesk import HelpDesk
from answerback.testing.checks import Result
from answerback.testing.desks.contract import HelpDeskContract
from answerback.testing.desks.subject import DeskSubject
from answerback.testing.pretend.desk import FakeDesk
from answerback.testing.running import Outcome, run

GOLDEN = Path(__file__).parents[1] / "golden" / "counter"
DOCS = GOLDEN / "counter.md"

_WORST_FIRST: tuple[Result, ...] = ("failed", "not tried", "not applicable", "passed")


def outcome(
    check_name: str,
    *,
    help_desk: type[HelpDesk] = Counter,
    network: Callable[[], FakeDesk] | None = CounterHouse,
    **attributes: Any,
) -> Outcome:
    """What becomes of one check on this help desk; the worst outcome where it has several cases."""
    contract = contract_of(help_desk, network=network, **attributes)
    found = list(run(contract, check_name))
    return min(found, key=lambda one: _WORST_FIRST.index(one.result))


def assert_seen(
    check_name: str,
    mutant: type[HelpDesk],
    network: Callable[[], FakeDesk] = CounterHouse,
    **attributes: Any,
) -> None:
    """Fail unless the check fails for this help desk, and says what it saw and what to do."""
    found = outcome(check_name, help_desk=mutant, network=network, **attributes)
    assert found.result == "failed", f"{found.name}: {found.result} {found.seen}"
    assert found.seen
    assert found.mend


def contract_of(
    help_desk: type[HelpDesk] = Counter,
    *,
    network: Callable[[], FakeDesk] | None = CounterHouse,
    **attributes: Any,
) -> type[DeskSubject]:
    """The contract a help desk would have: all that the reference desk has, unless replaced."""
    told = {"golden": GOLDEN, "docs": DOCS, "grade": "gold", **attributes}
    return type(
        f"ContractOf{help_desk.__name__}",
        (HelpDeskContract,),
        {"help_desk": help_desk, "network": network, **told},
    )
