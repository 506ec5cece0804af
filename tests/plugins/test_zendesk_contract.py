"""What Zendesk's plugin has to show: the conformance kit, at the sandbox's Zendesk."""

from __future__ import annotations

from pathlib import Path

from zendesk_house import ZendeskHouse

from answerback.helpdesk import Installation
from answerback.testing.desks.contract import HelpDeskContract
from answerback_zendesk import Zendesk

ROOT = Path(__file__).parents[2]


class TestZendesk(HelpDeskContract):
    help_desk = Zendesk
    network = ZendeskHouse
    installation = Installation(id="installation-1", settings={"subdomain": "acme"})
    docs = ROOT / "docs" / "zendesk.md"
    grade = "gold"
