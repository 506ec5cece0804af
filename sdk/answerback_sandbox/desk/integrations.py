"""Integrations and their accounts: installed by manifest, connected through their admin UI.

https://developer.zendesk.com/documentation/channel_framework/understanding-the-channel-framework/administrative_interface
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

from answerback_sandbox.desk.callbacks import Callbacks
from answerback_sandbox.desk.calling import UnreachedError, call
from answerback_sandbox.desk.channel_records import Account, Breach, Integration, Setup
from answerback_sandbox.desk.refusals import RefusalError, invalid, not_found
from answerback_sandbox.desk.rules import (
    URLS,
    account_breaches,
    is_acceptable,
    manifest_breaches,
)
from answerback_sandbox.desk.store import Store

MANIFEST_TIMEOUT = 30.0
SETUP_HOURS = 8


class Integrations:
    """Installs integrations and keeps their accounts."""

    def __init__(self, store: Store, callbacks: Callbacks) -> None:
        self._store = store
        self._callbacks = callbacks

    def install(self, manifest_url: str) -> Integration:
        """Reads the manifest at this address; installed twice, it is read again."""
        store = self._store
        manifest, breaches = _read(manifest_url)
        found = _members(manifest, manifest_url) if not _hard(breaches) else {}
        with store.lock:
            known = self._known(manifest_url, found.get("external_id"))
            first = known is None or not known.installed
            integration = known or Integration(
                id=store.next_id(), manifest_url=manifest_url, created_at=store.now()
            )
            integration = replace(
                integration,
                manifest_url=manifest_url,
                problems=tuple(breaches),
                installed=integration.installed or not _hard(breaches),
                **found,
            )
            store.integrations[integration.id] = integration
            store.report("manifest", breaches, integration_id=integration.id)
            store.touch()
        if first and integration.installed:
            self._tell(integration, "create_integration", {"manifest_url": manifest_url})
        return integration

    def remove(self, integration_id: int) -> None:
        """Takes an integration and its accounts away; tickets stay."""
        store = self._store
        with store.lock:
            integration = self.integration(integration_id)
            for account in list(store.accounts.values()):
                if account.integration_id == integration_id:
                    self.remove_account(account.id)
            data = {"manifest_url": integration.manifest_url}
            self._tell(integration, "destroy_integration", data)
            del store.integrations[integration_id]
            store.touch()

    def integration(self, integration_id: int) -> Integration:
        """The integration, or a refusal."""
        found = self._store.integrations.get(integration_id)
        if found is None:
            raise not_found()
        return found

    def account(self, account_id: int) -> Account:
        """The account, or a refusal."""
        found = self._store.accounts.get(account_id)
        if found is None:
            raise not_found()
        return found

    def open_admin_ui(
        self, integration_id: int, account_id: int | None, locale: str = "en-US"
    ) -> tuple[str, Mapping[str, str]]:
        """The address of an admin UI and the form fields a browser POSTs to it."""
        store = self._store
        with store.lock:
            integration = self.integration(integration_id)
            if not integration.installed:
                raise invalid("manifest", "The manifest breaks rules; see its problems")
            account = None if account_id is None else self.account(account_id)
            if account is not None and account.integration_id != integration_id:
                raise not_found()
            pushes = bool(integration.push_client_id)
            setup = Setup(
                token=store.token(),
                integration_id=integration_id,
                account_id=account_id,
                expires_at=store.in_(hours=SETUP_HOURS),
                push_id=(account and account.push_id) or (store.token() if pushes else None),
                push_token=(account and account.push_token) or (store.token() if pushes else None),
            )
            store.setups[setup.token] = setup
        fields = {
            "return_url": f"{store.url}/zendesk/channels/integration_accounts/{setup.token}",
            "subdomain": store.subdomain,
            "locale": locale,
            "name": account.name if account else "",
            "metadata": account.metadata if account else "",
            "state": account.state if account else "",
        }
        if pushes:
            fields["instance_push_id"] = setup.push_id or ""
            fields["zendesk_access_token"] = setup.push_token or ""
        return integration.urls["admin_ui"], fields

    def finish(self, token: str, fields: Mapping[str, str]) -> Account:
        """Takes what the admin UI sent back: creates the account, or changes it."""
        store = self._store
        with store.lock:
            setup = store.setups.get(token)
            if setup is None or setup.expires_at < store.now():
                raise RefusalError(
                    404, "This page was open too long, or was already used. Start again."
                )
            integration = self.integration(setup.integration_id)
            breaches = account_breaches(fields)
            store.report(
                "admin UI", breaches, integration_id=integration.id, account_id=setup.account_id
            )
            if _hard(breaches):
                text = "; ".join(str(one) for one in breaches)
                raise RefusalError(422, f"The admin UI of {integration.name} sent back: {text}.")
            del store.setups[token]
            if setup.account_id in store.accounts:
                return self._edit(store.accounts[setup.account_id], fields)
            account = Account(
                id=store.next_id(),
                integration_id=integration.id,
                name=fields["name"],
                metadata=fields["metadata"],
                state=fields.get("state", ""),
                created_at=store.now(),
                push_id=setup.push_id,
                push_token=setup.push_token,
            )
            store.accounts[account.id] = account
            store.touch()
            data = {"metadata": account.metadata}
            self._tell(integration, "create_integration_instance", data)
            self._tell(integration, "activate_integration_instance", data)
            return account

    def activate(self, account_id: int) -> None:
        """Pulls from an account again."""
        with self._store.lock:
            account = self.account(account_id)
            self._store.change_account(account_id, active=True, errors_in_a_row=0)
            if not account.active:
                integration = self.integration(account.integration_id)
                data = {"metadata": account.metadata}
                self._tell(integration, "activate_integration_instance", data)

    def deactivate(self, account_id: int, by: str = "api", error: str = "") -> None:
        """Stops pulling from an account, and says by whom: `api` or `error`."""
        with self._store.lock:
            account = self.account(account_id)
            if not account.active:
                return
            self._store.change_account(account_id, active=False)
            data = {"metadata": account.metadata, "deactivated_by": by}
            if error:
                data["deactivating_error"] = error
            integration = self.integration(account.integration_id)
            self._tell(integration, "deactivate_integration_instance", data)

    def remove_account(self, account_id: int) -> None:
        """Takes an account away; its tickets stay and can no longer be answered."""
        with self._store.lock:
            account = self.account(account_id)
            integration = self.integration(account.integration_id)
            data = {"metadata": account.metadata}
            self._tell(integration, "destroy_integration_instance", data)
            del self._store.accounts[account_id]
            self._store.touch()

    def _edit(self, account: Account, fields: Mapping[str, str]) -> Account:
        changed = self._store.change_account(
            account.id,
            name=fields["name"],
            metadata=fields["metadata"],
            state=fields.get("state", account.state),
            metadata_needs_update=False,
            last_error=None,
        )
        assert changed is not None
        self.activate(account.id)
        return self.account(account.id)

    def _known(self, manifest_url: str, external_id: str | None) -> Integration | None:
        for one in self._store.integrations.values():
            if one.manifest_url == manifest_url or (external_id and one.external_id == external_id):
                return one
        return None

    def _tell(self, integration: Integration, type_id: str, data: Mapping[str, Any]) -> None:
        self._callbacks.tell(integration, [self._callbacks.event(integration, type_id, data)])


def _read(manifest_url: str) -> tuple[dict[str, Any], list[Breach]]:
    def refused(rule: str) -> tuple[dict[str, Any], list[Breach]]:
        return {}, [Breach(where="manifest", rule=rule)]

    if not manifest_url.startswith(("http://", "https://")) or not is_acceptable(manifest_url):
        return refused("its address is not https (http is for loopback only)")
    try:
        answer = call("GET", manifest_url, timeout=MANIFEST_TIMEOUT, follow=True)
    except UnreachedError as error:
        return refused(f"could not be read: {error}")
    if answer.status != 200:
        return refused(f"was answered with {answer.line}, not 200")
    try:
        manifest = answer.json()
    except ValueError as error:
        return refused(str(error))
    breaches = manifest_breaches(manifest)
    return (manifest if isinstance(manifest, dict) else {}), breaches


def _members(manifest: Mapping[str, Any], manifest_url: str) -> dict[str, Any]:
    return {
        "name": manifest["name"],
        "external_id": manifest["id"],
        "version": manifest.get("version", ""),
        "author": manifest.get("author", ""),
        "push_client_id": manifest.get("push_client_id"),
        "channelback_files": manifest.get("channelback_files", False),
        "create_followup_tickets": manifest.get("create_followup_tickets", True),
        "urls": {
            key: urljoin(manifest_url, value)
            for key, value in manifest["urls"].items()
            if key in URLS
        },
    }


def _hard(breaches: list[Breach]) -> bool:
    return any(not one.warning for one in breaches)
