"""`answerback read`: what a channel makes of native payloads, offline and without settings."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from answerback._values import line
from answerback.channel import Channel
from answerback.cli.payloads import Native, payloads
from answerback.contract import cannot, capabilities
from answerback.errors import AnswerbackError, Malformed
from answerback.model import Activity, Hint, Ignored, Item, Unreadable
from answerback.plugins import load_channel

#: More than this is no payload but an archive, or a device without end.
MAX_BYTES = 256 * 1024 * 1024


@click.command()
@click.argument("channel")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--as2", is_flag=True, help="Write ActivityStreams 2.0 instead of the wire form.")
@click.option("--raw", is_flag=True, help="Include each payload as it was received.")
@click.option("--verbose", "-v", is_flag=True, help="Say on stderr what was ignored, and why.")
@click.pass_context
def read(
    context: click.Context,
    channel: str,
    files: tuple[str, ...],
    as2: bool,
    raw: bool,
    verbose: bool,
) -> None:
    """Translate native payloads of CHANNEL, one activity per line.

    Takes JSON objects, lists, JSON Lines, webhook bodies and recorded exchanges
    ({"request", "status", "headers", "body"}) from FILEs, or from stdin without any or for "-".
    What cannot be read is named on stderr, the rest goes on, and the exit status is 1.
    """
    if as2 and raw:
        raise click.UsageError("--raw has no place in ActivityStreams; leave out --as2.")
    plugin = load_channel(channel)
    if "read" not in capabilities(plugin):
        raise cannot(plugin, "read native payloads")
    translation = _Translation(plugin(), as2=as2, raw=raw, verbose=verbose)
    for name in files or ("-",):
        translation.read_file(name)
    translation.out.flush()
    if translation.failed:
        context.exit(1)


class _Translation:
    """One run over several files: where it writes, and whether anything could not be read."""

    def __init__(self, channel: Channel, *, as2: bool, raw: bool, verbose: bool) -> None:
        self.channel = channel
        self.as2 = as2
        self.raw = raw
        self.verbose = verbose
        self.failed = False
        self.out = sys.stdout.buffer

    def read_file(self, name: str) -> None:
        """Translate everything in one file."""
        shown = "stdin" if name == "-" else click.format_filename(name)
        try:
            data = _bytes(name)
        except OSError as error:
            self.fail(error.strerror or type(error).__name__, shown)
            return
        if len(data) > MAX_BYTES:
            self.fail(f"larger than {MAX_BYTES // 1024**2} MB", shown)
            return
        for position, payload in payloads(data):
            if isinstance(payload, Native):
                for item in self._items(payload.value, shown, position):
                    self._show(item, shown, position)
            else:
                self._show(payload, shown, position)

    def fail(self, reason: str, *where: str) -> None:
        """Name what cannot be read, on one line."""
        self.failed = True
        self._say(reason, *where)

    def _items(self, payload: object, *where: str) -> Iterator[Item]:
        try:
            yield from self.channel.read(payload)
        except AnswerbackError as error:
            self.fail(str(error), *where)
        except RecursionError:
            self.fail("nested too deeply", *where)
        # A plugin's mistake costs this payload, not the others; its words may quote the payload.
        except Exception as error:  # noqa: BLE001
            reason = f"the channel failed with {type(error).__name__}, which is a mistake in it"
            self.fail(reason, *where)

    def _show(self, item: object, *where: str) -> None:
        match item:
            case Activity() | Hint():
                try:
                    text = line(self._form(item))
                except Malformed as error:
                    self.fail(str(error), *where)
                else:
                    self.out.write(text.encode() + b"\n")
            case Unreadable():
                self.fail(item.reason, *where, item.position)
            case Ignored():
                if self.verbose:
                    self._say(f"ignored: {item.reason}", *where)
            case _:
                self.fail(f"the channel gave a {type(item).__name__}, not an item", *where)

    def _form(self, item: Activity | Hint) -> dict[str, Any]:
        if self.as2 and isinstance(item, Activity):
            from answerback.activitystreams import to_as2

            return to_as2(item)
        from answerback.schema import to_wire

        return to_wire(item, raw=self.raw)

    def _say(self, reason: str, *where: str) -> None:
        words = ": ".join(part for part in (*where, reason) if part)
        click.echo(" ".join(words.split()), err=True)


def _bytes(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with Path(name).open("rb") as file:
        return file.read(MAX_BYTES + 1)
