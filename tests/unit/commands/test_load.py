"""The library's door: a spec from text, from a file or from data, and one error for all."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import pytest

import dagctl
from dagctl import DagSpec, SpecError, check, load_spec
from dagctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ECHO = {"task_id": "a", "task_type": "bash", "bash_command": "echo a"}
LEAST: dict[str, Any] = {"dag_name": "Report", "tasks": [ECHO]}
TEXT = "dag_name: Report\ntasks:\n  - {task_id: a, task_type: bash, bash_command: echo a}\n"
BAD: dict[str, Any] = {"dag_name": "Report", "retires": 2, "tasks": [{**ECHO, "task_id": "a b"}]}


def test_text_data_and_a_file_give_the_same_spec(tmp_path: Path) -> None:
    file = tmp_path / "report.yaml"
    file.write_text(TEXT)

    assert load_spec(TEXT) == load_spec(TEXT.encode()) == load_spec(LEAST) == load_spec(file)
    assert load_spec(file).origin == str(file)
    assert load_spec(LEAST, origin="x").origin == "x"


def test_a_file_with_given_defaults_may_use_a_template_and_name_files(tmp_path: Path) -> None:
    (tmp_path / "dagctl.toml").touch()
    (tmp_path / "about.md").write_text("About it.")
    file = tmp_path / "clean.yaml"
    file.write_text(
        "use: cleanup@1\nwith: {name: Clean, folder: /data/x}\ndoc_md: {$file: about.md}\n"
    )

    spec = load_spec(file, defaults=["owner: ann"])
    assert (spec.owner, spec.doc_md, spec.dag_name) == ("ann", "About it.", "Clean")


def _errors(make: Callable[[], object]) -> list[tuple[str, tuple[str | int, ...]]]:
    with pytest.raises(SpecError) as caught:
        make()
    return [(found.code, found.path) for found in caught.value.diagnostics]


def test_each_way_to_build_a_spec_raises_the_same_error() -> None:
    expected = [("DAG201", ("retires",)), ("DAG222", ("tasks", 0, "task_id"))]

    assert sorted(_errors(lambda: load_spec(BAD))) == expected
    assert sorted(_errors(lambda: DagSpec.from_data(BAD))) == expected
    assert sorted(_errors(lambda: DagSpec(**BAD))) == expected
    assert sorted(_errors(lambda: DagSpec.model_validate(BAD))) == expected


def test_the_error_is_a_full_report(tmp_path: Path) -> None:
    file = tmp_path / "report.yaml"
    file.write_text(TEXT.replace("dag_name: Report", "dag_name: Report\nretires: 2"))
    with pytest.raises(SpecError) as caught:
        load_spec(file)

    assert str(caught.value) == (
        "1 error in the spec\n"
        f"{file}:2:1: error DAG201: unknown key `retires`\n"
        "    | retires: 2\n"
        "    hint: did you mean `retries`?"
    )


def test_the_report_of_data_has_paths() -> None:
    with pytest.raises(SpecError) as caught:
        DagSpec.from_data(BAD)

    assert "tasks.0.task_id: error DAG222: `a b` is not a valid id" in str(caught.value)
    assert "hint: did you mean `retries`?" in str(caught.value)


def test_warnings_can_be_had_of_text_and_of_data() -> None:
    data = {**LEAST, "start_date": "2024-01-01T06:00"}
    of_data, of_text = check(data), check(TEXT + "start_date: 2024-01-01T06:00\n")

    assert of_data.spec == of_text.spec
    assert [found.code for found in of_data.diagnostics] == ["DAG215"]
    assert [found.line for found in of_text.diagnostics] == [4]


def test_data_are_checked_as_text_is() -> None:
    graph = {**LEAST, "tasks": [{**ECHO, "dependencies": ["b"]}]}

    assert [found.code for found in check(graph).diagnostics] == ["DAG301"]
    assert check({}).spec is None


def test_a_spec_of_a_program_is_checked_for_an_airflow() -> None:
    task = {"task_id": "t", "operator": "SQLExecuteQueryOperator", "with": {"sqll": "select 1"}}
    of_python = DagSpec.model_validate({"dag_name": "Report", "tasks": [task]})
    of_text = load_spec(TEXT, origin="report.yaml")

    found = check(of_python).diagnostics
    assert [(each.code, each.path) for each in found] == [("DAG243", ("tasks", 0, "with", "sqll"))]
    assert load_spec(of_text, airflow="2") == of_text
    assert load_spec(of_text).origin == "report.yaml"


def test_a_spec_shows_what_it_says_and_no_default() -> None:
    spec = DagSpec.model_validate({**LEAST, "retries": 1, "owner": "ana"})

    assert repr(spec) == (
        "DagSpec(dag_name='Report', dag_id='report', owner='ana', "
        "tasks=(BashTask(task_id='a', bash_command='echo a'),))"
    )


def test_an_error_passes_from_one_process_to_another() -> None:
    with pytest.raises(SpecError) as caught:
        load_spec(TEXT.replace("echo a", "{{"))
    again = pickle.loads(pickle.dumps(caught.value))

    assert again.diagnostics == caught.value.diagnostics
    assert str(again) == str(caught.value)


def test_a_file_that_is_not_there_is_an_error_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="there is no such file"):
        load_spec(tmp_path / "x.yaml")


def test_something_else_is_a_wrong_argument() -> None:
    with pytest.raises(UsageError, match="a spec is text, a Path, a mapping or a DagSpec, not int"):
        load_spec(5)  # type: ignore[arg-type] # the case


def test_the_names_are_public() -> None:
    assert {"check", "load_spec"} <= set(dagctl.__all__)
