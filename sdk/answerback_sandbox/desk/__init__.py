"""A Zendesk-shaped help desk over HTTP: Channel Framework host, Support API, agent's page.

In memory and on loopback only; what it is not is Zendesk.
https://developer.zendesk.com/documentation/channel_framework/
"""

from answerback_sandbox.desk.app import connection, create_desk, desk_of
from answerback_sandbox.desk.desk import Desk
from answerback_sandbox.desk.pulling import Puller

__all__ = ["Desk", "Puller", "connection", "create_desk", "desk_of"]
