"""`answerback new golden`: a golden pair from a real payload, with personal data replaced."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from answerback.cli.new.gaps import changed, untold, unused
from answerback.cli.new.reading import Reader, Reading
from answerback.cli.payloads import Native, payloads
from answerback.contract import cannot, capabilities
from answerback.errors import ConfigError
from answerback.model import Ignored
from answerback.plugins import load_channel
from answerback.testing.golden.anonymity import anonymous, perhaps_fixed

#: A golden pair is read by people; a payload larger than this is an archive.
MAX_BYTES = 4 * 1024 * 1024

_NAME = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


@click.command()
@click.argument("channel")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("tests/golden"),
    show_default=True,
    help="The golden folder.",
)
@click.option("--name", help="What to call the pair. Default: after FILE.")
@click.option(
    "--keep",
    multiple=True,
    metavar="KEY|HOST",
    help="Leave the values of this key, or this host, as they are. May be repeated.",
)
@click.option(
    "--setting",
    multiple=True,
    metavar="NAME=VALUE",
    help="A setting of the account it is read for, as in your contract. May be repeated.",
)
@click.option("--force", is_flag=True, help="Overwrite a pair of this name.")
@click.pass_context
def golden(
    context: click.Context,
    channel: str,
    file: str,
    folder: Path,
    name: str | None,
    keep: tuple[str, ...],
    setting: tuple[str, ...],
    force: bool,
) -> None:
    """Propose a golden pair from a real payload of CHANNEL in FILE ("-": stdin).

    Writes NAME.native.json, the payload with personal data replaced, and NAME.as2.json, what
    the channel reads in it. Several payloads in FILE become pairs with numbers. Then says where
    the reading has gaps: mend the channel and run it again with --force.
    """
    plugin = load_channel(channel)
    if "read" not in capabilities(plugin):
        raise cannot(plugin, "read native payloads")
    reader = Reader(plugin, _settings(setting))
    natives = _natives(file)
    name = name or _named_after(file)
    if not _NAME.fullmatch(name):
        raise click.BadParameter("letters, digits, - and _ only", param_hint="--name")
    if context.get_parameter_source("folder") is ParameterSource.DEFAULT:
        _refuse_outside_a_project(folder)
    names = [name] if len(natives) == 1 else [f"{name}_{n + 1}" for n in range(len(natives))]
    _refuse_to_overwrite(folder, names, force=force)
    # Together, so that links between the payloads stay.
    replaced: list[Any] = anonymous(natives, keep=keep)
    read = [reader.read(each) for each in replaced]
    folder.mkdir(parents=True, exist_ok=True)
    for one, native, reading in zip(names, replaced, read, strict=True):
        _write(folder / f"{one}.native.json", native)
        _write(folder / f"{one}.as2.json", list(reading.as2))
    for one, real, native, reading in zip(names, natives, replaced, read, strict=True):
        click.echo(f"{folder / one}.native.json\n{folder / one}.as2.json: {_count(reading)}")
        _report(reading, changed(reader.read(real), reading))
        _report_replaced(perhaps_fixed(real, keep=keep))
        _report_unused(native, reader)
    click.echo(
        "\nPersonal data was replaced by rule, and rules can be wrong: look through it before "
        "you commit it.\nThen compare each .as2.json with what people see on the network."
    )


def _settings(given: tuple[str, ...]) -> Mapping[str, str]:
    settings = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not (name and equals):
            raise click.BadParameter("write NAME=VALUE", param_hint="--setting")
        settings[name] = value
    return settings


def _natives(file: str) -> list[Any]:
    """The payloads in a file. Raises ConfigError for what cannot be one."""
    with click.open_file(file, "rb") as opened:
        data = opened.read(MAX_BYTES + 1)
    shown = "stdin" if file == "-" else click.format_filename(file)
    if len(data) > MAX_BYTES:
        raise ConfigError(f"{shown} is larger than {MAX_BYTES // 1024**2} MB: take one payload.")
    found = []
    for position, payload in payloads(data):
        where = f"{shown}, {position}" if position else shown
        if isinstance(payload, Ignored):
            click.echo(f"{where}: left out, {payload.reason}", err=True)
        elif not isinstance(payload, Native):
            raise ConfigError(f"{where} cannot be read: {payload.reason}.")
        elif isinstance(payload.value, bytes):
            raise ConfigError(
                f"{where} is no JSON, and personal data is only found in JSON: write the pair by "
                "hand, as NAME.native.xml and NAME.as2.json."
            )
        else:
            found.append(payload.value)
    if not found:
        raise ConfigError(f"{shown} holds no payload.")
    return found


def _named_after(file: str) -> str:
    stem = Path(file).name.removesuffix(".json").removesuffix(".native")
    return re.sub(r"[^A-Za-z0-9_-]+", "_", stem).strip("_") or "payload"


def _refuse_outside_a_project(folder: Path) -> None:
    if not (folder.is_dir() or Path("pyproject.toml").is_file()):
        raise ConfigError(
            f"There is neither {folder} nor pyproject.toml here. Run this in your channel's "
            "project, or say with --folder where the pair belongs."
        )


def _refuse_to_overwrite(folder: Path, names: list[str], *, force: bool) -> None:
    for name in names:
        for path in (folder / f"{name}.native.json", folder / f"{name}.as2.json"):
            if path.exists() and not force:
                raise ConfigError(
                    f"{path} is there already: choose another --name, or overwrite with --force."
                )


def _write(path: Path, value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=1)
    # Half characters, which JSON may hold and files may not, as JSON writes them.
    path.write_bytes(text.encode("utf-8", "backslashreplace") + b"\n")


def _count(reading: Reading) -> str:
    types = ", ".join(each.type for each in reading.activities)
    if not types:
        return "no activity"
    noun = "activity" if len(reading.activities) == 1 else "activities"
    return f"{len(reading.activities)} {noun} ({types})"


def _report(reading: Reading, differences: list[str]) -> None:
    if differences:
        _say("read otherwise than the real payload", ", ".join(differences))
        click.echo(
            "    A value with a fixed meaning may have been replaced: leave it with --keep KEY,\n"
            "    or --keep HOST where the channel knows the network's own host."
        )
    if not any(reading.mentions()):
        _say("no mention in it", "nothing to be told in its fields")
    for name, meaning in untold(reading.mentions()):
        _say("not told", f"{name} ({meaning})")
    for item in reading.unreadable:
        _say("unreadable", f"{item.position}: {item.reason}".removeprefix(": "))
    for ignored in reading.ignored:
        _say("ignored", ignored.reason)
    if reading.hints:
        _say("hints", f"{reading.hints}, which a golden pair does not hold")


def _report_replaced(keys: list[str]) -> None:
    if keys:
        _say("replaced, though perhaps one of a few fixed values", ", ".join(keys))
        click.echo("    Where it says nothing of anybody, leave it with --keep KEY.")


def _report_unused(native: Any, reader: Reader) -> None:
    found = unused(native, reader)
    if found.paths:
        _say("not used", ", ".join(found.paths))
    if found.unseen:
        _say("not looked at", f"{found.unseen} more values, there being so many")


def _say(what: str, words: str) -> None:
    line = f"  {what}: {' '.join(words.split())}"
    click.echo(
        textwrap.fill(
            line, 100, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
        )
    )
