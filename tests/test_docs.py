"""What the documentation says is true: blocks run, commands exist, links lead somewhere.

Every fenced block names its language. `python` runs, `json` and `toml` parse, each line of `sh` is
held against the commands and make targets there are; only `text` and `console` are free. A page
that tells to save a block as a file is followed from top to bottom by tests/sdk/test_tutorial.py.
"""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from markdown_pages import PAGES, Block, anchors, blocks, links
from source_tree import ROOT, read

LANGUAGES = {"sh", "python", "json", "toml", "text", "console"}
# What a reader has anyway, or gets from this project; not checked further.
PROGRAMS = frozenset(
    re.findall(
        r"\w+",
        "cat cd cp curl echo export git kill mkdir mypy pip pytest python python3 rm ruff source",
    )
)


def command_lines(text: str) -> Iterator[list[str]]:
    """Each single command of a shell block, as words, without settings and redirections."""
    redirection = re.compile(r"(?<!\S)\d?(?:>>?|<)(?:&\d|\s*\S+)")
    for line in text.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(redirection.sub(" ", line), posix=True, punctuation_chars="|&;")
        lexer.whitespace_split = True
        words: list[str] = []
        for word in [*lexer, ";"]:
            if set(word) <= set("|&;"):
                if words:
                    yield words
                words = []
            elif words or not re.match(r"[A-Z_]+=", word):
                words.append(word)


def make_targets() -> set[str]:
    """The targets of the Makefile."""
    return set(re.findall(r"^([a-z][\w-]*):", read(Path("Makefile")), flags=re.MULTILINE))


def check_answerback(arguments: list[str]) -> None:
    """Raises a click.UsageError that says why answerback would not take these arguments."""
    from answerback.cli import main

    command: click.Command = main
    context = click.Context(command, info_name="answerback")
    while True:
        options, rest, _ = command.make_parser(context).parse_args(list(arguments))
        for parameter in command.get_params(context):
            given = options.get(parameter.name or "")
            told = isinstance(given, str | bool | int | tuple | list) and given != ()
            asked = parameter.envvar or getattr(parameter, "prompt", None)
            if isinstance(given, str) and isinstance(parameter.type, click.Choice):
                parameter.type.convert(given, parameter, context)
            if (
                parameter.required
                and not told
                and not asked
                and not {"-h", "--help"} & set(arguments)
            ):
                raise click.MissingParameter(ctx=context, param=parameter)
        if not isinstance(command, click.Group):
            if rest:
                raise click.UsageError(f"{context.command_path} takes no {rest}", context)
            return
        if not rest:
            return
        name, found, arguments = command.resolve_command(context, rest)
        assert found is not None
        command = found
        context = click.Context(command, info_name=name, parent=context)


@pytest.mark.parametrize("block", blocks(), ids=str)
def test_every_block_names_a_language_that_is_checked(block: Block) -> None:
    assert block.language in LANGUAGES


@pytest.mark.parametrize("block", blocks("sh"), ids=str)
def test_every_shell_line_names_commands_that_exist(block: Block) -> None:
    for program, *arguments in command_lines(block.text):
        name = program.removeprefix(".venv/bin/")
        if name == "answerback":
            check_answerback(arguments)
        elif name == "make":
            wanted = {word for word in arguments if "=" not in word and not word.startswith("-")}
            assert wanted <= make_targets(), f"no such target: {wanted - make_targets()}"
        else:
            assert name in PROGRAMS, f"{name} is not a command this project gives or expects"


@pytest.mark.parametrize(
    "block", [block for block in blocks("python") if block.file is None], ids=str
)
def test_every_python_block_runs_by_itself(block: Block, tmp_path: Path) -> None:
    script = tmp_path / "block.py"
    script.write_text(block.text, encoding="utf-8")
    command = [sys.executable, "-W", "error", str(script)]
    run = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("block", blocks("json", "toml"), ids=str)
def test_every_data_block_parses(block: Block) -> None:
    parse = json.loads if block.language == "json" else tomllib.loads
    assert parse(block.text) is not None


def test_blocks_to_be_saved_stand_only_where_the_whole_page_is_followed() -> None:
    assert {block.path for block in blocks() if block.file} == {Path("docs/writing-a-channel.md")}


def test_no_page_asks_to_be_left_unchecked() -> None:
    assert [path for path in PAGES if re.search(r"<!--\s*test\b", read(path))] == []


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_every_internal_link_leads_somewhere(path: Path) -> None:
    for address in links(path):
        if re.match(r"[a-z][a-z0-9+.-]*:", address):
            continue
        name, _, anchor = address.partition("#")
        target = (path.parent / name) if name else path
        assert (ROOT / target).exists(), address
        if anchor and target.suffix == ".md":
            resolved = (ROOT / target).resolve().relative_to(ROOT)
            assert anchor in anchors(resolved), address


def generate(root: Path) -> subprocess.CompletedProcess[str]:
    """Write everything generated below this folder.

    In a process of its own: other tests install plugins and commands of theirs in this one.
    """
    command = [sys.executable, str(ROOT / "docs" / "generate.py"), str(root)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_generated_pages_say_what_the_code_says(tmp_path: Path) -> None:
    readme = read(Path("README.md"))
    opening, closing = "<!-- generated: matrix -->", "<!-- end -->"
    emptied = re.sub(f"(?s)(?<={opening}).*?(?={closing})", "\n", readme)
    assert emptied != readme
    (tmp_path / "README.md").write_text(emptied, encoding="utf-8")
    run = generate(tmp_path)
    assert run.returncode == 0, run.stderr
    pages = [page.relative_to(tmp_path) for page in tmp_path.rglob("*.md")]
    assert {page.name for page in pages} == {
        "README.md",
        "checks.md",
        "cli.md",
        "contract.md",
        "errors.md",
        "matrix.md",
        "schema.md",
        "testing-a-plugin.md",
    }
    stale = [
        f"{page}: run make docs"
        for page in pages
        if not (ROOT / page).is_file() or read(page) != (tmp_path / page).read_text("utf-8")
    ]
    assert stale == []


def test_a_readme_without_room_for_the_matrix_is_refused(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# answerback\n", encoding="utf-8")
    run = generate(tmp_path)
    assert run.returncode != 0
    assert "<!-- generated: matrix -->" in run.stderr
    assert (tmp_path / "README.md").read_text("utf-8") == "# answerback\n"


def test_a_wrong_command_in_a_page_is_noticed() -> None:
    for arguments in (["no-such-command"], ["--no-such-option"]):
        with pytest.raises(click.UsageError):
            check_answerback(arguments)


def test_shell_lines_are_taken_apart_at_pipes_lists_and_redirections() -> None:
    text = (
        "# a remark\nA=1 make test && cd x\ncat a.json | answerback read x \\\n  --as2 > out 2>&1\n"
    )
    assert list(command_lines(text)) == [
        ["make", "test"],
        ["cd", "x"],
        ["cat", "a.json"],
        ["answerback", "read", "x", "--as2"],
    ]
