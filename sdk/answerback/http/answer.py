"""What a network or help desk answered."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

from requests.structures import CaseInsensitiveDict
from requests.utils import parse_header_links

from answerback.errors import RemoteError, TryLater
from answerback.fields import UnclearError

#: The code of errors about an answer whose content is not what it should be.
UNREADABLE = "unreadable"

Read = TypeVar("Read")

_CHARSET = re.compile(
    r"(?:utf-?(?:8|16|32)(?:-?[lb]e)?|us-ascii|ascii|iso-8859-\d+|latin-?\d|windows-\d+|cp\d+"
    r"|koi8-\w|shift[_-]jis|euc-\w+|iso-2022-jp|gb\w+|big5\S*)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Answer:
    """One answer, read whole. Header names are case-insensitive; the repr shows no content.

    `content` is decompressed. `url` is where it came from, after redirects. `lost` is the error
    that says what an unreadable answer means for this call; `plugin` and `account` go into it.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    url: str = ""
    lost: type[RemoteError] = TryLater
    plugin: str | None = None
    account: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "headers", CaseInsensitiveDict(self.headers))

    def __repr__(self) -> str:
        return f"Answer(status={self.status}, host={self.host!r})"

    @property
    def host(self) -> str:
        """The name of the host it came from, with the port where one was given."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    def json(self) -> Any:
        """The content as JSON.

        Raises TryLater when it is not JSON, and Unsure where it answers a write that does not
        repeat safely: such a write was perhaps done.
        """
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            pass
        # Raised outside the handler: the parser's error carries the content.
        raise self._unreadable(f"{self.host} answered with something that is not JSON.")

    def understood(self, read: Callable[[Any], Read], kind: type = dict) -> Read:
        """What `read` makes of the JSON, which has to be an object, or a `kind` where one is given.

        Raises as `json` does, also where the JSON is of another kind or `read` finds it unclear
        (`answerback.fields.UnclearError`).
        """
        told = self.json()
        if not isinstance(told, kind):
            raise self._unreadable(f"{self.host} did not answer with what was asked for.")
        try:
            return read(told)
        except UnclearError as unclear:
            reason = str(unclear)
        raise self._unreadable(f"{self.host} did not answer with what was asked for: {reason}")

    def _unreadable(self, message: str) -> RemoteError:
        return self.lost(
            message,
            plugin=self.plugin,
            account=self.account,
            status=self.status,
            code=UNREADABLE,
        )

    @property
    def text(self) -> str:
        """The content as text, undecodable bytes replaced. UTF-8 where no charset is given."""
        message = Message()
        message["Content-Type"] = self.headers.get("Content-Type", "")
        charset = str(message.get_param("charset", "utf-8"))
        # Some codecs take the square of the length, and the other side names the codec.
        if not _CHARSET.fullmatch(charset):
            charset = "utf-8"
        try:
            return self.content.decode(charset, errors="replace")
        except (LookupError, ValueError):
            return self.content.decode("utf-8", errors="replace")

    @property
    def links(self) -> dict[str, str]:
        """The addresses of the Link header by their relation, absolute; the first of each."""
        found: dict[str, str] = {}
        for link in parse_header_links(self.headers.get("Link", "")):
            for relation in link.get("rel", "").lower().split():
                found.setdefault(relation, urljoin(self.url, link["url"]))
        return found
