"""A small honest engine in memory, and calls as Zendesk makes them."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from urllib.parse import urlencode

from answerback.calls import Request, Response
from answerback.errors import BadRequest
from answerback.helpdesk import (
    Accepted,
    AgentReply,
    Brand,
    Connection,
    FileResult,
    Filing,
    Installation,
    Offer,
    Setup,
)
from answerback_zendesk.metadata import write_metadata

MOUNT = "/d/8Xq2unguessable"
BASE = f"https://bridge.example{MOUNT}"
DESK = "https://acme.zendesk.com"
RETURN_URL = f"{DESK}/zendesk/channels/integration_accounts/77?locale=en-US&x=1"
CODE = "K7QD-29XM"
TRIES = 5

ACME = Brand(
    id="acc_1", channel="mastodon", channel_title="Mastodon", handle="@acme@square.example"
)
CARE = Brand(
    id="acc_2", channel="mastodon", channel_title="Mastodon", handle="@care@square.example"
)


@dataclass
class StandInBridge:
    """Keeps its promises as `Bridge` states them, for one installation."""

    installation: Installation = field(
        default_factory=lambda: Installation(id="inst_1", settings={"subdomain": "acme"})
    )
    brands: tuple[Brand, ...] = (ACME, CARE)
    waiting: list[Filing] = field(default_factory=list)
    outcome: Accepted = field(default_factory=lambda: Accepted(id="post:99", state="posted"))
    originals: dict[str, str] = field(default_factory=dict)
    renewed: str | None = None

    def __post_init__(self) -> None:
        self.setups: dict[str, Setup] = {}
        first = self.brands[0].id if self.brands else ""
        self.secrets: dict[str, tuple[str, str]] = {"con_1": (first, "s3cret")}
        self.tries = 0
        self.spent = False
        self.offered: dict[str, int] = {}
        self.accepted: set[str] = set()
        self.offers = 0
        self.replies: dict[str, tuple[AgentReply, Accepted]] = {}
        self.posts = 0
        self.results: list[FileResult] = []
        self.ledger: list[tuple[str, dict[str, str]]] = []

    def begin_setup(self, facts: Mapping[str, str], *, connection: str | None = None) -> str:
        session = f"session-{len(self.setups) + 1}"
        unlocked = connection is not None
        self.setups[session] = Setup(
            facts=dict(facts),
            unlocked=unlocked,
            brands=self.brands if unlocked else (),
            connection=connection,
        )
        return session

    def setup(self, session: str) -> Setup | None:
        return self.setups.get(session)

    def unlock(self, session: str, code: str) -> bool:
        self.tries += 1
        if (
            self.spent
            or self.tries > TRIES
            or not hmac.compare_digest(code.encode(), CODE.encode())
        ):
            return False
        self.spent = True
        self.setups[session] = replace(self.setups[session], unlocked=True, brands=self.brands)
        return True

    def connect(self, session: str, brand: str) -> tuple[str, str]:
        setup = self.setups[session]
        if not setup.unlocked or brand not in {one.id for one in self.brands}:
            raise BadRequest("This set-up is locked, or the account is not this installation's.")
        connection = setup.connection or f"con_{len(self.secrets) + 1}"
        self.secrets[connection] = (brand, f"secret-of-{connection}")
        return connection, self.secrets[connection][1]

    def connection(self, id: str, secret: str) -> Connection | None:
        brand, known = self.secrets.get(id, ("", ""))
        if not known or not hmac.compare_digest(secret.encode(), known.encode()):
            return None
        found = next(one for one in self.brands if one.id == brand)
        return Connection(id=id, brand=found, renewed=self.renewed)

    def take(self, connection: Connection, *, acknowledged: int, limit: int) -> Offer:
        for id, number in self.offered.items():
            if number <= acknowledged:
                self.accepted.add(id)
        self.offers += 1
        filings = [one for one in self.waiting if one.external_id not in self.accepted][:limit]
        self.offered |= {one.external_id: self.offers for one in filings}
        return Offer(number=self.offers, filings=tuple(filings))

    def confirm(self, results: Sequence[FileResult]) -> None:
        self.results += results

    def accept(self, connection: Connection, reply: AgentReply, *, wait: float) -> Accepted:
        if reply.key not in self.replies:
            self.posts += 1
            self.replies[reply.key] = (reply, self.outcome)
        return self.replies[reply.key][1]

    def original(self, external_id: str) -> str | None:
        return self.originals.get(external_id)

    def record(self, event: str, facts: Mapping[str, str]) -> None:
        self.ledger.append((event, dict(facts)))


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
