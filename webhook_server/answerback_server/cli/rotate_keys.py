"""`answerback rotate-keys`: everything sealed anew, so that an old key can be given up."""

from __future__ import annotations

import click

from answerback_server.cli.opened import opened
from answerback_server.store.rotation import rotate


@click.command("rotate-keys")
def rotate_keys() -> None:
    """Seal every stored secret with the first key of ANSWERBACK_SECRET_KEY.

    First put the new key in front of the old one and restart every process. Then run this. After
    that the old key may be removed, and every process restarted once more.
    """
    with opened() as assembly:
        count = rotate(assembly.database, assembly.vault, assembly.config.keys)
    click.echo(f"{count} secrets are sealed with the first key; no other key is needed any more.")
