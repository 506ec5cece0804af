"""A small public square that speaks the Mastodon API over real HTTP: an emulator for development.

Any Mastodon client pointed at its root works. Everything is in memory and gone when it stops; it
does not federate, stream or send push messages. https://docs.joinmastodon.org/api/
"""

from answerback_sandbox.square.app import create_square
from answerback_sandbox.square.running import RunningSquare, open_square
from answerback_sandbox.square.seed import seed
from answerback_sandbox.square.state import Square

__all__ = ["RunningSquare", "Square", "create_square", "open_square", "seed"]
