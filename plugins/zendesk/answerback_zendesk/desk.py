"""The plugin itself: what it is called, what it needs to know, and the calls it answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ClassVar

from answerback.calls import Call, Request, Response
from answerback.errors import BadRequest
from answerback.helpdesk import Bridge, HelpDesk
from answerback.settings import Setting
from answerback_zendesk import admin, channelback, events, manifest, original, pull

Answer = Callable[["Zendesk", Request, Bridge], Response]


def _plainly(answer: Answer) -> Answer:
    """Turn a refused call into its status and sentence."""

    @wraps(answer)
    def method(self: Zendesk, request: Request, bridge: Bridge) -> Response:
        try:
            return answer(self, request, bridge)
        except BadRequest as error:
            return Response.of_text(str(error), error.status)

    return method


class Zendesk(HelpDesk):
    """Brings posts into Zendesk tickets, and agents' public answers back.

    Zendesk pulls: nothing is filed by call in this mode, and Zendesk signs none of its calls,
    so all of them lie under one unguessable path, and the two that carry customers' words also
    prove a secret of their own. A reply's late failure can only be told in a private note.
    https://developer.zendesk.com/documentation/channel_framework/understanding-the-channel-framework/overview/
    """

    name = "zendesk"
    title = "Zendesk"
    batch = pull.AT_ONCE
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting(
            name="subdomain",
            scope="installation",
            help="The word before .zendesk.com in the address of your Zendesk.",
        ),
        Setting(
            name="url",
            scope="installation",
            required=False,
            help="The address of your Zendesk; by default https://SUBDOMAIN.zendesk.com.",
        ),
        Setting(
            name="display_name",
            scope="installation",
            default="answerback",
            help="What Zendesk's Admin Center calls this integration.",
        ),
        Setting(
            name="author",
            scope="installation",
            default="answerback",
            help="Who Zendesk's Admin Center names as its author.",
        ),
        Setting(
            name="create_followup_tickets",
            scope="installation",
            type=bool,
            default=True,
            help="Whether words about a closed ticket open a follow-up of it (yes) "
            "or a ticket of their own (no).",
        ),
    )
    calls: ClassVar[tuple[Call, ...]] = (
        Call(verb="GET", path="/manifest.json", method="manifest"),
        Call(verb="POST", path="/admin", method="admin"),
        Call(verb="POST", path="/admin/code", method="admin_code"),
        Call(verb="POST", path="/admin/account", method="admin_account"),
        Call(verb="POST", path="/pull", method="pull"),
        Call(verb="POST", path="/channelback", method="channelback"),
        Call(verb="GET", path="/open", method="open_original"),
        Call(verb="POST", path="/events", method="events"),
        Call(verb="GET", path="/health", method="health"),
    )

    @_plainly
    def manifest(self, request: Request, bridge: Bridge) -> Response:  # noqa: ARG002
        """What Zendesk reads at installation and again every few hours."""
        return manifest.answer(bridge.installation)

    @_plainly
    def admin(self, request: Request, bridge: Bridge) -> Response:
        """The first page of the set-up, inside Zendesk's Admin Center."""
        return admin.open_setup(request, bridge)

    @_plainly
    def admin_code(self, request: Request, bridge: Bridge) -> Response:
        """Spends the one-time set-up code."""
        return admin.take_code(request, bridge)

    @_plainly
    def admin_account(self, request: Request, bridge: Bridge) -> Response:
        """Connects the chosen account and sends the browser back to Zendesk."""
        return admin.choose_account(request, bridge)

    @_plainly
    def pull(self, request: Request, bridge: Bridge) -> Response:
        """What waits to become tickets and comments."""
        return pull.answer(request, bridge)

    @_plainly
    def channelback(self, request: Request, bridge: Bridge) -> Response:
        """Takes an agent's public answer."""
        return channelback.answer(request, bridge)

    @_plainly
    def open_original(self, request: Request, bridge: Bridge) -> Response:
        """Sends an agent's browser to the original post."""
        return original.answer(request, bridge)

    @_plainly
    def events(self, request: Request, bridge: Bridge) -> Response:
        """Takes note of what Zendesk reports."""
        return events.answer(request, bridge)

    @_plainly
    def health(self, request: Request, bridge: Bridge) -> Response:  # noqa: ARG002
        """Whether this service answers at all."""
        return Response.of_text("ok")
