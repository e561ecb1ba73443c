"""Text that is safe and exact on a terminal."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from dagctl.cli.terminal.text import (
    cells,
    clip,
    json_text,
    pad,
    plural,
    shown,
    shown_block,
    wrapped,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain text", "plain text"),
        ("[/foo] [bold]x", "[/foo] [bold]x"),
        ("a\x1b[31mb", r"a\x1b[31mb"),
        ("a\tb\nc\rd", r"a\tb\nc\rd"),
        ("\x9b31m", r"\x9b31m"),
        ("abc\u202edef", r"abc\u202edef"),
        ("\u2066x\u2069", r"\u2066x\u2069"),
        ("line\u2028end", r"line\u2028end"),
        ("\ufeffbom", r"\ufeffbom"),
        ("\udc80", r"\udc80"),
        ("naïve 日本 👩\u200d💻", "naïve 日本 👩\u200d💻"),
    ],
)
def test_nothing_in_a_shown_value_steers_the_terminal(value: str, expected: str) -> None:
    assert shown(value) == expected


@given(st.text())
def test_a_shown_value_holds_no_control_and_no_bidi_character(value: str) -> None:
    bidi = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    for character in shown(value):
        assert unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}
        assert unicodedata.bidirectional(character) not in bidi


def test_a_block_keeps_its_lines_and_tabs() -> None:
    assert shown_block("a\tb\n\x1bc") == "a\tb\n\\x1bc"


@pytest.mark.parametrize(
    ("text", "width"),
    [("abc", 3), ("日本", 4), ("e\u0301", 1), ("👩", 2), ("\uff46\uff55", 4), ("", 0)],
)
def test_wide_and_combining_characters_take_the_cells_they_take(text: str, width: int) -> None:
    assert cells(text) == width == cell_len(text)


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"])), st.integers(3, 30), st.booleans())
def test_a_clipped_text_fits(text: str, width: int, ascii_only: bool) -> None:  # noqa: FBT001 - Hypothesis fills it in
    clipped = clip(text, width, ascii_only=ascii_only)
    assert cells(clipped) <= width
    assert clipped == text or clipped.endswith("..." if ascii_only else "…")


def test_padding_counts_cells() -> None:
    assert pad("日本", 6) == "日本  "


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 errors"), (1, "1 error"), (2000, "2,000 errors")]
)
def test_a_count_and_its_noun_agree(count: int, text: str) -> None:
    assert plural(count, "error") == text


@given(st.text(), st.booleans())
def test_json_reads_back_and_cannot_steer_the_terminal(value: str, ascii_only: bool) -> None:  # noqa: FBT001 - Hypothesis fills it in
    text = json_text({"key": value}, ascii_only=ascii_only)
    assert json.loads(text) == {"key": value}
    assert shown_block(text) == text
    assert text.isascii() or not ascii_only


MESSAGE = (
    "error[USAGE]: no url of a Supabase project is set: set DAGCTL_SUPABASE_URL and "
    "DAGCTL_SUPABASE_KEY, or run `dagctl link --url URL --key KEY` in /home/ada/pipelines/orders"
)


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_a_message_is_wrapped_at_words_and_never_inside_one(width: int) -> None:
    lines = wrapped(MESSAGE, width, 2)
    assert all(len(line) <= width for line in lines)
    assert " ".join(line.strip() for line in lines) == MESSAGE
    assert all(line.startswith("  ") for line in lines[1:])
    assert any("`dagctl link --url URL --key KEY`" in line for line in lines)


@given(st.text(st.sampled_from("ab/`_ .é日"), max_size=200), st.integers(1, 60), st.integers(0, 8))
def test_no_word_is_broken_or_lost(text: str, width: int, hang: int) -> None:
    lines = wrapped(text, width, hang)
    assert " ".join(lines).split() == text.split()


def test_colour_takes_no_room() -> None:
    assert wrapped("\x1b[1;31merror\x1b[0m: one two three", 16, 2) == [
        "\x1b[1;31merror\x1b[0m: one two",
        "  three",
    ]
