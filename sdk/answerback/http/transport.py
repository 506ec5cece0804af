"""Connections to the outside, shared by the whole process."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from http.cookiejar import DefaultCookiePolicy
from importlib.metadata import PackageNotFoundError, version
from types import MappingProxyType
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from answerback.http.connections import POOLS
from answerback.http.hosts import Hosts

HOSTS_KEPT = 100
_NOTHING: Mapping[str, str] = MappingProxyType({})


class _Adapter(HTTPAdapter):
    """Opens connections that keep to the deadline. Does not override `send`, so tests can."""

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more)
        self.poolmanager.pool_classes_by_scheme = POOLS


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: redirects are followed by Http, which checks every hop."""


class Transport:
    """Connections kept open and shared by threads, and the rule which hosts may be reached.

    `private_hosts` are hosts, or host:port, that may be private and may be called without TLS.
    `reroute` sends calls for one origin to another, whose host then counts as listed. `pool` is
    how many connections to a host are kept. `ca_bundle` is a file of further trusted
    certificates, to be used instead of the usual ones. No cookie is ever kept.
    """

    def __init__(
        self,
        *,
        private_hosts: Collection[str] = (),
        reroute: Mapping[str, str] = _NOTHING,
        pool: int = 32,
        user_agent: str | None = None,
        ca_bundle: str | None = None,
    ) -> None:
        self.hosts = Hosts(private_hosts=private_hosts, reroute=reroute)
        self._verify: bool | str = ca_bundle or True
        self._session = _Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers["User-Agent"] = user_agent or _user_agent()
        # Only what Python itself unpacks: how far it unpacks is then bounded the same everywhere.
        self._session.headers["Accept-Encoding"] = "gzip, deflate"
        for scheme in ("https://", "http://"):
            adapter = _Adapter(pool_connections=HOSTS_KEPT, pool_maxsize=pool, max_retries=0)
            self._session.mount(scheme, adapter)

    def prepare(self, request: requests.Request) -> requests.PreparedRequest:
        """The request as it will be sent. Raises ValueError or RequestException."""
        prepared = self._session.prepare_request(request)
        for value in prepared.headers.values():
            if isinstance(value, str):
                value.encode("latin-1")
        return prepared

    def send(self, prepared: requests.PreparedRequest, *, seconds: float) -> requests.Response:
        """The answer's head, its body still to be read. Only inside `deadlines.under_way`."""
        return self._session.send(
            prepared, stream=True, allow_redirects=False, timeout=seconds, verify=self._verify
        )

    def close(self) -> None:
        """Close the connections that are kept."""
        self._session.close()


@lru_cache(maxsize=1)
def shared_transport() -> Transport:
    """The transport of those who are given none: no private host, no reroute."""
    return Transport()


def _user_agent() -> str:
    try:
        return f"answerback/{version('answerback')}"
    except PackageNotFoundError:
        return "answerback"
