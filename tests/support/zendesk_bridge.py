"""The kit's pretend engine for one Zendesk, and calls as Zendesk makes them."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from answerback.calls import Request, Response
from answerback.helpdesk import Brand, Installation
from answerback.testing.pretend.bridge import TRIES, PretendBridge
from answerback_zendesk.metadata import write_metadata

__all__ = [
    "ACME",
    "BASE",
    "CARE",
    "CODE",
    "DESK",
    "MOUNT",
    "RETURN_URL",
    "TRIES",
    "Page",
    "StandInBridge",
    "form_call",
    "known_metadata",
]

MOUNT = "/d/8Xq2unguessable"
BASE = f"https://bridge.example{MOUNT}"
DESK = "https://acme.zendesk.com"
RETURN_URL = f"{DESK}/zendesk/channels/integration_accounts/77?locale=en-US&x=1"
CODE = "K7QD-29XM"

ACME = Brand(
    id="acc_1", channel="mastodon", channel_title="Mastodon", handle="@acme@square.example"
)
CARE = Brand(
    id="acc_2", channel="mastodon", channel_title="Mastodon", handle="@care@square.example"
)


class StandInBridge(PretendBridge):
    """The kit's pretend engine, with the brands and the settings of one Zendesk."""

    def __init__(self, **told: Any) -> None:
        usual = {
            "installation": Installation(id="inst_1", settings={"subdomain": "acme"}),
            "brands": (ACME, CARE),
            "code": CODE,
            "secret": "s3cret",
        }
        super().__init__(**{**usual, **told})


def known_metadata(secret: str = "s3cret") -> str:
    """What Zendesk keeps of the stand-in's first connection."""
    return write_metadata("con_1", secret)


def form_call(path: str, fields: object, cookie: str = "", base: str = BASE) -> Request:
    """A POST of a form."""
    headers = {"x-answerback-base": base, **({"cookie": cookie} if cookie else {})}
    body = urlencode(fields, doseq=True).encode()  # type: ignore[arg-type]
    return Request(method="POST", path=path, headers=headers, body=body)


class Page(HTMLParser):
    """A page as a browser would take it apart: forms, their fields, links and words."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.status = response.status
        self.headers = dict(response.headers)
        self.source = response.body.decode()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.choices: dict[str, bool] = {}
        self.language = ""
        self.nonces: set[str] = set()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self._words: list[str] = []
        self._mute = False
        self.feed(self.source)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        self.tags.append(tag)
        self._mute = tag in {"style", "script"}
        self.addresses += [values[name] for name in ("src", "href") if name in values]
        if "nonce" in values:
            self.nonces.add(values["nonce"])
        if tag == "html":
            self.language = values["lang"]
        elif tag == "form":
            self.action = values["action"]
        elif tag == "input" and values["type"] == "radio":
            self.choices[values["value"]] = "checked" in values
        elif tag == "input":
            self.fields[values["name"]] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        self._mute = False

    def handle_data(self, data: str) -> None:
        if not self._mute:
            self._words.append(data)

    @property
    def words(self) -> str:
        """Everything a person reads on it."""
        return " ".join(" ".join(self._words).split())

    @property
    def cookie(self) -> str:
        """The cookie it sets, as the browser would send it back."""
        return self.headers.get("Set-Cookie", "").partition(";")[0]
