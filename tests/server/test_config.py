"""The server refuses to start when its settings are unsafe, and says why."""

from __future__ import annotations

import pytest

from answerback.errors import ConfigError
from answerback_server.config import SANDBOX_KEY, Config, read_config
from answerback_server.store.vault import Vault, new_key

SAFE = {
    "ANSWERBACK_SECRET_KEY": new_key(),
    "ANSWERBACK_PUBLIC_URL": "https://answerback.northwind.example",
}


def refused(**changed: str) -> str:
    """What the server says to these settings."""
    with pytest.raises(ConfigError) as caught:
        read_config({**SAFE, **changed}, web=True)
    return str(caught.value)


def test_safe_settings_are_read_with_their_types() -> None:
    config = read_config({**SAFE, "ANSWERBACK_PORT": "9000", "ANSWERBACK_POLL_SECONDS": "5"})
    assert (config.port, config.poll_seconds, config.environment) == (9000, 5.0, "production")


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        read_config({"ANSWERBACK_PORT": "x", "ANSWERBACK_LOG_LEVEL": "LOUD"}, web=True)
    for name in ("SECRET_KEY", "PUBLIC_URL", "PORT", "LOG_LEVEL"):
        assert f"ANSWERBACK_{name}" in str(caught.value)


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("http://answerback.northwind.example", "https"),
        ("https://localhost", "private"),
        ("https://192.168.1.4", "private"),
        ("https://desk.internal", "private"),
        ("https://user:pw@northwind.example", "user"),
        ("ftp://northwind.example", "look like"),
    ],
)
def test_an_address_help_desks_cannot_safely_reach_is_refused(url: str, word: str) -> None:
    said = refused(ANSWERBACK_PUBLIC_URL=url)
    assert word in said
    assert "pw" not in said


def test_the_sandbox_key_is_refused_in_production() -> None:
    assert "sandbox" in refused(ANSWERBACK_SECRET_KEY=SANDBOX_KEY)


def test_a_sandbox_is_refused_on_any_address_but_loopback() -> None:
    sandbox = {"ANSWERBACK_ENVIRONMENT": "sandbox"}
    assert "loopback" in refused(**sandbox, ANSWERBACK_BIND="0.0.0.0")
    assert "loopback" in refused(**sandbox, ANSWERBACK_PUBLIC_URL="https://northwind.example")


def test_a_mistyped_setting_is_refused_by_name() -> None:
    assert "ANSWERBACK_PUBLIC_URI" in refused(ANSWERBACK_PUBLIC_URI="https://northwind.example")


def test_numbers_out_of_their_range_are_refused() -> None:
    assert "ANSWERBACK_THREADS must be from 1 to 256" in refused(ANSWERBACK_THREADS="0")


def test_keys_never_show_in_the_settings_repr() -> None:
    assert SAFE["ANSWERBACK_SECRET_KEY"] not in repr(read_config(SAFE))


def test_what_was_sealed_with_an_old_key_opens_while_that_key_is_listed() -> None:
    old, new = new_key(), new_key()
    sealed = Vault([old]).seal({"access_token": "t0ken"})
    assert Vault([new, old]).open(sealed) == {"access_token": "t0ken"}
    with pytest.raises(ConfigError, match="does not open"):
        Vault([new]).open(sealed)


def test_what_is_no_key_is_refused_without_showing_it() -> None:
    with pytest.raises(ConfigError) as caught:
        Vault(["hunter2"])
    assert "hunter2" not in str(caught.value)


def test_the_defaults_are_those_of_production() -> None:
    assert Config().environment == "production"


def test_polls_pause_before_webhooks_are_refused_never_after() -> None:
    settings = {"ANSWERBACK_ENVIRONMENT": "sandbox", "ANSWERBACK_SECRET_KEY": SANDBOX_KEY}
    read = read_config({**settings, "ANSWERBACK_BACKLOG_POLLS": "7"})
    assert (read.backlog_polls, read.backlog_webhooks) == (7, 100_000)
    with pytest.raises(ConfigError, match="so they pause first"):
        read_config({**settings, "ANSWERBACK_BACKLOG_WEBHOOKS": "7"})


@pytest.mark.parametrize("number", ["inf", "-inf", "nan", "1e400"])
def test_a_number_without_end_is_refused_like_any_out_of_range(number: str) -> None:
    assert "ANSWERBACK_BURST must be from 1 to 100000" in refused(ANSWERBACK_BURST=number)
