"""Secrets at rest: sealed with the first key, opened with any, so that keys can be rotated."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from answerback.errors import ConfigError


class Vault:
    """Seals small mappings. Raises ConfigError for keys that are none."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ConfigError(
                "ANSWERBACK_SECRET_KEY is missing; without it no token can be stored. "
                "Make one with: answerback key"
            )
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            raise ConfigError(
                "ANSWERBACK_SECRET_KEY holds what is no key; make one with: answerback key"
            ) from None

    def seal(self, values: Mapping[str, Any]) -> bytes:
        """The mapping, encrypted and authenticated."""
        return self._fernet.encrypt(json.dumps(dict(values)).encode())

    def open(self, sealed: bytes | None) -> dict[str, Any]:
        """The mapping again; empty for None. Raises ConfigError when no key fits."""
        if sealed is None:
            return {}
        try:
            opened: dict[str, Any] = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise ConfigError(
                "ANSWERBACK_SECRET_KEY does not open what this database holds; start with the "
                "key it was made with (several keys may be given, separated by commas)."
            ) from None
        return opened

    def reseal(self, sealed: bytes) -> bytes:
        """The same, sealed with the first key. Raises ConfigError when no key fits."""
        return self.seal(self.open(sealed))


def new_key() -> str:
    """A fresh key for ANSWERBACK_SECRET_KEY."""
    return Fernet.generate_key().decode()
