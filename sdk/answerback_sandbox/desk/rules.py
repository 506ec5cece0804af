"""The Channel Framework's rules, checked on what an integration sends.

Where Zendesk's documents and its JSON Schemas name different lengths, the smaller one counts here:
what passes this desk passes both. Plain http is accepted on loopback, because this is a sandbox.
https://github.com/zendesk/any_channel_json_schemas
"""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from answerback_sandbox.desk.channel_records import Breach

URLS = (
    "admin_ui",
    "pull_url",
    "channelback_url",
    "clickthrough_url",
    "healthcheck_url",
    "event_callback_url",
    "dashboard_url",
    "about_url",
)
RESOURCES_AT_ONCE = 200
MESSAGE_BYTES = 65535
SYSTEM_FIELDS = ("subject", "tags", "priority", "type", "status")
_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", flags=re.ASCII
)
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,4})*", flags=re.ASCII)


def manifest_breaches(manifest: object) -> list[Breach]:
    """What is wrong with an integration's manifest."""
    check = _Check(manifest)
    check.text("name", most=255, required=True)
    check.text("id", most=511, required=True)
    check.text("version", most=255)
    check.text("author", most=255)
    check.text("push_client_id", most=127)
    check.truth("channelback_files")
    check.truth("create_followup_tickets")
    urls = check.mapping("urls", required=True)
    if urls is not None:
        inner = check.inside(urls, "urls.")
        for key in URLS:
            inner.text(key, most=511, required=key == "admin_ui")
            inner.address(key)
        for key in sorted(set(urls) - set(URLS)):
            inner.warn(str(key), "is not a URL the framework knows")
    return check.breaches


def pull_breaches(answer: object) -> list[Breach]:
    """What is wrong with a pull answer as a whole; its items are checked one by one."""
    check = _Check(answer)
    check.text("state", most=5000, least=0)
    check.text("metadata", most=5000, least=0)
    check.truth("metadata_needs_update")
    check.items("external_resources", most=RESOURCES_AT_ONCE, required=True)
    return check.breaches


def channelback_breaches(answer: object) -> list[Breach]:
    """What is wrong with the answer to a channelback."""
    check = _Check(answer)
    check.external_id("external_id", required=True)
    check.truth("allow_channelback")
    check.truth("metadata_needs_update")
    check.text("metadata", most=5000, least=0)
    return check.breaches


def push_breaches(body: object) -> list[Breach]:
    """What is wrong with a push as a whole."""
    check = _Check(body)
    check.text("instance_push_id", most=255, required=True)
    check.text("request_id", most=64)
    check.items("external_resources", most=RESOURCES_AT_ONCE, required=True)
    return check.breaches


def report_breaches(body: object) -> list[Breach]:
    """What is wrong with a report that a channelback failed later."""
    check = _Check(body)
    check.text("instance_push_id", most=255, required=True)
    check.external_id("external_id", required=True)
    check.text("request_id", most=64)
    check.text("description", most=511, least=0)
    return check.breaches


def account_breaches(fields: Mapping[str, str]) -> list[Breach]:
    """What is wrong with the form that ends an admin UI."""
    check = _Check(dict(fields))
    check.text("name", most=255, required=True)
    check.text("metadata", most=5000, least=0, required=True)
    check.text("state", most=5000, least=0)
    return check.breaches


def resource_breaches(resource: object) -> list[Breach]:
    """What is wrong with one external resource."""
    check = _Check(resource)
    check.external_id("external_id", required=True)
    check.text("message", most=65535, required=True)
    check.text("html_message", most=65535)
    check.short_in_bytes("message")
    check.external_id("parent_id")
    check.external_id("thread_id")
    if check.present("parent_id") and check.present("thread_id"):
        check.breach("thread_id", "is never sent together with parent_id")
    check.text("created_at", most=255, required=True)
    check.instant("created_at")
    check.truth("internal_note")
    check.truth("allow_channelback")
    author = check.mapping("author", required=True)
    if author is not None:
        _author(check.inside(author, "author."))
    for position, one in enumerate(check.items("display_info", most=16)):
        inner = check.inside(one, f"display_info[{position}].")
        inner.text("type", most=255, required=True)
        inner.mapping("data", required=True)
    _fields(check, "fields", known=SYSTEM_FIELDS)
    for position, one in enumerate(check.items("file_urls", most=10)):
        inner = check.inside({"": one}, f"file_urls[{position}]")
        inner.text("", most=511, required=True)
        inner.address("")
    return check.breaches


def _author(check: "_Check") -> None:
    check.external_id("external_id", required=True)
    check.text("name", most=255)
    check.text("image_url", most=255)
    check.text("locale", most=255)
    check.locale("locale")
    _fields(check, "fields", known=("notes", "details"))


def _fields(check: "_Check", key: str, known: Sequence[str]) -> None:
    for position, one in enumerate(check.items(key, most=64)):
        inner = check.inside(one, f"{key}[{position}].")
        inner.field_name(known)
        if not inner.present("value") and "value" not in inner.holder:
            inner.breach("value", "is missing")


def is_acceptable(url: str) -> bool:
    """Whether the desk would call this address: relative, https, or http on loopback."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if not parts.scheme and not parts.netloc:
        return bool(url.strip()) and not url.startswith("//")
    if parts.scheme == "https":
        return bool(host)
    return parts.scheme == "http" and is_loopback(host)


def is_loopback(host: str) -> bool:
    """Whether a host name is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Check:
    """One JSON object under examination; breaches gather in `breaches`."""

    def __init__(
        self, holder: object, prefix: str = "", breaches: list[Breach] | None = None
    ) -> None:
        self.breaches = [] if breaches is None else breaches
        self.prefix = prefix
        self.holder: Mapping[str, Any] = holder if isinstance(holder, dict) else {}
        if not isinstance(holder, dict):
            where = prefix.rstrip(".")
            self.breaches.append(Breach(where=where, rule="is not a JSON object"))

    def inside(self, holder: object, prefix: str) -> "_Check":
        return _Check(holder, self.prefix + prefix, self.breaches)

    def breach(self, key: str, rule: str) -> None:
        self.breaches.append(Breach(where=self.prefix + key, rule=rule))

    def warn(self, key: str, rule: str) -> None:
        self.breaches.append(Breach(where=self.prefix + key, rule=rule, warning=True))

    def present(self, key: str) -> bool:
        return self.holder.get(key) is not None

    def text(self, key: str, *, most: int, least: int = 1, required: bool = False) -> None:
        if key not in self.holder:
            if required:
                self.breach(key, "is missing")
            return
        value = self.holder[key]
        if not isinstance(value, str):
            self.breach(key, f"is {_kind(value)}, not a string")
        elif len(value) < least:
            self.breach(key, "is empty")
        elif len(value) > most:
            self.breach(key, f"has {len(value)} characters; {most} are allowed")

    def external_id(self, key: str, *, required: bool = False) -> None:
        self.text(key, most=255, required=required)
        value = self.holder.get(key)
        if isinstance(value, str):
            if not value.isascii():
                self.breach(key, "holds characters outside ASCII")
            if value != value.strip():
                self.breach(key, "begins or ends with white space")

    def short_in_bytes(self, key: str) -> None:
        value = self.holder.get(key)
        if isinstance(value, str) and len(value) <= MESSAGE_BYTES:
            size = len(value.encode(errors="replace"))
            if size > MESSAGE_BYTES:
                self.warn(key, f"has {size} bytes; what is beyond {MESSAGE_BYTES} is cut off")

    def truth(self, key: str) -> None:
        if key in self.holder and not isinstance(self.holder[key], bool):
            self.breach(key, f"is {_kind(self.holder[key])}, not true or false")

    def mapping(self, key: str, *, required: bool = False) -> Mapping[str, Any] | None:
        if key not in self.holder:
            if required:
                self.breach(key, "is missing")
            return None
        value = self.holder[key]
        if not isinstance(value, dict):
            self.breach(key, f"is {_kind(value)}, not an object")
            return None
        return value

    def items(self, key: str, *, most: int, required: bool = False) -> list[Any]:
        if key not in self.holder:
            if required:
                self.breach(key, "is missing")
            return []
        value = self.holder[key]
        if not isinstance(value, list):
            self.breach(key, f"is {_kind(value)}, not an array")
            return []
        if len(value) > most:
            self.breach(key, f"has {len(value)} items; {most} are allowed")
        return value

    def address(self, key: str) -> None:
        value = self.holder.get(key)
        if isinstance(value, str) and value and not is_acceptable(value):
            self.breach(key, "is neither relative nor https (http is for loopback only)")

    def instant(self, key: str) -> None:
        value = self.holder.get(key)
        if not isinstance(value, str) or not value:
            return
        try:
            if not _RFC_3339.fullmatch(value):
                raise ValueError
            datetime.fromisoformat(value.upper())
        except ValueError:
            self.breach(key, "is not an RFC 3339 time such as 2026-11-21T09:58:03Z")

    def locale(self, key: str) -> None:
        value = self.holder.get(key)
        if isinstance(value, str) and value and not _LOCALE.fullmatch(value):
            self.breach(key, "is not a locale such as en-US")

    def field_name(self, known: Sequence[str]) -> None:
        value = self.holder.get("id")
        if isinstance(value, bool) or not isinstance(value, int | str):
            self.breach("id", "is missing or is neither a number nor a string")
        elif isinstance(value, str):
            self.text("id", most=255)
            if value not in known and not value.isdecimal():
                self.warn("id", f"names no field here; {', '.join(known)} and numbers do")


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, list):
        return "an array"
    return "a string" if isinstance(value, str) else "an object"
