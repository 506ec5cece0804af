"""Clickthrough: an agent's browser asks for the original of a comment.

Only an external id is sent and nothing proves who asks, so the way leads nowhere but to
permalinks of our own records.
"""

from __future__ import annotations

from answerback.calls import Request, Response
from answerback.helpdesk import Bridge
from answerback_zendesk.addresses import web_link
from answerback_zendesk.host import Host
from answerback_zendesk.pages import Page
from answerback_zendesk.wording import words_for

_ID_LENGTH = 511


def answer(request: Request, bridge: Bridge) -> Response:
    """A redirect to the original post, or a page saying that there is none."""
    external_id = next(iter(request.query.get("external_id", ())), "")
    known = bridge.original(external_id) if 0 < len(external_id) <= _ID_LENGTH else None
    link = web_link(known)
    if link is None:
        words = words_for(request.headers.get("accept-language", ""))
        page = Page(host=Host.of(bridge.installation), words=words)
        return page.message(words.no_original_title, words.no_original, status=404)
    headers = {"Location": link, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Response(status=302, headers=headers)
