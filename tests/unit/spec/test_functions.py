"""Functions in other Pythons, decorators, settings beside functions, groups that functions make."""

from __future__ import annotations

import pytest

from dagctl.codegen.render import render
from dagctl.findings.codes import Code
from dagctl.operators.base_parameters import base_parameters
from dagctl.operators.decorators import decorator_names, lookup_decorator
from dagctl.operators.lookup import lookup
from dagctl.operators.model import Operator
from dagctl.operators.targets import targets
from dagctl.spec.load import check_spec, load_spec
from dagctl.spec.tasks.arguments import SingleTaskArguments
from dagctl.spec.tasks.function_settings import FUNCTION_CLASSES, TAKEN_BY, FunctionSettings
from dagctl.spec.validation.gone import GONE

HEAD = "dag_name: Report\ntasks:\n"
CODE = "python_code: return 1"
NAME = "decorator: task.docker"
DOCKER = (NAME, "with: {image: x}")
GROUP = HEAD + "  - group_id: g\n    group_callable: jobs.models.make\n"


def task(*lines: str) -> str:
    return HEAD + "  - task_id: a\n" + "".join(f"    {line}\n" for line in lines)


def findings(text: str, airflow: str = "3") -> list[tuple[str, int | None]]:
    return [(found.code, found.line) for found in check_spec(text, airflow=airflow).diagnostics]


@pytest.mark.parametrize(
    ("lines", "code", "line"),
    [
        ([CODE, "mode: reschedule"], Code.OTHER_TASK_TYPE, 5),
        ([CODE, "timeout: 5m"], Code.OTHER_TASK_TYPE, 5),
        ([CODE, "requirements: [pandas]"], Code.OTHER_TASK_TYPE, 5),
        (["task_type: sensor", CODE, "mode: wait"], Code.UNKNOWN_WORD, 6),
        (["task_type: sensor", CODE, "poke_interval: 60"], Code.BAD_DURATION, 6),
        (["task_type: sensor", CODE, "soft_fail: yes please"], Code.WRONG_TYPE, 6),
        (["task_type: external_python", CODE], Code.MISSING_KEY, 3),
        (["task_type: virtualenv", CODE, "requirements: 5"], Code.WRONG_TYPE, 6),
        (["task_type: virtualenv", CODE, "skip_on_exit_code: 300"], Code.WRONG_TYPE, 6),
        (["task_type: virtualenv", CODE, "env_vars: {A: 1}"], Code.WRONG_TYPE, 6),
        (["task_type: virtualenv", CODE, "serializer: json"], Code.UNKNOWN_WORD, 6),
        (["task_type: virtualenv", CODE, "use_dill: true"], Code.UNKNOWN_KEY, 6),
        (["decorator: docker", CODE], Code.BAD_IMPORT_PATH, 4),
        (["decorator: task.dockr", CODE], Code.UNKNOWN_OPERATOR, 4),
        (["decorator: jobs.decorators.gpu", CODE], Code.FOREIGN_OPERATOR, 4),
        (["decorator: task.docker", CODE], Code.MISSING_PARAMETER, 4),
        ([*DOCKER], Code.MISSING_KEY, 3),
        ([NAME, "with: {image: x, imag: y}", CODE], Code.UNKNOWN_PARAMETER, 5),
        ([NAME, "with: {image: x, pool: y}", CODE], Code.MISPLACED_PARAMETER, 5),
        ([NAME, "with: {image: x, op_kwargs: {}}", CODE], Code.MISPLACED_PARAMETER, 5),
        ([*DOCKER, CODE, "op_kwargs: {a: 1}"], Code.BAD_ARGUMENT, 7),
        ([*DOCKER, CODE, "image: x"], Code.UNKNOWN_KEY, 7),
        ([CODE, "op_kwargs: {a: 1}"], Code.UNKNOWN_KEY, 5),
        ([CODE, "sla: 2h"], Code.NOT_IN_TARGET, 5),
        ([CODE, "start_date: yesterday"], Code.BAD_START_DATE, 5),
        ([CODE, "pre_execute: jobs.hooks.before"], Code.WRONG_TYPE, 5),
        ([CODE, "pre_execute: {$new: jobs.hooks.Before}"], Code.BAD_MARKER, 5),
        ([CODE, "retry_exponential_backoff: fast"], Code.WRONG_TYPE, 5),
        ([CODE, "params: {a: {type: integr}}"], Code.BAD_PARAM, 5),
        ([CODE, "resources: [1]"], Code.WRONG_TYPE, 5),
        ([CODE, "task_concurrency: 1"], Code.UNKNOWN_KEY, 5),
    ],
)  # fmt: skip
def test_a_slip_is_reported_at_its_line_and_once(lines: list[str], code: Code, line: int) -> None:
    assert findings(task(*lines)) == [(code, line)]


@pytest.mark.parametrize(
    ("lines", "airflow", "fits"),
    [
        ("sla: 2h", "2", True),
        ("sla: 2h", "3.0", False),
        ("retry_exponential_backoff: 2.5", "3.2", True),
        ("retry_exponential_backoff: 2.5", "3.1", False),
        ("render_template_as_native_obj: true", "3.1", False),
        ("retry_policy: {$ref: jobs.POLICY}", "3.3", True),
        ("retry_policy: {$ref: jobs.POLICY}", "3.2", False),
        ("task_type: sensor\n    never_fail: true", "2.10", True),
        ("task_type: sensor\n    never_fail: true", "2.9", False),
        ("task_type: virtualenv\n    serializer: dill", "2.9", False),
        ("task_type: virtualenv\n    index_urls_from_connection_ids: [x]", "2.11", False),
        ("task_type: virtualenv\n    index_urls_from_connection_ids: [x]", "3", True),
    ],
)
def test_what_a_target_lacks_is_refused_at_its_line(lines: str, airflow: str, fits: bool) -> None:  # noqa: FBT001 - a parameter of the table
    text = task(CODE, lines)
    line = 5 + lines.count("\n")
    assert findings(text, airflow) == ([] if fits else [(Code.NOT_IN_TARGET, line)])


def test_what_another_python_does_not_get_of_the_context_is_said() -> None:
    lines = ("task_type: virtualenv", "provide_context: true", "python_code: |",
             "  print(context['ds'])", "  return context['ti'].task_id")  # fmt: skip
    assert findings(task(*lines)) == [(Code.PYTHON_CONTEXT, 8)]


def test_a_param_of_a_task_needs_a_default_where_the_dag_has_a_schedule() -> None:
    text = task(CODE, "params: {limit: {type: integer}}")
    assert findings(text) == []
    assert findings(f"schedule: '@daily'\n{text}") == [(Code.NO_DEFAULT, 6)]


@pytest.mark.parametrize("key", ["start_date", "end_date"])
def test_a_date_for_all_tasks_is_one_of_the_dag_or_of_a_group(key: str) -> None:
    text = f"default_args: {{{key}: '2030-01-01'}}\n{task(CODE)}"
    assert findings(text) == [(Code.UNKNOWN_KEY, 1)]


def test_a_setting_belongs_to_the_types_whose_operator_takes_it() -> None:
    assert FunctionSettings.model_fields.keys() == TAKEN_BY.keys()
    for word, name in FUNCTION_CLASSES.items():
        known = lookup(name, "3")
        assert isinstance(known, Operator)
        taken = {key for key, types in TAKEN_BY.items() if word in types}
        elsewhere = {"python_callable", "op_args", "op_kwargs", "templates_dict"}
        assert {*known.parameters} - elsewhere == taken


@pytest.mark.parametrize("target", targets())
def test_every_argument_of_tasks_is_a_field_or_refused_with_a_way_out(target: str) -> None:
    named = {*SingleTaskArguments.model_fields, *GONE, "task_id", "default_args"}
    assert {*base_parameters("operator", target)} - named == set()


@pytest.mark.parametrize("target", targets())
def test_each_decorator_of_the_target_is_taken(target: str) -> None:
    for name in decorator_names(target):
        known = lookup_decorator(name, target)
        needed = {} if not isinstance(known, Operator) else {
            key: "x" for key, each in known.parameters.items() if each.need == "required"
        }  # fmt: skip
        given = ", ".join(f"{key}: {value}" for key, value in needed.items()
                          if key not in {"python_callable", "task_id"})  # fmt: skip
        text = task(f"decorator: task.{name}", f"with: {{{given}}}", CODE)
        codes = {code for code, _ in findings(text, target)}
        assert codes <= {Code.FOREIGN_OPERATOR, Code.WRONG_KIND, Code.DEPRECATED}, name


def test_a_decorated_function_is_written_as_airflow_has_it() -> None:
    text = task(
        *DOCKER, "op_kwargs: {day: '{{ ds }}'}", "pool: x", "python_code: |",
        "  def load(day):", "      return day",
    )  # fmt: skip
    source = render(load_spec(text))
    assert '    image="x",\n    pool="x",\n' in source
    assert ')(a_function)(day="{{ ds }}")' in source
    many = text.replace("op_kwargs: {day: '{{ ds }}'}", "expand: {day: [1, 2]}")
    mapped = render(load_spec(many))
    assert ")(a_function).expand(day=[1, 2])" in mapped


@pytest.mark.parametrize(
    ("more", "code", "line"),
    [
        ("    tasks: [{task_id: a, bash_command: x}]\n", Code.GIVEN_TWICE, 4),
        ("    with: {a: {$xcom: b}}\n  - {task_id: b, bash_command: x}\n", Code.BAD_MARKER, 5),
        ("    with: {a-b: 1}\n", Code.BAD_ARGUMENT, 5),
        (
            "  - {task_id: b, bash_command: x, dependencies: [g.load]}\n",
            Code.UNKNOWN_DEPENDENCY,
            5,
        ),
    ],
)
def test_a_slip_at_a_group_that_a_function_makes_is_reported(
    more: str, code: Code, line: int
) -> None:
    assert findings(GROUP + more) == [(code, line)]


def test_a_group_has_tasks_or_a_function() -> None:
    assert findings(HEAD + "  - group_id: g\n") == [(Code.MISSING_KEY, 3)]
    assert findings(HEAD + "  - {group_id: g, group_callable: make}\n") == [
        (Code.BAD_IMPORT_PATH, 3)
    ]


def test_the_function_of_a_group_is_called_in_it() -> None:
    text = GROUP + "    with: {table: x}\n  - {task_id: b, bash_command: x, dependencies: [g]}\n"
    source = render(load_spec(text))
    assert (
        'with dag, TaskGroup(group_id="g") as g_group:\n    make(\n        table="x",\n    )'
        in source
    )
    assert "\ng_group >> b_task\n" in source


BARE = GROUP + "    without_group: true\n"


def test_what_a_function_returns_stands_at_the_arrows_without_a_group() -> None:
    text = BARE + (
        "    args: [orders, {$ref: jobs.models.SUFFIX}]\n    with: {size: 2}\n"
        "    dependencies: [a]\n"
        "  - {task_id: a, bash_command: x}\n"
        "  - {task_id: b, bash_command: x, dependencies: [a]}\n"
        "  - {task_id: c, bash_command: x, dependencies: [g, a, b]}\n"
        "  - {group_id: h, group_callable: jobs.models.make, without_group: true}\n"
    )
    source = render(load_spec(text))
    assert 'with dag:\n    g_group = make("orders", SUFFIX, size=2)\n' in source.replace(
        "\n        ", ""
    ).replace(",\n    )", ")").replace(",size", ", size").replace(",SUFFIX", ", SUFFIX")
    assert "with dag:\n    make()\n" in source
    edges = source.partition("# Task dependencies\n")[2].splitlines()
    assert edges == [  # what it returns may be a list, which stands in no other
        "a_task >> g_group",
        "a_task >> b_task",
        "g_group >> c_task",
        "[a_task, b_task] >> c_task",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            GROUP + "    args: [{$xcom: a}]\n  - {task_id: a, bash_command: x}\n",
            Code.BAD_MARKER,
        ),
        (BARE + "    tooltip: Reads\n", Code.UNKNOWN_KEY),
        (BARE + "    prefix_group_id: false\n", Code.UNKNOWN_KEY),
        (BARE + "    expand: {x: [1]}\n", Code.UNKNOWN_KEY),
        (GROUP + "    expand: {x: [1]}\n    args: [1]\n", Code.UNKNOWN_KEY),
        (
            HEAD + "  - group_id: g\n    args: [1]\n    tasks: [{task_id: a, bash_command: x}]\n",
            Code.UNKNOWN_KEY,
        ),
    ],
)
def test_only_a_function_that_makes_tasks_is_called_without_a_group(text: str, found: Code) -> None:
    assert [code for code, _ in findings(text)] == [found]


def test_what_a_function_returns_without_a_group_is_a_value_and_brings_no_arrow() -> None:
    text = BARE + (
        "    with: {size: {$xcom: a}}\n    dependencies: [a]\n"
        "  - {task_id: a, bash_command: x}\n"
        "  - {task_id: b, bash_command: x, env: {A: {$xcom: g}}}\n"
        "  - {task_id: c, bash_command: x, env: {A: {$xcom: g}}, dependencies: [g]}\n"
        "  - {group_id: h, group_callable: jobs.models.make, without_group: true,"
        " args: [{$xcom: g}, {$xcom: b}]}\n"
    )
    source = render(load_spec(text))
    assert 'env={"A": g_group},' in source
    assert "make(\n        g_group,\n        b_task.output,\n    )" in source
    edges = source.partition("# Task dependencies\n")[2].splitlines()
    assert edges == ["a_task >> g_group", "g_group >> c_task"]
    assert source.index("a_task = ") < source.index("g_group = ") < source.index("b_task = ")


def test_a_group_has_no_output() -> None:
    text = GROUP + "  - {task_id: b, bash_command: x, env: {A: {$xcom: g}}}\n"
    assert [code for code, _ in findings(text)] == [Code.BAD_MARKER]
