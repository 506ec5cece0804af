"""Hands agents' public replies to the integration a ticket came through.

Each reply has one request_unique_identifier, the same in every attempt. Network errors, time-outs
and 5xx are tried again; anything else but a proper 200 is final, and its text is the reason shown.
https://developer.zendesk.com/documentation/channel_framework/understanding-the-channel-framework/channelback/
"""

import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from answerback_sandbox.desk.callbacks import Callbacks
from answerback_sandbox.desk.calling import Answer, UnreachedError, call
from answerback_sandbox.desk.channel_records import (
    Account,
    Attempt,
    Breach,
    Integration,
    Reply,
    Resource,
)
from answerback_sandbox.desk.people import channel_address
from answerback_sandbox.desk.records import Comment, Ticket
from answerback_sandbox.desk.rules import channelback_breaches
from answerback_sandbox.desk.store import Store
from answerback_sandbox.desk.tickets import note_events


class Channelbacks:
    """Sends replies in threads of their own and keeps the state of each."""

    def __init__(self, store: Store, callbacks: Callbacks, repeats: Callable[[str], bool]) -> None:
        """`repeats` says of a URL whether what goes there is to be sent twice."""
        self._store = store
        self._callbacks = callbacks
        self._repeats = repeats
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Ends the waiting between attempts; replies under way stay `sending`."""
        self._stopping.set()

    def send(self, comment: Comment, answer_to: int | None = None) -> Reply | None:
        """Starts sending a comment, if it is a public one by staff on a channel's ticket.

        `answer_to` chooses the customer's comment that is answered; else it is the latest.
        """
        store = self._store
        with store.lock:
            ticket = store.tickets[comment.ticket_id]
            author = store.users[comment.author_id]
            if not comment.public or not author.staff or ticket.account_id is None:
                return None
            if ticket.via.get("channel") != "any_channel":
                return None
            answered = self._answered(ticket, answer_to)
            account_id = (answered and answered.account_id) or ticket.account_id
            reply = Reply(
                id=store.next_id(),
                ticket_id=ticket.id,
                comment_id=comment.id,
                account_id=account_id,
                parent_id=answered.external_id if answered else None,
                request_unique_identifier=uuid.uuid4().hex,
            )
            store.replies[reply.id] = reply
            store.touch()
            account = store.accounts.get(account_id)
            obstacle = self._obstacle(account, answered)
            if obstacle is not None or account is None:
                self._fail(reply.id, obstacle or "")
                return store.replies[reply.id]
            integration = store.integrations[account.integration_id]
            form = self._form(reply, comment, ticket, account, integration)
        name = f"channelback {reply.id}"
        arguments = (reply.id, integration, account, form)
        threading.Thread(target=self._deliver, args=arguments, name=name, daemon=True).start()
        return reply

    def later_failure(self, integration_id: int, external_id: str, description: str) -> bool:
        """Marks a sent reply as failed after all; False when no reply has this id."""
        store = self._store
        with store.lock:
            for reply in store.replies.values():
                account = store.accounts.get(reply.account_id)
                ours = account is not None and account.integration_id == integration_id
                if ours and reply.external_id == external_id:
                    self._fail(reply.id, description or "The channel reported a failure.")
                    return True
            return False

    def answerable(self, ticket: Ticket) -> list[Comment]:
        """The customers' comments on a ticket that may be answered, oldest first."""
        return [
            comment
            for comment in self._store.comments_on(ticket.id)
            if comment.imported and comment.public and comment.allow_channelback
        ]

    def _answered(self, ticket: Ticket, answer_to: int | None) -> Comment | None:
        comments = self.answerable(ticket)
        if answer_to is not None:
            return next((one for one in comments if one.id == answer_to), None)
        return comments[-1] if comments else None

    def _obstacle(self, account: Account | None, answered: Comment | None) -> str | None:
        if account is None:
            return "The channel account this came through was removed. Answer another way."
        integration = self._store.integrations[account.integration_id]
        if "channelback_url" not in integration.urls:
            return f"{integration.name} takes no replies."
        if not account.active:
            return f"{account.name} is switched off. Activate it under Channels, then answer again."
        if answered is None:
            return "The channel allows no reply to this post."
        return None

    def _form(
        self,
        reply: Reply,
        comment: Comment,
        ticket: Ticket,
        account: Account,
        integration: Integration,
    ) -> list[tuple[str, str]]:
        store = self._store
        recipient = channel_address(store, integration.id, ticket.requester_id)
        values = {
            "message": comment.text,
            "parent_id": reply.parent_id,
            "thread_id": ticket.thread_id,
            "recipient_id": recipient,
            "metadata": account.metadata,
            "request_unique_identifier": reply.request_unique_identifier,
        }
        form = [(name, value) for name, value in values.items() if value is not None]
        if integration.channelback_files:
            for id in comment.attachment_ids:
                attachment = store.attachments[id]
                link = f"{store.link_to(attachment)}?name={attachment.file_name}"
                form.append(("file_urls[]", link))
        return form

    def _deliver(
        self, id: int, integration: Integration, account: Account, form: list[tuple[str, str]]
    ) -> None:
        url = integration.urls["channelback_url"]
        settings = self._store.settings
        reason = ""
        for number in range(1 + int(settings.channelback_resends)):
            if number and self._stopping.wait(settings.channelback_spacing):
                return
            answer, reason = self._try(id, url, form)
            if answer is not None and (answer.status < 500):
                # Settled before the repetition, as a sender would that lost the first answer's ack.
                self._settle(id, integration, account, answer)
                if settings.repeat_channelbacks or self._repeats(url):
                    self._try(id, url, form)
                return
        self._fail(id, reason)

    def _try(self, id: int, url: str, form: list[tuple[str, str]]) -> tuple[Answer | None, str]:
        answer, status = None, None
        try:
            answer = call("POST", url, timeout=self._store.settings.channelback_timeout, form=form)
            status = answer.status
            outcome = answer.line if status == 200 else _reason(answer)
        except UnreachedError as error:
            outcome = str(error)
        attempt = Attempt(at=self._store.now(), outcome=outcome, status=status)
        self._note(id, attempts=(*self._store.replies[id].attempts, attempt))
        return answer, outcome

    def _settle(self, id: int, integration: Integration, account: Account, answer: Answer) -> None:
        store = self._store
        if answer.status != 200:
            self._fail(id, _reason(answer))
            return
        try:
            body = answer.json()
            breaches = channelback_breaches(body)
        except ValueError as error:
            breaches = [Breach(where="", rule=str(error))]
        store.report("channelback", breaches, integration_id=integration.id, account_id=account.id)
        if breaches:
            text = "; ".join(map(str, breaches))
            self._fail(id, f"The integration's answer breaks rules: {text}")
            return
        self._sent(id, integration, account, body)

    def _sent(
        self, id: int, integration: Integration, account: Account, body: dict[str, Any]
    ) -> None:
        store = self._store
        with store.lock:
            reply = store.replies[id]
            external_id = body["external_id"]
            comment = store.comments[reply.comment_id]
            store.comments[comment.id] = replace(comment, external_id=external_id)
            store.resources.setdefault(
                (integration.id, external_id),
                Resource(
                    external_id=external_id,
                    ticket_id=reply.ticket_id,
                    comment_id=comment.id,
                    request_id=reply.request_unique_identifier,
                    sent_by_us=True,
                ),
            )
            if body.get("allow_channelback") is False:
                ticket = store.tickets[reply.ticket_id]
                store.tickets[ticket.id] = replace(ticket, allow_channelback=False)
            values: dict[str, Any] = {}
            if "metadata_needs_update" in body:
                values["metadata_needs_update"] = body["metadata_needs_update"]
            if "metadata" in body:
                values["metadata"] = body["metadata"]
            if values:
                store.change_account(account.id, **values)
            self._note(id, state="sent", external_id=external_id)
            event = {
                "type": "ChannelBackEvent",
                "comment_id": comment.id,
                "external_id": external_id,
            }
            note_events(store, reply.ticket_id, comment.author_id, [event])

    def _fail(self, id: int, reason: str) -> None:
        store = self._store
        with store.lock:
            reply = self._note(id, state="failed", reason=reason)
            comment = store.comments[reply.comment_id]
            event = {"type": "ChannelBackFailedEvent", "comment_id": comment.id, "error": reason}
            note_events(store, reply.ticket_id, comment.author_id, [event])
            account = store.accounts.get(reply.account_id)
            integration = store.integrations[account.integration_id] if account else None
            if account is None or integration is None or "channelback_url" not in integration.urls:
                return
            data = {
                "integration_instance_name": account.name,
                "url": integration.urls["channelback_url"],
                "request_id": reply.request_unique_identifier,
            }
            told = self._callbacks.event(integration, "channelback", data, reason)
            self._callbacks.tell(integration, [told])

    def _note(self, id: int, **members: Any) -> Reply:
        with self._store.lock:
            reply = replace(self._store.replies[id], **members)
            self._store.replies[id] = reply
            self._store.touch()
            return reply


def _reason(answer: Answer) -> str:
    told = answer.sentence()
    return f"{told} (HTTP {answer.status})" if told else f"The channel answered {answer.line}."
