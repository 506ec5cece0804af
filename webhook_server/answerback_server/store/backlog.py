"""How much waits for each installation: pages to be applied, and filings for its desk."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa

from answerback_server.store import tables as t


def waiting(tx: sa.Connection) -> dict[str, int]:
    """By installation, how much waits; those for which nothing does are left out."""
    return {row[0]: int(row[1]) for row in tx.execute(_waiting())}


@cache
def _waiting() -> sa.Select[Any]:
    pages = (
        sa.select(t.accounts.c.installation, sa.func.count().label("waiting"))
        .select_from(t.inbox.join(t.accounts, t.inbox.c.account == t.accounts.c.id))
        .where(t.inbox.c.state.in_(("open", "fetch")))
        .group_by(t.accounts.c.installation)
    )
    filings = (
        sa.select(t.filings.c.installation, sa.func.count().label("waiting"))
        .where(t.filings.c.state.in_(("pending", "offered")))
        .group_by(t.filings.c.installation)
    )
    both = sa.union_all(pages, filings).subquery()
    return sa.select(both.c.installation, sa.func.sum(both.c.waiting)).group_by(both.c.installation)
