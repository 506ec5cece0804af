"""docs/cli.md: what every command says about itself with `--help`."""

from collections.abc import Iterator
from importlib.metadata import entry_points

import click

from answerback.cli import main
from answerback.cli.joined import GROUP
from generators.markdown import block, page

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
    """The whole page."""
    for point in entry_points(group=GROUP):
        point.load()  # a broken one stops here, instead of being missing from the page
    return page(
        "Commands",
        "the commands themselves",
        *(
            f"## {context.command_path}\n\n{block('text', context.command.get_help(context))}"
            for context in commands(main)
        ),
    )
