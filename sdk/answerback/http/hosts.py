"""Which hosts may be reached, so that nobody's link or setting leads into the company's network.

https to public addresses is free; plain http and addresses that are not public only for hosts
that are listed. The address is checked when the connection is opened and the connection goes to
that very address, so a name that resolves differently a second time gains nothing.

It does not know a private service behind a public address.
Registries: https://www.iana.org/assignments/iana-ipv6-special-registry/
"""

from __future__ import annotations

import socket
from collections.abc import Collection, Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

from answerback.errors import ConfigError

PORTS = {"http": 80, "https": 443}
_NAT64 = IPv6Network("64:ff9b::/96")
_NEVER_GLOBAL = (IPv6Network("64:ff9b:1::/48"), IPv6Network("::/96"), IPv6Network("fec0::/10"))

Address = tuple[socket.AddressFamily, tuple[Any, ...]]


class NotAllowed(Exception):  # noqa: N818 - it ends a call and becomes Refused at its edge
    """A host or address may not be reached; the message is a sentence without secrets."""


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether this address, and every address it carries inside, is on the public internet."""
    if isinstance(address, IPv6Address):
        if any(address in network for network in _NEVER_GLOBAL):
            return False
        inside = list(_carried(address))
        if inside:
            return all(is_public(each) for each in inside)
    return address.is_global and not (
        address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or address.is_loopback
        or address.is_link_local
    )


def _carried(address: IPv6Address) -> Iterator[IPv4Address]:
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if address in _NAT64:
        yield IPv4Address(int(address) & 0xFFFFFFFF)


def origin_of(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address, each in its plain form. Raises NotAllowed."""
    parts = _split(url)
    scheme = parts.scheme.lower()
    if scheme not in PORTS:
        raise NotAllowed("Only http and https addresses can be called.")
    host = (parts.hostname or "").rstrip(".").lower()
    if not host:
        raise NotAllowed("The address to call names no host.")
    if "@" in parts.netloc:
        raise NotAllowed(f"The address to call on {host} carries a user name; leave it out.")
    try:
        port = parts.port
    except ValueError:
        port = -1
    if port is None:
        port = PORTS[scheme]
    if port < 1:
        raise NotAllowed(f"The address to call on {host} has no valid port.")
    return scheme, host, port


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise NotAllowed("The address to call is malformed.") from None


class Hosts:
    """The rule for one process: who is listed, and which origin is rerouted where."""

    def __init__(self, *, private_hosts: Collection[str], reroute: Mapping[str, str]) -> None:
        self._listed: set[tuple[str, int | None]] = {_listed(entry) for entry in private_hosts}
        self._reroute: dict[tuple[str, str, int], str] = {}
        for source, target in reroute.items():
            try:
                _, host, port = origin_of(target)
                self._reroute[origin_of(source)] = target.rstrip("/")
            except NotAllowed as error:
                raise ConfigError(f"The reroute of {source!r} cannot be used. {error}") from None
            self._listed.add((host, port))

    def listed(self, host: str, port: int) -> bool:
        """Whether this host may be private and may be called without TLS."""
        host = host.strip("[]").rstrip(".").lower()
        return (host, port) in self._listed or (host, None) in self._listed

    def reroute(self, url: str) -> str:
        """The address to call instead, or the same. Raises NotAllowed."""
        target = self._reroute.get(origin_of(url))
        if target is None:
            return url
        parts = _split(url)
        goal = _split(target)
        return parts._replace(
            scheme=goal.scheme, netloc=goal.netloc, path=goal.path + parts.path
        ).geturl()

    def check(self, url: str) -> None:
        """Raises NotAllowed when this address may not be called, as far as can be told offline."""
        scheme, host, port = origin_of(url)
        if scheme == "http" and not self.listed(host, port):
            raise NotAllowed(
                f"{host} would be called without TLS. Use https, or list it as a private host."
            )

    def addresses(self, host: str, port: int, *, tls: bool) -> list[Address]:
        """Where to connect to for this host, every address checked. Raises NotAllowed, OSError."""
        listed = self.listed(host, port)
        if not tls and not listed:
            raise NotAllowed(
                f"{host} would be called without TLS. Use https, or list it as a private host."
            )
        try:
            found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
        except ValueError:
            raise NotAllowed("The host name to call is malformed.") from None
        if not listed and not all(
            is_public(ip_address(str(place[0]).partition("%")[0])) for *_, place in found
        ):
            raise NotAllowed(
                f"{host} is not on the public internet. If it is meant to be called, "
                f"list it as a private host."
            )
        return [(family, place) for family, _, _, _, place in found]


def _listed(entry: str) -> tuple[str, int | None]:
    """A host, or host and port, as given in settings. Raises ConfigError."""
    text = entry.strip().lower()
    if text.count(":") > 1 and not text.startswith("["):
        text = f"[{text}]"
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.path or parts.query or "@" in text:
        raise ConfigError(f"Private host {entry!r} must be a host name or host:port.")
    return host.rstrip("."), port
