"""Templates of strangers: rules fetch nothing and take no time, and no value becomes code."""

from __future__ import annotations

import json
import socket
import time
from typing import Any

import pytest

from dagctl.errors import SpecError
from dagctl.spec.fields.param_rules import default_problem, rule_problem
from dagctl.template import filled, read_template, values_of

ECHO = "bash_command: 'echo ${{ params.x }}'"
TEXT = "bash_command: a, doc_md: 'See ${{ params.x }}'"
SECONDS = 5.0
"""Of processor time: far more than is taken, and far less than without a bound."""


def template(rules: dict[str, Any], task: str = ECHO) -> str:
    head = json.dumps({"name": "t", "version": 1, "parameters": {"x": rules}})
    return f"template: {head}\ndag_name: T\ntasks: [{{task_id: a, {task}}}]\n"


def refusals(rules: dict[str, Any], task: str = ECHO, *given: object) -> list[str]:
    """Return the codes of what is wrong with a template, or with a value for its parameter."""
    try:
        read = read_template(template(rules, task), "t.yaml")
        for value in given:
            filled(read, values_of(read, {"x": value}))
    except SpecError as error:
        return [finding.code for finding in error.diagnostics]
    return []


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_a_rule_that_refers_to_a_server_or_a_file_is_refused_and_nothing_is_fetched(
    scheme: str,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x.json"
        rules = {
            "type": "array",
            "items": {"$ref": url if scheme == "http" else "file:///dev/zero"},
        }
        assert refusals({**rules, "default": [1]}, TEXT) == ["DAG250"]
        if scheme == "http":  # and if a reference came as far as that
            problem = default_problem(rules, [1])
            assert problem is not None
            assert "refers to another one" in problem.message
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_reference_in_a_circle_is_refused() -> None:
    assert refusals({"type": "array", "items": {"allOf": [{"$ref": "#"}]}}, TEXT) == ["DAG250"]


@pytest.mark.parametrize("keyword", ["properties", "patternProperties"])
@pytest.mark.parametrize("name", ["enum", "const", "default", "examples"])
def test_a_reference_of_a_property_with_the_name_of_a_keyword_is_refused(
    keyword: str, name: str
) -> None:
    rules = {"type": "object", keyword: {name: {"$ref": "#/x"}}, "default": {name: 1}}
    assert refusals(rules, TEXT) == ["DAG250"]


MIXED = [item for number in range(6_000) for item in (number, f"a{number}")]
SLOW: dict[str, dict[str, Any]] = {
    "rules times values": {
        "type": "array",
        "items": {"anyOf": [{"const": number} for number in range(3_000)]},
        "default": [2_999] * 3_000,
    },
    "examples": {
        "type": "array",
        "items": {"anyOf": [{"const": number} for number in range(3_000)]},
        "examples": [[2_999] * 3_000],
    },
    "are they unique": {"type": "array", "uniqueItems": True, "default": MIXED},
    "types that are no names": {"type": MIXED},
    "types of a property that are no names": {"properties": {"enum": {"type": MIXED}}},
    "letters beyond ASCII": {
        "anyOf": [{"pattern": f"(?i){'[!-￿]' * 90}{number}"} for number in range(20)]
    },
    "a pattern of items": {"type": "array", "items": {"pattern": "(a+)+$"}, "default": ["a" * 99]},
}


@pytest.mark.parametrize("what", SLOW)
def test_rules_take_no_more_time_than_a_person_waits(what: str) -> None:
    began = time.process_time()
    assert refusals(SLOW[what], TEXT) in (["DAG107"], ["DAG250"], [])
    rule_problem({key: item for key, item in SLOW[what].items() if key == "type"})
    assert time.process_time() - began < SECONDS


def test_a_value_that_is_too_large_for_its_rules_is_refused() -> None:
    rules = {"type": "array", "items": {"anyOf": [{"const": number} for number in range(400)]}}
    began = time.process_time()
    assert refusals(rules, TEXT, [399] * 20) == []
    assert refusals(rules, TEXT, [399] * 5_000) == ["DAG604"]
    assert time.process_time() - began < SECONDS


WORD = "^[a-z]+$"
FREE: dict[str, dict[str, Any]] = {
    "a pattern of a text says nothing of a list": {"type": "array", "pattern": WORD},
    "of a text or a list": {"type": ["string", "array"], "pattern": WORD},
    "a format of a list": {"type": "array", "format": "date"},
    "a format of a mapping": {"type": "object", "format": "uuid"},
    "the first item": {
        "type": "array",
        "prefixItems": [{"type": "string"}],
        "items": {"type": "integer"},
    },
}


@pytest.mark.parametrize("what", FREE)
def test_rules_that_leave_room_for_code_are_refused_where_code_is(what: str) -> None:
    assert refusals(FREE[what]) == ["DAG603"]
    assert refusals(FREE[what], TEXT) == []


CODE = "x; rm -rf /"
BOUNDED: list[tuple[dict[str, Any], object, object]] = [
    ({"type": "array", "items": {"pattern": "[a-z]+"}}, ["ab", "c"], ["ab", CODE]),
    ({"type": "array", "items": {"type": "string", "pattern": WORD}}, ["ab"], ["ab\n"]),
    ({"type": "array", "prefixItems": [{"pattern": "a"}], "items": {"enum": ["b"]}}, ["a"], [CODE]),
    ({"type": "string", "format": "uuid"}, "12345678-1234-1234-1234-1234567890ab", "1" * 8),
    (
        {"type": "array", "items": {"format": "uuid"}},
        ["12345678-1234-1234-1234-1234567890ab"],
        ["12345678-1234-1234-1234-1234567890a\n"],
    ),
    (
        {"type": "string", "format": "uuid"},
        "12345678-1234-1234-1234-1234567890ab",
        "12345678-1234-1234-1234-1234567890a\n",
    ),
]


@pytest.mark.parametrize(("rules", "good", "bad"), BOUNDED)
def test_a_pattern_fits_whole_items_and_a_format_takes_no_line_break(
    rules: dict[str, Any], good: object, bad: object
) -> None:
    assert refusals(rules, ECHO, good) == []
    assert refusals(rules, ECHO, bad) == ["DAG604"]


@pytest.mark.parametrize("name", ["enum", "const", "default", "examples"])
def test_a_pattern_of_a_property_with_the_name_of_a_keyword_fits_all_of_it(name: str) -> None:
    rules = {"type": "object", "properties": {name: {"pattern": "[a-z]+"}}}
    assert refusals(rules, TEXT, {name: "ab"}) == []
    assert refusals(rules, TEXT, {name: CODE}) == ["DAG604"]
