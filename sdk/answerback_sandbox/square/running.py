"""Opens a square on a port of this machine: what the command line and tests start with."""

from typing import Self

from answerback_sandbox.serving import Served, serve
from answerback_sandbox.square.app import create_square
from answerback_sandbox.square.limits import Limit
from answerback_sandbox.square.seed import seed
from answerback_sandbox.square.state import Square


class RunningSquare:
    """A square that is being served; use it as a context manager, or call `stop` yourself."""

    def __init__(self, square: Square, served: Served) -> None:
        self.square = square
        self._served = served

    @property
    def url(self) -> str:
        """The root that a Mastodon client is pointed at."""
        return self._served.url

    @property
    def accounts(self) -> dict[str, dict[str, str]]:
        """Everyone's handle and access token, by name."""
        return self.square.accounts

    def stop(self) -> None:
        self._served.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def open_square(
    port: int = 0,
    *,
    square: Square | None = None,
    seeded: bool = True,
    limits: tuple[Limit, ...] | None = None,
) -> RunningSquare:
    """Serves a square, with people and posts on it unless told otherwise or given one."""
    shown = square or Square()
    served = serve(create_square(shown, limits=limits), port)
    with shown.lock:
        shown.base_url = shown.base_url or served.url
        if square is None and seeded:
            seed(shown)
    return RunningSquare(shown, served)
