"""`answerback schema`: the JSON Schema of the wire form."""

from __future__ import annotations

import json

import click

from answerback.schema import json_schema


@click.command()
def schema() -> None:
    """Print the JSON Schema (2020-12) of the wire form."""
    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
