"""Each gold check of help desks, and each about what one declares, fails where it should."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from counter_desk import Counter, _inert
from counter_house import CounterHouse
from desk_mutants import assert_seen, outcome

from answerback.errors import Gone, Refused, RemoteError
from answerback.helpdesk import Customer, FileResult, Filing, HelpDesk
from answerback.http import Answer
from answerback.model import Actor, Mention
from answerback.settings import Setting

log = logging.getLogger(__name__)


class Drafting(Counter):
    """Writes each comment as a part of it says it should be written."""

    def body(self, filing: Filing, text: str) -> str:
        return text

    def _draft(self, filing: Filing) -> dict[str, Any]:
        draft = super()._draft(filing)
        return {**draft, "body": self.body(filing, draft["body"])}


class InAscii(Drafting):
    def body(self, filing: Filing, text: str) -> str:
        return text.encode("ascii", "replace").decode()


class Cutting(Drafting):
    def body(self, filing: Filing, text: str) -> str:
        return text[:5000]


class Trusting(Drafting):
    def body(self, filing: Filing, text: str) -> str:
        return (filing.mention.text or "") if filing.mention else text


class ShowingMarkup(CounterHouse):
    def tickets(self) -> Sequence[Any]:
        return [
            replace(one, comments=tuple(replace(each, markup=each.text) for each in one.comments))
            for one in super().tickets()
        ]


class WithoutPictures(Drafting):
    def body(self, filing: Filing, text: str) -> str:
        return "\n".join(line for line in text.splitlines() if not line.startswith("Image"))


class TakingAllFiles(Counter):
    def _files(self, mention: Mention | None) -> list[str]:
        return [one.url for one in (mention.attachment or ()) if one.url] if mention else []


class WithoutALink(Drafting):
    def body(self, filing: Filing, text: str) -> str:
        return text.partition("Original post:")[0]


class Beginning(Counter):
    """Opens each ticket as a part of it says it should be opened."""

    def ticket(self, filing: Filing, told: dict[str, Any]) -> dict[str, Any]:
        return told

    def _write(self, method: str, path: str, body: Any = None, *, repeats: bool = False) -> Answer:
        if path == "/tickets":
            body = self.ticket(self.filing, dict(body))
        return super()._write(method, path, body, repeats=repeats)

    def _begun(self, filing: Filing) -> Mapping[str, Any]:
        self.filing = filing
        return super()._begun(filing)


class PlainSubjects(Beginning):
    def ticket(self, filing: Filing, told: dict[str, Any]) -> dict[str, Any]:
        return {**told, "subject": "A post"}


class OpenLetters(Beginning):
    def ticket(self, filing: Filing, told: dict[str, Any]) -> dict[str, Any]:
        said = (filing.mention and filing.mention.text) or ""
        return {**told, "subject": f"Mastodon: {_inert(said)}"}


class ByHandle(Beginning):
    def ticket(self, filing: Filing, told: dict[str, Any]) -> dict[str, Any]:
        actor = filing.mention.attributed_to if filing.mention else None
        handle = (actor.preferred_username if actor else None) or ""
        return {**told, "requester": {"external_id": handle, "name": handle}}


class KnowingNobody(Counter):
    def customer(self, actor: Actor) -> Customer | None:
        return None


class KnowingByName(Counter):
    def customer(self, actor: Actor) -> Customer | None:
        return super().customer(actor) or Customer(id="somebody")


class ForgettingNothing(Counter):
    def forget(self, actor: Actor) -> None:
        return


class ForgettingOnce(Counter):
    def forget(self, actor: Actor) -> None:
        if self.customer(actor) is None:
            raise Gone("There is nobody.")
        super().forget(actor)


class SilentAboutFailures(Counter):
    def report_failure(self, reply: str, reason: str) -> None:
        return


class FailingInPublic(Counter):
    def report_failure(self, reply: str, reason: str) -> None:
        comments = self._list(self._get("/comments", after="0"), "comments")
        [ticket] = [one["ticket"] for one in comments if one["id"] == reply]
        draft = {"public": True, "by": "us", "body": reason}
        self._write("POST", f"/tickets/{ticket}/comments", draft)


class Untyped(Counter):
    def rating(self, filing):  # type: ignore[no-untyped-def]
        return filing


# Bronze


class ShowingItsKey(Counter):
    def __repr__(self) -> str:
        return f"Counter({self.installation.settings})"


class LoggingWords(Counter):
    def file(self, batch: Sequence[Filing]) -> list[FileResult]:
        log.info("filing %s", [one.mention and one.mention.text for one in batch])
        return super().file(batch)


class RaisingWords(Counter):
    def note(self, ticket: str, text: str) -> None:
        raise Refused(f"Not possible: {text}")


class RepeatingTheDesk(Counter):
    @staticmethod
    def classify(answer: Answer) -> RemoteError | type[RemoteError] | None:
        if answer.status >= 400:
            return Refused(f"The Counter says {answer.text}")
        return Counter.classify(answer)


class Unclassified(Counter):
    @staticmethod
    def classify(answer: Answer) -> RemoteError | type[RemoteError] | None:
        return None


class Careless(Counter):
    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.installation.settings['key']}"}


class CallingAnyway(Counter):
    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.installation.settings.get('key', '')}"}


class Speechless(HelpDesk):
    """It cannot do anything. https://counter.example/docs. Nothing at all."""

    name = "speechless"
    title = "Speechless"


class Filing2(Counter):
    def file(self, batch: Sequence[Filing], fast: bool = False) -> list[FileResult]:
        return super().file(batch)


def variant(**constants: Any) -> type[HelpDesk]:
    """The reference desk with other constants."""
    return type("Variant", (Counter,), constants)


def more(**told: Any) -> type[HelpDesk]:
    """The reference desk with another setting."""
    usual = {"name": "region", "scope": "installation", "help": "Where it is.", "required": False}
    return variant(settings=(*Counter.settings, Setting(**{**usual, **told})))


MUTANTS: list[tuple[str, type[HelpDesk]]] = [
    ("words_arrive_as_they_were_said", InAscii),
    ("ten_thousand_characters_arrive_whole", Cutting),
    ("what_strangers_write_is_inert", Trusting),
    ("pictures_are_shown_with_their_description", WithoutPictures),
    ("pictures_are_shown_with_their_description", TakingAllFiles),
    ("the_ticket_says_where_it_comes_from", PlainSubjects),
    ("the_ticket_says_where_it_comes_from", OpenLetters),
    ("the_ticket_says_where_it_comes_from", WithoutALink),
    ("one_person_is_one_customer", ByHandle),
    ("a_customer_is_known_by_the_networks_id", KnowingNobody),
    ("a_customer_is_known_by_the_networks_id", KnowingByName),
    ("a_person_can_be_forgotten", ForgettingNothing),
    ("a_person_can_be_forgotten", ForgettingOnce),
    ("a_late_failure_is_told_to_the_agent", SilentAboutFailures),
    ("a_late_failure_is_told_to_the_agent", FailingInPublic),
    ("every_function_is_fully_typed", Untyped),
    ("no_repr_shows_a_secret", ShowingItsKey),
    ("no_error_shows_a_secret_or_words", LoggingWords),
    ("no_error_shows_a_secret_or_words", RaisingWords),
    ("a_failing_desk_makes_nothing_seen", RepeatingTheDesk),
    ("a_failing_desk_makes_nothing_seen", LoggingWords),
    ("an_error_answer_becomes_what_to_do_next", Unclassified),
    ("an_error_never_shows_the_answer", Unclassified),
    ("a_missing_setting_stops_every_call", Careless),
    ("a_missing_setting_stops_every_call", CallingAnyway),
    ("there_is_a_way_in", Speechless),
    ("methods_have_the_contracts_signatures", Filing2),
    ("a_batch_has_a_size", variant(batch=0)),
    ("it_has_a_name_and_a_title", variant(title="")),
    ("its_docstring_states_purpose_limits_and_source", variant(__doc__="A desk.")),
    ("settings_are_declared_and_scoped", more(scope="account")),
    ("settings_are_declared_and_scoped", more(help="Where")),
    ("secrets_are_marked", more(name="api_token")),
    ("a_missing_setting_is_named", more(required=True, default="")),
]


@pytest.mark.parametrize(("check", "mutant"), MUTANTS)
def test_a_help_desk_with_a_fault_fails_the_check_that_is_about_it(
    check: str, mutant: type[HelpDesk]
) -> None:
    assert_seen(check, mutant)


def test_a_desk_that_shows_a_strangers_markup_as_its_own_is_seen() -> None:
    assert_seen("what_strangers_write_is_inert", Counter, ShowingMarkup)


def test_a_page_that_leaves_something_out_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "counter.md"
    page.write_text("The `key`. It cannot do everything. https://counter.example")
    assert_seen("the_page_for_its_users_is_complete", Counter, docs=page)


@pytest.mark.parametrize(("name", "result"), [("counter", "passed"), ("shop", "failed")])
def test_an_entry_point_of_another_name_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, result: str
) -> None:
    folder = tmp_path / "counter-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: counter\nVersion: 1.0\n")
    point = f"[answerback.help_desks]\n{name} = counter_desk:Counter\n"
    (folder / "entry_points.txt").write_text(point)
    monkeypatch.syspath_prepend(tmp_path)

    assert outcome("the_entry_point_has_its_name").result == result


def test_a_module_that_opens_something_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = (
        "from answerback.helpdesk import HelpDesk\n{}\n"
        'class Busy(HelpDesk):\n    name = "busy"\n    title = "Busy"\n'
    )
    path = tmp_path / "busy_desk.py"
    path.write_text(source.format(""))
    monkeypatch.syspath_prepend(tmp_path)
    from importlib import import_module

    busy = import_module("busy_desk").Busy
    with suppress(FileNotFoundError):
        path.write_text(source.format('open("left-behind", "w").close()'))

    assert_seen("importing_and_constructing_opens_nothing", busy)
