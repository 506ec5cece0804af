"""Write a channel in ten minutes: what the page says works, for somebody who does just that."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from markdown_pages import Block, blocks_of
from source_tree import ROOT, read
from tutorial_reader import reader, shows

PAGE = Path("docs/writing-a-channel.md")
BLOCKS = blocks_of(PAGE)


def test_a_reader_gets_from_nothing_to_an_answer_on_a_real_server(tmp_path: Path) -> None:
    written = ""
    with reader(tmp_path) as somebody:
        for block in BLOCKS:
            if block.file:
                somebody.save(block.file, block.text)
            elif block.language == "sh":
                written = somebody.do(block.text)
            else:
                missing = shows(written, block.text)
                assert missing is None, f"{block} promises {missing!r}, and what came is\n{written}"
