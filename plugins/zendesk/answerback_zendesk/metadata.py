"""The two opaque strings Zendesk keeps for each connected account and gives back byte for byte.

Metadata points to a connection and proves it; state acknowledges the last offer that arrived.
Neither holds a credential of a network: both also travel in event callbacks.
https://developer.zendesk.com/api-reference/channel_framework/understanding-the-channel-framework/metadata_state
"""

from __future__ import annotations

import json
from typing import Any

from answerback.calls import Response
from answerback.helpdesk import Bridge, Connection

LONGEST = 5000
_MOST = 2**63 - 1

STRANGER = Response.of_text(
    "This account's metadata holds no valid secret. "
    "Open the account in Zendesk's Admin Center and save it again.",
    401,
)


def write_metadata(connection: str, secret: str) -> str:
    """What Zendesk is to remember of a connection."""
    return json.dumps({"v": 1, "connection": connection, "secret": secret}, separators=(",", ":"))


def read_metadata(text: str) -> tuple[str, str] | None:
    """The connection's id and secret as claimed, or None when there is no such thing."""
    content = _object(text)
    connection, secret = content.get("connection"), content.get("secret")
    # Ours are ASCII; half characters would not even be found wrong by a database.
    if not all(isinstance(one, str) and one and one.isascii() for one in (connection, secret)):
        return None
    return str(connection), str(secret)


def proved(text: str, bridge: Bridge) -> Connection | None:
    """The connection this metadata proves, or None."""
    claimed = read_metadata(text)
    return bridge.connection(*claimed) if claimed else None


def write_state(offer: int) -> str:
    """The acknowledgement Zendesk is to bring along next time."""
    return json.dumps({"v": 1, "offer": offer}, separators=(",", ":"))


def read_state(text: str) -> int:
    """The offer acknowledged; 0 for no state, an older form of it, or nonsense.

    Too low is harmless, since what is offered again is recognised by its external id.
    """
    offer = _object(text).get("offer")
    if not isinstance(offer, int) or isinstance(offer, bool):
        return 0
    return offer if 0 <= offer <= _MOST else 0


def _object(text: str) -> dict[str, Any]:
    if len(text) > LONGEST:
        return {}
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
