"""Running the server: web and worker together, or each alone."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
from types import FrameType
from typing import TYPE_CHECKING

import click

from answerback.errors import ConfigError
from answerback_server.cli.children import Children, die_with_parent
from answerback_server.config import Config, read_config
from answerback_server.logs import log_to_stderr
from answerback_server.store import drains
from answerback_server.store.database import Database, StoreError
from answerback_server.store.start import OneServer, mark
from answerback_server.store.start import migrate as bring_up
from answerback_server.store.vault import Vault, new_key

if TYPE_CHECKING:
    from flask import Flask


def open_database(config: Config) -> Database:
    """The database, with this release's schema and mark. Raises ConfigError, also when away."""
    Vault(config.keys)
    database = Database(config.database_url)
    try:
        bring_up(database)
        mark(database, environment=config.environment, keys=config.keys)
    except StoreError as error:
        database.close()
        raise ConfigError(
            f"The database does not answer as it should ({type(error).__name__}). Is the address "
            "in ANSWERBACK_DATABASE_URL right, is it running, and may this user write to it?"
        ) from None
    except ConfigError:
        database.close()
        raise
    return database


def check_port(config: Config) -> None:
    """Raise ConfigError when nobody could listen where the settings say."""
    family = socket.AF_INET6 if ":" in config.bind else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.bind, config.port))
        except OSError as error:
            raise ConfigError(
                f"Cannot listen on {config.bind} port {config.port}: {error.strerror}. Choose "
                "another with ANSWERBACK_PORT or ANSWERBACK_BIND, or stop who uses it."
            ) from None


@click.command()
def key() -> None:
    """Print a new key for ANSWERBACK_SECRET_KEY."""
    click.echo(new_key())


@click.command()
def migrate() -> None:
    """Bring the database's schema to this release."""
    open_database(read_config()).close()
    click.echo("The database has this release's schema.")


@click.command()
def serve() -> None:
    """Run web and worker together until SIGTERM or Ctrl-C."""
    config = read_config(web=True)
    log_to_stderr(config.log_level)
    database = open_database(config)
    database.close()
    lock = OneServer(database)
    check_port(config)
    children = Children({"web": ["web"], "work": ["work"]}, lock.descriptor)
    click.echo(f"answerback listens on {config.bind}:{config.port} as {config.public_url}")
    try:
        code = children.run()
    finally:
        lock.close()
    if code:
        raise SystemExit(code)


@click.command()
@click.option("--child", "parent", type=int, hidden=True)
def web(parent: int | None) -> None:
    """Run only the web server."""
    if parent is not None:
        die_with_parent(parent)
    config = read_config(web=True)
    if parent is None:
        open_database(config).close()
        check_port(config)
    from granian.constants import Interfaces
    from granian.server import Server

    Server(
        "answerback_server.cli.run:application",
        factory=True,
        address=config.bind,
        port=config.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=config.web_threads,
        log_access=False,
        log_enabled=config.log_level == "DEBUG",
    ).serve()


def application() -> Flask:
    """What granian's own process serves; it ends with the one that started it, as the rest do."""
    from answerback_server.app import wsgi

    started_by = multiprocessing.parent_process()
    if started_by is not None and started_by.pid is not None:
        die_with_parent(started_by.pid)
    return wsgi()


@click.command()
@click.option("--child", "parent", type=int, hidden=True)
def work(parent: int | None) -> None:
    """Run only the worker."""
    if parent is not None:
        die_with_parent(parent)
    from answerback_server.app import ready
    from answerback_server.engine.drains import Worker

    config = read_config()
    lock = None
    if parent is None:
        database = open_database(config)
        database.close()
        lock = OneServer(database)
    assembly = ready(config)
    if assembly.database.file is not None:
        # The file's lock says that the worker before this one is gone.
        with assembly.database.write() as tx:
            drains.take_over(tx)
    worker = Worker(assembly)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    worker.run(alive=lambda: parent is None or os.getppid() == parent)
    if lock is not None:
        lock.close()
