"""Every recipe prints what it says it prints."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from markdown_pages import Block, blocks_of
from tutorial_reader import shows

RECIPES = [block for block in blocks_of(Path("docs/recipes.md")) if block.language == "python"]
LONGEST = 35
#: What a line prints stands behind it; a loop may print more than one line can say.
PRINTED = re.compile(r"^ *print\(.*\)  # (.+)$", re.MULTILINE)


@pytest.mark.parametrize("recipe", RECIPES, ids=str)
def test_a_recipe_prints_what_stands_behind_its_lines(recipe: Block, tmp_path: Path) -> None:
    script = tmp_path / "recipe.py"
    script.write_text(recipe.text, encoding="utf-8")
    command = [sys.executable, "-X", "utf8", "-W", "error", str(script)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert run.returncode == 0, run.stderr
    assert run.stdout, "it prints nothing, so nobody sees what it does"
    assert shows(run.stdout, "\n".join(PRINTED.findall(recipe.text))) is None, run.stdout


@pytest.mark.parametrize("recipe", RECIPES, ids=str)
def test_a_recipe_is_short(recipe: Block) -> None:
    assert len([line for line in recipe.text.splitlines() if line]) <= LONGEST


def test_most_recipes_say_what_they_print() -> None:
    told = [recipe for recipe in RECIPES if PRINTED.search(recipe.text)]
    assert len(RECIPES) - len(told) <= 2


def test_recipes_have_the_form_of_the_rest(tmp_path: Path) -> None:
    for number, recipe in enumerate(RECIPES):
        (tmp_path / f"recipe_{number}.py").write_text(recipe.text, encoding="utf-8")
    command = [sys.executable, "-m", "ruff", "format", "--line-length", "100", "--diff", "."]
    run = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stdout
