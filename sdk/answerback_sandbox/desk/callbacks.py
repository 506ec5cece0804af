"""Tells integrations what happened, by POST to their event_callback_url.

Delivery is at least once, in order, tried a few times and then given up; the list stays readable
at ``/_sandbox/callbacks``.
https://developer.zendesk.com/documentation/channel_framework/understanding-the-channel-framework/event_callbacks/
"""

import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from answerback_sandbox.desk.calling import UnreachedError, call
from answerback_sandbox.desk.channel_records import Attempt, Callback, Integration
from answerback_sandbox.desk.store import KEPT, Store, timestamp

TIMEOUT = 10.0


class Callbacks:
    """The queue of event callbacks and the thread that empties it."""

    def __init__(self, store: Store, repeats: Callable[[str], bool]) -> None:
        """`repeats` says of a URL whether what goes there is to be sent twice."""
        self._store = store
        self._repeats = repeats
        self._queue: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def event(
        self, integration: Integration, type_id: str, data: Mapping[str, Any], error: str = ""
    ) -> Mapping[str, Any]:
        """One event in its common envelope."""
        event = {
            "type_id": type_id,
            "timestamp": timestamp(self._store.now()),
            "subdomain": self._store.subdomain,
            "integration_name": integration.name,
            "integration_id": integration.external_id,
            "data": data,
        }
        return {**event, "error": error} if error else event

    def tell(self, integration: Integration, events: list[Mapping[str, Any]]) -> None:
        """Queues one batch; nothing happens when the integration wants no callbacks."""
        url = integration.urls.get("event_callback_url")
        if not url or not events:
            return
        store = self._store
        with store.lock:
            callback = Callback(
                id=store.next_id(),
                integration_id=integration.id,
                url=url,
                events=tuple(events),
                created_at=store.now(),
            )
            store.callbacks[callback.id] = callback
            for old in list(store.callbacks)[:-KEPT]:
                del store.callbacks[old]
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="callbacks", daemon=True)
                self._thread.start()
        self._queue.put(callback.id)

    def stop(self) -> None:
        """Ends the thread; what waits stays undelivered."""
        self._stopping.set()
        self._queue.put(None)
        if self._thread is not None:
            self._thread.join(timeout=2)

    def _run(self) -> None:
        while (id := self._queue.get()) is not None and not self._stopping.is_set():
            self._deliver(id)

    def _deliver(self, id: int) -> None:
        store = self._store
        callback = store.callbacks.get(id)
        if callback is None:
            return
        settings = store.settings
        body = {"events": list(callback.events)}
        for number in range(max(1, int(settings.callback_tries))):
            if number and self._stopping.wait(settings.callback_spacing):
                return
            if self._try(id, callback.url, body):
                if settings.repeat_callbacks or self._repeats(callback.url):
                    self._try(id, callback.url, body)
                self._note(id, state="delivered")
                return
        self._note(id, state="given up")

    def _try(self, id: int, url: str, body: Mapping[str, Any]) -> bool:
        status = None
        try:
            answer = call("POST", url, timeout=TIMEOUT, body=body)
            status, outcome = answer.status, answer.line
        except UnreachedError as error:
            outcome = str(error)
        attempt = Attempt(at=self._store.now(), outcome=outcome, status=status)
        callback = self._store.callbacks.get(id)
        if callback is not None:
            self._note(id, attempts=(*callback.attempts, attempt))
        return status is not None and 200 <= status < 300

    def _note(self, id: int, **members: Any) -> None:
        with self._store.lock:
            if id in self._store.callbacks:
                self._store.callbacks[id] = replace(self._store.callbacks[id], **members)
                self._store.touch()
