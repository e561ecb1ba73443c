"""A slip is reported at its own line and column, though the same text stands elsewhere too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.spec.load import check_spec

if TYPE_CHECKING:
    from dagctl.errors import Diagnostic

MARK = "«"
COMMANDS = {
    "# params.x {# params.x #}{{ 'params.x' }}{% raw %}{{ params.x }}{% endraw %}{{ «params.x }}": (
        "DAG458",
        "declare it with a default",
    ),
    "dag_run.params.x {{ dag_run.params.x }} {{ «params['x'] }}": ("DAG458", "declare it"),
    "'extrct' {{ ti.xcom_pull('extract') }} {{ ti.xcom_pull('«extrct') }}": ("DAG459", "extract"),
    "{{ ti.xcom_pull(key='extrct', task_ids='«extrct') }}": ("DAG459", "`extract`?"),
    "{{ ti.xcom_pull(\n         task_ids=['extract',\n         '«extrct']) }}": (
        "DAG459",
        "`extract`?",
    ),
    "{{ ti.xcom_pull(ds.x('extrct')) }}{{ ti.xcom_pull('«extrct') }}": ("DAG459", "`extract`?"),
    "xcom_pull {{ ti.xcom_pull('extract') }} {{ ti.«xcom_pull(key='a') }}": ("DAG460", "task_ids"),
    "next_ds {{ ds.next_ds(next_ds=1) }} {{ «next_ds }}": ("DAG453", "_end | ds"),
    "ds | uper {{ ds }} {{ ds | «uper }}": ("DAG451", "`upper`?"),
    "{{ 1 if ds is not «definedd }}": ("DAG451", "`defined`?"),
    "{{ ds }} {{ ds «date }}": ("DAG451", "between {% raw %}"),
    "{% raw %}{{ a b }}{% endraw %}{# a b #}{{ ds «ds }}\n\n": ("DAG451", "between {% raw %}"),
    "{{ ts }} {{ ds «}": ("DAG451", "write `}}`"),
    "{% if ds %}a{% else «if ts %}b{% endif %}": ("DAG451", "write `elif`"),
    "{% «sett x = 1 %}": ("DAG451", "did you mean `set`?"),
    "{{ x «= 1 }}": ("DAG451", "{% set NAME = ... %}"),
    "echo $«{#a[@]}": ("DAG451", "between {% raw %}"),
    "{{ var.value.x }} {{ «region }}": ("DAG456", "give `{$arg: region}` to a parameter"),
}
SPECS = {
    'schedule: "0 «24 * * *"': ("DAG210", "the hour is 0 to 23"),
    'schedule: {cron: "0 9 * * «1,8"}': ("DAG210", "0 to 7"),
    'schedule: "0 0 * * 1,«FRI-MON"': ("DAG212", "FRI,SAT,SUN"),
    'schedule: "«*/0 * * * *"': ("DAG210", "a step is 1 or more"),
    'schedule: «"cron(0 10 ? * MON *)"': ("DAG212", 'write "0 10 * * MON"'),
    'schedule: «"cron(0 10 ? * 2-6 *)"': ("DAG212", 'write "0 10 * * 1-5"'),
    'schedule: «"cron(0 10 ? * 6#3 *)"': ("DAG212", "Sunday is day 1"),
    'schedule: «"0 0 * * * MON/2"': ("DAG212", "remove the seconds or the year"),
    'schedule: «"0 0, 12 * * *"': ("DAG212", 'write "0 0,12 * * *"'),
    "schedule: «6 pm": ("DAG210", 'write "0 18 * * *"'),
    'schedule: «"rate(5 minutes)"': ("DAG210", 'write "*/5 * * * *"'),
    'schedule: «"0 6 * * * Europe/Berlin"': ("DAG212", "`timezone: Europe/Berlin`"),
    "email: [a@b.c, «1]": ("DAG203", 'quote it: "1"'),
    "template_searchpath: «{a: b}": ("DAG203", "write a folder or a list of folders"),
    "owner_links: {a: mailto:a@b.c, «b: example.com}": ("DAG239", "mailto:"),
    "«start: 2024-01-01": ("DAG201", "did you mean `start_date`?"),
    "on_failure_callback: {callable: a.b, «notifier: SmtpNotifier}": ("DAG236", "keep one"),
}
TASKS = {
    "with: {region: {$xcom: extract, «keys: a}}": ("DAG233", "did you mean `key`?"),
    "with: {region: {«$zip: [{$xcom: extract}, {$xcom: extract}]}}": ("DAG233", "use `$xcom` here"),
    "with: {«regoin: 1}": ("DAG239", "did you mean `region`?"),
    "expand: {«regoin: [1]}": ("DAG239", "did you mean `region`?"),
    "expand_kwargs: [{«regoin: 1}]": ("DAG239", "did you mean `region`?"),
}

POD = "operator: KubernetesPodOperator\n    with: {name: a, image: b, "
OTHER_TASKS = {
    "python_code: return «null": ("DAG425", "write `None`"),
    "python_code: return «pd.DataFrame()": ("DAG425", "write `import pandas as pd`"),
    "python_code: return «json.dumps({})": ("DAG425", "write `import json`"),
    "python_code: return «datetime.now()": ("DAG425", "import it in the code"),
    "python_code: return 1 &«& 2": ("DAG401", "write `and`"),
    "python_code: |\n      if 1: pass\n      else «if 2: pass": ("DAG401", "write `elif`"),
    POD + "cmds: «python -m a}": ("DAG246", "write a list"),
    POD + "arguments: [a, «5]}": ("DAG246", 'write "5", in quotes'),
    POD + "«resources: {limits: {cpu: 1}}}": ("DAG243", "did you mean `container_resources`?"),
    POD + "volumes: [«{$new: kubernetes.client.models.V1Volum, with: {name: d}}]}": (
        "DAG246",
        "kubernetes.client.models.V1Volume",
    ),
    "python_code: |\n      return «'{{ ds }} {{ params.region }}'": (
        "DAG247",
        "write `def run(ds):`",
    ),
    "python_code: 'def a(ds): return ds'\n    expand: {ds: «extract}": (
        "DAG306",
        "write `{$xcom: extract}`",
    ),
    "python_callable: «jobs.load:main": ("DAG231", "write `jobs.load.main`"),
    "python_callable: «jobs.load.main()": ("DAG231", "write `jobs.load.main`"),
    "python_callable: «jobs/load.py": ("DAG231", "write `jobs.load.name`"),
    "python_code: |\n      def a(params): return «params['regoin']": ("DAG458", "`region`?"),
    "provide_context: true\n    python_code: |\n      p = context['params']\n"
    "      return «p['regoin']": ("DAG458", "`region`?"),
}
RIGHT = [
    "python_code: |\n      def a(params):\n          params['x'] = 1\n          return params['x']",
    (
        "python_code: |\n      def a(params):\n          try:\n              return params['x']\n"
        "          except KeyError:\n              return 1"
    ),
    "decorator: task.bash\n    python_code: return 'echo {{ ds }}'",
    "python_code: |\n      import jinja2\n      return jinja2.Template('{{ ds }}').render(ds=1)",
    (
        "python_code: |\n      def a(task, **context):\n          '{{ ds }}'\n"
        "          return task.render_template('{{ ds }}', context)"
    ),
    "python_code: |\n      x = 1\n      return f'{{ ds }} {x}', '{{ ref(x) }} {{ var(x) }}'",
    POD + 'arguments: "{{ [1] }}", cmds: null}',
    POD + "arguments: {$xcom: extract}, cmds: [a, {$xcom: extract}]}",
    "python_code: |\n      def a(params): return params['x']\n    with: {params: {x: 1}}",
    "python_code: |\n      def a(params): return params['x'] if 'x' in params else 1",
    (
        "provide_context: true\n    python_code: |\n      if 'x' in context['params']:\n"
        "          return context['params']['x']"
    ),
]


def findings(marked: str) -> tuple[tuple[int, int], list[Diagnostic]]:
    """Return the line and the column of the mark in a spec, and what is said of the spec."""
    before, _, behind = marked.partition(MARK)
    place = before.count("\n") + 1, len(before) - before.rfind("\n")
    found = check_spec(before + behind, format="yaml", airflow="3.3").diagnostics
    return place, [each for each in found if each.code not in {"DAG421", "DAG454"}]


def check(marked: str, code: str, hint: str) -> None:
    place, [finding] = findings(marked)
    assert (finding.code, (finding.line, finding.column)) == (code, place)
    assert hint in (finding.hint or "")


@pytest.mark.parametrize("command", COMMANDS)
def test_in_a_template(command: str) -> None:
    group = "- group_id: g\n    expand: {region: [a]}\n    tasks:\n    - task_id: b\n      "
    waits = "dependencies: [extract]\n      bash_command: |\n      "
    head = "dag_name: Slip\ntasks:\n  - {task_id: extract, bash_command: echo}\n  "
    check(f"{head}{group}{waits} {command}\n", *COMMANDS[command])


@pytest.mark.parametrize("field", SPECS)
def test_in_a_field_of_the_dag(field: str) -> None:
    check(f"dag_name: Slip\n{field}\ntasks: [{{task_id: a, bash_command: echo}}]\n", *SPECS[field])


@pytest.mark.parametrize("fields", TASKS)
def test_in_a_task(fields: str) -> None:
    code = 'python_code: "def f(region): return region"'
    task = f"  - task_id: a\n    {code}\n    {fields}\n"
    head = "dag_name: Slip\ntasks:\n  - {task_id: extract, bash_command: echo}\n"
    check(head + task, *TASKS[fields])


@pytest.mark.parametrize("fields", OTHER_TASKS)
def test_in_a_task_of_another_kind(fields: str) -> None:
    head = "dag_name: Slip\nparams: {region: a}\ntasks:\n"
    check(f"{head}  - task_id: a\n    {fields}\n", *OTHER_TASKS[fields])


@pytest.mark.parametrize("fields", RIGHT)
def test_what_is_right_is_let_through(fields: str) -> None:
    head = "dag_name: Slip\ntasks:\n  - {task_id: extract, bash_command: echo}\n"
    assert findings(f"{head}  - task_id: a\n    {fields}\n")[1] == []
