"""Zendesk: posts become tickets, agents' answers go back under the posts.

Native mode: Zendesk calls us, through its Channel Framework. It cannot be told at once that
something waits: it asks about every two minutes.
https://developer.zendesk.com/documentation/channel_framework/understanding-the-channel-framework/overview/
"""

from answerback_zendesk.desk import Zendesk

__all__ = ["Zendesk"]
