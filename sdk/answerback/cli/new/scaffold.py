"""Writing a new project from the templates beside this file.

A template's path holds NAME where the project's name belongs, and its text the words of
`Name.words` as `$name`; a dollar sign of its own is written twice. It ends in `.template`, so
that nothing takes it for code of ours. Nothing that exists is ever written over.
"""

from __future__ import annotations

import keyword
import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import Any

import click

import answerback

_PLAIN = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_LONGEST = 30
_SUFFIX = ".template"
#: What the templates call things themselves, beside the names they take from answerback.
_TAKEN = frozenset(
    {
        *("Action", "Any", "Batch", "ChannelContract", "FakeNetwork", "HelpDeskContract"),
        *("FakeDesk", "PretendComment", "PretendTicket"),
        *(
            "Iterable",
            "Iterator",
            "Json",
            "Mapping",
            "Path",
            "Post",
            "Refusal",
            "Sequence",
            "UnclearError",
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A plugin's name, in all the forms a project writes it in."""

    plain: str

    @property
    def title(self) -> str:
        """As people write it: Hacker News."""
        return " ".join(word.capitalize() for word in self.plain.split("_"))

    @property
    def dashed(self) -> str:
        """As distributions and hosts are called: hacker-news."""
        return self.plain.replace("_", "-")

    @property
    def words(self) -> Mapping[str, str]:
        """What stands for what in a template's text."""
        return {
            "name": self.plain,
            "Name": self.title.replace(" ", ""),
            "title": self.title,
            "dashed": self.dashed,
            "host": f"{self.dashed}.example",
            "version": answerback.__version__,
        }


def named(text: str, *, kind: str) -> Name:
    """The name of a new plugin. Raises BadParameter saying what is wrong, and what would do.

    `kind` is the plugin's in words: a channel or a help desk. A plugin of this name that is
    installed is no hindrance, only warned of: it may be this very one, begun anew.
    """
    if not _is_plain(text):
        raise _bad(
            f"'{text}' is no name for a {kind}. Take lower-case letters, digits and single "
            f"underscores, a letter first, {_LONGEST} at most.{_meant(text)}"
        )
    name = Name(plain=text)
    if keyword.iskeyword(text):
        raise _bad(f"'{text}' is a word of Python's own.")
    if name.words["Name"] in _TAKEN.union(answerback.__all__):
        raise _bad(f"'{text}' is a word of answerback's own. Take the name of what it connects to.")
    if text in {point.name for point in entry_points(group=_group(kind))}:
        click.echo(
            f"Warning: a {kind} '{text}' is installed already. Where both are, neither is loaded.",
            err=True,
        )
    elif find_spec(f"answerback_{text}") is not None:
        raise _bad(f"There is a package answerback_{text} already, which is no {kind}.")
    return name


def write(template: str, name: Name, folder: Path) -> list[Path]:
    """Write the project into a folder that is not there yet; the files written.

    Raises ClickException where the folder exists or cannot be made, or lies within a project of
    the same plugin.
    """
    _refuse_to_nest(name, folder)
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise click.ClickException(
            f"{click.format_filename(folder)} is there already, and nothing in it was changed. "
            "Choose another NAME, or another place with --folder."
        ) from None
    except OSError as error:
        raise click.ClickException(
            f"{click.format_filename(folder)} cannot be made: {error.strerror}."
        ) from None
    written = []
    for path, text in _templates(files(__package__) / "templates" / template):
        target = folder / path.replace("NAME", name.plain)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(Template(text).substitute(name.words), encoding="utf-8", newline="\n")
        written.append(target)
    return written


def _refuse_to_nest(name: Name, folder: Path) -> None:
    """Raise ClickException within this plugin's own project; warn within another plugin's."""
    for above in folder.resolve().parents:
        project = _declared(above / "pyproject.toml")
        if project is None:
            continue
        called = project.get("name")
        plugins = {
            plugin
            for group, points in project.get("entry-points", {}).items()
            if group in (_group("channel"), _group("help desk"))
            for plugin in points
        }
        if called == folder.name or name.plain in plugins:
            raise click.ClickException(
                f"{click.format_filename(above)} is the project of '{name.plain}' already, and "
                "nothing in it was changed. For another one, choose a place with --folder."
            )
        if plugins:
            click.echo(
                f"Warning: this lies within the project {called} "
                f"({click.format_filename(above)}). For a place beside it, take --folder.",
                err=True,
            )
        return


def _declared(settings: Path) -> dict[str, Any] | None:
    """What a pyproject.toml says of its project; None where there is none that can be read."""
    try:
        told = tomllib.loads(settings.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    project = told.get("project")
    return project if isinstance(project, dict) else {}


def announce(name: Name, folder: Path, written: Sequence[Path]) -> None:
    """Say what was written where, and what comes next."""
    shown = click.format_filename(folder)
    click.echo(f"Wrote {shown}, {len(written)} files:\n")
    for path in written:
        click.echo(f"  {click.format_filename(path.relative_to(folder))}")
    click.echo(
        f"\nNext:\n"
        f"  cd {shlex.quote(shown)}\n"
        f"  pip install -e '.[test]'\n"
        f"  pytest\n"
        f"  answerback check {name.plain}\n"
        f"\nThen README.md says what to change first."
    )


def _templates(folder: Traversable, above: str = "") -> Iterator[tuple[str, str]]:
    """Each template below a folder: its path there without the suffix, and its text."""
    for each in sorted(folder.iterdir(), key=lambda one: one.name):
        if each.is_dir():
            yield from _templates(each, f"{above}{each.name}/")
        elif each.name.endswith(_SUFFIX):
            yield f"{above}{each.name.removesuffix(_SUFFIX)}", each.read_text(encoding="utf-8")


def _bad(message: str) -> click.BadParameter:
    return click.BadParameter(message, param_hint="NAME")


def _group(kind: str) -> str:
    return f"answerback.{kind.replace(' ', '_')}s"


def _meant(text: str) -> str:
    """What such a name may have been meant to be, as a question; nothing where nobody knows."""
    joined = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_").removeprefix("answerback_")
    return f" Did you mean '{joined}'?" if _is_plain(joined) else ""


def _is_plain(text: str) -> bool:
    return len(text) <= _LONGEST and _PLAIN.fullmatch(text) is not None
