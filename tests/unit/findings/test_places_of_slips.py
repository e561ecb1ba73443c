"""A slip is reported at its own line and column, though the same text stands elsewhere too."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from dagctl.spec.load import check_spec
from dagctl.user_code.python.modules import MODULES

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
    'schedule: «"0 0 * * * MON/2"': ("DAG212", 'write "0 * * * MON/2"'),
    'schedule: «"0 0, 12 * * *"': ("DAG212", 'write "0 0,12 * * *"'),
    "schedule: «6 pm": ("DAG210", 'write "0 18 * * *"'),
    'schedule: «"0 1,  2 * * *"': ("DAG212", 'write "0 1,2 * * *"'),
    'schedule: «"1, 2, 3, 4 0 * * *"': ("DAG210", 'write "1,2,3,4 0 * * *"'),
    'schedule: «"0 1,  2 * * * *"': ("DAG212", "remove the seconds or the year"),
    'schedule: «"* * * * *, *"': ("DAG212", "remove the seconds or the year"),
    'schedule: «"0 0 * * mon, funday"': ("DAG212", "remove the seconds or the year"),
    'schedule: «"5:30pm"': ("DAG210", 'write "30 17 * * *"'),
    'schedule: «"5 p.m."': ("DAG210", 'write "0 17 * * *"'),
    'schedule: «"rate(5 minutes)"': ("DAG210", 'write "*/5 * * * *"'),
    'schedule: «"0 6 * * * Europe/Berlin"': ("DAG212", "`timezone: Europe/Berlin`"),
    'schedule: «"*/5 * * *"': ("DAG210", 'did you mean "*/5 * * * *"?'),
    'schedule: «"PT1H"': ("DAG210", "write `{every: PT1H}`"),
    "timezone: «UTC+2": ("DAG235", "or `Etc/GMT-2` for this offset"),
    "«documentation: a": ("DAG201", "did you mean `doc_md`?"),
    "«\u00a0 owner: a": ("DAG120", "write a space in its place"),
    "owner:«\u00a0a": ("DAG120", "write a space in its place"),
    "deadline: «2h": ("DAG203", "interval: 2h,"),
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
    "dependencies: [«{task: extract}]": ("DAG203", "write `extract`"),
    "dependencies: «{task: extract}": ("DAG203", "write `[extract]`"),
    "dependencies: [«{task: extract, when: done}]": ("DAG203", "write the name of a task"),
    "expand: {«regoin: [1]}": ("DAG239", "did you mean `region`?"),
    "expand_kwargs: [{«regoin: 1}]": ("DAG239", "did you mean `region`?"),
}

FUNCTION = '{$python_code: "def f(): return 1"}'
POD = "operator: KubernetesPodOperator\n    with: {name: a, image: b, "
OTHER_TASKS = {
    f"bash_command: «{FUNCTION}": ("DAG203", "a task with `python_code` of its own"),
    "bash_command: «{$xcom: extract}": ("DAG203", "ti.xcom_pull(task_ids='...')"),
    "bash_command: «{$ref: a.b}": ("DAG203", "this marker is not taken here"),
    f"python_code: «{FUNCTION}": ("DAG203", "write the code itself"),
    "python_code: return «null": ("DAG425", "write `None`"),
    "python_code: return «pd.DataFrame()": ("DAG425", "write `import pandas as pd`"),
    "python_code: return «json.dumps({})": ("DAG425", "write `import json`"),
    "python_code: return «datetime.now()": ("DAG425", "import it in the code"),
    "python_code: return 1 &«& 2": ("DAG401", "write `and`"),
    "python_code: |\n      if 1: pass\n      else «if 2: pass": ("DAG401", "write `elif`"),
    "python_code: |\n      if 1«\n        pass": ("DAG401", "write `:` at the end of the line"),
    "python_code: f(a --«, b)": ("DAG401", "`a -= 1` in a line of its own"),
    "operator: PythonOperator\n    with: {python_callable: «m.f}": ("DAG246", "`{$ref: m.f}`"),
    "python_callable: m.f\n    with: {x: {$xcom: «a.output}}": ("DAG301", "write `a`"),
    "python_callable: m.f\n    with: {x: {$xcom: «}}": ("DAG233", "write `{$xcom: task_id}`"),
    "python_code: return «glob('*.csv')": ("DAG425", "write `from glob import glob`"),
    "python_code: «pprint({})": ("DAG425", "write `from pprint import pprint`"),
    "python_code: return «copy.deepcopy([])": ("DAG425", "write `import copy`"),
    "python_code: return «email.strip()": ("DAG425", "or give it a value"),
    "python_code: return list(«queue)": ("DAG425", "or give it a value"),
    "python_code: return «secrets['x']": ("DAG425", "or give it a value"),
    "python_code: return «json.nothing": ("DAG425", "or give it a value"),
    "python_code: return «np": ("DAG425", "or give it a value"),
    "python_code: |\n      i = 0\n      i++«": ("DAG401", "write `+= 1`"),
    'python_code: return ["docker", «"--rm" [].x y]': ("DAG401", "Python stopped reading"),
    "python_code: 'run(«\"&& x\" y)'": ("DAG401", "Python stopped reading"),
    'python_code: \'x = "&&" +«*"||"\'': ("DAG401", "Python stopped reading"),
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
    "python_code: |\n      def a(params):\n          del «params['x']": ("DAG458", "declare it"),
    "provide_context: true\n    python_code: |\n      p = context['params']\n"
    "      return «p['regoin']": ("DAG458", "`region`?"),
}
HOOK = "from airflow.providers.postgres.hooks.postgres import PostgresHook"
NOT_RENDERED = {
    "return «'{{ ds }}'": "write `def run(ds):` and use `ds`",
    "x = 'a {}'.format(1)\nreturn x, print(«'{{ execution_date }}')": "def run(logical_date):",
    f"{HOOK}\nPostgresHook().run(«'select {{{{ params.x }}}}')": 'and use `params["x"]`',
    f"{HOOK}\nPostgresHook().run(sql=[«'{{{{ var.json.k }}}}', '{{{{ ds }}}}'])": (
        'use `Variable.get("k", deserialize_json=True)`'
    ),
    f"{HOOK}\nsql = «'select {{{{ conn.x }}}}'\nhook = PostgresHook()\nhook.get_records(sql)": (
        'use `BaseHook.get_connection("x")`'
    ),
    "import subprocess\nsubprocess.run(['load', «'{{ ti.run_id }}'])": "use `ti.run_id`",
    "import os\nif 1:\n    os.system(«'load {{ ds }}')\nreturn '{{ ts }}'": "use `ds`",
    "def f(**kw):\n    open(«'/data/{{ ds }}.csv')": 'use `kw["ds"]`',
    "def f(ds):\n    import logging\n    logging.info(«'day {{ ds }}')": "use `ds`",
}
RENDERED = [
    "x = '{{ ds }}'",
    "return f'{{{{ ds }}}}', '{{ds}} {x}'.format_map({'x': 1})",
    "return '{% raw %}{{ ds }}{% endraw %}'",
    "return {'argo': '{{params.x}}'}",
    "print('Write {{ ds }} into the file')",
    "def f(ds):\n    sql = open('/q.sql').read()\n    return sql.replace('{{ ds }}', ds)",
    "import re\nreturn re.sub('{{ ds }}', '', '')",
    "from jobs import fill\nreturn fill('{{ ds }}')",
    "from jobs.hooks import FillingHook\nFillingHook().run('{{ ds }}')",
    "class Hook:\n    def run(self, sql): pass\nHook().run('{{ ds }}')",
    "print = list\nprint('{{ ds }}')",
    f"{HOOK}\nsql = '{{{{ ds }}}}'\nsql = sql.strip('{{}}')\nPostgresHook().run(sql)",
    f"{HOOK}\nPostgresHook().run(\"select * from q where sql like '%{{{{ ds }}}}%'\")",
    "import subprocess\nsubprocess.run(['sed', '-i', 's/{{ ds }}/x/', 'a'])",
    "import os\nos.system('echo {{ ds }} > a.sql')",
    "from pathlib import Path\nPath('a').write_text('{{ ds }}')",
    "def f(ds):\n    for k, v in {'{{ ds }}': ds}.items(): print(k.replace(k, v))",
    "def f(ds):\n    if '{{ ds }}' in ds: raise ValueError",
]
RIGHT = [
    "python_code: |\n      def a(params):\n          params.update(x=1); return params['x']",
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


@pytest.mark.parametrize("code", NOT_RENDERED)
def test_a_template_that_nothing_renders(code: str) -> None:
    """The first of them is marked, with what code reads instead."""
    check(_with_code(code), "DAG247", NOT_RENDERED[code])


@pytest.mark.parametrize("code", RENDERED)
def test_a_template_that_code_may_fill_in(code: str) -> None:
    """It may render it, look for it, or write it for others."""
    assert findings(_with_code(code))[1] == []


def test_a_callback_and_a_hook_of_a_task_get_the_context() -> None:
    """The hint names the parameter that they get it in; notifiers render by themselves."""
    code = "def f(context):\n    print(«'{{ ds }}')"
    for key in ("on_failure_callback: {python_code", "pre_execute: {$python_code"):
        text = code.replace("\n", "\\n")
        fields = f'bash_command: echo\n    {key}: "{text}"}}\n'
        check(f"dag_name: Slip\ntasks:\n  - task_id: a\n    {fields}", "DAG247", 'context["ds"]')
    code = "def f(context):\\n    from jobs import Slack\\n    Slack(text='{{ ds }}')(context)"
    fields = f'bash_command: echo\n    on_failure_callback: {{python_code: "{code}"}}\n'
    assert findings(f"dag_name: Slip\ntasks:\n  - task_id: a\n    {fields}")[1] == []


def test_the_table_of_modules_is_right() -> None:
    missing = {
        f"{module}.{name}"
        for module, names in MODULES.items()
        for name in names
        if not hasattr(import_module(module), name)
    }
    assert missing == set()


def _with_code(code: str) -> str:
    lines = code.replace("\n", "\n      ")
    head = "dag_name: Slip\nparams: {x: 1}\ntasks:\n  - task_id: a\n"
    return f"{head}    python_code: |\n      {lines}\n"
