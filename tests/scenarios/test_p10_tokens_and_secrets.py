"""Promise 10: tokens are encrypted at rest, keys are rotated, and an account stays the same one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from commands import answerback, stored_bytes
from fleet import ON_POSTGRESQL
from town import Town, until

from answerback.errors import ConfigError
from answerback_sandbox.sandbox import BRAND, Sandbox
from answerback_server.engine import setup
from answerback_server.store import tables as t
from answerback_server.store.vault import Vault, new_key

NEW = new_key()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town whose server seals with the old key and opens what either of both sealed."""
    with Sandbox(seeded=False, pull_seconds=0.3) as sandbox:
        town = Town(tmp_path, sandbox, listeners={"mentions": [{}]})
        town.environment["ANSWERBACK_SECRET_KEY"] += f",{NEW}"
        with town.open():
            yield town


def sealed(town: Town) -> bytes:
    """The account's secrets as they stand in the database."""
    with town.assembly.database.read() as tx:
        return bytes(tx.execute(sa.select(t.accounts.c.secrets)).scalar_one())


@pytest.mark.skipif(ON_POSTGRESQL, reason="reads the bytes of a SQLite file")
def test_no_token_stands_readable_in_the_file(town: Town) -> None:
    with town.working():
        town.complaint()
    stored = stored_bytes(town.folder)
    assert stored.count(b"northwind") > 0
    assert town.token(BRAND).encode() not in stored


def test_after_a_rotation_the_new_key_alone_opens_everything_and_the_loop_goes_on(
    town: Town,
) -> None:
    old = town.environment["ANSWERBACK_SECRET_KEY"].partition(",")[0]
    before = sealed(town)
    both = {**town.environment, "ANSWERBACK_SECRET_KEY": f"{NEW},{old}"}
    done = answerback("rotate-keys", environment=both)
    assert done.status == 0, done.complained
    assert sealed(town) != before
    assert Vault([NEW]).open(sealed(town))["access_token"] == town.token(BRAND)
    with pytest.raises(ConfigError):
        Vault([old]).open(sealed(town))
    # The old key alone is refused at the next start, the new one alone is enough.
    former = {**town.environment, "ANSWERBACK_SECRET_KEY": old}
    assert answerback("replay", environment=former).status == 2
    only = {**town.environment, "ANSWERBACK_SECRET_KEY": NEW}
    assert answerback("replay", environment=only).status == 0
    with town.working():
        post, ticket = town.complaint()
        town.answer(ticket, "On its way.")
        until(lambda: town.brand_answers(post["id"]))


def test_a_rotation_without_the_old_key_changes_nothing(town: Town) -> None:
    before = sealed(town)
    alone = {**town.environment, "ANSWERBACK_SECRET_KEY": new_key()}
    refused = answerback("rotate-keys", environment=alone)
    assert refused.status == 2
    assert "not the key" in refused.complained
    assert sealed(town) == before


def test_connected_again_by_another_account_the_first_one_keeps_its_token(town: Town) -> None:
    before = sealed(town)
    other, _ = setup.connect_account(
        town.assembly,
        "mastodon",
        {"instance": town.square, "access_token": town.token("rosa")},
        installation=town.invitation.installation,
        listeners={"mentions": [{}]},
    )
    assert other != town.account
    with town.assembly.database.read() as tx:
        kept = tx.execute(
            sa.select(t.accounts.c.secrets).where(t.accounts.c.id == town.account)
        ).scalar_one()
    assert bytes(kept) == before
