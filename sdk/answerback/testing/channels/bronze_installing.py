"""Bronze: to find a channel, import it and make it has no consequences."""

from __future__ import annotations

from answerback.channel import Account
from answerback.testing.channels.subject import ChannelSubject
from answerback.testing.plugins.installing import PluginInstalling


class BronzeInstalling(PluginInstalling, ChannelSubject):
    """What happens before anything is asked of a channel."""

    def told_to(self) -> Account:
        """The account golden pairs are read for."""
        return self.account
