"""Each check about connecting an account fails for a channel that gives the wrong one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from mutants import assert_seen, outcome
from tavern_channel import Tavern

from answerback.channel import Account
from answerback.errors import RemoteError
from answerback.model import Actor


class AskingElsewhere(Tavern):
    def accounts(self, grant: Mapping[str, Any]) -> list[Account]:
        self._get("/api/nowhere")
        return super().accounts(grant)


class NamingASomebodyElse(Tavern):
    def accounts(self, grant: Mapping[str, Any]) -> list[Account]:
        [account] = super().accounts(grant)
        return [replace(account, actor=Actor(id="https://tavern.example/people/rosa"))]


class FindingNobody(Tavern):
    def accounts(self, grant: Mapping[str, Any]) -> list[Account]:
        return [replace(each, actor=None) for each in super().accounts(grant)]


class GivingItTwice(Tavern):
    def accounts(self, grant: Mapping[str, Any]) -> list[Account]:
        return 2 * super().accounts(grant)


class DroppingSettings(Tavern):
    def accounts(self, grant: Mapping[str, Any]) -> list[Account]:
        return [replace(each, settings={}) for each in super().accounts(grant)]


class ChangingTheToken(Tavern):
    def accounts(self, grant: Mapping[str, Any]) -> list[Account]:
        return [replace(each, settings={"token": "another"}) for each in super().accounts(grant)]


class TakingAnybody(Tavern):
    def accounts(self, grant: Mapping[str, Any]) -> list[Account]:
        try:
            return super().accounts(grant)
        except RemoteError:
            return [Account(id="account-1", settings=grant)]


MUTANTS: list[tuple[str, type[Tavern]]] = [
    ("a_login_opens_the_account_it_is_for", AskingElsewhere),
    ("a_login_opens_the_account_it_is_for", NamingASomebodyElse),
    ("a_login_opens_the_account_it_is_for", FindingNobody),
    ("a_login_opens_the_account_it_is_for", GivingItTwice),
    ("an_account_has_all_it_needs_to_listen", DroppingSettings),
    ("an_account_has_all_it_needs_to_listen", ChangingTheToken),
    ("a_wrong_login_opens_no_account", TakingAnybody),
]


@pytest.mark.parametrize(("check", "mutant"), MUTANTS)
def test_a_channel_with_a_fault_fails_the_check_that_is_about_it(
    check: str, mutant: type[Tavern]
) -> None:
    assert_seen(check, mutant)


class AskedWithTheGrantAlone(Tavern):
    """Keeps to what it is given, and not to the account it was made for."""

    def accounts(self, grant: Mapping[str, Any]) -> list[Account]:
        asking = Tavern(self.app, Account(id="", settings=grant), self.http)
        return Tavern.accounts(asking, grant)


def test_the_grant_and_the_account_that_asks_have_the_same_settings() -> None:
    for check in {check for check, _ in MUTANTS}:
        assert outcome(check, channel=AskedWithTheGrantAlone).result == "passed"
