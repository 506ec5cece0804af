"""Pull: Zendesk asks about every two minutes what is new for one connected account.

The state it brings back acknowledges an offer; it is never a cursor, so a lost, old or empty
state costs nothing but offering again. Nothing here waits for a network.
https://developer.zendesk.com/documentation/channel_framework/understanding-the-channel-framework/pull_endpoint/
"""

from __future__ import annotations

from typing import Any

from answerback.calls import Request, Response
from answerback.helpdesk import Bridge
from answerback_zendesk.forms import Fields
from answerback_zendesk.host import Host
from answerback_zendesk.metadata import (
    STRANGER,
    proved,
    read_state,
    write_metadata,
    write_state,
)
from answerback_zendesk.resource import external_resource

# The documents' limit; the schema allows 256.
AT_ONCE = 200


def answer(request: Request, bridge: Bridge) -> Response:
    """What waits, oldest first, and the acknowledgement to bring back."""
    fields = Fields.of(request)
    connection = proved(fields.one("metadata"), bridge)
    if connection is None:
        return STRANGER
    host = Host.of(bridge.installation)
    offer = bridge.take(connection, acknowledged=read_state(fields.one("state")), limit=AT_ONCE)
    told: dict[str, Any] = {
        "external_resources": [external_resource(filing, host) for filing in offer.filings],
        "state": write_state(offer.number),
    }
    if connection.brand.needs_reconnect:
        told["metadata_needs_update"] = True
    if connection.renewed is not None:
        told["metadata"] = write_metadata(connection.id, connection.renewed)
    return Response.of_json(told)
