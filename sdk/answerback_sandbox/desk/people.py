"""The desk's users, and how a customer of a channel is recognised again."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from answerback_sandbox.desk.channel_records import Integration
from answerback_sandbox.desk.records import Identity, User
from answerback_sandbox.desk.refusals import invalid
from answerback_sandbox.desk.store import Store


def add_user(store: Store, **members: Any) -> User:
    """Creates a user, and the identity that their e-mail address is."""
    with store.lock:
        now = store.now()
        user = User(id=store.next_id(), created_at=now, updated_at=now, **members)
        store.users[user.id] = user
        if user.email:
            add_identity(store, user.id, "email", user.email, primary=True)
        store.touch()
        return user


def change_user(store: Store, user_id: int, **members: Any) -> User:
    """Replaces members of a user."""
    with store.lock:
        user = replace(store.users[user_id], updated_at=store.now(), **members)
        store.users[user_id] = user
        if "email" in members and user.email and not identity_of(store, "email", user.email):
            add_identity(store, user_id, "email", user.email, primary=True)
        store.touch()
        return user


def add_identity(
    store: Store, user_id: int, type: str, value: str, *, primary: bool = False
) -> Identity:
    """Gives a user one more identity; refused when somebody else has it."""
    with store.lock:
        if identity_of(store, type, value):
            raise invalid("value", f"Value: {value} is already being used", "DuplicateValue")
        identity = Identity(
            id=store.next_id(),
            user_id=user_id,
            type=type,
            value=value,
            created_at=store.now(),
            primary=primary,
        )
        store.identities[identity.id] = identity
        return identity


def identity_of(store: Store, type: str, value: str) -> Identity | None:
    """The identity with this value, whoever has it."""
    wanted = value.casefold()
    with store.lock:
        found = (
            one
            for one in store.identities.values()
            if one.type == type and one.value.casefold() == wanted
        )
        return next(found, None)


def find_user(
    store: Store, *, email: str | None = None, external_id: str | None = None
) -> User | None:
    """Who has this e-mail address or external id; case does not matter."""
    with store.lock:
        if email:
            identity = identity_of(store, "email", email)
            if identity:
                return store.users[identity.user_id]
        if external_id:
            wanted = external_id.casefold()
            for user in store.users.values():
                if user.active and user.external_id and user.external_id.casefold() == wanted:
                    return user
        return None


def channel_author(store: Store, integration: Integration, author: Mapping[str, Any]) -> User:
    """The user behind an external resource, created at the first one and renamed by later ones."""
    # Apps split this value at its first colon, so what stands before it must not hold one.
    value = f"{integration.id}:{author['external_id']}"
    with store.lock:
        identity = identity_of(store, "any_channel", value)
        members = {
            "name": author.get("name") or author["external_id"],
            "photo_url": author.get("image_url"),
            "locale": author.get("locale") or "en-US",
        }
        for one in author.get("fields", ()):
            if one.get("id") in ("notes", "details"):
                members[one["id"]] = str(one.get("value") or "")
        if identity is None:
            user = add_user(store, **members)
            add_identity(store, user.id, "any_channel", value, primary=True)
            return user
        user = store.users[identity.user_id]
        told = {key: found for key, found in members.items() if found is not None}
        if any(getattr(user, key) != found for key, found in told.items()):
            user = change_user(store, user.id, **told)
        return user


def channel_address(store: Store, integration_id: int, user_id: int) -> str | None:
    """A user's external id at an integration; None when they did not come through it."""
    start = f"{integration_id}:"
    with store.lock:
        for identity in store.identities.values():
            theirs = identity.user_id == user_id and identity.type == "any_channel"
            if theirs and identity.value.startswith(start):
                return identity.value.removeprefix(start)
        return None
