"""A database with this release's schema, copied instead of migrated anew for every test."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from answerback_server.cli.run import open_database
from answerback_server.config import SANDBOX_KEY, read_config


@cache
def _schema() -> bytes:
    file = Path(mkdtemp(prefix="answerback-schema-")) / "schema.sqlite3"
    config = read_config(
        {
            "ANSWERBACK_ENVIRONMENT": "sandbox",
            "ANSWERBACK_DATABASE_URL": f"sqlite:///{file}",
            "ANSWERBACK_SECRET_KEY": SANDBOX_KEY,
        }
    )
    database = open_database(config)
    # The last connection that closes brings the write-ahead log into the file.
    database.close()
    content = file.read_bytes()
    for left in file.parent.iterdir():
        left.unlink()
    file.parent.rmdir()
    return content


def put_database(file: Path) -> None:
    """Write a ready sandbox database to this file."""
    file.write_bytes(_schema())
