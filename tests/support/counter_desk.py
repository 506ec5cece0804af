"""The Counter: a help desk that exists in the tests alone, and the plugin that deserves gold there.

What the desk does is written down in `counter_house`; the broken variants that show each check
failing are subclasses of this plugin, so each of its methods does one thing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote

from answerback.errors import Gone, Refused, RemoteError
from answerback.fields import entries, identifier, needed, words
from answerback.helpdesk import (
    AgentReply,
    Customer,
    FileResult,
    Filing,
    HelpDesk,
    ReplyPage,
    Ticket,
    TicketChange,
)
from answerback.http import Answer
from answerback.model import Actor, Attachment, Mention
from answerback.settings import Setting

Json = Mapping[str, Any]

_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_MARK = re.compile(r"\{(?=[{%])|[}%](?=\})")
_KEY = Setting(
    name="key",
    scope="installation",
    secret=True,
    help="API key, made by an administrator of the desk.",
)
_ADDRESS = Setting(
    name="address",
    scope="installation",
    default="https://counter.example",
    help="Address of the desk.",
)


class Counter(HelpDesk):
    """Files posts into tickets of the Counter, and reports what agents answer there.

    The Counter cannot tell us that an agent wrote: it is asked. A closed ticket takes no comments,
    so what follows opens another one. https://counter.example/docs/api
    """

    name = "counter"
    title = "Counter"
    settings = (_KEY, _ADDRESS)
    batch: ClassVar[int] = 20

    @staticmethod
    def classify(answer: Answer) -> type[RemoteError] | None:
        """A 200 that holds an error is none."""
        if answer.status >= 300 or not answer.content:
            return None
        told = answer.json()
        return Refused if isinstance(told, dict) and told.get("ok") is False else None

    # In

    def file(self, batch: Sequence[Filing]) -> list[FileResult]:
        return [self._filed(filing) for filing in batch]

    def _filed(self, filing: Filing) -> FileResult:
        try:
            known = self._comment(filing.external_id)
            if known is not None:
                return self._result(filing, "already", known)
            ticket = self._open_ticket(filing.conversation)
            if ticket is not None:
                return self._result(filing, "done", self._added(ticket, filing))
            if filing.kind != "post":
                return FileResult(external_id=filing.external_id, outcome="parent_missing")
            return self._result(filing, "done", self._begun(filing))
        except Refused:
            return FileResult(
                external_id=filing.external_id, outcome="refused", reason="The Counter refused it."
            )
        except Gone:
            return FileResult(external_id=filing.external_id, outcome="try_later")

    def _result(self, filing: Filing, outcome: Any, comment: Json) -> FileResult:
        return FileResult(
            external_id=filing.external_id,
            outcome=outcome,
            ticket=needed(comment, "ticket"),
            comment=needed(comment, "id"),
        )

    def _added(self, ticket: str, filing: Filing) -> Json:
        path = f"/tickets/{_quoted(ticket)}/comments"
        return self._one(self._write("POST", path, self._draft(filing)))

    def _begun(self, filing: Filing) -> Json:
        ticket = {
            "external_id": filing.conversation,
            "subject": _subject(filing),
            "requester": _requester(filing),
            "tags": list(filing.tags),
            "priority": filing.priority,
            "comment": self._draft(filing),
        }
        return self._one(self._write("POST", "/tickets", ticket))

    def _draft(self, filing: Filing) -> dict[str, Any]:
        return {
            "external_id": filing.external_id,
            "public": self._is_public(filing),
            "by": "customer" if self._is_public(filing) else "us",
            "body": _body(filing),
            "files": self._files(filing.mention) if filing.kind == "post" else [],
        }

    def _is_public(self, filing: Filing) -> bool:
        return filing.kind == "post"

    def _files(self, mention: Mention | None) -> list[str]:
        attached = (mention.attachment or ()) if mention else ()
        return [one.url for one in attached if one.url and one.policy != "link-only"]

    # Changes

    def note(self, ticket: str, text: str) -> None:
        draft = {"public": False, "by": "us", "body": _inert(text)}
        self._one(self._write("POST", f"/tickets/{_quoted(ticket)}/comments", draft))

    def update(self, ticket: str, change: TicketChange) -> None:
        told = {
            "status": change.status,
            "priority": change.priority,
            "group": change.group,
            "add_tags": list(change.add_tags),
            "remove_tags": list(change.remove_tags),
        }
        changes = {name: value for name, value in told.items() if value}
        if changes:
            self._write("PATCH", f"/tickets/{_quoted(ticket)}", changes, repeats=True)

    def redact(self, ticket: str, comment: str) -> None:
        path = f"/tickets/{_quoted(ticket)}/comments/{_quoted(comment)}/redaction"
        self._write("PUT", path, repeats=True)

    def find(self, external_id: str) -> Ticket | None:
        comment = self._comment(external_id)
        return Ticket(id=needed(comment, "ticket")) if comment is not None else None

    # Back

    def replies_since(self, cursor: str | None) -> ReplyPage:
        answer = self._get("/comments", after=str(_after(cursor)))
        comments = self._list(answer, "comments")
        after = max([_after(cursor), *(int(needed(one, "number")) for one in comments)])
        return ReplyPage(
            replies=tuple(self._replies(comments)),
            cursor=json.dumps({"v": 1, "after": after}),
            more=bool(answer.json().get("more")),
        )

    def _replies(self, comments: Sequence[Json]) -> Iterator[AgentReply]:
        for one in comments:
            if self._is_answer(one):
                yield AgentReply(
                    key=self._key_of(one),
                    text=words(one.get("body")) or "",
                    conversation=identifier(one.get("conversation")),
                    attachment=tuple(
                        Attachment(type="Document", url=url) for url in one.get("files") or ()
                    ),
                    agent=words(one.get("author")),
                )

    def _is_answer(self, comment: Json) -> bool:
        return (
            comment.get("public") is True
            and comment.get("by") == "agent"
            and comment.get("external_id") is None
            and comment.get("via") == "agent"
            and comment.get("conversation") is not None
        )

    def _key_of(self, comment: Json) -> str:
        return needed(comment, "id")

    # People

    def customer(self, actor: Actor) -> Customer | None:
        found = self._list(self._get("/customers", external_id=actor.id), "customers")
        return Customer(id=needed(found[0], "id")) if found else None

    def forget(self, actor: Actor) -> None:
        known = self.customer(actor)
        if known is not None:
            self._write("DELETE", f"/customers/{_quoted(known.id)}", repeats=True)

    def report_failure(self, reply: str, reason: str) -> None:
        self._write("PUT", f"/answers/{_quoted(reply)}/failure", {"reason": reason}, repeats=True)

    # Calls

    def _comment(self, external_id: str) -> Json | None:
        found = self._list(self._get("/comments", external_id=external_id), "comments")
        return found[0] if found else None

    def _open_ticket(self, conversation: str) -> str | None:
        found = self._list(self._get("/tickets", external_id=conversation), "tickets")
        ids = [needed(one, "id") for one in found if one.get("status") != "closed"]
        return ids[-1] if ids else None

    def _list(self, answer: Answer, name: str) -> list[Json]:
        told = answer.json()
        if not isinstance(told, dict) or not isinstance(told.get(name), list):
            raise _unclear(answer)
        return list(entries(told, name))

    def _one(self, answer: Answer) -> Json:
        told = answer.json()
        if not isinstance(told, dict) or identifier(told.get("id")) is None:
            raise _unclear(answer)
        return told

    def _get(self, path: str, **params: str | None) -> Answer:
        return self.http.get(f"{self._address}/api{path}", params=params, headers=self._headers())

    def _write(
        self, method: str, path: str, body: Json | None = None, *, repeats: bool = False
    ) -> Answer:
        url = f"{self._address}/api{path}"
        return self.http.write(method, url, json=body, headers=self._headers(), repeats=repeats)

    @property
    def _address(self) -> str:
        return self._told(_ADDRESS).rstrip("/")

    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._told(_KEY)}"}

    def _told(self, setting: Setting) -> str:
        given = self.installation.settings.get(setting.name)
        return str(setting.read(given, where=f"help desk {self.name}"))


def _body(filing: Filing) -> str:
    if filing.kind == "deletion":
        return "The author deleted this post."
    if filing.kind == "note":
        return _inert(filing.note or "(no text)")
    mention = filing.mention
    told = ["The author edited this post. It now says:"] if filing.kind == "edit" else []
    told += [f"> {_inert(filing.parent.text or '')}"] if filing.parent else []
    told.append(_inert((mention.text if mention else None) or "(no text)"))
    for one in (mention.attachment or ()) if mention else ():
        told.append(f"{one.type} ({_inert(one.name or 'no description')}): {one.url}")
    told += [f"Original post: {mention.url}"] if mention and mention.url else []
    return "\n\n".join(told)


def _subject(filing: Filing) -> str:
    said = "" if filing.heard == "direct" else (filing.mention and filing.mention.text) or ""
    kind = "direct message" if filing.heard == "direct" else filing.heard
    return f"{filing.brand.channel_title} {kind}: {_inert(said)[:60]}".rstrip(": ")


def _requester(filing: Filing) -> dict[str, str]:
    actor = filing.mention.attributed_to if filing.mention else None
    name = _inert((actor.name or actor.preferred_username) if actor else "Someone")
    return {"external_id": actor.id if actor else filing.external_id, "name": name}


def _inert(text: str | None) -> str:
    return _MARK.sub("\\g<0>\u2060", _HIDDEN.sub("", text or ""))


def _after(cursor: str | None) -> int:
    try:
        told = json.loads(cursor or "{}")
        return int(told["after"])
    except (ValueError, KeyError, TypeError):
        return 0


def _quoted(id: str) -> str:
    return quote(id, safe="")


def _unclear(answer: Answer) -> RemoteError:
    return answer.lost(
        "The Counter did not answer with what was asked for.",
        plugin=answer.plugin,
        account=answer.account,
        status=answer.status,
    )
