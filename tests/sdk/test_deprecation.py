"""Old names work for a while, say so, and are not forgotten when their time is over."""

from __future__ import annotations

import re
import subprocess
import sys
import warnings
from collections.abc import Mapping
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from packaging.version import Version

import answerback
from answerback import _deprecation
from answerback._deprecation import (
    DEPRECATED,
    Deprecation,
    adopt_old_methods,
    deprecated,
    old_name,
)

VERSIONING = Path(__file__).parents[2] / "docs" / "versioning.md"
SIX_MONTHS = timedelta(days=181)

RENAMED = Deprecation(
    new="answerback.Mention", since="0.2", announced=date(2027, 1, 15), gone="0.4"
)
TOLD = "is deprecated since answerback 0.2 and goes with 0.4: use answerback.Mention"


def too_soon(found: Deprecation) -> bool:
    """Whether a name would go without a minor release, or from 1.0 on a major one, between."""
    since, gone = Version(found.since), Version(found.gone)
    if since.major == 0 and gone.major == 0:
        return gone.minor <= since.minor
    return gone.major <= since.major


def outstayed(table: Mapping[str, Deprecation], release: str) -> list[str]:
    """The names that a release must no longer have."""
    return [old for old, found in table.items() if Version(release) >= Version(found.gone)]


def resolved(name: str) -> object:
    """What a full name stands for, old or new."""
    head, *rest = name.split(".")
    found: object = import_module(head)
    for step in rest:
        if isinstance(found, ModuleType) and not hasattr(found, step):
            import_module(f"{found.__name__}.{step}")
        found = getattr(found, step)
    return found


def test_no_deprecated_name_has_outstayed_its_time() -> None:
    assert outstayed(DEPRECATED, answerback.__version__) == []


def test_no_deprecated_name_goes_too_soon() -> None:
    assert [old for old, found in DEPRECATED.items() if too_soon(found)] == []


def test_every_deprecated_name_still_works_says_so_and_is_documented() -> None:
    page = VERSIONING.read_text(encoding="utf-8")
    for old, found in DEPRECATED.items():
        assert f"`{old}`" in page, f"docs/versioning.md does not say that {old} goes"
        assert resolved(found.new) is not None
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            thing = resolved(old)
        marked = getattr(thing, "__deprecated__", None)
        told = [marked, *(str(each.message) for each in caught)]
        assert found.warning(old) in told, f"{old} does not warn"


def test_what_the_page_calls_deprecated_is_in_the_table() -> None:
    section = VERSIONING.read_text(encoding="utf-8").partition("## Deprecated now")[2]
    named = re.findall(r"^\| `(answerback\.[\w.]+)`", section.partition("\n## ")[0], re.MULTILINE)
    assert sorted(named) == sorted(DEPRECATED)


@pytest.mark.parametrize(
    ("release", "names"), [("0.3.9", []), ("0.4.0.dev1", []), ("0.4.0", ["answerback.Post"])]
)
def test_a_name_has_outstayed_its_time_from_the_release_it_goes_with(
    release: str, names: list[str]
) -> None:
    assert outstayed({"answerback.Post": RENAMED}, release) == names


@pytest.mark.parametrize(
    ("since", "gone", "soon"),
    [
        ("0.2", "0.2", True),
        ("0.2", "0.3", False),
        ("0.9", "1.0", False),
        ("1.2", "1.9", True),
        ("1.2", "2.0", False),
    ],
)
def test_a_name_stays_for_a_minor_release_and_from_1_on_for_a_major(
    since: str, gone: str, soon: bool
) -> None:
    found = Deprecation(new="x.y", since=since, announced=date(2027, 1, 1), gone=gone)
    assert too_soon(found) is soon


def test_a_name_stays_for_six_months_at_least_and_says_until_when() -> None:
    assert RENAMED.earliest - RENAMED.announced >= SIX_MONTHS
    assert f"until {RENAMED.earliest:%Y-%m-%d} at least" in RENAMED.warning("answerback.Post")


def test_an_old_name_of_a_module_is_the_new_thing_with_a_warning() -> None:
    with pytest.warns(DeprecationWarning, match=re.escape("answerback.Post " + TOLD)):
        found = old_name("answerback", "Post", {"answerback.Post": RENAMED})
    assert found is answerback.Mention


def test_a_name_that_never_was_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"module 'answerback\.text' has no attribute 'cut'"):
        old_name("answerback.text", "cut")


@pytest.mark.parametrize(
    "use", ["from answerback import Post", "import answerback\nanswerback.Post"]
)
def test_the_package_answers_for_its_old_names_at_the_line_that_uses_them(use: str) -> None:
    program = f"""
import datetime
from answerback import _deprecation
_deprecation.DEPRECATED["answerback.Post"] = _deprecation.Deprecation(
    new="answerback.Mention", since="0.2", announced=datetime.date(2027, 1, 15), gone="0.4")
import answerback
assert "Post" not in answerback.__all__
exec(compile({use!r}, "plugin.py", "exec"))
assert answerback.Post is answerback.Mention
"""
    done = subprocess.run(
        [sys.executable, "-W", "default", "-c", program],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    line = use.count("\n") + 1
    assert f"plugin.py:{line}: DeprecationWarning: answerback.Post {TOLD}" in done.stderr


def test_a_deprecated_function_works_and_warns_whoever_calls_it() -> None:
    @deprecated("answerback.old", {"answerback.old": RENAMED})
    def old(number: int) -> int:
        """Doubled."""
        return number * 2

    with pytest.warns(DeprecationWarning, match=re.escape("answerback.old " + TOLD)) as caught:
        assert old(21) == 42
    assert caught[0].filename == __file__
    assert (old.__name__, old.__doc__) == ("old", "Doubled.")
    assert TOLD in vars(old)["__deprecated__"]


def test_a_deprecated_method_works_and_warns() -> None:
    class Http:
        @deprecated("answerback.Http.fetch", {"answerback.Http.fetch": RENAMED})
        def fetch(self) -> str:
            return "fetched"

    with pytest.warns(DeprecationWarning, match=r"answerback\.Http\.fetch is deprecated"):
        assert Http().fetch() == "fetched"


def test_what_is_marked_has_to_be_in_the_table() -> None:
    with pytest.raises(KeyError, match="forgotten"):
        deprecated("answerback.forgotten")


class Channel:
    """A contract whose `answer` was once called `respond`."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        adopt_old_methods(
            Channel,
            cls,
            {
                "answerback.Channel.respond": Deprecation(
                    new="answerback.Channel.answer",
                    since="0.2",
                    announced=date(2027, 1, 15),
                    gone="0.4",
                ),
                "answerback.HelpDesk.respond": RENAMED,
            },
        )

    def answer(self) -> str:
        return "the contract's"


def test_a_plugin_with_a_methods_old_name_goes_on_working_and_its_author_is_told() -> None:
    with pytest.warns(DeprecationWarning, match=r"Square: answerback\.Channel\.respond is") as told:

        class Square(Channel):
            def respond(self) -> str:
                return "the plugin's"

    assert Square().answer() == "the plugin's"
    assert told[0].filename == __file__
    assert len(told) == 1


def test_a_plugin_that_has_both_names_keeps_its_new_one() -> None:
    with pytest.warns(DeprecationWarning, match="answer"):

        class Square(Channel):
            def respond(self) -> str:
                return "old"

            def answer(self) -> str:
                return "new"

    assert Square().answer() == "new"


def test_a_plugin_with_new_names_hears_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")

        class Square(Channel):
            def answer(self) -> str:
                return "the plugin's"

    assert Square().answer() == "the plugin's"


def test_the_mechanism_is_none_of_the_public_names() -> None:
    assert not set(answerback.__all__) & set(vars(_deprecation))
