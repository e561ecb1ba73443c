"""The imports of a module: sorted, and no name twice."""

from __future__ import annotations

from dagctl.codegen.imports import Imports
from dagctl.codegen.printer import source


def written(
    *used: tuple[str, str], stems: tuple[str, ...] = ()
) -> tuple[list[str], list[list[str]]]:
    imports = Imports(stems=frozenset(stems))
    names = [imports.use(module, attribute).id for module, attribute in used]
    return names, [[source(line) for line in section] for section in imports.sections()]


def test_what_is_used_twice_is_imported_once_and_sorted() -> None:
    names, sections = written(
        ("jobs.b10", "check"), ("datetime", "timedelta"), ("jobs.b9", "LIMIT"),
        ("datetime", "datetime"), ("jobs.b9", "Check"), ("jobs.b9", "LIMIT"),
    )  # fmt: skip
    assert names == ["check", "timedelta", "LIMIT", "datetime", "Check", "LIMIT"]
    assert sections == [
        ["from datetime import datetime, timedelta"],
        ["from jobs.b9 import LIMIT, Check", "from jobs.b10 import check"],
    ]


def test_same_named_classes_of_two_modules_get_an_alias() -> None:
    google = "airflow.providers.google.cloud.operators.dataproc"
    yandex = "airflow.providers.yandex.operators.dataproc"
    names, sections = written((google, "CreateCluster"), (yandex, "CreateCluster"))
    assert names == ["CreateCluster", "YandexCreateCluster"]
    assert sections == [
        [
            f"from {google} import CreateCluster",
            f"from {yandex} import (\n    CreateCluster as YandexCreateCluster,\n)",
        ]
    ]


def test_an_import_hides_nothing_of_the_module_or_of_python() -> None:
    names, _ = written(
        *(
            ("jobs.x", "dag"),
            ("jobs.x", "print"),
            ("jobs.x", "load_task"),
            ("jobs.x", "task_group"),
        ),
        *(("jobs.x", "default_args"), ("jobs.x", "a_function"), ("jobs.x", "b_on_retry_function")),
        stems=("load", "task", "a"),
    )
    assert names == [
        *("jobs_dag", "jobs_print", "jobs_load_task", "jobs_task_group", "jobs_default_args"),
        *("jobs_a_function", "jobs_b_on_retry_function_2"),
    ]


def test_an_import_that_hides_nothing_keeps_its_name() -> None:
    used = [("jobs.x", name) for name in ("make_group", "load_task", "run_function", "task_group")]
    names, sections = written(*used, stems=("load_task", "run", "make_"))
    assert names == ["make_group", "load_task", "jobs_run_function", "task_group"]
    assert sections[0][0] == "from jobs.x import load_task, make_group, task_group"


def test_an_alias_that_is_taken_gets_a_number() -> None:
    names, _ = written(("a.x", "Load"), ("b.x", "BLoad"), ("b.y", "Load"), ("b.z", "Load"))
    assert names == ["Load", "BLoad", "BLoad_2", "BLoad_3"]
