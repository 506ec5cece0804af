"""What Mastodon has to show to be gold: the conformance kit, on the sandbox's square."""

from __future__ import annotations

from pathlib import Path

from mastodon_network import SquareNetwork

from answerback.channel import Account
from answerback.testing import ChannelContract
from answerback_channels.mastodon import Mastodon

ROOT = Path(__file__).parents[2]


class TestMastodon(ChannelContract):
    channel = Mastodon
    golden = ROOT / "tests" / "golden" / "mastodon"
    network = SquareNetwork
    account = Account(id="help", settings={"instance": "https://acme.example"})
    docs = ROOT / "docs" / "mastodon.md"
    grade = "gold"
