"""Files of other tools as an attacker writes them: an error or a report, never a traceback."""

from __future__ import annotations

import random
from datetime import date
from typing import TYPE_CHECKING

import pytest

from dagctl.commands.convert import convert_files
from dagctl.convert import GustyFolder, convert_gusty
from dagctl.errors import DagctlError

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 3, 10)
PYTHON = """
from datetime import datetime, timedelta
from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("d", start_date=datetime(2024, 1, 1)) as dag:
    a = BashOperator(task_id="a", bash_command="x")
"""
FACTORY = """
d:
  default_args: {start_date: 2024-01-01}
  %s
  tasks:
    a: {operator: airflow.operators.bash.BashOperator, bash_command: x}
    b:
      operator: airflow.operators.bash.BashOperator
      bash_command: x
      %s
"""
YAML = """
$schema: https://airflow.apache.org/schemas/dag/2026-10-30.json
dag_id: d
%s
tasks:
  - id: a
    uses: airflow.providers.standard.operators.bash.BashOperator
    with: {bash_command: x}
    %s
"""
CONFIG = """
_target_: airflow_config.Configuration
dags:
  o:
    %s
    tasks:
      a:
        _target_: airflow_config.BashTask
        bash_command: x
        %s
"""
BASH = "operator: airflow.operators.bash.BashOperator\nbash_command: echo 1\n"
DOCUMENTS = (
    *("&a [*a]", "&a {a: *a}", "<<: &a {<<: *a}", "!!set {a, b}", "? [a]\n: b", "a: !!bool x"),
    *("a: !!timestamp x", "a: !!int x", "a: 2024-13-45", "!x {a: b}", "{a", "- a", "", "\x00"),
    *("a: " + "[" * 300, "a: " + "9" * 6_000, "a: !!python/object/apply:os.system [ls]"),
)
VALUES = (
    *("1", "x", "[]", "{}", "null", "true", "1.5", "[1]", "{a: 1}", "{1: 2}", "2024-01-01"),
    *("!x y", "!!python/tuple [1]", "{__type__: x}", "{__type__: 1, __args__: 1}", "-1", ".nan"),
    *("{__type__: builtins.list, items: 1}", "{__type__: datetime.timedelta, __args__: 1}"),
    *("'{{ ds }}'", "+a", "[[[1]]]", "{$t: 1}", "{$x: {a: 1}}", "{_target_: x}", "'${dags.o}'"),
    "x" * 300,
)
OF_DAGS = (
    *("schedule", "default_args", "tags", "params", "tasks", "task_groups", "timetable", "catchup"),
    *("on_failure_callback", "dagrun_timeout", "doc_md_file_path", "description", "start_date"),
    *("groups", "extends", "timezone", "access_control", "user_defined_macros", "concurrency"),
)
OF_TASKS = (
    *(
        "dependencies",
        "needs",
        "operator",
        "decorator",
        "uses",
        "with",
        "task_group_name",
        "_target_",
    ),
    *(
        "retries",
        "retry_delay",
        "on_failure_callback",
        "variables_as_arguments",
        "expand",
        "partial",
    ),
    *("python_callable", "python_callable_file", "op_kwargs", "outlets", "trigger_rule", "tooltip"),
    *("execution_delta", "start_date", "http_headers", "env", "args", "task_id", "run", "id"),
)
OF_FOLDERS = (
    *("root_tasks", "leaf_tasks", "external_dependencies", "tooltip", "default_args", "tags"),
    *("schedule", "wait_for_defaults", "dependencies", "latest_only", "prefix_group_id"),
)
CODE = (
    f"x = {' + '.join(['1'] * 100_000)}",
    f"x = {'(' * 3_000}1{')' * 3_000}",
    f"x = {'-' * 20_000}1",
    f"x = a{'.b' * 20_000}",
    f"x = a{'()' * 10_000}",
    "x = {}\n    x['a'] = x\n    b = BashOperator(task_id='b', bash_command='x', env=x)",
    "x = []\n    x.append(x)\n    x >> a\n    b = BashOperator(task_id='b', bash_command=str(x))",
    "x = {'a': 1}\n" + "    x = {**x, 'b': x}\n" * 80 + "    a.env = x",
    "x = 'ab'\n" + "    x = x + x\n" * 80,
    "x = list(range(10**12))\n    y = 'a' * 10**9\n    z = 9**9**9**9\n    f'{1:999999999}'",
    "def f(): return f() + f()\n    f()\n    g = lambda: g()\n    g()",
    "'a'.replace()\n    'a'.split('')\n    '{a.b}'.format(a=1)\n    [].pop()\n    {}.update([1])",
    "x = timedelta(days=999999999) * 10\n    y = timedelta(1) / 0\n    z = -x - y\n    a >> z",
    "x = sorted([1, 'a'])\n    y = {[]: 1}\n    z = {1, 'b'}\n    a.env = {1: z}",
    "a >> None >> [] >> [[a]] >> 1\n    a.set_downstream()\n    a >> a\n    dag >> dag",
    "BashOperator(task_id='\\ud800', bash_command='\\0', retries=float('nan'), pool=1j)",
)


def tried(folder: Path, name: str, text: str, form: str | None = None) -> None:
    """Convert a file; any error but a message for people fails the test."""
    file = folder / name
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        made = convert_files([str(file)], form=form, root=None, airflow="3", today=TODAY)
    except DagctlError:
        return
    for converted in made:
        for dag in converted.conversion.dags:
            assert dag.text.encode()  # it can be written


@pytest.mark.parametrize("code", CODE, ids=range(len(CODE)))
def test_code_that_grows_or_makes_no_sense(code: str, tmp_path: Path) -> None:
    tried(tmp_path, "d.py", f"{PYTHON}    {code}\n")


@pytest.mark.parametrize("form", ["dag-factory", "airflow-yaml", "airflow-config"])
def test_documents_that_are_none_and_values_of_the_wrong_kind(form: str, tmp_path: Path) -> None:
    for text in DOCUMENTS:
        tried(tmp_path, "d.yaml", text, form)
    whole = {"dag-factory": FACTORY, "airflow-yaml": YAML, "airflow-config": CONFIG}[form]
    draw = random.Random(7)
    for key in OF_DAGS:
        tried(tmp_path, "d.yaml", whole % (f"{key}: {draw.choice(VALUES)}", ""), form)
    for key in OF_TASKS:
        tried(tmp_path, "d.yaml", whole % ("", f"{key}: {draw.choice(VALUES)}"), form)


@pytest.mark.sweep
@pytest.mark.parametrize("form", ["dag-factory", "airflow-yaml", "airflow-config"])
def test_every_value_at_every_key(form: str, tmp_path: Path) -> None:
    whole = {"dag-factory": FACTORY, "airflow-yaml": YAML, "airflow-config": CONFIG}[form]
    for value in VALUES:
        for key in OF_DAGS:
            tried(tmp_path, "d.yaml", whole % (f"{key}: {value}", ""), form)
        for key in OF_TASKS:
            tried(tmp_path, "d.yaml", whole % ("", f"{key}: {value}"), form)


def folder_tried(files: dict[str, str]) -> None:
    source = GustyFolder("d", {f"d/{name}": text for name, text in files.items()})
    try:
        convert_gusty(source, airflow="3", today=TODAY)
    except DagctlError:
        return


@pytest.mark.parametrize("value", ["1", "{a: {tasks: 1}}", "!x y", "[[1]]"])
def test_folders_of_gusty_with_values_of_the_wrong_kind(value: str) -> None:
    for key in OF_FOLDERS:
        folder_tried({"METADATA.yml": f"{key}: {value}\n", "a.yml": BASH})
        folder_tried({"g/METADATA.yml": f"{key}: {value}\n", "g/a.yml": BASH})
        folder_tried({"a.yml": f"{BASH}{key}: {value}\n"})


@pytest.mark.sweep
def test_files_that_were_damaged(tmp_path: Path) -> None:
    """Seeded damage of good files of each format: parts cut, doubled, swapped, strange signs."""
    seeds = {
        "d.py": PYTHON,
        "f.yaml": FACTORY % ("tags: [x]", "retries: 2"),
        "a.yaml": YAML % ("tags: [x]", "retries: 2"),
        "c.yaml": CONFIG % ("tags: [x]", "retries: 2"),
    }
    draw = random.Random(20)  # repeatable damage
    signs = (
        "{",
        "}",
        "[",
        ":",
        "\n",
        "'",
        "\0",
        "\ud7ff",
        "*a",
        "&a",
        "<<: ",
        "(",
        ")",
        "%",
        "!x ",
    )
    for turn in range(3_000):
        name = draw.choice([*seeds])
        text = list(seeds[name])
        for _ in range(draw.randint(1, 6)):
            at, other = draw.randrange(len(text) + 1), draw.randrange(len(text) + 1)
            kind = draw.randrange(3)
            if kind == 0:
                del text[at : at + draw.randint(1, 20)]
            elif kind == 1:
                text[at:at] = draw.choice(signs)
            else:
                text[at:at] = text[other : other + draw.randint(1, 60)]
        tried(tmp_path, f"{turn}{name}", "".join(text))
