"""What templates and code refer to, and will not get: names, parameters, XComs, imports."""

from __future__ import annotations

import inspect
import json
import textwrap
from typing import TYPE_CHECKING, Any

import pytest
from jinja2 import Environment

from dagctl.errors import Severity
from dagctl.findings.codes import Code
from dagctl.spec.dag.brought import OPTIONS
from dagctl.spec.load import check_data, check_spec
from dagctl.spec.strictness import Checks, judged

if TYPE_CHECKING:
    from dagctl.errors import Diagnostic

HEAD = "dag_name: Report\n"


def of_spec(spec: str, airflow: str = "3") -> list[Diagnostic]:
    """Return the findings about a spec, with the severity that counts for the target."""
    text = HEAD + textwrap.dedent(spec)
    return list(
        judged(check_spec(text, airflow=airflow).diagnostics, text, Checks(airflow=airflow))
    )


def of_bash(command: str, airflow: str = "3", **more: object) -> list[Diagnostic]:
    """Return the findings about a task `report` that runs a command after a task `fetch`."""
    fetch = {"task_id": "fetch", "python_code": "return 1"}
    report = {"task_id": "report", "bash_command": command, **more}
    return of_spec(f"tasks: {json.dumps([fetch, report])}", airflow)


def of_code(code: str, airflow: str = "3", given: object = None) -> list[Diagnostic]:
    """Return the findings about a task that runs Python code with the context."""
    task: dict[str, Any] = {"task_id": "fetch", "python_code": code, "provide_context": True}
    if given is not None:
        task["with"] = given
    if code.startswith("def "):
        del task["provide_context"]
    return of_spec(f"tasks: {json.dumps([task])}", airflow)


def codes(findings: list[Diagnostic]) -> list[str]:
    return [str(finding.code) for finding in findings]


# --- Names of Python code -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ('df = pd.read_csv("x")\nreturn df.shape', ["pd"]),
        ('return kwargs["ds"]', ["kwargs"]),
        ("return ti.task_id", ["ti"]),
        ("return [row for row in (1, 2)], row", ["row"]),
        ("total = 0\nfor n in (1, 2):\n    totl += n\nreturn total", ["totl"]),
        ("def f(x, **context):\n    return x + y", ["y"]),
        ("import pandas as pd\nreturn pd, len(str(open))", []),
        ("def f(day=None, *args, **context):\n    return day, args, context", []),
        ("try:\n    import json\nexcept ImportError:\n    json = None\nreturn json", []),
        ("return __name__, __file__, Exception", []),
        ("x = lambda a: a + b\nreturn x", ["b"]),
        ("def f(frame: 'pd.DataFrame' = None):\n    return frame", []),
    ],
)
def test_a_name_that_nothing_gives_a_value_is_a_warning(code: str, names: list[str]) -> None:
    found = [item for item in of_code(code) if item.code == Code.PYTHON_UNDEFINED]
    quoted = [item.message.split("`")[1] for item in found]

    assert quoted == names
    assert {item.severity for item in found} <= {Severity.WARNING}


def test_a_name_of_the_context_says_how_to_get_it() -> None:
    [finding] = of_spec("tasks: [{task_id: a, python_code: 'return ti.task_id'}]")

    assert finding.code == Code.PYTHON_UNDEFINED
    assert finding.hint == 'set `provide_context: true`, and write `context["ti"]`'


def test_code_too_deep_for_pyflakes_gets_no_verdict() -> None:
    assert of_code(f"return {'+'.join(['x'] * 400)}") == []


# --- Keys of the context, and imports -----------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "instead"),
    [
        ('return str(context["execution_date"])', 'context["logical_date"]'),
        ('return context["next_ds"]', 'context["data_interval_end"].strftime("%Y-%m-%d")'),
        ('return context["conf"].get("core", "dags_folder")', "airflow.configuration"),
        ("def f(execution_date):\n    return execution_date", 'context["logical_date"]'),
        ('return context.pop("execution_date")', 'context["logical_date"]'),
        (
            (
                "from airflow.operators.python import get_current_context\n"
                'now = get_current_context()\nreturn now["execution_date"]'
            ),
            'context["logical_date"]',
        ),
        ('def f(**kw):\n    return kw["yesterday_ds"]', "subtract(days=1)"),
        (
            (
                "from airflow.operators.python import get_current_context\n"
                'return get_current_context()["prev_ds"]'
            ),
            "prev_data_interval_start_success",
        ),
    ],
)
def test_a_key_that_airflow_3_no_longer_has(code: str, instead: str) -> None:
    [three], [two] = of_code(code), of_code(code, "2")

    assert (three.code, three.severity) == (Code.GONE_VARIABLE, Severity.ERROR)
    assert (two.code, two.severity) == (Code.GONE_VARIABLE, Severity.WARNING)
    assert instead in (three.hint or "")


@pytest.mark.parametrize(
    "code",
    [
        'return context.get("execution_date", None)',
        'return context.get("logical_date") or context.get("execution_date")',
        'def f(**context):\n    context = {"next_ds": 2}\n    return context["next_ds"]',
        'context = {"tomorrow_ds": 2}\nreturn context["tomorrow_ds"]',
        'context["execution_date"] = 1\nreturn context["execution_date"]',
        'return {"execution_date": 1}["execution_date"]',
        'return context.pop("execution_date", None)',
        'if "next_ds" in context:\n    return context["next_ds"]',
        'try:\n    return context["next_ds"]\nexcept KeyError:\n    return None',
        "def f(execution_date=None):\n    return execution_date",
        'return context["ds"], context["params"], context["ti"]',
    ],
)
def test_what_the_context_has_or_is_not_its_key(code: str) -> None:
    assert of_code(code) == []


def test_a_key_behind_a_condition_is_a_warning() -> None:
    [finding] = of_code('if context["ds"]:\n    return context["execution_date"]')

    assert (finding.code, finding.severity) == (Code.GONE_VARIABLE, Severity.WARNING)


@pytest.mark.parametrize(
    "code",
    [
        'return context.get("tomorrow_ds")',
        'def f(**kwargs):\n    return kwargs.get("tomorrow_ds")',
        (
            "from airflow.sdk import get_current_context\n"
            'return get_current_context().get("tomorrow_ds")'
        ),
    ],
)
def test_a_key_that_is_asked_for_and_that_airflow_3_no_longer_has(code: str) -> None:
    [finding] = of_code(code)

    assert (finding.code, finding.severity) == (Code.GONE_VARIABLE, Severity.WARNING)
    assert "`get` would return None" in finding.message


def test_a_key_that_no_airflow_has() -> None:
    [finding] = of_code('return context["data_intervall_end"]')

    assert (finding.code, finding.severity) == (Code.UNKNOWN_VARIABLE, Severity.ERROR)
    assert finding.hint == "did you mean `data_interval_end`?"


@pytest.mark.parametrize(
    ("code", "airflow", "hint"),
    [
        ("from airflow.utils.dates import days_ago\nreturn str(days_ago(1))", "3", "pendulum"),
        (
            "from airflow.operators.python_operator import PythonOperator\nreturn PythonOperator.x",
            "3",
            "airflow.providers.standard.operators.python.PythonOperator",
        ),
        ("from airflow.hooks.base_hook import BaseHook\nreturn BaseHook.x", "3", "hooks.base."),
        ("from airflow.hooks.http_hook import HttpHook\nreturn HttpHook.x", "3", "hooks.http"),
        ("import airflow.contrib.hooks\nreturn airflow.contrib.hooks", "3", "target"),
        ("from airflow.sdk import Variable\nreturn Variable.get('x')", "2", "models.Variable"),
        ("from airflow.sdk import ObjectStoragePath\nreturn ObjectStoragePath('x')", "2", "target"),
    ],
)
def test_an_import_that_the_target_does_not_have(code: str, airflow: str, hint: str) -> None:
    [finding] = of_code(code, airflow)

    assert (finding.code, finding.severity) == (Code.PYTHON_IMPORT, Severity.ERROR)
    assert hint in (finding.hint or "")
    assert of_code(code, "2" if airflow == "3" else "3") == []


@pytest.mark.parametrize(
    "code",
    [
        (
            "try:\n    from airflow.sdk import chain\nexcept ImportError:\n"
            "    from airflow.utils.helpers import chain\nreturn chain"
        ),
        "from airflow.operators.bash import BashOperator\nreturn BashOperator.template_fields",
        "from airflow.models import Variable\nreturn Variable.get('x')",
        "from airflow.configuration import conf\nreturn conf.get('core', 'x')",
        "from airflowx.utils.dates import days_ago\nreturn days_ago(1)",
    ],
)
def test_an_import_that_may_be_right(code: str) -> None:
    assert of_code(code) == []


# --- Templates ----------------------------------------------------------------------------------


def in_sql(text: str, airflow: str = "3") -> list[Diagnostic]:
    """Return the findings about a text in a parameter of an operator that Airflow renders."""
    given = {"conn_id": "db", "sql": text}
    task = {"task_id": "a", "operator": "SQLExecuteQueryOperator", "with": given}
    return of_spec(f"tasks: {json.dumps([task])}", airflow)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("select {{ ds", Code.BAD_TEMPLATE),
        ("select {{ ds | nodash }}", Code.BAD_TEMPLATE),
        ("select '{{ execution_date }}'", Code.GONE_VARIABLE),
        ("select '{{ data_intervall_start }}'", Code.UNKNOWN_VARIABLE),
        ("select {{ params.region }}", Code.UNKNOWN_PARAM),
        ("select {{ params['region'] }}", Code.UNKNOWN_PARAM),
        ("select {{ ti.xcom_pull(task_ids='b') }}", Code.XCOM_OF_NO_TASK),
        ("select {{ ti.xcom_pull(key='rows') }}", Code.XCOM_WITHOUT_TASK),
        ("select '${#x} #}'", Code.SWALLOWED),
        ("select '{{ var.bucket }}'", Code.UNKNOWN_VARIABLE),
        ("select '{{ macros.ds_ad(ds, 1) }}'", Code.UNKNOWN_VARIABLE),
        ("select '{{ task_instance.xcom_pul(task_ids='a') }}'", Code.UNKNOWN_VARIABLE),
        ("select '{{ dag_run['external_trigger'] }}'", Code.GONE_VARIABLE),
    ],
)
def test_each_text_that_airflow_renders_is_looked_into(text: str, code: Code) -> None:
    assert codes(in_sql(text)) == [code]
    assert code in codes(of_bash("echo", env={"A": text}))
    assert code in codes(of_code("def f(a):\n    return a", given={"a": [{"b": text}]}))


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("echo ${#x}", Code.BAD_TEMPLATE),
        ("echo {{ ds", Code.BAD_TEMPLATE),
        ("echo {{ execution_date }}", Code.GONE_VARIABLE),
        ("echo {{ params.x }}", Code.UNQUOTED_PARAMETER),
        ("cp a b\necho c", Code.SHELL_GOES_ON),
    ],
)
def test_a_command_of_an_operator_is_checked_as_that_of_a_bash_task(
    command: str, code: Code
) -> None:
    head = 'params: {x: "1"}\ntasks: '
    bash = {"task_id": "a", "operator": "BashOperator", "with": {"bash_command": command}}
    sensor = {**bash, "operator": "airflow.sensors.bash.BashSensor"}
    mapped = {"task_id": "a", "operator": "BashOperator", "expand": {"bash_command": [command]}}
    own = {"task_id": "a", "bash_command": command}

    for task in (bash, sensor, mapped, own):
        assert codes(of_spec(head + json.dumps([task]))) == [code]


@pytest.mark.parametrize(
    ("param", "command", "found"),
    [
        ("{type: integer, default: 1}", "seq {{ params.x }}", []),
        ('{type: ["null", number], default: 1}', "true\nseq {{params.x}}", []),
        ("{type: boolean, default: true}", "echo '{{ params.x }}'", []),
        ("{enum: [eu-west-1, us], default: us}", "echo {{ params.x }}", []),
        ('{enum: ["$(id)", us], default: us}', "echo {{ params.x }}", [Code.UNQUOTED_PARAMETER]),
        ("{type: string, default: us}", "echo {{ params.x }}", [Code.UNQUOTED_PARAMETER]),
        ("{type: [string, integer], default: 1}", "echo {{ params.x }}", [Code.UNQUOTED_PARAMETER]),
        ("{default: 1}", "echo {{ params.x }}", [Code.UNQUOTED_PARAMETER]),
        ("1", "echo {{ params.x }}", [Code.UNQUOTED_PARAMETER]),
        (
            "{type: integer, default: 1}",
            "echo {{ params.x ~ dag_run.conf.y }}",
            [Code.UNQUOTED_PARAMETER],
        ),
        ("{type: integer, default: 1}", "echo {{ dag_run.conf.x }}", [Code.UNQUOTED_PARAMETER]),
    ],
)
def test_a_param_that_airflow_checks_to_be_plain_brings_no_code(
    param: str, command: str, found: list[Code]
) -> None:
    for task in (
        {"task_id": "a", "bash_command": command},
        {"task_id": "a", "bash_command": command, "params": {"y": "b"}},
        {"task_id": "a", "operator": "BashOperator", "with": {"bash_command": command}},
    ):
        assert codes(of_spec(f"params: {{x: {param}}}\ntasks: [{json.dumps(task)}]")) == found


def test_a_param_of_a_task_has_rules_of_its_own() -> None:
    task = {"task_id": "a", "bash_command": "echo {{ params.x }}", "params": {"x": "a"}}
    spec = f"params: {{x: {{type: integer, default: 1}}}}\ntasks: [{json.dumps(task)}]"

    assert codes(of_spec(spec)) == [Code.UNQUOTED_PARAMETER]


def test_a_variable_of_a_command_may_have_any_name() -> None:
    assert codes(of_bash("echo", env={"bash_command": "{{ ds"})) == [Code.BAD_TEMPLATE]


def test_a_text_that_is_not_rendered_or_not_known_to_be_is_left_alone() -> None:
    task = {"task_id": "a", "operator": "jobs.Run", "with": {"sql": "select {{ ds"}}
    [finding] = of_spec(f"tasks: {json.dumps([task])}")

    assert (finding.code, finding.severity) == (Code.FOREIGN_OPERATOR, Severity.INFO)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("{{ var.bucket }}", "write `var.value.bucket`"),
        ("{{ var['bucket'] }}", "write `var.value.bucket`"),
        ("{{ ti.xcom_pul('a') }}", "did you mean `ti.xcom_pull`?"),
        ("{{ ti.execution_date }}", "read `logical_date`"),
        ("{{ dag_run.external_trigger }}", "compare `dag_run.run_type` with `manual`"),
    ],
)
def test_a_template_that_reads_what_an_object_does_not_have(text: str, hint: str) -> None:
    [finding] = in_sql(text)
    assert (finding.hint, finding.severity) == (hint, Severity.ERROR)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("{{ var.get('bucket') }}", "write `var.value.get('...')`"),
        ("{{ macros.ds_ad(ds, 1) }}", "did you mean `macros.ds_add`?"),
        ("{{ macros.uuid4() }}", "did you mean `macros.uuid`?"),
    ],
)
def test_a_template_that_reads_what_may_be_a_slip(text: str, hint: str) -> None:
    [finding] = in_sql(text)
    assert (finding.hint, finding.severity) == (hint, Severity.WARNING)


def test_an_attribute_is_marked_where_it_is_read() -> None:
    lines = ("{% set pool = 1 %}", "echo {{ pool }}", "echo {{ ti.pool }} {{ task['pool'] }}")
    command = "".join(f"\n      {line}" for line in lines)
    found = check_spec(f"dag_name: d\ntasks:\n  - task_id: a\n    bash_command: |{command}\n")
    [finding] = [each for each in found.diagnostics if each.code == Code.GONE_VARIABLE]
    assert (finding.line, finding.column) == (7, 18)


@pytest.mark.parametrize(
    "text",
    [
        "{{ var.value.bucket }} {{ var.json.limits.rows }} {{ var.value.get('a', 'b') }}",
        "{{ macros.my_plugin.day(ds) }} {{ macros.datetime.now() }} {{ macros.ds_add(ds, 1) }}",
        "{{ macros.date_utils.x() }} {{ macros.time_delta.y }} {{ var.items() }}",
        "{{ ti.task_id }} {{ dag_run.run_type }} {{ task_instance.xcom_push('a', 1) }}",
        "{{ ti.execution_date | default('') }}",
        "{% set var = {'a': 1} %}{{ var.a }}",
        "{% for ti in [ds] %}{{ ti.xcom_pul }}{% endfor %}",
    ],
)
def test_a_template_that_reads_what_may_be_there(text: str) -> None:
    assert in_sql(text) == []


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ('ti = context["ti"]\nreturn ti.xcom_pul(task_ids="a")', "did you mean `ti.xcom_pull`?"),
        ('return context["dag_run"].execution_date', "read `logical_date`"),
        ("def f(ti):\n    return ti.execution_date", "read `logical_date`"),
        ('def f(**kw):\n    return kw["dag_run"].external_trigger', "compare `dag_run.run_type`"),
    ],
)
def test_code_that_reads_what_an_object_does_not_have(code: str, hint: str) -> None:
    [finding] = of_code(code)
    assert hint in (finding.hint or "")
    assert finding.severity is Severity.ERROR


@pytest.mark.parametrize(
    "code",
    [
        'ti = context["ti"]\nti = str(ti)\nreturn ti.xcom_pul',
        'def f(ti):\n    if hasattr(ti, "pool"):\n        return ti.pool',
        "def f(ti):\n try:\n  return ti.pool\n except AttributeError:\n  return 1",
        "def f(ti):\n from contextlib import suppress\n with suppress(AttributeError):\n  ti.pool",
        "def f(ti):\n def g():\n  from json import ti\n  return ti.pool\n return g()",
        "def f(ti):\n def g():\n  def ti(): pass\n  return ti.pool\n return g()",
        "def f(ti):\n    match 1:\n        case ti:\n            return ti.pool",
        "def f(macros):\n    return macros.date_utils.x()",
        'return context["ti"].xcom_push("a", 1), context["dag_run"].conf',
        "def f(row):\n    return row.execution_date",
        'ti = context["ti"]\nread = lambda ti: ti.execution_date\nreturn read(1)',
    ],
)
def test_code_that_reads_what_may_be_there(code: str) -> None:
    assert [found.code for found in of_code(code) if found.code[:5] == "DAG45"] == []


def test_a_filter_and_a_macro_of_the_dag_are_known() -> None:
    for text in ("{{ ds | shout }}", "{{ shout(ds) }}"):
        assert of_bash("echo", env={"A": text}) != []


@pytest.mark.parametrize(
    ("command", "lost"),
    [
        ("n=${#files[@]}; test $n || exit 0; tag=${name%#}; echo up", "{#files[@]}; test $n ||"),
        ("a=${#b}\necho '#}'", "{#b}"),
    ],
)
def test_text_that_jinja_drops_is_shown(command: str, lost: str) -> None:
    [finding] = [item for item in of_bash(command) if item.code == Code.SWALLOWED]

    assert lost in finding.message
    assert "{% raw %}" in (finding.hint or "")


@pytest.mark.parametrize(
    "command",
    ["echo {# a note #} x", "{% raw %}echo ${#a} #}{% endraw %}", "echo {{ '${#a} #}' }}"],
)
def test_a_comment_that_is_meant_is_no_finding(command: str) -> None:
    assert of_bash(command) == []


@pytest.mark.parametrize(
    "text",
    [
        "{{ params.get('region', 'x') }}",
        "{{ params.region | default('x') }}",
        "{{ params.region | upper | default('x') }}",
        "{{ params.region if params.region is defined else 'x' }}",
        "{% if 'region' in params %}{{ params.region }}{% endif %}",
        "{{ params | tojson }}",
    ],
)
def test_a_parameter_that_the_template_can_do_without(text: str) -> None:
    assert Code.UNKNOWN_PARAM not in codes(of_bash("echo", env={"A": text}))


def test_a_parameter_in_code() -> None:
    [finding] = of_code('return context["params"]["region"]')

    assert finding.code == Code.UNKNOWN_PARAM


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("xcom_pull(task_ids='fetch')", []),
        ("xcom_pull('fetch')", []),
        ("xcom_pull(task_ids=['fetch', 'fetsh'])", ["fetsh"]),
        ("xcom_pull(task_ids='x', dag_id='other')", []),
        ("xcom_pull(**given)", []),
        ("xcom_pull(task_ids=name)", []),
    ],
)
def test_an_xcom_of_a_task_that_is_not_there(call: str, expected: list[str]) -> None:
    code = f'given, name = {{}}, "x"\nreturn context["ti"].{call}'
    template = f"echo {{% set given, name = {{}}, 'x' %}}{{{{ ti.{call} }}}}"

    for findings in (of_code(code), of_bash(template)):
        found = [item for item in findings if item.code == Code.XCOM_OF_NO_TASK]
        assert [item.message.split("`")[1] for item in found] == expected
        assert [item.hint for item in found] == ["did you mean `fetch`?"] * len(expected)


def test_a_task_in_a_group_has_the_id_of_the_group_too() -> None:
    groups = """
        tasks:
          - group_id: load
            tasks: [{task_id: fetch, python_code: return 1}]
          - {task_id: a, bash_command: "{{ ti.xcom_pull('fetch') }}", dependencies: [load]}
          - {task_id: b, bash_command: "{{ ti.xcom_pull('load.fetch') }}", dependencies: [load]}
    """
    [finding] = of_spec(groups)
    assert (finding.code, finding.hint) == (Code.XCOM_OF_NO_TASK, "did you mean `load.fetch`?")


def test_a_parameter_with_a_default_is_there() -> None:
    spec = (
        "params: {region: emea}\ntasks: [{task_id: a, bash_command: x, env: {A: '{{ params.X }}'}}]"
    )

    assert of_spec(spec.replace("X", "region")) == []
    [finding] = of_spec(spec.replace("X", "regoin"))
    assert (finding.code, finding.hint) == (Code.UNKNOWN_PARAM, "did you mean `region`?")


def test_the_code_of_a_callback_is_looked_into() -> None:
    spec = """
        on_failure_callback: {python_code: "return context['execution_date'], pd"}
        tasks: [{task_id: a, bash_command: x}]
    """

    assert {*codes(of_spec(spec))} == {Code.GONE_VARIABLE, Code.PYTHON_UNDEFINED}


def test_without_a_task_only_airflow_3_reads_the_own_xcom() -> None:
    code = 'return context["ti"].xcom_pull(key="rows")'

    assert codes(of_code(code)) == [Code.XCOM_WITHOUT_TASK]
    assert of_code(code, "2") == []


@pytest.mark.parametrize(("airflow", "fails"), [("2", True), ("3", False), ("3.1", False)])
def test_a_variable_that_a_newer_airflow_has(airflow: str, *, fails: bool) -> None:
    found = of_bash("echo {{ triggering_asset_events }}", airflow)

    assert codes(found) == ([Code.UNKNOWN_VARIABLE] if fails else [])


# --- Emails and shells --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "count"),
    [
        ("email_on_failure: true\n", 1),
        ("email_on_failure: true\nemail: a@example.com\n", 0),
        ("email_on_failure: true\ndefault_args: {email: a@example.com}\n", 0),
        ("default_args: {email_on_retry: true}\n", 1),
        ("email_on_failure: false\n", 0),
    ],
)
def test_emails_without_an_address(spec: str, count: int) -> None:
    found = of_spec(f"{spec}tasks: [{{task_id: a, bash_command: x}}]")

    assert codes(found).count(Code.NO_ADDRESS) == count


def test_emails_that_airflow_sends_itself_are_deprecated_on_3_alone() -> None:
    text = (
        "default_args: {email: a@example.com}\n"
        "tasks: [{task_id: a, bash_command: x, email: b@example.com}]"
    )

    assert codes(of_spec(text, "3")) == [Code.DEPRECATED] * 2
    assert codes(of_spec(text, "2")) == []


@pytest.mark.parametrize(
    ("command", "advised"),
    [
        ("cp a b\necho published", True),
        ("cd /opt &&\n  make &&\n  make install", False),
        ("set -euo pipefail\ncp a b\necho", False),
        ("set -o errexit\ncp a b\necho", False),
        ("x=1\nexport Y=2\necho hello\ncp a b", False),
        ("cp a b || exit 1\necho", False),
        ("cat <<EOF\ncp a b\necho\nEOF", False),
        ("python load.py <<EOF\ntext\nEOF\necho done", True),
        ("# copies\ncp a b\n\n", False),
        ("spark-submit \\\n  --name x \\\n  job.py", False),
        ("for f in *; do\n  cp $f /out\ndone\necho done", True),
    ],
)
def test_a_shell_that_goes_on_after_a_failure(command: str, *, advised: bool) -> None:
    found = [item for item in of_bash(command) if item.code == Code.SHELL_GOES_ON]

    assert [item.severity for item in found] == ([Severity.INFO] if advised else [])


def test_advice_is_an_error_where_checks_are_strict_and_can_be_ignored() -> None:
    text = f"{HEAD}tasks: [{{task_id: a, operator: jobs.Run}}]\n"
    found = check_spec(text).diagnostics

    assert [item.severity for item in judged(found, text, Checks(strict=True))] == ["error"]
    ignored = Checks(strict=True, ignored=frozenset({Code.FOREIGN_OPERATOR}))
    assert judged(found, text, ignored) == ()


# --- How a DAG has Jinja read texts -------------------------------------------------------------

_OTHER_SIGNS = (
    "{variable_start_string: '<<', variable_end_string: '>>', comment_start_string: '#-'}"
)
_SQUARE = "jinja_environment_kwargs: {variable_start_string: '[[', variable_end_string: ']]'}\n"


@pytest.mark.parametrize(
    ("options", "command", "expected"),
    [
        (_OTHER_SIGNS, "echo << ds >> and {{ no jinja ${#a}", []),
        (_OTHER_SIGNS, "echo << ds", [Code.BAD_TEMPLATE]),
        ("{block_start_string: '<%', block_end_string: '%>'}", "<% if a %> echo {% b", None),
        ("{block_start_string: '<%', block_end_string: '%>'}", "<% if ds %> {% b <% endif %>", []),
        ("{line_statement_prefix: '%%'}", "%% for a in [ds]\necho {{ a }}\n%% endfor", []),
        ("{line_statement_prefix: '%%'}", "%% for a in [ds]\necho {{ a }}", [Code.BAD_TEMPLATE]),
        ("{line_comment_prefix: '##'}", "echo a ## {{ nothing", []),
        ("{extensions: [jinja2.ext.loopcontrols]}", "{% for i in 'ab' %}{% break %}", None),
        (
            "{extensions: [{$ref: jinja2.ext.LoopControlExtension}]}",
            "{% for i in 'ab' %}{% break %}{% endfor %}",
            [],
        ),
        ("{extensions: []}", "{% do [].append(1) %}", [Code.BAD_TEMPLATE]),
        ("{extensions: [jinja2.ext.do], variable_start_string: '{{'}", "echo {{ a", None),
        ("{trim_blocks: true}", "echo {{ a", [Code.BAD_TEMPLATE]),
        ("{extensions: [team.jinja.Own]}", "echo {{ a", [Code.TEMPLATES_NOT_READ]),
        ("{variable_start_string: {$ref: team.signs.OPEN}}", "{{ a", [Code.TEMPLATES_NOT_READ]),
        ("{line_comment_prefix: ' '}", "echo {{ a", [Code.TEMPLATES_NOT_READ]),
        ("{line_statement_prefix: ''}", "echo {{ a", [Code.TEMPLATES_NOT_READ]),
    ],
)
def test_templates_are_read_with_the_signs_of_the_dag(
    options: str, command: str, expected: list[str] | None
) -> None:
    tasks = [
        {"task_id": "a", "bash_command": command},
        {"task_id": "b", "operator": "BashOperator", "with": {"bash_command": command}},
    ]
    found = of_spec(f"jinja_environment_kwargs: {options}\ntasks: {json.dumps(tasks)}")

    expected = [Code.BAD_TEMPLATE] if expected is None else expected
    once = expected == [Code.TEMPLATES_NOT_READ]
    assert codes(found) == (expected if once else expected * 2)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"bash_command": "echo [[ ds"}, Code.BAD_TEMPLATE),
        ({"bash_command": "echo [[ nothing ]]"}, Code.UNKNOWN_VARIABLE),
        ({"bash_command": "echo [[ execution_date ]]"}, Code.GONE_VARIABLE),
        ({"bash_command": "echo [[ 1 | nofilter ]]"}, Code.BAD_TEMPLATE),
        ({"bash_command": "echo [[ dag_run.conf.x ]]"}, Code.UNQUOTED_PARAMETER),
        ({"bash_command": "echo [[ ti.xcom_pull('no') ]]"}, Code.XCOM_OF_NO_TASK),
        ({"bash_command": "echo [[ ds ]] 'a"}, Code.BASH_SYNTAX),
        ({"bash_command": "echo", "env": {"A": "[[ params.x ]]"}}, Code.UNKNOWN_PARAM),
        ({"bash_command": "echo", "pool": "[[ ds ]]"}, Code.NOT_RENDERED),
        ({"bash_command": "echo", "inlets": ["s3://a/[[ ds ]]"]}, Code.NOT_RENDERED),
        ({"python_code": "return '[[ ds ]]'"}, Code.NOT_RENDERED),
        (
            {"operator": "HttpSensor", "with": {"endpoint": "a", "method": "[[ ds ]]"}},
            Code.NOT_RENDERED,
        ),
        (
            {
                "operator": "DateTimeSensor",
                "with": {"target_time": "[[ data_interval_end.add(days=1) ]]"},
            },
            None,
        ),
    ],
)
def test_whatever_looks_for_templates_knows_the_signs_of_the_dag(
    fields: dict[str, object], code: str | None
) -> None:
    entry = json.dumps({"task_id": "a", **fields})
    usual = entry.replace("[[", "{{").replace("]]", "}}")
    own, of_jinja = of_spec(f"{_SQUARE}tasks: [{entry}]"), of_spec(f"tasks: [{usual}]")

    assert [each.code for each in own] == [each.code for each in of_jinja]
    assert [(each.line or 0) - 1 for each in own] == [each.line for each in of_jinja]
    assert code is None or code in codes(own)


def test_usual_signs_are_text_where_the_dag_has_others() -> None:
    task = {
        "task_id": "a",
        "operator": "S3KeySensor",
        "with": {"bucket_key": "{{ no", "aws_conn_id": "{{ x"},
    }
    assert codes(of_spec(_SQUARE + f"tasks: [{json.dumps(task)}]")) == []


def test_hints_have_the_signs_of_the_dag() -> None:
    command = "echo [[ tomorrow_ds ]]"
    (found,) = of_spec(_SQUARE + f"tasks: [{{task_id: a, bash_command: '{command}'}}]")

    assert found.hint == "write [[ macros.ds_add(ds, 1) ]]"


def test_a_template_with_the_signs_of_the_dag_is_no_secret_and_no_length_of_time() -> None:
    head = HEAD + _SQUARE
    task = {
        "task_id": "a",
        "operator": "TimeDeltaSensor",
        "with": {"delta": "5m"},
    }
    secret = {
        "task_id": "b",
        "bash_command": "echo",
        "env": {"PASSWORD": "x-[[ conn.a.password ]]"},
    }
    checked = check_spec(f"{head}tasks: {json.dumps([task, secret])}")

    assert checked.spec is not None
    assert not checked.diagnostics


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ("{variable_start_string: '{%'}", "variable_start_string"),
        ("{block_start_string: '{{'}", "block_start_string"),
        ("{comment_start_string: '{{'}", "comment_start_string"),
        ("{variable_start_string: ''}", "variable_start_string"),
        ("{block_end_string: 5}", "block_end_string"),
        ("{block_end_string: null}", "block_end_string"),
    ],
)
def test_signs_that_jinja_refuses_are_one_error(options: str, place: str) -> None:
    text = f"jinja_environment_kwargs: {options}\ntasks: [{{task_id: a, bash_command: '{{{{ no'}}]"
    (found,) = of_spec(text)

    assert found.path == ("jinja_environment_kwargs", place)


def test_an_option_that_jinja_does_not_have_is_an_error_with_the_near_one() -> None:
    tasks = "tasks: [{task_id: a, bash_command: echo}]"
    (found,) = of_spec(f"jinja_environment_kwargs: {{trim_block: true}}\n{tasks}")

    assert (found.code, found.hint) == (Code.BAD_ARGUMENT, "did you mean `trim_blocks`?")
    every = "".join(f"  {name}: null\n" for name in sorted(OPTIONS))
    assert Code.BAD_ARGUMENT not in codes(of_spec(f"jinja_environment_kwargs:\n{every}{tasks}"))
    assert inspect.signature(Environment).parameters.keys() == OPTIONS


@pytest.mark.parametrize(
    "way",
    [
        "template_undefined: {$ref: jinja2.Undefined}",
        "jinja_environment_kwargs: {undefined: {$ref: jinja2.Undefined}}",
    ],
)
def test_a_name_that_is_not_there_may_be_read_where_the_dag_says_so(way: str) -> None:
    text = "echo {{ nothing }} {{ params.no | int }}"
    command, more = json.dumps(text), json.dumps(f"{text} {{{{ execution_date }}}}")
    tasks = f"tasks:\n- {{task_id: a, bash_command: {command}}}\n"
    of_operator = tasks + "- {task_id: b, operator: BashOperator, with: {bash_command: %s}}\n"

    assert len(of_spec(of_operator % more)) == 5
    [gone] = of_spec(f"{way}\n{of_operator % more}")
    assert (gone.code, gone.severity) == (Code.GONE_VARIABLE, Severity.WARNING)
    assert gone.message == "Airflow 3 has no variable `execution_date`"


def test_a_gone_name_that_may_be_missing_does_not_fail() -> None:
    [found] = of_bash("echo {{ execution_date | default('x') }}")

    assert found.message == "Airflow 3 has no variable `execution_date`"


# --- Bounds -------------------------------------------------------------------------------------


def test_many_references_are_few_findings() -> None:
    pulls = "".join(f"{{{{ ti.xcom_pull('t{n}') }}}}{{{{ params.p{n} }}}}" for n in range(2_000))
    tasks: list[dict[str, Any]] = [
        {"task_id": f"a{n}", "bash_command": "echo", "env": {"A": pulls}} for n in range(3)
    ]
    found = check_data({"dag_name": "Many", "tasks": tasks}).diagnostics

    assert len(found) <= 101
