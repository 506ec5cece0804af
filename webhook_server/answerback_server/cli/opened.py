"""An assembly for one command: its database ready, and closed again after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from answerback_server.cli.run import open_database
from answerback_server.config import read_config
from answerback_server.engine.assembly import assemble

if TYPE_CHECKING:
    from answerback_server.engine.assembly import Assembly


@contextmanager
def opened() -> Iterator[Assembly]:
    """The assembly of the settings in the environment. Raises ConfigError."""
    config = read_config()
    open_database(config).close()
    assembly = assemble(config)
    with closing(assembly.database):
        yield assembly
