"""Asks the integrations for new posts, every few seconds and account by account.

The new state is stored only after everything before it was imported. An answer that breaks the
rules as a whole is not used at all; an item that does is left out and costs the others nothing.
https://developer.zendesk.com/documentation/channel_framework/understanding-the-channel-framework/pull_endpoint/
"""

import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from answerback_sandbox.desk.callbacks import Callbacks
from answerback_sandbox.desk.calling import Answer, UnreachedError, call
from answerback_sandbox.desk.channel_records import Account, Breach, Integration
from answerback_sandbox.desk.importing import import_resource, known_resource
from answerback_sandbox.desk.integrations import Integrations
from answerback_sandbox.desk.rules import pull_breaches, resource_breaches
from answerback_sandbox.desk.store import Store

FILE_TIMEOUT = 30.0
_TICK = 0.05


class Pulled:
    """What one pull brought, counted while it goes on."""

    def __init__(self, account_id: int) -> None:
        self.account_id = account_id
        self.imported = 0
        self.refused = 0
        self.error: str | None = None
        self.reasons: list[str] = []
        self.events: list[Mapping[str, Any]] = []
        self.again: list[Mapping[str, Any]] = []

    @property
    def duplicates(self) -> int:
        """How many items were known before."""
        return len(self.again)


class Puller:
    """Pulls from accounts, when asked and in a thread of its own."""

    def __init__(self, store: Store, integrations: Integrations, callbacks: Callbacks) -> None:
        self._store = store
        self._integrations = integrations
        self._callbacks = callbacks
        self._locks: defaultdict[int, threading.Lock] = defaultdict(threading.Lock)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins to pull every `pull_seconds`; a second call does nothing."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, name="puller", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Ends the loop; a pull under way is left to its end."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=2)
            self._thread = None

    def pull_now(self) -> list[Pulled]:
        """Pulls once from each active account, and says what came."""
        return [self.pull(account.id) for account in self._due()]

    def pull(self, account_id: int) -> Pulled:
        """Pulls once from one account; waits for a pull of it that is under way."""
        with self._locks[account_id]:
            return self._pull(account_id)

    def _run(self) -> None:
        while not self._stopping.is_set():
            for account in self._due():
                # A slow service holds up its own thread, and no other account.
                if not self._locks[account.id].locked():
                    name = f"pull {account.id}"
                    arguments = (account.id,)
                    threading.Thread(
                        target=self.pull, args=arguments, name=name, daemon=True
                    ).start()
            self._pause()

    def _pause(self) -> None:
        """Waits between two pulls; a change of the setting counts at once."""
        began = time.monotonic()
        while time.monotonic() - began < max(_TICK, self._store.settings.pull_seconds):
            if self._stopping.wait(_TICK):
                return

    def _due(self) -> list[Account]:
        with self._store.lock:
            return [
                account
                for account in self._store.accounts.values()
                if account.active
                and "pull_url" in self._store.integrations[account.integration_id].urls
            ]

    def _pull(self, account_id: int) -> Pulled:
        store = self._store
        pulled = Pulled(account_id)
        with store.lock:
            account = store.accounts.get(account_id)
            if account is None:
                return pulled
            integration = store.integrations[account.integration_id]
        url = integration.urls["pull_url"]
        request_id = uuid.uuid4().hex
        form = [("metadata", account.metadata), ("state", account.state)]
        try:
            body = self._answer(
                call("POST", url, timeout=store.settings.pull_timeout, form=form),
                integration,
                account,
            )
        except (UnreachedError, ValueError) as error:
            pulled.error = str(error)
            self._failed(integration, account, request_id, pulled)
            return pulled
        for resource in body["external_resources"]:
            self._take(integration, account, resource, request_id, pulled)
        self._keep(account, body)
        self._tell(integration, account, request_id, pulled)
        return pulled

    def _answer(
        self, answer: Answer, integration: Integration, account: Account
    ) -> Mapping[str, Any]:
        if answer.status != 200:
            raise ValueError(": ".join(filter(None, (answer.line, answer.sentence()))))
        breaches = []
        try:
            body = answer.json()
            breaches = pull_breaches(body)
        except ValueError as error:
            breaches = [Breach(where="", rule=str(error))]
        self._store.report("pull", breaches, integration_id=integration.id, account_id=account.id)
        if breaches:
            raise ValueError("the answer breaks rules: " + "; ".join(map(str, breaches)))
        assert isinstance(body, dict)
        return body

    def _take(
        self,
        integration: Integration,
        account: Account,
        resource: object,
        request_id: str,
        pulled: Pulled,
    ) -> None:
        store = self._store
        ids = {"integration_id": integration.id, "account_id": account.id}
        told = resource.get("external_id") if isinstance(resource, dict) else None
        external_id = told if isinstance(told, str) else None
        if external_id and (known := known_resource(store, integration.id, external_id)):
            pulled.again.append(
                {
                    "external_id": known.external_id,
                    "request_id": known.request_id,
                    "ticket_id": known.ticket_id,
                    "comment_id": known.comment_id,
                }
            )
        breaches = resource_breaches(resource)
        hard = [one for one in breaches if not one.warning]
        if pulled.again and pulled.again[-1]["external_id"] == external_id:
            breaches = hard  # It was warned about when it came first.
        store.report("external resource", breaches, external_id=external_id, **ids)
        if hard:
            pulled.refused += 1
            pulled.reasons.append(f"{external_id or 'item without id'}: {hard[0]}")
            return
        assert isinstance(resource, dict)
        done = import_resource(
            store,
            integration,
            account,
            resource,
            attachment_ids=fetch_files(store, integration, account, resource),
            request_id=request_id,
        )
        if done.event:
            pulled.events.append(done.event)
        if done.code == "success":
            pulled.imported += 1
        elif done.code != "already_imported":
            pulled.refused += 1
            rule = f"is not known ({done.code})"
            breach = Breach(where="parent_id", rule=f"{done.description} {rule}")
            store.report("external resource", [breach], external_id=external_id, **ids)
            pulled.reasons.append(f"{external_id}: {done.code} {done.description}")

    def _keep(self, account: Account, body: Mapping[str, Any]) -> None:
        store = self._store
        with store.lock:
            now = store.accounts.get(account.id)
            if now is None:
                return
            values: dict[str, Any] = {"last_error": None, "errors_in_a_row": 0}
            values |= {"last_pull_at": store.now(), "pulls": now.pulls + 1}
            # An administrator may have edited the account while the service was answering.
            for name in ("state", "metadata"):
                if name in body and getattr(now, name) == getattr(account, name):
                    values[name] = body[name]
            if "metadata_needs_update" in body:
                values["metadata_needs_update"] = body["metadata_needs_update"]
            store.change_account(account.id, **values)

    def _failed(
        self, integration: Integration, account: Account, request_id: str, pulled: Pulled
    ) -> None:
        store = self._store
        error = pulled.error or ""
        with store.lock:
            now = store.accounts.get(account.id)
            if now is None:
                return
            errors = now.errors_in_a_row + 1
            values: dict[str, Any] = {"last_error": error, "errors_in_a_row": errors}
            values |= {"last_pull_at": store.now(), "pulls": now.pulls + 1}
            store.change_account(account.id, **values)
            self._tell(integration, account, request_id, pulled)
            if errors >= store.settings.errors_to_deactivate:
                self._integrations.deactivate(account.id, by="error", error=error)

    def _tell(
        self, integration: Integration, account: Account, request_id: str, pulled: Pulled
    ) -> None:
        events = []
        if pulled.events:
            data = {"request_id": request_id, "resource_events": pulled.events}
            kind = "resources_created_from_external_ids"
            events.append(self._callbacks.event(integration, kind, data))
        error = pulled.error or ""
        if pulled.reasons:
            error = "Not imported: " + "; ".join(pulled.reasons[:10])
        if error or pulled.again:
            data = {
                "integration_instance_name": account.name,
                "url": integration.urls["pull_url"],
                "request_id": request_id,
                "duplicate_external_ids": pulled.again,
            }
            events.append(self._callbacks.event(integration, "pull_request", data, error))
        self._callbacks.tell(integration, events)


def fetch_files(
    store: Store, integration: Integration, account: Account, resource: Mapping[str, Any]
) -> tuple[int, ...]:
    """Gets the files of a resource that is not known yet; a file that fails is only reported."""
    if known_resource(store, integration.id, resource["external_id"]):
        return ()
    start = integration.urls.get("pull_url") or integration.manifest_url
    kept = []
    for position, relative in enumerate(resource.get("file_urls", ())):
        url = urljoin(start, relative)
        try:
            answer = call("POST", url, timeout=FILE_TIMEOUT, form=[("metadata", account.metadata)])
            if answer.status != 200:
                # Zendesk has been seen to fetch by POST; the documents do not say.
                answer = call("GET", url, timeout=FILE_TIMEOUT, follow=True)
            if answer.status != 200:
                raise UnreachedError(f"answered {answer.line}")
        except UnreachedError as error:
            breach = Breach(where=f"file_urls[{position}]", rule=str(error), warning=True)
            store.report(
                "file",
                [breach],
                integration_id=integration.id,
                account_id=account.id,
                external_id=resource["external_id"],
            )
            continue
        name = url.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
        kept.append(store.add_attachment(name, answer.content_type, answer.body).id)
    return tuple(kept)
