"""Any text in any field is refused or kept, through JSON, through YAML and through the registry."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dagctl.errors import SpecError
from dagctl.spec.load import load_spec
from dagctl.spec.model import DagSpec
from dagctl.spec.yaml_writer import to_yaml

ECHO = {"task_id": "a", "task_type": "bash", "bash_command": "echo a"}
LEAST = {"dag_name": "Report", "dag_id": "report", "tasks": [ECHO]}
FIELDS = ["dag_name", "description", "owner", "tags", "bash_command", "python_code"]

_texts = st.text(max_size=40) | st.text(
    st.sampled_from(
        "ab01: -#\"'{}[]%@`|>&*!?\\\n\t\r\x00\x1b\x85\u2028\u202e\ufeff\U0001f600{{%}}"
    ),
    max_size=20,
)

NUMBERS = ["08", "1e3", "0o17", "0x1f", "0b1", "1_000", "12:30", "1.", ".5", ".inf", "+1", "-.5e3"]
WORDS = ["no", "On", "y", "~", "null", "TRUE", "2024-01-01", "2024-1-1 1:00", "<<", "=", "-", "? a"]
LINES = [" a", "a ", "a\n", "\na", " a\nb", "a\n\n", "a\tb\n", "\n", "---\na", "...\n", "a\n# b"]
BREAKS = [
    "a\r\nb",
    "a\rb",
    "a\x85b\n",
    "a\u2028\nb",
    "\ufeffa\nb",
    "\ufffe\n",
    "\x1b[0m\na",
    "\x7f\n",
]
_misread = st.sampled_from([*NUMBERS, *WORDS, *LINES, *BREAKS, "a: b", "a #b"])
"""Texts that some version of YAML, or some writer of it, takes for something else."""


def _data(field: str, text: str) -> dict[str, Any]:
    if field == "tags":
        return {**LEAST, "tags": [text]}
    if field == "bash_command":
        return {**LEAST, "tasks": [{**ECHO, field: text}]}
    if field == "python_code":
        return {**LEAST, "tasks": [{"task_id": "a", "task_type": "python", field: text}]}
    return {**LEAST, field: text}


def _meant(text: str) -> str:
    """Return what a text means in a spec: `$${{` stands for the characters `${{`."""
    return text.replace("$${{", "${{")


def _kept(spec: DagSpec, field: str) -> object:
    if field == "tags":
        return spec.tags[0]
    return getattr(spec.tasks[0] if field.endswith(("command", "code")) else spec, field)


@pytest.mark.parametrize("field", FIELDS)
@settings(deadline=None)
@given(text=_texts)
@example(text="a $${{ ds }} $$${{")
def test_promise_1_any_text_in_json_is_refused_or_kept(field: str, text: str) -> None:
    try:
        spec = load_spec(json.dumps(_data(field, text)), format="json")
    except SpecError:
        return

    assert _kept(spec, field) == _meant(text)


@pytest.mark.parametrize("field", FIELDS)
@settings(deadline=None)
@given(text=_texts.filter(lambda text: not any("\ud800" <= char <= "\udfff" for char in text)))
def test_promise_1_any_text_in_yaml_is_refused_or_kept(field: str, text: str) -> None:
    try:
        spec = load_spec(yaml.safe_dump(_data(field, text), allow_unicode=True), format="yaml")
    except SpecError:
        return

    assert _kept(spec, field) == _meant(text)


@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {"dag_name": st.text(min_size=1, max_size=200), "tasks": st.just([ECHO])},
        optional={
            "dag_id": st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True),
            "description": st.text(),
            "schedule": st.sampled_from([None, "@daily", "0 6 * * 1-5"]),
            "owner": st.text(min_size=1),
            "tags": st.lists(st.text(min_size=1), unique=True),
            "start_date": st.dates().map(str),
            "retries": st.integers(0, 10**6),
            "retry_delay_minutes": st.integers(0, 10**6) | st.floats(0, 1e6),
            "catchup": st.booleans(),
        },
    )
)
@example({"dag_name": "a", "description": "$${{ ds }}", "tasks": [ECHO]})
def test_what_is_recorded_is_read_back_equal(data: dict[str, Any]) -> None:
    try:
        spec = load_spec(json.dumps(data), format="json")
    except SpecError:
        return

    recorded = json.dumps(spec.to_data())
    again = DagSpec.from_data(json.loads(recorded))
    assert again == spec
    assert again.digest() == spec.digest()
    assert again.dag_id_given == spec.dag_id_given
    if "${{" not in recorded:  # in the text of a spec it would begin a variable
        assert load_spec(recorded, format="json") == spec
        assert load_spec(yaml.safe_dump(spec.to_data(), allow_unicode=True), format="yaml") == spec


@pytest.mark.parametrize("field", FIELDS)
@settings(deadline=None)
@given(text=_texts | _misread)
@example(text="a $${{ ds }} $$${{")
def test_promise_1_a_spec_that_is_shown_as_yaml_is_read_back_equal(field: str, text: str) -> None:
    try:
        spec = load_spec(json.dumps(_data(field, text)), format="json")
    except SpecError:
        return

    assert load_spec(to_yaml(spec), format="yaml") == spec


@pytest.mark.parametrize("word", ["08", "1e3", "0o17", "0x1f", "12:30", ".nan"])
def test_a_word_that_yaml_versions_read_differently_is_quoted(word: str) -> None:
    spec = DagSpec.from_data({**LEAST, "owner": word, "tags": [word]})

    assert f"owner: '{word}'\n" in to_yaml(spec)
    assert load_spec(to_yaml(spec), format="yaml") == spec


@pytest.mark.parametrize("word", ["08", "1e3", "0o17", "1.", "1_000"])
def test_an_id_that_yaml_versions_read_differently_is_quoted(word: str) -> None:
    tasks = [{**ECHO, "task_id": word}, {**ECHO, "dependencies": [word]}]
    spec = DagSpec.from_data({**LEAST, "dag_id": word, "tasks": tasks})

    assert load_spec(to_yaml(spec), format="yaml") == spec
