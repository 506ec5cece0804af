"""Markdown is read as its readers see it, and shows an agent's words as they were written."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from answerback.text import escape_markdown, html_to_text, markdown_to_text, split

# Reading


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("one\n\ntwo", "one\n\ntwo"),
        ("one\ntwo  \nthree\\\nfour", "one two\nthree\nfour"),
        ("*soft* and **loud** and `a*b*c`", "soft and loud and a*b*c"),
        ("# Title\nwords", "Title\n\nwords"),
        ("- a\n- b\n  - c", "- a\n- b\n  - c"),
        ("1. a\n2. b", "1. a\n2. b"),
        ("> asked\n\nsaid", "> asked\n\nsaid"),
        ("```\nif x:\n    y\n```", "if x:\n    y"),
        ("[help](https://a.example/?b=1&c=ü)", "help (https://a.example/?b=1&c=ü)"),
        ("<https://a.example/%C3%BC>", "https://a.example/%C3%BC"),
        ("[@rosa](https://a.example/u/rosa)", "@rosa"),
        ("[press](javascript:alert(1))", "[press](javascript:alert(1))"),
        ("![a broken cup](https://a.example/1.png)", "a broken cup"),
        ("[a][1]\n\n[1]: https://a.example/x", "a (https://a.example/x)"),
        (r"1\. a \*star\* \& 2 &lt; 3", "1. a *star* & 2 < 3"),
        ("<b>not bold</b> <script>x</script>", "<b>not bold</b> <script>x</script>"),
        ("| a | b |\n|---|---|", "| a | b | |---|---|"),
        ("", ""),
    ],
)
def test_markdown_reads_as_a_reader_would_see_it(markdown: str, text: str) -> None:
    assert markdown_to_text(markdown) == text


@pytest.mark.parametrize("mark", ["> ", ">", "- ", "* ", "1. ", "[", "![", "*", "> - "])
def test_words_nested_deeper_than_anybody_writes_are_not_lost(mark: str) -> None:
    assert "deep words" in markdown_to_text(mark * 60 + "deep words\n\nand after")
    assert "and after" in markdown_to_text(mark * 60 + "deep words\n\nand after")


def test_lists_nested_line_by_line_lose_no_words() -> None:
    lines = [f"{'  ' * depth}- word{depth}" for depth in range(40)]

    text = markdown_to_text("\n".join(lines))

    assert [f"word{depth}" in text for depth in range(40)] == [True] * 40


def test_what_is_longer_than_any_post_stays_as_it_is() -> None:
    longest = "*a* " * 12_500

    assert "*" not in markdown_to_text(longest)
    assert markdown_to_text(longest + "*b*") == longest + "*b*"


@given(st.text(st.sampled_from("ab12 \n\t>-*_`~#[]()!<&;:.\\|=+\"'\0é"), max_size=80))
def test_any_markdown_is_read(markdown: str) -> None:
    assert isinstance(markdown_to_text(markdown), str)


HOSTILE = [
    "[", "![", "[a](", "[a][", "[a\n", "![[]()", "*[", "[^", "*a ", "a**b", "*a_ ", "`a``b", "<",
    "<a@a.", "<http:", "&", "> ", "- ", "> \n- ", "* a\n\n", "[a]: b\n", '[a]: b "c\n', "a\n=\n",
    "\\", "\t", "((", "https://", "_", "a_", "https://a_*",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_takes_no_more_than_its_size(piece: str) -> None:
    def seconds(size: int) -> float:
        text = (piece * size)[:size]
        start = time.process_time()
        markdown_to_text(text)
        escape_markdown(text)
        return time.process_time() - start

    seconds(100)
    few = min(seconds(2_500), seconds(2_500))
    many = min(seconds(20_000), seconds(20_000))
    assert many < max(32 * few, 0.5)


def test_without_the_extra_it_says_what_to_install() -> None:
    program = """
import sys
sys.modules["markdown_it"] = None
from answerback import ConfigError
from answerback.text import escape_markdown, markdown_to_text
assert escape_markdown("*") == "\\\\*"
try:
    markdown_to_text("words")
except ConfigError as error:
    print(error)
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )

    assert "pip install 'answerback[channels]'" in run.stdout, run.stderr


def test_the_library_comes_with_the_first_markdown_and_not_before() -> None:
    program = "import sys, answerback.text; print('markdown_it' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )

    assert run.stdout.strip() == "False"


# Escaping


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("Thank you, we look into it.", "Thank you, we look into it."),
        ("2 * 3 * 4", r"2 \* 3 \* 4"),
        ("order_number and _this_", r"order_number and \_this\_"),
        ("- a\n+ b\n# c\n> d", "\\- a  \n\\+ b  \n\\# c  \n\\> d"),
        ("1. a\n2024) b\n3.50 c", "1\\. a  \n2024\\) b  \n3.50 c"),
        ("Title\n===\n---", "Title  \n\\===  \n\\---"),
        ("one\r\n\r\ntwo\rthree", "one\n\ntwo  \nthree"),
        ("    not code", "not code"),
        ("[a](b) <c> `d`", r"\[a](b) \<c> \`d\`"),
        ("&amp; AT&T", r"\&amp; AT&T"),
        ("c:\\new", r"c:\\new"),
        ("~~a~~ | b^2", r"\~\~a\~\~ \| b\^2"),
        ("::: spoiler\n:- b", "\\::: spoiler  \n\\:- b"),
        ("", ""),
    ],
)
def test_only_what_would_mean_something_is_escaped(text: str, markdown: str) -> None:
    assert escape_markdown(text) == markdown


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("https://a.example/track_your_parcel.", "https://a.example/track_your_parcel."),
        ("https://a.example/?a=1&b=2#c", "https://a.example/?a=1&b=2#c"),
        ("(https://a.example/_new_/x).", "(<https://a.example/_new_/x>)."),
        ("https://en.example/Foo_(bar)!", "<https://en.example/Foo_(bar)>!"),
        ("**https://a.example/b**", r"\*\*https://a.example/b\*\*"),
        ("see HTTPS://a.example/*x*y", "see <HTTPS://a.example/*x*y>"),
    ],
)
def test_an_address_still_leads_where_it_did(text: str, markdown: str) -> None:
    assert escape_markdown(text) == markdown
    assert markdown_to_text(markdown) == text


MARKED = st.lists(
    st.sampled_from(
        ["https://a.example/", "http://", "_", "__", "*", "**", "`", "```", "~~~", "[", "](", ")",
         "!", "<", ">", "&amp;", "&#35;", "&", "\\", "|", "---", "===", "# ", "- ", "1. ", "12) ",
         ":-", ":::", "\n", "\n\n", "\r", "  ", "    ", "\t", "a", "Z9", "é", "\u00a0", "👩",
         "@rosa@a.example", "#tag", "a@b.example", "www.a.example", "<b>", "[x]: y", "$", "^"]
    ),
    max_size=30,
).map("".join)  # fmt: skip
WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])) | MARKED
GENEROUS = MarkdownIt("js-default", {"breaks": True})


@given(WORDS)
@example("a\n\n    b\n\tc")
@example("_https://a.example/_b_ c_")
@example("https://&copy;")
@example("1.\n2)")
def test_escaped_words_are_shown_as_they_were_written(text: str) -> None:
    assert markdown_to_text(escape_markdown(text)).split() == text.split()


@given(WORDS)
@example("a|b\n:-")
@example("a|b\n-|-")
def test_a_network_that_knows_tables_shows_the_same_words(text: str) -> None:
    shown = html_to_text(GENEROUS.render(escape_markdown(text)))

    # It shows addresses in its own way.
    if "http" not in text:
        assert shown.split() == text.split()


@given(WORDS)
def test_line_breaks_are_shown(text: str) -> None:
    lines = [line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    shown = markdown_to_text(escape_markdown(text)).split("\n")

    kept = [" ".join(line.split()) for line in lines if line]
    assert [" ".join(line.split()) for line in shown if line.strip()] == kept


def test_a_limit_may_count_what_escaping_adds() -> None:
    def count(text: str) -> int:
        return len(escape_markdown(text))

    text = "Use *bold* and [links] with snake_case, or _this_ at https://a.example/_b_. " * 40

    parts = split(text, limit=300, count=count)

    assert max(map(count, parts)) <= 300
    assert len(parts) > 10
