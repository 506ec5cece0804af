"""Typed settings from the environment; unsafe ones are refused at start, all at once."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from answerback.errors import ConfigError
from answerback_server.engine import steps

#: Public, because it stands in the source: only ever for the sandbox.
SANDBOX_KEY = "c2FuZGJveC1zYW5kYm94LXNhbmRib3gtc2FuZGJveC0="

PREFIX = "ANSWERBACK_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """How this server runs. Made by `read_config`; `keys` is hidden from repr."""

    environment: Literal["production", "sandbox"] = "production"
    database_url: str = field(default="sqlite:///answerback.sqlite3", repr=False)
    keys: tuple[str, ...] = field(default=(), repr=False)
    public_url: str = ""
    bind: str = "127.0.0.1"
    port: int = 8600
    threads: int = 16
    web_threads: int = 32
    poll_seconds: float | None = None
    reread_seconds: float = 300.0
    private_hosts: tuple[str, ...] = ()
    log_level: str = "INFO"
    #: What may wait for one installation before its polls pause, and before webhooks are refused.
    backlog_polls: int = 20_000
    backlog_webhooks: int = 100_000
    #: Answers of one account in a minute, and same words to others in an hour, before people are
    #: asked; addresses and numbers of the company's own that answers may hold.
    burst: int = 30
    same_words: int = 10
    public_contacts: tuple[str, ...] = ()
    #: What one listener may file in an hour; the rest is kept.
    filings_per_hour: int = 1000
    #: Seconds a listener may fail or a desk stay away before an alarm.
    quiet_seconds: float = 900.0
    #: For tests of a sandbox only: how much faster leases run out, and where to be halted.
    haste: float = 1.0
    halt: str = ""


def read_config(environ: Mapping[str, str] | None = None, *, web: bool = False) -> Config:
    """The settings named ANSWERBACK_… in the environment.

    `web` also demands what only a reachable server needs. Raises ConfigError listing every
    problem, never a secret value.
    """
    values = {
        name.removeprefix(PREFIX): value.strip()
        for name, value in (os.environ if environ is None else environ).items()
        if name.startswith(PREFIX) and value.strip()
    }
    problems: list[str] = []
    environment = values.get("ENVIRONMENT", "production")
    if environment not in ("production", "sandbox"):
        problems.append("ANSWERBACK_ENVIRONMENT must be production or sandbox.")
    sandbox = environment == "sandbox"
    keys = tuple(key.strip() for key in values.get("SECRET_KEY", "").split(",") if key.strip())
    if not keys:
        problems.append(
            "ANSWERBACK_SECRET_KEY is missing; it seals every token. Make one with: answerback key"
        )
    elif SANDBOX_KEY in keys and not sandbox:
        problems.append("ANSWERBACK_SECRET_KEY is the sandbox's public key. Make your own.")
    public_url = values.get("PUBLIC_URL", "").rstrip("/")
    if public_url or web:
        problems += _public_url_problems(public_url, sandbox=sandbox)
    bind = values.get("BIND", "127.0.0.1")
    if sandbox and not _is_loopback(bind):
        problems.append("ANSWERBACK_BIND: a sandbox listens on loopback only.")
    config = Config(
        environment="sandbox" if sandbox else "production",
        database_url=values.get("DATABASE_URL", "sqlite:///answerback.sqlite3"),
        keys=keys,
        public_url=public_url,
        bind=bind,
        port=int(_number(values, "PORT", 8600, 1, 65535, problems)),
        threads=int(_number(values, "THREADS", 16, 1, 256, problems)),
        web_threads=int(_number(values, "WEB_THREADS", 32, 2, 512, problems)),
        poll_seconds=(
            _number(values, "POLL_SECONDS", 0, 0.2, 86400, problems)
            if "POLL_SECONDS" in values
            else None
        ),
        reread_seconds=_number(values, "REREAD_SECONDS", 300, 0.2, 86400, problems),
        private_hosts=tuple(
            host.strip() for host in values.get("PRIVATE_HOSTS", "").split(",") if host.strip()
        ),
        log_level=values.get("LOG_LEVEL", "INFO").upper(),
        backlog_polls=int(_number(values, "BACKLOG_POLLS", 20_000, 1, 10**9, problems)),
        backlog_webhooks=int(_number(values, "BACKLOG_WEBHOOKS", 100_000, 1, 10**9, problems)),
        burst=int(_number(values, "BURST", 30, 1, 100000, problems)),
        same_words=int(_number(values, "SAME_WORDS", 10, 1, 100000, problems)),
        public_contacts=tuple(
            one.strip() for one in values.get("PUBLIC_CONTACTS", "").split(",") if one.strip()
        ),
        filings_per_hour=int(_number(values, "FILINGS_PER_HOUR", 1000, 1, 10**9, problems)),
        quiet_seconds=_number(values, "QUIET_SECONDS", 900, 1, 604800, problems),
        haste=_number(values, "TEST_HASTE", 1, 1, 50, problems),
        halt=values.get("TEST_HALT", ""),
    )
    if config.log_level not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        problems.append("ANSWERBACK_LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR.")
    if config.backlog_webhooks < config.backlog_polls:
        problems.append(
            "ANSWERBACK_BACKLOG_WEBHOOKS must not be less than ANSWERBACK_BACKLOG_POLLS: polls can "
            "be made up for, so they pause first."
        )
    problems += _test_problems(config)
    known = {
        "ENVIRONMENT", "SECRET_KEY", "PUBLIC_URL", "BIND", "PORT", "THREADS", "WEB_THREADS",
        "POLL_SECONDS", "REREAD_SECONDS", "PRIVATE_HOSTS", "LOG_LEVEL", "DATABASE_URL", "PLUGINS",
        "BACKLOG_POLLS", "BACKLOG_WEBHOOKS", "TEST_HASTE", "TEST_HALT",
        "BURST", "SAME_WORDS", "PUBLIC_CONTACTS", "QUIET_SECONDS",
        "FILINGS_PER_HOUR",
    }  # fmt: skip
    problems += [
        f"{PREFIX}{name} is not a setting of this release; a typo?"
        for name in sorted(set(values) - known)
    ]
    if problems:
        raise ConfigError("Not started. " + " ".join(problems))
    return config


def _test_problems(config: Config) -> list[str]:
    problems = []
    if config.environment == "production" and (config.haste != 1 or config.halt):
        problems.append("ANSWERBACK_TEST_HASTE and ANSWERBACK_TEST_HALT are for a sandbox only.")
    try:
        if config.halt:
            steps.parse(config.halt)
    except ValueError:
        problems.append("ANSWERBACK_TEST_HALT must look like answer.written:kill.")
    return problems


def _number(
    values: Mapping[str, str],
    name: str,
    default: float,
    least: float,
    most: float,
    problems: list[str],
) -> float:
    try:
        number = float(values.get(name, default))
    except ValueError:
        problems.append(f"{PREFIX}{name} must be a number.")
        return default
    if name in values and not least <= number <= most:
        problems.append(f"{PREFIX}{name} must be from {least:g} to {most:g}.")
        return default
    return number


def _public_url_problems(url: str, *, sandbox: bool) -> list[str]:
    name = "ANSWERBACK_PUBLIC_URL"
    if not url:
        return [f"{name} is missing: the https address under which help desks reach this server."]
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        return [f"{name} must look like https://answerback.example.com."]
    if parts.query or parts.fragment or parts.username:
        return [f"{name} must hold no query, fragment or user."]
    if sandbox:
        if not _is_loopback(parts.hostname):
            return [f"{name}: a sandbox is reached on loopback only."]
        return []
    if parts.scheme != "https":
        return [f"{name} must be https: replies and secrets travel over it."]
    if _is_private(parts.hostname):
        return [f"{name} names a private host; help desks in the cloud cannot reach it."]
    return []


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_private(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False
