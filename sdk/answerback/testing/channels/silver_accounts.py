"""Silver: whoever connects an account gets that account, with all it needs to listen."""

from __future__ import annotations

from answerback.channel import Account
from answerback.errors import ConfigError, Reconnect, RemoteError
from answerback.testing.channels.stage import Stage
from answerback.testing.channels.subject import ChannelSubject
from answerback.testing.checks import Broken, NotApplicable, broken, check, expect
from answerback.testing.plugins.misfortunes import failing

_NEEDS = ("accounts", "poll")


class SilverAccounts(ChannelSubject):
    """`accounts`, called as the server calls it: with what was typed in, before anybody is known.

    The channel that is asked has the same settings in `account`, which has no id and no actor yet.
    """

    @check(
        "silver",
        needs=_NEEDS,
        mend="Ask the network whose login it is, and give Account(id=actor.id, settings=..., "
        "actor=actor), the actor's id as in `Mention.attributed_to` of what we write.",
    )
    def test_a_login_opens_the_account_it_is_for(self) -> None:
        """`accounts` gives our own account once, under the id its posts are heard with."""
        with self.stage() as stage:
            account = _ours(stage)
            expect(
                account.id == stage.network.account,
                "The account's id is not the one its own posts are written under.",
            )

    @check(
        "silver",
        needs=_NEEDS,
        mend="Give the account all settings that were given, with what the network added: "
        "settings={**self.account.settings, **grant}.",
    )
    def test_an_account_has_all_it_needs_to_listen(self) -> None:
        """With the settings that `accounts` gives, and nothing else, the channel listens."""
        with self.stage() as stage:
            account = _ours(stage)
            lost = [name for name in stage.grant if account.settings.get(name) is None]
            expect(not lost, f"The setting '{lost[0] if lost else ''}' was given and is lost.")
            try:
                stage.channel_of(account).poll(stage.listener(), None)
            except (ConfigError, RemoteError) as error:
                raise Broken(
                    f"With the settings that `accounts` gives, `poll` raised "
                    f"{type(error).__name__}."
                ) from error

    @check(
        "silver",
        needs=("accounts",),
        mend="Ask the network with the credentials of `grant`, and let its 401 through.",
    )
    def test_a_wrong_login_opens_no_account(self) -> None:
        """With wrong credentials `accounts` raises Reconnect, so that nothing is connected."""
        secrets = [one for one in self.channel.settings if one.secret and one.scope == "account"]
        if not secrets:
            raise NotApplicable(f"{self.channel.name} has no secret account setting.")
        wrong = {one.name: "wrong-for-answerback-check" for one in secrets}
        with self.stage() as stage:
            grant = {**stage.grant, **wrong}
            error = failing(stage.asking(**wrong).accounts, grant)
            expect(
                isinstance(error, Reconnect),
                f"A wrong login raised {type(error).__name__}, not Reconnect.",
            )


def _ours(stage: Stage) -> Account:
    """The account of the pretend network, as `accounts` gives it."""
    try:
        given = stage.asking().accounts(stage.grant)
    except (ConfigError, RemoteError) as error:
        raise Broken(
            f"`accounts` raised {type(error).__name__} for the login of the pretend network."
        ) from error
    ours = [one for one in given if one.actor and one.actor.id == stage.network.account]
    if len(ours) != 1:
        broken(f"Of {len(given)} accounts that `accounts` gives, {len(ours)} are ours, not one.")
    return ours[0]
