"""The names in a module and the name of its file."""

from __future__ import annotations

import ast
import builtins
import keyword
import sys
from itertools import chain

import pytest

from dagctl import DagSpec, render
from dagctl.codegen.module import module_of
from dagctl.codegen.names import function, stems, variable
from dagctl.dag_file.file_name import file_name
from dagctl.dag_file.reserved import STANDARD_LIBRARY
from dagctl.target import target_of


def own(*ids: str) -> dict[str, str]:
    """Return each id as its own label."""
    return {each: each for each in ids}


def test_an_id_that_is_an_identifier_keeps_its_name_wherever_it_stands() -> None:
    assert stems(own("a-b", "a.b", "a_b", "a_b_2")) == {
        "a_b": "a_b",
        "a_b_2": "a_b_2",
        "a-b": "a_b_3",
        "a.b": "a_b_4",
    }


def test_a_leading_digit_gets_a_prefix() -> None:
    assert stems(own("1st", "_1st")) == {"_1st": "_1st", "1st": "_1st_2"}


def test_all_names_are_different_identifiers() -> None:
    ids = ["".join(pair) for pair in chain.from_iterable([[("a", x), ("1", x)] for x in "-._a1"])]
    found = stems(own(*ids))
    names = [*map(variable, found.values()), *map(function, found.values())]
    assert len(set(names)) == 2 * len(ids)
    assert all(name.isidentifier() for name in names)


def test_no_other_name_of_a_module_can_be_a_task_or_function_name() -> None:
    task = {"task_id": "t", "task_type": "python", "python_code": "return 1"}
    bash = {"task_id": "b", "task_type": "bash", "bash_command": "true"}
    spec = DagSpec.model_validate({"dag_name": "n", "tasks": [task, bash]})
    imports = [
        piece.tree() for sec in module_of(spec, target_of("3"), "n").imports for piece in sec
    ]
    own = {"default_args", "dag"} | {
        alias.name for line in imports if isinstance(line, ast.ImportFrom) for alias in line.names
    }
    assert {"datetime", "timedelta", "timezone", "DAG", "BashOperator"} <= own
    taken = {*own, *dir(builtins), *keyword.kwlist, *keyword.softkwlist}
    assert not [name for name in taken if name.endswith(("_task", "_function"))]


@pytest.mark.parametrize(
    "dag_id",
    [
        *("logging", "Logging", "airflow_local_settings", "webserver_config", "conftest"),
        *("setup", "__init__", "airflow", "aux", "COM1", "nul.v2", "test", "_thread"),
    ],
)
def test_a_file_that_would_hide_a_module_has_a_prefix(dag_id: str) -> None:
    assert file_name(dag_id) == f"dag_{dag_id}.py"


@pytest.mark.parametrize("dag_id", ["my_etl", "dag_etl", "logging_2", "test_etl", "a.b", "x-1"])
def test_any_other_file_is_named_by_the_id(dag_id: str) -> None:
    assert file_name(dag_id) == f"{dag_id}.py"


def test_no_two_ids_share_a_file() -> None:
    ids = ["logging", "dag_logging", "dag_dag_logging", "dag_x", "x", "DAG_logging"]
    assert len({file_name(dag_id) for dag_id in ids}) == len(ids)


def test_the_table_holds_the_standard_library_of_this_python() -> None:
    assert {name.lower() for name in sys.stdlib_module_names} <= STANDARD_LIBRARY


@pytest.mark.parametrize(
    ("first", "second"), [("written", "imported"), ("imported", "written")], ids=str
)
def test_a_function_of_the_spec_and_an_import_never_share_a_name(first: str, second: str) -> None:
    values = {
        "written": {"$python_code": "def f(context, result=None):\n    return 1"},
        "imported": {"$ref": "jobs.filters.f_function"},
    }
    task = {
        "task_id": "t",
        "operator": "EmptyOperator",
        "pre_execute": values[first],
        "post_execute": values[second],
    }
    spec = DagSpec.model_validate({"dag_name": "n", "tasks": [task]})
    tree = ast.parse(render(spec))
    names = [
        keyword.value.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg in {"pre_execute", "post_execute"} and isinstance(keyword.value, ast.Name)
    ]
    made = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    brought = [
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "jobs.filters"
        for alias in node.names
    ]
    assert len({*names}) == 2
    assert {*names} == {*made, *brought}
