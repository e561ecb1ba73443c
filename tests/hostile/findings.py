"""Specs that are made to take long, of the slips that one finding is about; `texts` has them.

There is a text for each code that a check gives: `tests/unit/spec/test_bounded.py` holds it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Task = dict[str, Any]
    Text = Callable[[int], str]


def _spec(**fields: object) -> str:
    return json.dumps({"dag_name": "Hostile", "tasks": [_bash("a")], **fields}, ensure_ascii=False)


def _bash(task_id: str, **fields: object) -> Task:
    return {"task_id": task_id, "bash_command": "true", **fields}


def _tasks(make: Callable[[int], Task], each: int, **fields: object) -> Text:
    """Return a spec of tasks, which are made of their number; `each` is the length of one."""
    return lambda size: _spec(**fields, tasks=[make(n) for n in range(max(size // each, 1))])


def _with(**fields: object) -> Text:
    """Return a spec of bash tasks that all have these fields."""
    one = len(json.dumps(_bash("t1234", **fields)))
    return _tasks(lambda n: _bash(f"t{n}", **fields), one)


def _call(operator: str, **given: object) -> Text:
    """Return a spec of tasks that all call an operator with these arguments."""
    task = {"operator": operator, "with": given}
    return _tasks(lambda n: {"task_id": f"t{n}", **task}, len(json.dumps(task)) + 20)


def _code(line: str) -> Text:
    """Return a spec of one python task with a line of code again and again."""
    return lambda size: _spec(
        tasks=[{"task_id": "a", "python_code": line * max(size // len(line), 1) + "return 1"}]
    )


def _command(part: str) -> Text:
    """Return a spec of one bash task with a part of a command again and again."""
    return lambda size: _spec(tasks=[_bash("a", bash_command=part * max(size // len(part), 1))])


def _cron(cron: str, **fields: object) -> Text:
    """Return a spec with a schedule; what is long is its description."""
    return lambda size: _spec(schedule=cron, description="a " * (size // 2), **fields)


def _described(**fields: object) -> Text:
    """Return a spec with these fields; what is long is its list of tags."""
    return lambda size: _spec(tags=[f"a{n}" for n in range(size // 9)], **fields)


_HEAD = {"name": "hostile", "version": 1, "description": "Hostile."}


def _template(parameters: dict[str, Any], **fields: object) -> str:
    return _spec(template={**_HEAD, "parameters": parameters}, **fields)


SPECS: dict[str, Text] = {
    "nothing but comments": lambda size: "# a\n" * (size // 4),
    "values beyond the limit": lambda size: f'{{"tags": [{"0," * (size // 2)}0]}}',
    "comments that silence nothing": lambda size: (
        "dag_name: a\ntasks: [{task_id: a, bash_command: x}]\ntags:\n"
        + "".join(f"- a{n}  # dagctl: ignore DAG454\n" for n in range(size // 35))
    ),
    "secrets in plain text": _tasks(
        lambda n: _bash(f"t{n}", bash_command=f"AWS_ACCESS_KEY_ID=AKIAIOSFODNN{n:08} aws s3 ls"), 90
    ),
    "nulls": _with(owner=None),
    "a schedule that never fires": _cron("0 0 31 2 *"),
    "a schedule of two meanings": _cron("0 0 * * FRI-MON"),
    "a schedule of two names": _cron("@daily", schedule_interval="@hourly"),
    "a schedule of very many runs": _cron("@hourly", start_date="1980-01-01", catchup=True),
    "a schedule with long steps": _cron("*/90 * * * *"),
    "a schedule with an idle day": _cron("0 0 */1 * 5"),
    "a schedule with a fixed offset": _cron("0 7 * * 1-5", start_date="2024-01-01T00:00:00+01:00"),
    "start dates without a zone": _described(start_date="2024-01-01T06:00:00"),
    "an end before the start": _described(start_date="2024-01-01", end_date="2023-12-31"),
    "ends of tasks before their starts": _with(start_date="2024-01-01", end_date="2023-12-31"),
    "starts of tasks behind the end of the DAG": lambda size: _spec(
        end_date="2024-02-01",
        tasks=[_bash(f"t{n}", start_date="2025-01-01") for n in range(max(size // 75, 1))],
    ),
    "a zone that is not known": _described(timezone="Berlin"),
    "keys of another task type": _with(task_type="bash", python_code="return 1"),
    "no tasks": _described(tasks=[]),
    "too many tasks": _tasks(lambda n: _bash(f"t{n}"), 35),
    "contexts of commands": _with(provide_context=True, task_type="bash"),
    "too much code": lambda size: _spec(
        tasks=[_bash(f"t{n}", bash_command="a" * (size * 11 // 40)) for n in range(4)]
    ),
    "lengths of time that are none": _with(execution_timeout="a while"),
    "paths that are none": _tasks(lambda n: {"task_id": f"t{n}", "python_callable": "a.b()"}, 55),
    "markers with wrong values": _call(
        "TriggerDagRunOperator", trigger_dag_id={"$ref": "a.b", "key": "c"}
    ),
    "arguments given twice": _with(retry_delay="5m", retry_delay_minutes=5),
    "words that Airflow does not know": _with(trigger_rule="all_sucess"),
    "arguments of functions that take none": _tasks(
        lambda n: {"task_id": f"t{n}", "python_code": "return 1", "with": {"x": 1}}, 75
    ),
    "operators that are gone": _call("airflow.operators.subdag.SubDagOperator"),
    "parameters in the wrong place": _call("BashOperator", bash_command="x", retries=2),
    "arguments that are deprecated": _with(email="a@example.com"),
    "params that break their rules": lambda size: _spec(
        params={f"p{n}": {"type": "integer", "minimum": 1, "default": 0} for n in range(size // 60)}
    ),
    "params without a default": lambda size: _spec(
        schedule="@daily", params={f"p{n}": {"type": "string"} for n in range(size // 30)}
    ),
    "outlets that are no assets": _with(outlets=["warehouse://orders"]),
    "files that cannot be read": _tasks(
        lambda n: _bash(f"t{n}", bash_command={"$file": "../load.sh"}), 65
    ),
    "letters that no id has": lambda size: json.dumps(
        {"dag_name": "Заказы daily", "description": "a" * size, "tasks": [_bash("a")]}
    ),
    "emails without an address": _with(email_on_failure=True),
    "variables without a value": _with(doc_md="${{ vars.bucket }}"),
    "variables that are none": _with(doc_md="${{ price }}"),
    "loops that make one task": _with(for_each={"table": ["orders", "users"]}),
    "setups that are teardowns": _with(setup=True, teardown=True),
    "labels of no edge": _with(edge_labels={"c": "done"}),
    "imports that no function may have": _code("from math import *\n"),
    "functions that hide themselves": lambda size: _spec(
        tasks=[{"task_id": "a", "python_code": "def a(a: g()):\n" + "    x = 1\n" * (size // 10)}]
    ),
    "imports that are gone": _code("from airflow.utils.dates import days_ago\n"),
    "what Jinja takes for a comment": _command("n=${#a[@]}; b=${c%#};\n"),
    "outputs of no task": _command("{{ ti.xcom_pull(key='rows') }}\n"),
    "line statements of Jinja": lambda size: _spec(
        jinja_environment_kwargs={"line_statement_prefix": "%"},
        tasks=[_bash("a", bash_command="% set x = 1\n" * max(size // 12, 1))],
    ),
    "an extension of Jinja that is not known": lambda size: _spec(
        jinja_environment_kwargs={"extensions": ["team.jinja.Own"]},
        tasks=[_bash("a", bash_command="% set x = 1\n" * max(size // 12, 1))],
    ),
    "templates that are not there": lambda size: json.dumps(
        {"use": "nothing@1", "with": {f"p{n}": n for n in range(size // 12)}}
    ),
}
"""By what they are made of."""
OF_CODE = {
    *("imports that no function may have", "functions that hide themselves"),
    *("imports that are gone", "what Jinja takes for a comment", "outputs of no task"),
    "line statements of Jinja",
}
"""Those whose one code, or command, is what is long."""
OF_OTHER_TARGETS: dict[str, tuple[Text, str]] = {
    "arguments of later versions": (_with(trigger_rule="all_done_min_one_success"), "2"),
    "parameters of later versions": (
        _call("SnowflakeSqlApiOperator", sql="select 1", statement_count=1, cancel_on_kill=True),
        "3 snowflake==6.6.1",
    ),
}
"""By what they are made of: a text, and the Airflow that it is for."""
TEMPLATES: dict[str, Text] = {
    "rules that are none": lambda size: _template({f"p{n}": 1 for n in range(size // 10)}),
    "parameters of no name": lambda size: _template(
        {"p": {"type": "string"}},
        tags=[f"${{{{ params.q{n} }}}}" for n in range(max(size // 22, 1))],
    ),
    "free text in code": lambda size: _template(
        {"p": {"type": "string"}},
        tasks=[_bash("a", bash_command="${{ params.p }} " * max(size // 16, 1))],
    ),
}
"""Templates of specs."""
VALUES: dict[str, Text] = {
    "values of no parameter, and one too long": lambda size: json.dumps(
        {"p": "a" * (size // 2), **{f"x{n}": 1 for n in range(size // 20)}}
    ),
}
"""Values for the template below."""
TEMPLATE = _template(
    {"p": {"type": "string", "maxLength": 3}, "q": {"type": "integer"}},
    tags=["${{ params.p }}", "${{ params.q }}"],
)
DEFAULTS: dict[str, Text] = {
    "defaults of no kind of task": lambda size: json.dumps(
        {"task_defaults": {"all": [], **{f"b{n}": "x" for n in range(size // 12)}}}
    ),
}
"""Files with defaults."""
