"""Writes what is made from the code, pages of docs/ and a part of README.md: `make docs`.

With a folder, writes there instead: `docs/` below it, and the README.md that stands in it.
tests/test_docs.py fails when one of these no longer says what the code says.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from generators.checks import check_page
from generators.commands import command_page
from generators.contract import contract_page
from generators.errors import error_page
from generators.kit import kit_page
from generators.markdown import replaced
from generators.matrix import matrix_page, readme_part
from generators.schema import schema_page

PAGES: dict[str, Callable[[], str]] = {
    "checks.md": check_page,
    "cli.md": command_page,
    "contract.md": contract_page,
    "errors.md": error_page,
    "matrix.md": matrix_page,
    "schema.md": schema_page,
    "testing-a-plugin.md": kit_page,
}


def write(root: Path) -> None:
    """Write everything below this folder."""
    (root / "docs").mkdir(exist_ok=True)
    for name, written in PAGES.items():
        (root / "docs" / name).write_text(written(), encoding="utf-8")
    readme = root / "README.md"
    text = replaced(readme.read_text("utf-8"), "matrix", readme_part())
    readme.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    os.environ.pop("ANSWERBACK_PLUGINS", None)  # the pages name all of ours, whoever writes them
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1])
