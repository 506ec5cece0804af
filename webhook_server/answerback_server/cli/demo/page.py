"""The demo's one page: square and desk side by side, live."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from flask import Flask, Response, render_template

from answerback_sandbox.serving import serve

if TYPE_CHECKING:
    from answerback_server.cli.demo.stage import Stage


@contextmanager
def show(stage: Stage, port: int) -> Iterator[str]:
    """Serve the page and give its address; any free port is taken where `port` is not free."""
    app = _app(stage)
    try:
        served = serve(app, port)
    except OSError:
        served = serve(app)
        click.echo(f"Port {port} is taken.", err=True)
    with served:
        yield f"{served.url}/"


def _app(stage: Stage) -> Flask:
    app = Flask(__name__)
    square, desk = stage.facts["square"]["url"], stage.facts["zendesk"]["url"]

    @app.get("/")
    def front() -> Response:
        answer = Response(render_template("demo.html", square=square, desk=f"{desk}/agent"))
        answer.headers["Content-Security-Policy"] = (
            f"default-src 'none'; style-src 'self'; script-src 'self'; frame-src {square} {desk}; "
            "base-uri 'none'"
        )
        return answer

    return app
