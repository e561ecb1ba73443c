"""From a place inside a text value to the place in the document."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagctl.readers.json_reader import read_json
from dagctl.readers.yaml_reader import read_yaml
from dagctl.text.lines import Lines, Span, TextRange

if TYPE_CHECKING:
    from dagctl.text.document import Document, Node


def _yaml(text: str) -> Document:
    document = read_yaml(text).document
    assert document is not None
    return document


def _marked(document: Document, path: tuple[str | int, ...], place: TextRange | None) -> str:
    span = document.place_of(path, place).span
    return document.text[span.start : span.end]


@pytest.mark.parametrize(
    "text",
    [
        "a: |\n  one\n  two X\n",
        "a: |\n\n      one\n      two X\n",
        "a: |2\n     one\n  two X\n",
        "a: |-\n  one\n  two X",
        "a: |+ # note\n  one\n  two X\n\n\n",
        "a: |\r\n  one\r\n  two X\r\n",
        "a: &anchor |\n  one\n  two X\n",
        'a: "one\\ntwo X"\n',
        'a: "\\x41\\u00e9\\U0001f600\\ttwo X"\n',
        "a: 'it''s two X'\n",
        "a: it's two X\n",
        "a: &anchor two X # note\n",
    ],
)
def test_a_place_in_a_yaml_text_is_found_to_the_character(text: str) -> None:
    document = _yaml(text)
    value = document.root.value["a"]
    line, column = Lines(value).position(value.index("X"))

    assert _marked(document, ("a",), TextRange(line, column)) == "X"
    assert _marked(document, ("a",), TextRange(line, column - 4, line, column + 1)) == "two X"


@given(st.text(st.characters(exclude_categories=["Cs"])), st.booleans())
def test_a_place_in_a_json_text_is_found_to_the_character(
    before: str,
    ascii_only: bool,  # noqa: FBT001 - drawn by Hypothesis
) -> None:
    text = json.dumps({"a": before + "\ue000" + before}, ensure_ascii=ascii_only)
    document = read_json(text).document
    assert document is not None
    value = document.root.value["a"]
    line, column = Lines(value).position(len(before))

    marked = _marked(document, ("a",), TextRange(line, column))
    assert json.loads(f'"{marked}"') == "\ue000" if "\ue000" not in before else marked


def test_a_place_in_a_folded_text_is_the_text() -> None:
    assert _marked(_yaml("a: >\n  one\n  two\n"), ("a",), TextRange(1, 5)) == ">"
    assert _marked(_yaml('a: "one\n  two"\n'), ("a",), TextRange(1, 5)) == '"one'


def test_a_place_behind_the_end_is_the_end() -> None:
    document = _yaml("a: |\n  one\nb: c\n")

    assert document.place_of(("a",), TextRange(1, 40)).span == Span(10, 11)
    assert document.place_of(("b",), TextRange(1, 40)).span == Span(15, 16)


def test_a_key_a_value_and_a_missing_key_have_their_places() -> None:
    document = _yaml("a: 1\nb:\n  - c: 2\n    d: 3\n")

    assert document.text[slice(*document.place_of_key(("b", 0, "d")).span)] == "d"
    assert _marked(document, ("b", 0, "d"), None) == "3"
    assert document.text[slice(*document.place_of_missing(("b", 0, "e")).span)] == "c"
    assert document.text[slice(*document.place_of_missing(("e",)).span)] == "a"


def test_the_place_of_what_is_not_there_is_what_is_around_it() -> None:
    document = _yaml("a: 1\nb: [x]\n")

    assert _marked(document, ("b", 7), None) == "[x]"
    assert _marked(document, ("b", 0, "x", "y"), None) == "x"
    assert _marked(document, ("c",), None) == "a: 1"


def test_a_collection_is_marked_on_its_first_line_only() -> None:
    assert _marked(_yaml("a:\n  b: 1\n  c: 2\n"), ("a",), None) == "b: 1"


def test_a_span_leads_back_to_its_path() -> None:
    document = _yaml("a: 1\nb:\n  - c: 2\n")

    assert document.path_at(document.place_of(("b", 0, "c")).span) == ("b", 0, "c")
    assert document.path_at(document.place_of_key(("b", 0, "c")).span) == ("b", 0, "c")


def test_a_place_is_not_that_of_a_value_that_is_gone() -> None:
    document = _yaml('a: "x\\ty"\nb: plain\n')
    quoted, plain = document.node(("a",)), document.node(("b",))
    assert quoted is not None
    assert plain is not None

    def spans(node: Node) -> Span | None:
        # a copy, as loops and defaults make them: the next one is likely to get its `id`
        return document.spelling(replace(node)).span(TextRange(1, 3, 1, 4))

    assert [spans(quoted), spans(plain)] == [Span(7, 8), Span(15, 16)]
