"""Reading YAML: plain data, every key once, no surprises, and every place known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from dagctl.findings.codes import Code
from dagctl.readers import yaml_nodes
from dagctl.readers.yaml_nodes import PureComposer, compose
from dagctl.readers.yaml_reader import read_yaml

if TYPE_CHECKING:
    from dagctl.text.document import Document


def _document(text: str) -> Document:
    reading = read_yaml(text)
    assert reading.document is not None
    assert not reading.findings
    return reading.document


def _slice(text: str) -> list[tuple[str, str]]:
    """Return the code of each finding and the text that it points at."""
    findings = read_yaml(text).findings
    return [(found.code, text[found.span.start : found.span.end]) for found in findings]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("word", "word"),
        ("two words", "two words"),
        ("12", 12),
        ("-7", -7),
        ("+7", 7),
        ("1.5", 1.5),
        ("-0.25", -0.25),
        ("1.5e+3", 1500.0),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("y", "y"),
        ("1.2.3", "1.2.3"),
        ("-", "-x"),
        ("12a", "12a"),
        ("'12'", "12"),
        ('"no"', "no"),
    ],
)
def test_a_word_means_what_the_core_schema_says(word: str, value: object) -> None:
    word = "-x" if word == "-" else word

    assert _document(f"a: {word}\n").root.value == {"a": value}


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("yes", Code.YAML_WORD),
        ("Off", Code.YAML_WORD),
        ("010", Code.YAML_NUMBER),
        ("08", Code.YAML_NUMBER),
        ("0o10", Code.YAML_NUMBER),
        ("0x1F", Code.YAML_NUMBER),
        ("0b1", Code.YAML_NUMBER),
        ("1_000", Code.YAML_NUMBER),
        ("12:30:45", Code.YAML_NUMBER),
        ("1e3", Code.YAML_NUMBER),
        (".INF", Code.YAML_NUMBER),
        ("-.inf", Code.YAML_NUMBER),
        (".nan", Code.YAML_NUMBER),
        ("2024-01-01", Code.YAML_DATE),
        ("2024-01-01T10:00:00Z", Code.YAML_DATE),
        ("9" * 301, Code.NUMBER_TOO_LARGE),
        ("1.0e+999", Code.NUMBER_TOO_LARGE),
    ],
)
def test_a_word_that_yaml_versions_read_differently_is_refused(word: str, code: Code) -> None:
    assert _slice(f"a: {word}\n") == [(code, word)]


@pytest.mark.parametrize("word", ["yes", "010", "2024-01-01", "0x1F", "12:30:45"])
@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_quoted_word_is_text(word: str, quote: str) -> None:
    assert _document(f"a: {quote}{word}{quote}\n").root.value == {"a": word}


@pytest.mark.parametrize(
    ("text", "code", "marked"),
    [
        ("a: 1\na: 2\n", Code.DUPLICATE_KEY, "a"),
        ("1: x\n", Code.KEY_NOT_TEXT, "1"),
        ("<<: 1\n", Code.YAML_MERGE, "<<"),
        ("<<: [{a: b}, 1]\n", Code.YAML_MERGE, "<<"),
        ("a: &a {b: 1}\n<<: *a\n<<: *a\n", Code.YAML_MERGE, "<<"),
        ("a: !!str x\n", Code.YAML_TAG, "!!str x"),
        ("a: {{ ds }}\n", Code.YAML_QUOTE_JINJA, "{{ ds }}"),
        ("a: {{ ds }} x\n", Code.YAML_QUOTE_JINJA, "{{ ds }} x"),
        ("a: {b: to {{ ds }}/x, c: d}\n", Code.YAML_QUOTE_JINJA, "to {{ ds }}/x"),
        ("a: {b: 's {{ ds }}', c: s3://{{ ds }}}\n", Code.YAML_QUOTE_JINJA, "s3://{{ ds }}"),
        ("a: [b, x{{ ds }}]\n", Code.YAML_QUOTE_JINJA, "x{{ ds }}"),
        ("a: {b: #channel, c: d}\n", Code.YAML_QUOTE, "#channel"),
        ("a: @daily\n", Code.YAML_QUOTE, "@daily"),
        ("- a: `x`\n", Code.YAML_QUOTE, "`x`"),
        ("a: b: c\n", Code.YAML_QUOTE, "b: c"),
        ("a:\n  - x\n\t- y\n", Code.YAML_TAB, "\t"),
        ("a: x\x00\n", Code.RAW_CHARACTER, "\x00"),
        ("a: x\ry\n", Code.RAW_CHARACTER, "\r"),
        ("a: x\n---\na: y\n", Code.YAML_SEVERAL_DOCUMENTS, "-"),
    ],
)
def test_a_slip_is_found_at_its_place(text: str, code: Code, marked: str) -> None:
    assert _slice(text) == [(code, marked)]


def test_slips_of_one_line_do_not_hide_what_is_behind_them() -> None:
    text = "a: @x\nb: {{ ds }} y\nc: [ -f z ] && z\nd: no\nd: 1\n"

    assert [code for code, _ in _slice(text)] == [
        Code.YAML_QUOTE,
        Code.YAML_QUOTE_JINJA,
        Code.YAML_QUOTE,
        Code.YAML_WORD,
        Code.DUPLICATE_KEY,
    ]


def test_an_alias_stands_for_its_value() -> None:
    assert _document("a: &x [1, b]\nc: *x\n").root.value == {"a": [1, "b"], "c": [1, "b"]}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: &x [*x]\n", Code.YAML_ALIAS),
        ("a: *x\n", Code.YAML_ALIAS),
        ("a: " + "[" * 100_000, Code.TOO_DEEP),
        ("- " * 100_000, Code.TOO_DEEP),
        ("a: [" + "1," * 200_000 + "]", Code.TOO_MANY_VALUES),
        ("a: &a " + "x" * 100_000 + "\nb: [" + "*a," * 1_000 + "]\n", Code.TOO_MANY_VALUES),
    ],
    ids=["alias in itself", "no anchor", "lists", "entries", "values", "aliases"],
)
def test_what_would_exhaust_the_machine_is_refused(text: str, code: Code) -> None:
    assert [found.code for found in read_yaml(text).findings] == [code]


@pytest.mark.parametrize("char", [*map(chr, range(0x21, 0x7F)), "\xe9", "\u4e00", "\U00020000"])
def test_no_name_hides_an_alias_of_itself(char: str) -> None:
    for name in (char, f"{char}x"):
        assert read_yaml(f"a: &{name} [*{name} ]\n").findings


def test_nested_aliases_are_refused_by_their_depth_as_well() -> None:
    chain = "".join(f"k{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 100))

    assert [found.code for found in read_yaml("k0: &a0 x\n" + chain).findings] == [Code.TOO_DEEP]


def test_line_ends_of_windows_are_line_ends() -> None:
    assert _document("a: |\r\n  x\r\n  y\r\n").root.value == {"a": "x\ny\n"}


@pytest.mark.parametrize("text", ["", "\n", "# x\n", "---\n", "---\n...\n"])
def test_a_document_without_content_is_reported(text: str) -> None:
    reading = read_yaml(text)

    empty = reading.document is None or reading.document.root.value is None
    assert empty
    assert all(found.code == Code.EMPTY_DOCUMENT for found in reading.findings)


@pytest.mark.parametrize(
    "text", ["a: 1\nb: [x, 'y']\n", "- {a: |\n    x\n  }\n", "a: &x 1\nb: *x\n", "x: !t y\n"]
)
def test_the_composer_in_python_gives_the_same_nodes_as_that_in_c(text: str) -> None:
    def shape(node: yaml.Node | None) -> object:
        if node is None or isinstance(node, yaml.ScalarNode):
            return node and (node.tag, node.value, node.start_mark.index)
        if isinstance(node, yaml.MappingNode):
            return [(shape(key), shape(value)) for key, value in node.value]
        return [shape(item) for item in node.value]

    outcomes = []
    for composer in (yaml_nodes._COMPOSER, PureComposer):
        try:
            outcomes.append(shape(compose(text, composer)))
        except yaml.YAMLError as error:
            outcomes.append(type(error).__name__)
    assert outcomes[0] == outcomes[1]


def test_the_composer_in_python_has_the_same_guards() -> None:
    with pytest.raises(yaml_nodes.LimitError):
        compose("[" * 70, PureComposer)


def test_many_directives_are_refused_before_the_parser_sees_them() -> None:
    few = "%YAML 1.2\n# a\n\n---\ndag_name: x\n"
    many = "# a\n" + "".join(f"%TAG !a{n}! b\n#\n" for n in range(11)) + "---\ndag_name: x\n"

    assert read_yaml(few).findings == []
    (finding,) = read_yaml(many).findings
    assert finding.message == "there are too many directives before the document"


def test_a_merge_conflict_is_named_as_such() -> None:
    sides = "<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> main\n"
    (finding,) = read_yaml(f"a: 1\n{sides}c: 1\n").findings
    assert finding.message == "this is a merge conflict: both sides of it stand here"
    assert finding.span is not None
    assert finding.span.start == len("a: 1\n")
    assert not read_yaml("a: |\n  <<<<<<< HEAD\n  b\n").findings
