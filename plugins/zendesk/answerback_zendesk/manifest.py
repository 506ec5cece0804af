"""The manifest: who we are and where Zendesk finds our calls.

https://developer.zendesk.com/documentation/channel_framework/understanding-the-channel-framework/integration_manifest/
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from answerback.calls import Response
from answerback.helpdesk import Installation
from answerback_zendesk.host import Host

# Relative, so that nothing depends on the name under which we are reached.
URLS = {
    "admin_ui": "./admin",
    "pull_url": "./pull",
    "channelback_url": "./channelback",
    "clickthrough_url": "./open",
    "event_callback_url": "./events",
    "healthcheck_url": "./health",
}


def manifest(installation: Installation) -> dict[str, Any]:
    """The manifest of one installation.

    Zendesk re-reads it only when `version` differs, so that is a digest of everything else.
    """
    host = Host.of(installation)
    content: dict[str, Any] = {
        "name": host.display_name,
        "id": host.integration_id,
        "author": host.author,
        "channelback_files": True,
        "create_followup_tickets": host.create_followup_tickets,
        "urls": URLS,
    }
    written = json.dumps(content, sort_keys=True).encode()
    return {**content, "version": hashlib.sha256(written).hexdigest()[:16]}


def answer(installation: Installation) -> Response:
    """The manifest, for Zendesk to read and nobody to keep."""
    response = Response.of_json(manifest(installation))
    headers = {**response.headers, "Cache-Control": "no-store"}
    return Response(status=200, headers=headers, body=response.body)
