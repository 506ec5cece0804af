"""Real little distributions in a folder: a module and the dist-info that installs it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

# Fits any test of the command line: what it yields is told by the payload.
BOX = '''
from answerback import Activity, Channel, Hint, Ignored, Malformed, Mention, Unreadable


class Box(Channel):
    """Hears what is put into a box. Cannot answer."""

    name = "box"
    title = "Box"

    def read(self, payload):
        if isinstance(payload, bytes):
            yield Ignored(reason=f"{len(payload)} bytes")
            return
        for number, entry in enumerate(payload if isinstance(payload, list) else [payload], 1):
            yield from self._entry(entry, f"item {number}")

    def _entry(self, entry, position):
        if not isinstance(entry, dict) or "id" not in entry:
            yield Unreadable(position=position, reason="an entry without id")
        elif entry["id"] == "bell":
            yield Hint(refs=({"id": "7"},), reason="doorbell")
        elif entry["id"] == "advert":
            yield Ignored(reason="an advertisement")
        elif entry["id"] == "bug":
            raise KeyError(entry["text"])
        elif entry["id"] == "bad":
            raise Malformed("no slip in the box")
        else:
            words = Mention(id=entry["id"], channel="box", text=entry.get("text"), raw=entry)
            yield Activity(type="Create", channel="box", object=words)
'''


def install(
    folder: Path,
    name: str,
    *,
    modules: Mapping[str, str],
    entry_points: Mapping[str, Mapping[str, str]],
    version: str = "1.2",
) -> Path:
    """A distribution with these modules and entry points; put the folder on sys.path to use it."""
    folder.mkdir(parents=True, exist_ok=True)
    for module, source in modules.items():
        (folder / f"{module}.py").write_text(textwrap.dedent(source), encoding="utf-8")
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = []
    for group, points in entry_points.items():
        lines += [f"[{group}]", *(f"{point} = {target}" for point, target in points.items()), ""]
    (info / "entry_points.txt").write_text("\n".join(lines))
    return folder
