"""What a DAG file reads of its Airflow at each parse, where the caller gives the values."""

from __future__ import annotations

import ast
import os
from datetime import date
from textwrap import dedent
from typing import Any

import pytest

from dagctl.codegen.render import render
from dagctl.convert import ConvertedDag, Deployment, Module, Modules, Outcome, convert_python
from dagctl.spec.model import DagSpec

HEAD = """
import os
from datetime import datetime, timedelta
from airflow import DAG
from airflow.models import Variable
from airflow.operators.bash import BashOperator
"""
GIVEN = Deployment(
    variables={
        "team": "sales",
        "mails": "a@example.com,b@example.com",
        "count": "3",
        "conf": '{"pool": "large", "regions": ["emea", "amer"], "limits": {"rows": 7}}',
        "broken": "{",
    },
    environment={"ENV": "prod"},
)


def convert(text: str, deployment: Deployment = GIVEN) -> ConvertedDag:
    (dag,) = convert_python(
        HEAD + dedent(text),
        "dags/etl.py",
        airflow="3",
        today=date(2026, 3, 10),
        project=Modules(deployment=deployment),
    ).dags
    return dag


def gaps(dag: ConvertedDag) -> list[str]:
    return [remark.text for remark in dag.remarks if remark.outcome is Outcome.GAP]


def task_with(arguments: str, before: str = "") -> tuple[dict[str, Any], list[str]]:
    dag = convert(
        f"{dedent(before)}\nwith DAG('etl', start_date=datetime(2024, 1, 1)):\n"
        f"    BashOperator({arguments})\n"
    )
    return dag.data["tasks"][0], gaps(dag)


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("Variable.get('team')", "sales"),
        ("'x_' + Variable.get('team')", "x_sales"),
        ("f\"{Variable.get('team')}-{Variable.get('count')}\"", "sales-3"),
        ("Variable.get('conf', deserialize_json=True)['pool']", "large"),
        ("Variable.get('conf', deserialize_json=True).get('pool')", "large"),
        ("Variable.get('conf', deserialize_json=True).get('other', 'small')", "small"),
        ("Variable.get('mails').split(',')[1]", "b@example.com"),
        ("'a' if Variable.get('count') == '3' else 'b'", "a"),
        ("'a' if int(Variable.get('count')) > 3 else 'b'", "b"),
        ("os.getenv('ENV')", "prod"),
        ("os.environ['ENV'] + '_x'", "prod_x"),
        ("'a' if os.environ.get('ENV', 'dev') == 'prod' else 'b'", "a"),
        ("{'prod': 'large'}[os.getenv('ENV')]", "large"),
    ],
)
def test_a_field_that_takes_no_template_has_the_value_that_was_given(code: str, made: str) -> None:
    own, missing = task_with(f"task_id='a', bash_command='x', queue={code}")
    assert (own.get("queue"), missing) == (made, [])


def test_a_field_that_takes_a_template_keeps_it() -> None:
    own, missing = task_with("task_id='a', bash_command='echo ' + Variable.get('team')")
    assert (own["bash_command"], missing) == ("echo {{ var.value.team }}", [])


@pytest.mark.parametrize(
    "code", ["Variable.get('other')", "Variable.get('broken', deserialize_json=True)['a']"]
)
def test_what_was_not_given_is_a_gap_as_before(code: str) -> None:
    own, missing = task_with(f"task_id='a', bash_command='x', queue={code}")
    assert "queue" not in own
    assert missing


def test_loops_conditions_ids_and_stars_have_the_values() -> None:
    dag = convert("""
        conf = Variable.get("conf", deserialize_json=True)
        with DAG(
            f"etl_{Variable.get('team')}",
            start_date=datetime(2024, 1, 1),
            schedule="0 5 * * *" if os.getenv("ENV") == "prod" else None,
            default_args={"owner": Variable.get("team"), "email": Variable.get("mails")},
        ):
            for region in conf["regions"]:
                BashOperator(task_id=f"load_{region}", bash_command="x")
            for number in range(int(Variable.get("count"))):
                BashOperator(task_id=f"part_{number}", bash_command="x")
            if conf["limits"]["rows"] > 5:
                BashOperator(task_id="large", bash_command="x", **{"pool": conf["pool"]})
    """)
    assert gaps(dag) == []
    assert (dag.dag_id, dag.data["schedule"]) == ("etl_sales", "0 5 * * *")
    assert (dag.data["owner"], dag.data["email"]) == ("sales", "a@example.com,b@example.com")
    ids = [task["task_id"] for task in dag.data["tasks"]]
    assert ids == ["load_emea", "load_amer", "part_0", "part_1", "part_2", "large"]
    assert dag.data["tasks"][-1]["pool"] == "large"


def test_the_report_names_each_value_that_was_taken_and_no_other() -> None:
    dag = convert("""
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            team, kept = Variable.get("team"), Variable.get("mails")
            BashOperator(task_id="a", bash_command=kept, queue=os.environ["ENV"])
            BashOperator(task_id=f"b_{team}", bash_command="x")
            BashOperator(task_id="c", bash_command="x", queue=Variable.get("count"))
    """)
    assert gaps(dag) == []
    taken = [remark for remark in dag.remarks if "given" in remark.text]
    assert sorted((remark.place.line, remark.subject) for remark in taken) == [
        (9, "Variable.get('team')"),
        (10, "os.environ['ENV']"),
        (12, "Variable.get('count')"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "conf.update({'pool': 'other'})",
        "conf['pool'] = 'other'",
        "conf['limits']['rows'] = 8",
        "del conf['pool']",
        "conf['regions'].append('apac')",
        "for name, value in conf.items():\n    value['rows'] = 8",
        "conf.pop('pool')",
    ],
)
def test_a_change_of_what_was_given_is_a_gap(line: str) -> None:
    """A template that reads the variable would not have the change."""
    before = f"conf = Variable.get('conf', deserialize_json=True)\n{line}"
    own, missing = task_with("task_id='a', bash_command='x', env={'A': conf['pool']}", before)
    assert missing
    assert own["env"]["A"] == "{{ var.json.conf['pool'] }}"


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("{'sales': 'a'}.get(Variable.get('team'), 'b')", "a"),
        ("'x-sales'.replace(Variable.get('team'), 'y')", "x-y"),
        ("'a' if 'sales_1'.startswith(Variable.get('team')) else 'b'", "a"),
        ("'a' if 'ENV' in os.environ else 'b'", "a"),
        ("Variable.get(f\"{os.getenv('ENV')}_x\", default_var='d')", "X"),
        ("Variable.get('team.name')", "dotted"),
        ("Variable.get('rows', default_var={}, deserialize_json=True)[0]", "7"),
        ("'a' if Variable.get('none', deserialize_json=True) is None else 'b'", "a"),
        ("f\"{Variable.get('team')!r}\"", "'sales'"),
        ("f\"{Variable.get('team'):>7}\"", "  sales"),
        ("f\"{Variable.get('odd')} {Variable.get('team')}\"", "<{{ var.value.team }}> sales"),
    ],
)
def test_what_is_given_is_followed_wherever_it_stands(code: str, made: str) -> None:
    more = {
        **GIVEN.variables,
        "prod_x": "X",
        "team.name": "dotted",
        "rows": '["7"]',
        "none": "null",
        "odd": "<{{ var.value.team }}>",
    }
    dag = convert(
        "with DAG('etl', start_date=datetime(2024, 1, 1)):\n"
        f"    BashOperator(task_id='a', bash_command='x', queue={code})\n",
        Deployment(more, GIVEN.environment),
    )
    assert (dag.data["tasks"][0].get("queue"), gaps(dag)) == (made, [])


def test_a_key_that_is_not_known_is_looked_up_nowhere() -> None:
    own, missing = task_with(
        "task_id='a', bash_command='x', queue={'a': 'b'}.get(Variable.get('other'), 'c')"
    )
    assert "queue" not in own
    assert missing


def test_what_the_file_itself_puts_into_the_environment_counts() -> None:
    own, missing = task_with(
        "task_id='a', bash_command='x', queue=os.environ['ENV']", "os.environ['ENV'] = 'own'"
    )
    assert (own["queue"], missing) == ("own", [])


MODULE = """
import os
from airflow.models import Variable
os.environ["A"] = "own"
X = os.environ["A"]
C = Variable.get("conf", deserialize_json=True)
POOL = C["pool"]
"""


def with_module(text: str) -> ConvertedDag:
    (dag,) = convert_python(
        HEAD + dedent(text),
        "dags/etl.py",
        airflow="3",
        today=date(2026, 3, 10),
        project=Modules(
            lambda name, _: Module("shop.py", MODULE) if name == "shop" else None,
            deployment=Deployment(GIVEN.variables, {"A": "given"}),
        ),
    ).dags
    return dag


def test_what_a_module_sets_and_reads_counts_in_the_file() -> None:
    dag = with_module("""
        from shop import C, X
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            BashOperator(task_id="a_" + os.environ["A"] + X, bash_command="x")
    """)
    assert [task["task_id"] for task in dag.data["tasks"]] == ["a_ownown"]


def test_what_a_module_has_read_is_not_changed_by_the_file() -> None:
    dag = with_module("""
        from shop import C
        M = C["regions"]
        for region in M:
            pass
        M.append("apac")
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            BashOperator(task_id="a", bash_command=f"e {C['regions']}")
    """)
    assert gaps(dag)


def test_a_text_of_many_parts_is_not_put_together_anew() -> None:
    """Each part is looked for in the whole text, at each step of a loop that makes it."""
    for count, is_known in ((20, True), (21, False)):
        many = Deployment({f"v{number}": "x" for number in range(count)})
        fields = "".join(f"{{Variable.get('v{number}')}}" for number in range(count))
        lines = f"    BashOperator(task_id='a', bash_command='x', queue=f\"{fields}\")\n"
        dag = convert(f"with DAG('etl', start_date=datetime(2024, 1, 1)):\n{lines}", many)
        assert (gaps(dag) == []) == is_known


def test_a_text_that_grows_from_what_was_given_has_a_bound() -> None:
    lines = "\n".join(["x = Variable.get('team')", *["x = f'{x}{x}'"] * 13])
    large = Deployment({"team": "x" * 1_000_000})
    text = f"{lines}\nwith DAG('etl', start_date=datetime(2024, 1, 1)):\n"
    dag = convert(f"{text}    BashOperator(task_id='a', bash_command='x', queue=x)\n", large)
    assert gaps(dag)


def test_without_values_nothing_is_taken_for_true() -> None:
    dag = convert(
        """
        with DAG("etl", start_date=datetime(2024, 1, 1), schedule=None):
            for region in Variable.get("conf", deserialize_json=True)["regions"]:
                BashOperator(task_id=f"load_{region}", bash_command="x")
        """,
        Deployment(),
    )
    assert any("the loop over" in text for text in gaps(dag))


@pytest.mark.parametrize(
    ("arguments", "field", "made"),
    [
        ("queue=Variable.get('queue', default_var='slow')", "queue", "slow"),
        ("queue=os.getenv('QUEUE', 'slow')", "queue", "slow"),
        ("retries=int(os.environ.get('RETRIES', '4'))", "retries", 4),
        ("retries=int(os.getenv('RETRIES', 4))", "retries", 4),
        ("retry_delay=timedelta(minutes=int(os.getenv('RETRIES', '4')))", "retry_delay", "4m"),
        ("queue='q_' + os.environ.get('QUEUE', 'slow')", "queue", "q_slow"),
        ("queue='q_%s' % os.environ.get('QUEUE', 'slow')", "queue", "q_slow"),
        ("queue='q_{}'.format(os.environ.get('QUEUE', 'slow'))", "queue", "q_slow"),
        ("queue=os.environ.get('QUEUE', 'Slow').lower()", "queue", "slow"),
        ("queue='a' if os.getenv('ENV_B', 'dev') == 'prod' else 'b'", "queue", "b"),
        ("pool=Variable.get('c', {'pool': 'p'}, deserialize_json=True)['pool']", "pool", "p"),
    ],
)
def test_a_default_of_the_file_is_taken_and_named(arguments: str, field: str, made: object) -> None:
    dag = convert(f"""
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            BashOperator(task_id="a", bash_command="x", {arguments})
    """)
    assert dag.data["tasks"][0][field] == made
    (assumed,) = (each for each in dag.remarks if each.outcome is Outcome.ASSUMED)
    assert (assumed.place.line, dag.whole, dag.is_certain) == (9, True, False)
    option = "--environ" if "os." in arguments else "--variables"
    assert assumed.text.endswith(f"give the value with {option}")


def test_a_default_is_not_taken_where_a_read_is_kept_or_a_value_was_given() -> None:
    dag = convert("""
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            BashOperator(task_id="a", bash_command=Variable.get("none", default_var="x"))
            BashOperator(task_id="b", bash_command="x", env={"A": os.getenv("A", "1")})
            BashOperator(task_id="c", bash_command="x", queue=Variable.get("team", default_var="x"))
    """)
    assert dag.is_certain
    tasks = dag.data["tasks"]
    assert tasks[0]["bash_command"] == "{{ var.value.get('none', 'x') }}"
    assert tasks[1]["env"] == {"A": {"$new": "os.getenv", "with": {"key": "A", "default": "1"}}}
    assert tasks[2]["queue"] == "sales"


@pytest.mark.parametrize("code", ["os.getenv('X')", "Variable.get('x')", "os.environ.get('X')"])
def test_what_has_no_default_stays_a_gap(code: str) -> None:
    dag = convert(f"""
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            BashOperator(task_id="a", bash_command="x", queue="q" + {code})
    """)
    assert gaps(dag)


_STANDARD = ("operator", "os", "os.path", "builtins", "pathlib", "json")
_IMPORTS = "import json, operator\nfrom functools import reduce\nfrom pathlib import Path\n"
_ENVIRONMENTS = [{}, {"ENV": "prod", "NUMBER": "7", "ONE": "0"}, {"ENV": "staging", "MORE": "m"}]


def assert_same_at_each_parse(before: str, code: str) -> None:
    """Compare a value of a file with that of the file made of it, in several environments."""
    dag = convert(
        f"{_IMPORTS}from outside import Job\n{before}\n"
        "with DAG('etl', start_date=datetime(2024, 1, 1)):\n"
        f"    Job.RunOperator(task_id='a', box={code})\n",
        Deployment(),
    )
    assert not gaps(dag)
    tree = ast.parse(render(DagSpec.from_data(dag.data)))
    own: dict[str, Any] = {}
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and statement.module in _STANDARD:
            exec(ast.unparse(statement), own)
    keywords = (node for node in ast.walk(tree) if isinstance(node, ast.keyword))
    (box,) = (keyword.value for keyword in keywords if keyword.arg == "box")
    for given in _ENVIRONMENTS:
        with pytest.MonkeyPatch.context() as patch:
            for name in ("ENV", "NUMBER", "ONE", "MORE"):
                patch.delenv(name, raising=False)
            for name, value in given.items():
                patch.setenv(name, value)
            names: dict[str, Any] = {"os": os}
            exec(_IMPORTS + before, names)
            assert eval(ast.unparse(box), own) == eval(code, names), given


@pytest.mark.parametrize(
    "code",
    [
        "'a' if os.getenv('ENV', 'dev') == 'prod' else 'b'",
        "'a' if os.getenv('ENV') else 'b'",
        "'a' if not os.getenv('ENV') else 'b'",
        "'a' if os.getenv('ENV', 'dev') != 'prod' else None",
        "f\"{os.getenv('ENV')} 100% {os.getenv('MORE', 'x')}\"",
        "'x_' + os.getenv('ENV', 'dev')",
        "{'a': [os.getenv('ENV'), f\"{os.getenv('ENV')}\"]}",
        "Path(os.getenv('ENV', 'dev')) / 'below'",
        "int(os.getenv('NUMBER', '3')) * 2 + 1",
        "['a', 'b'][int(os.getenv('ONE', '1'))]",
        "os.getenv('ENV') or 'dev'",
        "os.getenv('ENV') and 'on'",
        "os.getenv('ENV', os.getenv('MORE'))",
        "f\"a-{'x' if os.getenv('ENV') == 'prod' else 'y'}-b\"",
        "json.dumps(os.getenv('ENV'))",
        "dict(os.environ)",
        "reduce(operator.iadd, [['a'], ['b', 'c']], ['z'])",
        "os.path.join(os.getenv('ENV', 'dev'), 'a', os.getenv('MORE', '/b'))",
        "os.path.basename(os.getenv('ENV', 'x/dev'))",
        "os.getenv('ENV', ' Dev/ ').strip().rstrip('/').upper().replace('D', 'dd')",
        "os.getenv('ENV', 'a,b').split(',')[0]",
        "f\"{os.getenv('ENV', 'a-b')}-c\".partition('-')",
        "os.path.join(os.getenv('ENV', 'x'), 'a').startswith('x')",
        "'{}/{b}:{{}}'.format(os.getenv('ENV'), b=os.getenv('MORE', '%s'))",
        "'{1}{0}{b}'.format(os.getenv('ENV'), 'x', b=1)",
        "'100 %% %s/%s' % (os.getenv('ENV'), 'b')",
        "'%s' % os.getenv('MORE', 'm')",
    ],
)
def test_what_is_worked_out_at_each_parse_gives_the_same(code: str) -> None:
    assert_same_at_each_parse("", code)


@pytest.mark.parametrize(
    "code",
    [
        "os.getenv('ENV', 'a').encode()",  # no method that a spec calls
        "outside.made('a').strip()",  # it may be no text
        "os.getenv('ENV', 'a').split(sep=',')",
        "'{:>9}'.format(os.getenv('ENV'))",
        "'{}{0}'.format(os.getenv('ENV'))",
        "'{0}{}'.format(os.getenv('ENV'))",
        "'{0.x}'.format(os.getenv('ENV'))",
        "'%9s' % os.getenv('ENV')",
        "'%s %s' % (os.getenv('ENV'),)",
        "Variable.get('ENV', deserialize_json=True).strip()",
    ],
)
def test_texts_of_which_only_python_knows_are_a_gap(code: str) -> None:
    dag = convert(
        f"import outside\nfrom outside import Job\n"
        "with DAG('etl', start_date=datetime(2024, 1, 1)):\n"
        f"    Job.RunOperator(task_id='a', box={code})\n",
        Deployment(),
    )
    assert gaps(dag)


def test_a_loop_over_a_split_text_has_its_default_and_makes_no_task_by_itself() -> None:
    dag = convert(
        "with DAG('etl', start_date=datetime(2024, 1, 1)):\n"
        "    for name in os.getenv('NAMES', 'a,b').split(','):\n"
        "        BashOperator(task_id=name, bash_command='x')\n",
        Deployment(),
    )
    assert not gaps(dag)
    assert [task["task_id"] for task in dag.data["tasks"]] == ["a", "b"]
    (said,) = [remark for remark in dag.remarks if remark.outcome is Outcome.ASSUMED]
    assert said.subject == "os.getenv('NAMES', 'a,b')"


def test_a_setting_of_airflow_is_read_of_its_object() -> None:
    dag = convert("""
        from airflow.configuration import conf
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            BashOperator(task_id="a", bash_command="x", env={"A": conf.get("a", "b").rstrip("/")})
    """)
    assert dag.whole
    source = render(DagSpec.from_data(dag.data))
    assert "from airflow.configuration import conf\n" in source
    assert 'rstrip(conf.get("a", "b"), "/")' in source


@pytest.mark.parametrize(
    "before",
    [
        "if env == 'prod':\n    x = 1\nelse:\n    x = 2",
        "x = 'none'\nif env:\n    x = 'some'",
        "x = 0\nif env == 'prod':\n    x = 1\nelif env == 'staging':\n    x = 2",
        "if not env:\n    x = []\nelif env == 'prod':\n    y = 1\n    x = [y]\nelse:\n    x = [2]",
        "if env:\n    x = f'{env}-1'\nelse:\n    x = None",
        "x: int = 1\nif env == 'prod':\n    x: int = 2\n    pass\nx = [x, x]",
        "x = 3\nif env == 'prod':\n    if env == 'prod':\n        x = 1\n    else:\n        x = 2",
        "a = env\nb = os.getenv('MORE')\nx = a or b or 'c'",
        "a = env\nb = os.getenv('MORE')\nx = a and b",
    ],
)
def test_names_that_an_if_over_the_environment_gives_have_the_same_value(before: str) -> None:
    assert_same_at_each_parse(f"env = os.getenv('ENV')\n{before}", "x")


@pytest.mark.parametrize(
    "before",
    [
        "if env == 'prod':\n    x = 1",  # without it there is no x
        "x = 1\nif env == 'prod':\n    x = env + 'a'",  # it fails where there is no env
        "x = 1\nif env == 'prod':\n    x = open('a').read()",
        "x = []\nif env == 'prod':\n    x.append(1)",
        "x = {}\nif env == 'prod':\n    x['a'] = 1",
        "x = 1\nif env == 'prod':\n    for x in (1, 2):\n        pass",
        "x = 1\ndef f():\n    global x\n    if env == 'prod':\n        x = 2\nf()",
        "def f():\n    if env == 'prod':\n        return 1\n    return 2\nx = f()",
    ],
)
def test_an_if_that_does_more_than_to_name_data_is_a_gap(before: str) -> None:
    dag = convert(
        f"env = os.getenv('ENV')\n{before}\n"
        "with DAG('etl', start_date=datetime(2024, 1, 1)):\n"
        "    BashOperator(task_id='a', bash_command='x', env={'A': x})\n",
        Deployment(),
    )
    assert gaps(dag)


def test_a_function_gets_the_whole_if_that_names_what_it_needs() -> None:
    text = """
        from airflow.operators.python import PythonOperator
        env = os.getenv("ENV")
        size = None
        if env == "prod":
            size = 3
            count = 2
        else:
            size = 1
            count = 1

        def load({}):
            print(size)

        with DAG("etl", start_date=datetime(2024, 1, 1)):
            PythonOperator(task_id="a", python_callable=load, op_kwargs={})
    """
    dag = convert(text.format("", {}), Deployment())
    assert not gaps(dag)
    code = dag.data["tasks"][0]["python_code"]
    assert '    if env == "prod":\n        size = 3\n        count = 2\n    else:' in code
    assert "size = None" not in code
    clash = convert(text.format("count", {"count": 5}), Deployment())
    assert not gaps(clash)
    assert clash.data["tasks"][0]["python_callable"] == "etl_code.load"


def test_a_schedule_of_the_environment_is_worked_out_at_each_parse() -> None:
    dag = convert(
        "with DAG('etl', start_date=datetime(2024, 1, 1),\n"
        "         schedule='@daily' if os.getenv('ENV') == 'prod' else None):\n"
        "    BashOperator(task_id='a', bash_command='x')\n",
        Deployment(),
    )
    assert not gaps(dag)
    source = render(DagSpec.from_data(dag.data))
    assert 'schedule=getitem([None, "@daily"], eq(getenv(key="ENV"), "prod"))' in source


@pytest.mark.parametrize(
    "call",
    [
        "DAG('etl', default_args=defaults('a'))",
        "DAG('etl') as dag, TaskGroup('g', default_args=defaults('a'))",
    ],
)
def test_defaults_that_only_python_knows_are_a_gap(call: str) -> None:
    dag = convert(
        "from airflow.utils.task_group import TaskGroup\nfrom outside import defaults\n"
        f"with {call}:\n    BashOperator(task_id='a', bash_command='x')\n"
    )
    assert "what it gives is known only when Python runs" in gaps(dag)


def test_a_group_that_a_class_of_another_package_makes_is_kept() -> None:
    dag = convert("""
    from cosmos import DbtTaskGroup, ProjectConfig
    with DAG('etl', start_date=datetime(2024, 1, 1)):
        first = BashOperator(task_id='a', bash_command='x')
        first >> DbtTaskGroup(group_id='dbt', project_config=ProjectConfig('/x'))
    """)
    assert not gaps(dag)
    assert dag.data["tasks"][1] == {
        "group_id": "dbt_group",
        "prefix_group_id": False,
        "group_callable": "cosmos.DbtTaskGroup",
        "with": {
            "group_id": "dbt",
            "project_config": {"$new": "cosmos.ProjectConfig", "args": ["/x"]},
        },
        "dependencies": ["a"],
    }


def test_what_no_airflow_reads_of_executor_config_is_left_out() -> None:
    own, missing = task_with(
        "task_id='a', bash_command='x', executor_config={'KubernetesExecutor': {'image': 'a'}}"
    )
    assert ("executor_config" in own, missing) == (False, [])


@pytest.mark.parametrize(
    "before",
    [
        "text = os.getenv('A')\nfor _ in range(3000):\n    text = text + 'x'",
        "text = os.getenv('A', 'x' * 9000)\nfor _ in range(40):\n    text = f'{text}{text}'",
        "text = 'x' * int(os.getenv('A', '9' * 12)) + Late",
    ],
)
def test_what_would_grow_without_end_is_a_gap_and_no_crash(before: str) -> None:
    _, missing = task_with("task_id='a', bash_command='x', env={'A': text}", before)
    assert len(missing) == 1


@pytest.mark.parametrize(
    ("test", "made"),
    [
        ("x is None", "{{ var.value.x }}"),
        ("os.getenv('x') is None", None),
    ],
)
def test_a_variable_without_a_default_is_a_text(test: str, made: str | None) -> None:
    before = f"x = Variable.get('x')\nif {test}:\n    x = open('a').read()"
    task, found = task_with("task_id='a', bash_command='b', env={'A': x}", before)
    assert (task["env"]["A"] if not found else None) == made


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("reduce(operator.iadd, [['a']], ALL)", "['b', 'a'] ['b', 'a']"),
        ("reduce(operator.iadd, [ALL, ALL, ALL])", "['b', 'b', 'b', 'b'] ['b', 'b', 'b', 'b']"),
        ("reduce(operator.add, [['a']], ALL)", "['b', 'a'] ['b']"),
    ],
)
def test_reduce_changes_the_list_that_it_gets_as_python_does(code: str, made: str) -> None:
    before = f"import operator\nfrom functools import reduce\nALL = ['b']\nx = {code}"
    task, found = task_with("task_id='a', bash_command='b', env={'A': f'{x} {ALL}'}", before)
    assert (task["env"]["A"], found) == (made, [])


@pytest.mark.parametrize(
    "code", ["reduce(operator.iadd, lists(), ALL)", "reduce(operator.ior, [{1}], ALL)"]
)
def test_what_reduce_adds_to_a_list_of_the_file_is_a_gap(code: str) -> None:
    before = f"import operator\nfrom m import lists\nfrom functools import reduce\nALL = []\n{code}"
    _, found = task_with("task_id='a', bash_command='b', env={'A': str(ALL)}", f"{before} or 1")
    assert found


def test_what_reduce_does_besides_is_not_worked_out() -> None:
    before = "import operator\nfrom functools import reduce\nx = reduce(operator.sub, [1], [])"
    task, _ = task_with("task_id='a', bash_command='b', env={'A': str(x)}", before)
    assert "$new" in task["env"]["A"]


def test_an_object_of_environs_reads_the_environment_as_getenv_does() -> None:
    dag = convert(
        "from environs import Env\nenv = Env()\n"
        "with DAG('etl', start_date=datetime(2024, 1, 1)):\n"
        "    BashOperator(task_id='a', bash_command='x', env={'A': env('A', env('B', 'c'))})\n",
        Deployment(),
    )
    assert not gaps(dag)
    inner = {"$new": "os.getenv", "with": {"key": "B", "default": "c"}}
    assert dag.data["tasks"][0]["env"] == {
        "A": {"$new": "os.getenv", "with": {"key": "A", "default": inner}}
    }
    dag = convert(
        "from environs import Env\nenv = Env()\n"
        "with DAG('etl', start_date=datetime(2024, 1, 1)):\n"
        "    BashOperator(task_id='a', bash_command='x', env={'A': env('A')})\n",
        Deployment(),
    )
    assert gaps(dag)  # it raises an error where the variable is not set
