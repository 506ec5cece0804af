"""Counting, as real servers were seen to count."""

import pytest

from answerback_sandbox.square.counting import length
from answerback_sandbox.square.spans import links


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("@bob@example.com", 4),
        ("b: 👨‍👩‍👧‍👦", 4),
        ("é", 1),
        ("e\u0301", 1),
        ("🇩🇪🇫🇷", 2),
        ("👋🏽", 1),
        ("❤️", 1),
        ("각", 1),
        ("\u1100\u1161\u11a8", 1),
        ("a\r\nb", 3),
        ("日本語", 3),
        ("check http://example.com and https://example.org/page?x=1#frag", 57),
        ("http://127.0.0.1:3000/health", 28),
        ("ftp://example.com/file", 22),
        ("https://me:secret@example.com/", 30),
        ("hey @me@example.com look at https://example.com/a-b_c~d?e=f#g and @you  ", 50),
    ],
)
def test_a_text_counts_what_real_servers_count(text, count):
    assert length(text) == count


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(see https://example.com/a_(b)).", "https://example.com/a_(b)"),
        ("https://example.com/a, then", "https://example.com/a"),
        ("„https://example.com“", "https://example.com"),
        ("https://münchen.example/straße", "https://münchen.example/straße"),
    ],
)
def test_a_link_ends_before_the_punctuation_of_its_sentence(text, found):
    assert [text[start:end] for start, end in links(text)] == [found]
