"""How everything in bench/ is measured and told.

Ours and the reference take turns, each round gives a ratio, and the median of the rounds counts:
a machine that is busy for a while slows both. Time is the process's own, without what its
neighbours take.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

Work = Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One result. `ratio` says how many times as fast as the reference ours is."""

    name: str
    ours: float
    reference: float
    ratio: float
    unit: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """The seconds that ours and the reference took for the same work, round by round."""

    ours: Sequence[float]
    reference: Sequence[float]

    @property
    def ratios(self) -> list[float]:
        return [theirs / ours for ours, theirs in zip(self.ours, self.reference, strict=True)]

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    def __add__(self, other: Rounds) -> Rounds:
        """The rounds of both pieces of work together."""
        return Rounds(
            ours=[sum(pair) for pair in zip(self.ours, other.ours, strict=True)],
            reference=[sum(pair) for pair in zip(self.reference, other.reference, strict=True)],
        )

    def rates(self, name: str, note: str, *, pieces: int = 1) -> Row:
        """The rate at which pieces are worked through, with the smallest ratio in the note."""
        return Row(
            name=name,
            ours=round(pieces / statistics.median(self.ours)),
            reference=round(pieces / statistics.median(self.reference)),
            ratio=round(self.ratio, 2),
            unit="1/s",
            note=f"{note}; smallest ratio of {len(self.ours)} rounds: {min(self.ratios):.2f}",
        )


def alternate(pairs: Sequence[tuple[Work, Work]], *, rounds: int, calls: int) -> list[Rounds]:
    """Each pair of ours and the reference, timed in turns."""
    taken: list[tuple[list[float], list[float]]] = [([], []) for _ in pairs]
    for _ in range(rounds):
        for (ours, reference), (our_times, their_times) in zip(pairs, taken, strict=True):
            our_times.append(_seconds(ours, calls))
            their_times.append(_seconds(reference, calls))
    return [Rounds(ours=ours, reference=reference) for ours, reference in taken]


def tell(row: Row) -> None:
    """The row as a line of JSON for programs, and as a line of a table for people."""
    print(json.dumps(asdict(row)), flush=True)
    told = f"{row.name:24} {row.ours:>10,} {row.reference:>10,} {row.unit:4} {row.ratio:>7.2f} x"
    print(f"{told}   {row.note}", file=sys.stderr)


def _seconds(work: Work, calls: int) -> float:
    """Seconds a call."""
    began = time.process_time()
    for _ in range(calls):
        work()
    return (time.process_time() - began) / calls
