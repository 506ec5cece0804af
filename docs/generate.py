"""Writes the pages of docs/ that are made from the code: `make docs`.

tests/test_docs.py fails when a page here no longer says what the code says.
"""

import sys
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from pathlib import Path

import click

from answerback.cli import GROUP, main

WIDTH = 88


def commands(
    command: click.Command, parent: click.Context | None = None
) -> Iterator[click.Context]:
    """The command and everything below it, as contexts that know their full name."""
    name = command.name if parent else "answerback"
    context = click.Context(
        command, info_name=name, parent=parent, terminal_width=WIDTH, max_content_width=WIDTH
    )
    yield context
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            if found and not found.hidden:
                yield from commands(found, context)


def command_page() -> str:
    """What every command says about itself with `--help`, on one page."""
    for point in entry_points(group=GROUP):
        point.load()  # a broken one stops here, instead of being missing from the page
    parts = [
        "# Commands",
        "Written by `make docs` from the commands themselves: change them, not this page.",
    ]
    for context in commands(main):
        text = context.command.get_help(context)
        parts.append(f"## {context.command_path}\n\n```text\n{text}\n```")
    return "\n\n".join(parts) + "\n"


PAGES: dict[str, Callable[[], str]] = {"cli.md": command_page}


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for page, written in PAGES.items():
        (folder / page).write_text(written(), encoding="utf-8")
