"""Reading JSON: as JSON, every key once, and every place known."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagctl.findings.codes import Code
from dagctl.readers.json_reader import read_json

_texts = st.text(st.characters(exclude_categories=["Cs"]))
_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | _texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_texts, inner, max_size=4),
    max_leaves=20,
)


def _found(text: str) -> list[tuple[str, str]]:
    findings = read_json(text).findings
    return [(found.code, text[found.span.start : found.span.end]) for found in findings]


@given(_values, st.booleans(), st.sampled_from([None, 2, "\t"]))
def test_what_the_standard_library_writes_is_read_as_it_was(
    value: object,
    ascii_only: bool,  # noqa: FBT001 - drawn by Hypothesis
    indent: int | str | None,
) -> None:
    reading = read_json(json.dumps(value, ensure_ascii=ascii_only, indent=indent))

    assert not reading.findings
    assert reading.document is not None
    assert reading.document.root.value == value


@given(st.text(st.sampled_from("{}[]:,\"\\ \n01.-eEtruefalsn/ud83\t\x01a'#N"), max_size=30))
def test_what_the_standard_library_refuses_is_refused(text: str) -> None:
    try:
        value = json.loads(text, object_pairs_hook=_no_duplicates)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        assert read_json(text).findings
    else:
        document = read_json(text).document
        assert document is not None
        assert document.root.value == value


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError
    return dict(pairs)


@pytest.mark.parametrize(
    ("text", "code", "marked"),
    [
        ('{"a": 1, "a": 2}', Code.DUPLICATE_KEY, '"a"'),
        ('{"a": 1,}', Code.JSON_TRAILING_COMMA, ","),
        ("[1 ,]", Code.JSON_TRAILING_COMMA, ","),
        ('{"a": 1} // x', Code.JSON_COMMENT, "// x"),
        ('{/* x */"a": 1}', Code.JSON_COMMENT, "/* x */"),
        ('{"a": True}', Code.JSON_PYTHON, "True"),
        ('{"a": None}', Code.JSON_PYTHON, "None"),
        ("{'a': 1}", Code.JSON_PYTHON, "'a'"),
        ('{"a": NaN}', Code.JSON_NOT_FINITE, "NaN"),
        ('{"a": -Infinity}', Code.JSON_NOT_FINITE, "-Infinity"),
        ('{"a": 1e999}', Code.NUMBER_TOO_LARGE, "1e999"),
        ('{"a": "x\ty"}', Code.RAW_CHARACTER, "\t"),
        ('{"a": "\\ud800x"}', Code.JSON_SURROGATE, "\\ud800"),
        ('{"a": "\\x"}', Code.JSON_SYNTAX, "\\x"),
        ('{"a" 1}', Code.JSON_SYNTAX, "1"),
        ('{"a": }', Code.JSON_SYNTAX, "}"),
        ('{"a": 1 "b": 2}', Code.JSON_SYNTAX, '"'),
        ("{a: 1}", Code.JSON_SYNTAX, "a"),
        ('{"a": 01}', Code.JSON_SYNTAX, "01"),
        ('{"a": "x', Code.JSON_SYNTAX, '"'),
        ("[1] 2", Code.JSON_SYNTAX, "2"),
        ("", Code.EMPTY_DOCUMENT, ""),
    ],
)
def test_a_slip_is_found_at_its_place(text: str, code: Code, marked: str) -> None:
    assert _found(text) == [(code, marked)]


def test_slips_that_are_certain_do_not_hide_one_another() -> None:
    text = '{"a": True, // x\n "b": NaN, "a": 1,}'

    assert [code for code, _ in _found(text)] == [
        Code.JSON_PYTHON,
        Code.JSON_COMMENT,
        Code.JSON_NOT_FINITE,
        Code.DUPLICATE_KEY,
        Code.JSON_TRAILING_COMMA,
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * 100_000, Code.TOO_DEEP),
        ('{"a":' * 100_000, Code.TOO_DEEP),
        ("[" + "1," * 300_000 + "1]", Code.TOO_MANY_VALUES),
    ],
    ids=["lists", "mappings", "values"],
)
def test_what_would_exhaust_the_machine_is_refused(text: str, code: Code) -> None:
    assert [found.code for found in read_json(text).findings] == [code]


def test_the_number_of_findings_is_bounded() -> None:
    assert len(read_json("[" + "NaN," * 1_000 + "1]").findings) == 100
