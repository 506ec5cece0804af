"""HTML becomes what a reader would see, whatever the HTML is like."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.text import html_to_linked_text, html_to_text
from answerback.text.html import _ordinary, _thorough

SHORTENED = (
    '<a href="https://shop.example/a/very/long/path" rel="nofollow">'
    '<span class="invisible">https://</span><span class="ellipsis">shop.example/a/very</span>'
    '<span class="invisible">/long/path</span></a>'
)
MENTION = (
    '<span class="h-card" translate="no"><a href="https://acme.example/@help" '
    'class="u-url mention">@<span>help</span></a></span>'
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<p>one<br>two<br />three</p>", "one\ntwo\nthree"),
        ("<p>one<br><br>two</p>", "one\n\ntwo"),
        ("<p>one </p>\n <p> two</p>", "one\n\ntwo"),
        (f"<p>{MENTION} hello</p>", "@help hello"),
        (f"<p>see {SHORTENED}.</p>", "see https://shop.example/a/very/long/path."),
        ('<a href="https://a.example/">a.example</a>', "a.example"),
        ('<a href="https://evil.example">your bank</a>', "your bank (https://evil.example)"),
        ('<a href="javascript:alert(1)">press</a>', "press"),
        ('<a href="https://a.example"></a>x', "x"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<ol><li>a</li><li>b<ul><li>c</li></ul></li></ol>", "1. a\n2. b\n  - c"),
        ("<p>q</p><blockquote><p>a</p><p>b</p></blockquote>c", "q\n\n> a\n>\n> b\n\nc"),
        ("<pre><code>if x:\n    y</code></pre>", "if x:\n    y"),
        ("a\n   b", "a b"),
        ("two  spaces stay", "two  spaces stay"),
        ("&lt;b&gt; &amp; &#127881;", "<b> & 🎉"),
        ("1 < 2 and <3", "1 < 2 and <3"),
        ("an open <b and no end", "an open <b and no end"),
        ("a<!-- hidden -->b<!-- open", "ab<!-- open"),
        ("<script>if (a < b) alert('<p>')</script>seen", "seen"),
        ('<img src="x" alt=":party:">', ":party:"),
        ('<p title="a > b">c</p>', "c"),
        ("<b title='it>s'>c</b>", "c"),
        ("<td>a</td><td>b</td>", "a b"),
        ("</p></a></ul></blockquote>words", "words"),
        ("<P>one</P><BR>two", "one\n\n\ntwo"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_html_reads_as_a_reader_would_see_it(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_elements_of_an_unwanted_class_are_left_out() -> None:
    html = f'<p class="quote-inline">RE: {SHORTENED}</p><p>I agree</p>'

    assert html_to_text(html, without={"quote-inline"}) == "I agree"
    assert html_to_text(html).startswith("RE: https://shop.example")


def test_an_unclosed_unwanted_paragraph_ends_where_the_next_begins() -> None:
    html = '<p class="quote-inline">RE: x<p>I agree</p>'

    assert html_to_text(html, without={"quote-inline"}) == "I agree"


def test_links_stand_where_their_words_are_in_the_text() -> None:
    read = html_to_linked_text(f"<p>😀 {MENTION} see</p><p>{SHORTENED}</p>")

    assert [read.text[link.start : link.end] for link in read.links] == [
        "@help",
        "https://shop.example/a/very/long/path",
    ]
    assert read.links[0].href == "https://acme.example/@help"
    assert read.links[0].classes.split() == ["u-url", "mention"]


_PIECES = st.sampled_from(
    ["<p>", "</p>", "<br>", "<ul>", "<li>", "</ul>", "<blockquote>", "</blockquote>", "<pre>",
     "</pre>", '<a href="https://a.example/x">', "</a>", '<span class="invisible">', "</span>",
     "&amp;", " ", "\n", "<", ">", '"', "'", "<!--", "-->", "word", "😀", "<script>", "</script>"]
)  # fmt: skip


@given(st.lists(_PIECES | st.text(max_size=5), max_size=40).map("".join))
def test_any_html_gives_text_with_links_inside_it(html: str) -> None:
    read = html_to_linked_text(html)

    assert all(0 <= link.start <= link.end <= len(read.text) for link in read.links)
    assert not read.text.endswith(" ")


@given(st.text(st.characters(exclude_characters="<>&\r\n\t\f", exclude_categories=["C"])))
def test_text_without_markup_stays_as_it_is(words: str) -> None:
    assert html_to_text(f"<p>{words}</p>") == words.lstrip(" ").rstrip()


@pytest.mark.parametrize(
    "piece", ["<", '<a "', "<\"''", "<p>", "<blockquote>x", "&amp;", "<!--", "\n ", "<ul><li>x"]
)
def test_a_megabyte_of_hostile_markup_takes_no_more_than_its_size(piece: str) -> None:
    def seconds(size: int) -> float:
        html = piece * (size // len(piece))
        start = time.process_time()
        html_to_text(html)
        return time.process_time() - start

    seconds(1000)
    assert seconds(1_000_000) < 3


def test_a_label_that_only_begins_like_a_handle_still_tells_where_it_leads() -> None:
    html = (
        '<a href="https://square.example/offer">#1 reason</a> <a href="https://a.example/@b">@b</a>'
    )
    assert html_to_text(html) == "#1 reason (https://square.example/offer) @b"


# Most posts take a shorter way to the same text

COMMON = [
    "<p>", "</p>", "</p><p>", "<br>", "<br />", " ", "a", "é b", "@", "#", "https://a.example",
    "&amp;", "&lt;br&gt;", MENTION, SHORTENED,
    '<a href="https://a.example/@b" class="u-url mention">@b</a>',
    '<a class="x" rel="href" href="mailto:a@b">write &amp; see</a>',
    '<a href="https://a.example/?b&amp;c=1" rel="nofollow" translate="no"> page </a>',
    '<a href=" javascript:x ">#<span>c d</span></a>', '<a rel="tag" class="&lt;" href="">#</a>',
]  # fmt: skip
RARE = [
    "<br/>", "\n", "  ", "&#10;", "&nbsp;", "&amp", "<", "invisible", "👩\u200d👧", "<span>",
    "</span>", '<span class="h-card" translate="no">', '<span class="invisible">', "<b>", "</b>",
    "<!-- -->", "<P>", '<a href="https://a.example" class="ellipsis">', '<a href="a>b">', "</a>",
    "<a href='x'>",
]  # fmt: skip


@given(st.lists(st.sampled_from(COMMON) | st.sampled_from([*COMMON, *RARE]), max_size=9))
def test_the_short_way_gives_what_the_thorough_one_gives(pieces: list[str]) -> None:
    html = "".join(pieces)
    assert _ordinary(html) in (None, _thorough(html, ()))


@pytest.mark.parametrize(
    "html",
    [
        "",
        "Words alone",
        f"<p>{MENTION} what a shop &amp; what a price!<br />Twice.</p><p>{SHORTENED}</p>",
        '<p>See <a href="https://a.example" rel="nofollow">our page</a></p>',
        '<p><a class="hashtag" data-tag="a" href="https://a.example/tag/a">#a</a> now</p>',
    ],
)
def test_what_most_posts_are_made_of_takes_the_short_way(html: str) -> None:
    assert _ordinary(html) == _thorough(html, ())
