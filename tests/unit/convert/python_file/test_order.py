"""What Python works out at its own time: decorators, defaults, names of other scopes, changes."""

from __future__ import annotations

from datetime import date
from textwrap import dedent
from typing import Any

import pytest

from dagctl.codegen.render import render
from dagctl.convert import ConvertedDag, Modules, Outcome, convert_python
from dagctl.convert.python_file.state.given import Deployment
from dagctl.spec.model import DagSpec
from tests.work_done import calls_of

HEAD = """
import os
from datetime import datetime
from pathlib import Path
from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator, PythonVirtualenvOperator
"""


def convert(text: str, **more: Any) -> ConvertedDag:  # noqa: ANN401 - as `convert_python` takes it
    day = date(2026, 3, 10)
    made = convert_python(HEAD + dedent(text), "dags/etl.py", airflow="3", today=day, **more)
    (dag,) = made.dags
    return dag


def gaps(dag: ConvertedDag) -> list[str]:
    return [remark.text for remark in dag.remarks if remark.outcome is Outcome.GAP]


def value(before: str, expression: str) -> tuple[Any, list[str]]:
    """Return what an expression gives, and the gaps of the report."""
    dag = convert(
        f"{dedent(before)}\nwith DAG('etl', start_date=datetime(2024, 1, 1)):\n"
        f"    BashOperator(task_id='a', bash_command='true', env={{'A': {expression}}})\n"
    )
    return dag.data["tasks"][0].get("env", {}).get("A"), gaps(dag)


def of_a_task(before: str, kind: str = "Python") -> list[str]:
    """Return the gaps of the report on a DAG whose task runs `f`."""
    return gaps(
        convert(
            f"{dedent(before)}\nwith DAG('etl', start_date=datetime(2024, 1, 1)):\n"
            f"    {kind}Operator(task_id='a', python_callable=f)\n"
        )
    )


@pytest.mark.parametrize(
    "decorator",
    [
        "def register(g):\n    REG.append(g)\n    return g\n@register",
        (
            "def named(n):\n    def inner(g):\n        REG.append(g)\n        return g\n"
            "    return inner\n@named('x')"
        ),
        "@(lambda g: REG.append(g) or g)",
        "@REG.append",
        "class R:\n    def __call__(self, g): REG.append(g)\nr = R()\n@r",
    ],
)
def test_an_own_decorator_that_does_more_is_a_gap(decorator: str) -> None:
    found = value(f"REG = []\n{decorator}\ndef f(): pass", "str(len(REG))")[1]
    assert ["decorator" in each for each in found] == [True, False]


def test_an_own_decorator_that_only_wraps_is_no_gap() -> None:
    text = """
        import functools
        def plain(g):
            "Wrap."
            @functools.wraps(g)
            def inner(*args):
                return g(*args)
            return inner
        @plain
        def f(): pass
    """
    assert value(text, "'x'") == ("x", [])


@pytest.mark.parametrize(
    ("before", "given"),
    [
        ("N = '1'\ndef f(x=N): return x\nN = '2'", "1"),
        ("N = '1'\nf = lambda x=N: x\nN = '2'", "1"),
        ("N = '1'\ndef f(*, x=N): return x\nN = '2'", "1"),
        ("def g(acc=[]):\n    acc.append('a')\n    return ''.join(acc)\ng()\nf = g", "aa"),
        ("N = 1\ndef g():\n    global N\n    N += 1\ng()\ng()\ndef f(): return str(N)", "3"),
        (
            (
                "def f():\n    n = 1\n    def g():\n        nonlocal n\n        n += 1\n"
                "    g()\n    return str(n)"
            ),
            "2",
        ),
        (
            (
                "N = 1\ndef h():\n    N = 5\n    def g():\n        global N\n        N += 1\n"
                "    g()\n    return N\nM = h()\ndef f(): return f'{N} {M}'"
            ),
            "2 5",
        ),
        ("N = 1\ndef g():\n    global N\n    del N\n    N = 7\ng()\ndef f(): return str(N)", "7"),
        ("a = ['x']\nb = a\na += ['y']\ndef f(): return ''.join(b)", "xy"),
        ("a = ['x']\nb = a\na += ('y',)\ndef f(): return ''.join(b)", "xy"),
        ("a = ['x']\nb = a\na *= 2\ndef f(): return ''.join(b)", "xx"),
        ("a = {'x': 'x'}\nb = a\na |= {'y': 'y'}\ndef f(): return ''.join(b.values())", "xy"),
        ("a = ('x',)\nb = a\na += ('y',)\ndef f(): return ''.join(b)", "x"),
        ("def g(*args): return 'yes' if args == (1,) else 'no'\ndef f(): return g(1)", "yes"),
        ("def g(*args): return f'{args}'\ndef f(): return g(2, 3)", "(2, 3)"),
        (
            (
                "X = 'a'\ndef g():\n    if False:\n        global X\n    X = 'b'\ng()\n"
                "def f(): return X"
            ),
            "b",
        ),
        ("X = 'a'\ny = [(X := 'b') for _ in [1]]\ndef f(): return X", "b"),
        ("assert True\ndef f(): return 'x'", "x"),
    ],
)
def test_python_s_own_time_is_kept(before: str, given: str) -> None:
    found, why = value(before, "f()")
    assert found == given or why  # a gap is right too
    if "args}" not in before:
        assert (found, why) == (given, [])


def test_a_list_that_grows_by_what_is_unknown_is_a_gap() -> None:
    assert value("a = ['x']\nb = a\na += os.listdir('/x')", "''.join(b)")[1]


@pytest.mark.parametrize(
    "before",
    [
        "C = {}\nC['a'] = Path('x')\ndef f(): return C['a']",
        "C = []\nC.append(Path('x'))\ndef f(): return C",
        "C = {'a': [Path('x')]}\nC['a'].append(Path('y'))\ndef f(): return C",
        "C = [Path('x'), Path('y')]\ndel C[0]\ndef f(): return C",
        "C = [Path('x')]\nC += [Path('y')]\ndef f(): return C",
        "def set_it(p):\n    global C\n    C = Path(p)\nset_it('x')\ndef f(): return C",
        "N = 'x'\nC = Path(N)\nN = 'y'\ndef f(): return C",
        "C = Path('x')\nif (C := Path('y')): pass\ndef f(): return C",
        "N = 'x'\ndef h(n=N): return n\nN = 'y'\ndef f(): return h()",
    ],
)
def test_what_was_changed_after_its_statement_is_not_copied(before: str) -> None:
    assert (
        len(
            [text for text in of_a_task(before, "PythonVirtualenv") if "the function needs" in text]
        )
        == 1
    )


@pytest.mark.parametrize(
    "before",
    [
        "C = {}\nC['a'] = 1\ndef f(): return C['a']",
        "xs = []\nxs.append(3)\ndef f(): return xs",
        "C = [Path('x')]\ndef f(): C.append(1)",
        "N = 'x'\nC = Path(N)\ndef f(): return C",
    ],
)
def test_what_a_function_needs_is_copied(before: str) -> None:
    assert of_a_task(before) == []


@pytest.mark.parametrize(
    "before",
    [
        (
            "def check(n):\n    assert n > 0\n    return 'a'\n"
            "try:\n    x = check(-1)\nexcept AssertionError:\n    pass"
        ),
        (
            "x = 'b'\ndef check(n):\n    assert n > 0\n"
            "try:\n    check(-1)\n    x = 'a'\nexcept AssertionError:\n    pass"
        ),
    ],
)
def test_an_assert_that_fails_is_a_gap(before: str) -> None:
    assert "Python would stop here" in value(before, "str(x)")[1]


def test_an_assert_that_fails_ends_the_file() -> None:
    dag = convert(
        "with DAG('etl', start_date=datetime(2024, 1, 1)) as dag:\n"
        "    BashOperator(task_id='a', bash_command='true')\n"
        "assert 1 > 2\n"
        "BashOperator(task_id='b', bash_command='true', dag=dag)\n"
    )
    assert [task["task_id"] for task in dag.data["tasks"]] == ["a"]
    assert gaps(dag) == ["Python would stop here"]


@pytest.mark.parametrize("stop", ["assert 1 > 2", "raise ValueError"])
def test_what_follows_a_try_that_catches_is_followed(stop: str) -> None:
    found, why = value(f"try:\n    {stop}\nexcept Exception:\n    pass", "'x'")
    assert (found, why) == ("x", ["Python would stop here"])


KEPT = "from company.conf import load\nnames = load('names')\n"


@pytest.mark.parametrize(
    "before",
    [
        "both = names\nnames += ['x']",
        "both = names\nnames += load('more')",
        "both = [1]\ndef f():\n    pass\nboth += names",
    ],
)
def test_what_a_call_gives_is_not_changed_in_its_place(before: str) -> None:
    assert value(KEPT + before, "both")[1]


def test_a_text_that_a_call_gives_may_grow() -> None:
    made, missing = value(f"{KEPT}names += '-x'", "names")
    assert (made["$new"], missing) == ("operator.add", [])


def test_a_list_that_was_given_is_not_changed_in_its_place() -> None:
    text = """
        from airflow.models import Variable
        names = Variable.get("names", deserialize_json=True)
        both = names
        for name in names:
            print(name)
        names += ["b"]
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            BashOperator(task_id="a", bash_command="true", env={"A": both[0], "B": str(len(both))})
    """
    given = Deployment(variables={"names": '["a"]'})
    assert gaps(convert(text, project=Modules(deployment=given)))


@pytest.mark.parametrize(
    "body", ["global X\n    X = 2", "if True:\n        global X\n    for X in [2]:\n        pass"]
)
def test_a_class_that_changes_a_name_of_the_file_is_a_gap(body: str) -> None:
    assert value(f"X = 1\nclass C:\n    {body}\n", "str(X)")[1]
    assert of_a_task(f"X = 1\nclass C:\n    {body}\ndef f():\n    return X\n")


def test_a_call_that_stands_in_several_places_is_named_once() -> None:
    dag = convert(f"""
        {KEPT.splitlines()[0]}
        {KEPT.splitlines()[1]}
        other = load("other")
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            BashOperator(task_id="a", bash_command="true", env={{"A": names, "B": names.x}})
            BashOperator(task_id="b", bash_command="true", env={{"A": names, "B": other}})
    """)
    assert dag.whole
    again = [remark for remark in dag.remarks if "at each of them" in remark.text]
    assert [(remark.subject, remark.place.line - HEAD.count("\n")) for remark in again] == [
        ("load", 3)
    ]


def test_a_call_that_gives_another_value_each_time_stands_in_one_place() -> None:
    assert value("import uuid\nX = uuid.uuid4()", "X")[1] == []
    assert len(value("import uuid\nX = uuid.uuid4()", "X, 'B': X")[1]) == 1
    assert value("import tempfile\nX = tempfile.gettempdir()", "X, 'B': X")[1] == []


@pytest.mark.parametrize(
    "argument",
    ["pool=S.pool", "retries=int(S.n)", "queue=S.q + 'x'", "owner=S.who", "doc_md=f'# {S.doc}'"],
)
def test_what_is_worked_out_at_each_parse_is_a_gap_where_a_spec_has_plain_data(
    argument: str,
) -> None:
    dag = convert(f"""
        from company.conf import S, load
        S = load()
        with DAG("etl", start_date=datetime(2024, 1, 1), tags=["a", S.team], max_active_runs=S.n):
            BashOperator(task_id="a", bash_command="true", {argument})
    """)
    assert [text.partition(",")[0] for text in gaps(dag)] == ["it is worked out at each parse"] * 3
    assert DagSpec.from_data(dag.data).tasks  # what is left is a good spec
    assert "as before" not in "".join(remark.text for remark in dag.remarks)


FUNCTIONS = """
    import functools
    import json
    import logging
    from airflow.providers.http.sensors.http import HttpSensor
    LIMIT, STATES, SEEN = 3, {"ok": 1}, []
    CLIENT = connect()
    LOG = logging.getLogger("x")
    def clean(text):
        return text.strip(str(LIMIT))
    def check(response):
        LOG.info("x")
        return clean(response.text) in STATES and STATES.get("ok", json)
    def stateful(response):
        SEEN.append(response)
        return len(SEEN) > LIMIT
    def far(response):
        return stateful(response)
    def connected(response):
        return CLIENT.ok(response)
    def several(response):
        yield from range(LIMIT)
"""


def of_a_value(argument: str) -> ConvertedDag:
    call = f"HttpSensor(task_id='a', endpoint='x', response_check={argument})"
    return convert(
        f"{dedent(FUNCTIONS)}\nwith DAG('etl', start_date=datetime(2024, 1, 1)):\n    {call}"
    )


@pytest.mark.parametrize(
    "argument", ["check", "several", "lambda r: r.ok and LIMIT", "functools.partial(check, 1)"]
)
def test_a_function_of_the_file_is_given_to_an_operator_as_code(argument: str) -> None:
    dag = of_a_value(argument)
    assert dag.whole
    given = dag.data["tasks"][0]["with"]["response_check"]
    code = given.get("$python_code") or given["args"][0]["$python_code"]
    names: dict[str, Any] = {}
    exec(code, names)
    if "LOG" in code:
        assert names["check"](type("R", (), {"text": "3ok3"})()) == 1
    if argument.startswith("lambda"):
        assert names["response_check"](type("R", (), {"ok": True})()) == 3


def test_a_lambda_whose_state_each_call_would_make_anew_is_a_gap() -> None:
    (gap,) = gaps(of_a_value("lambda r: CLIENT"))
    assert "each call would make it anew" in gap


@pytest.mark.parametrize("name", ["stateful", "far", "connected"])
def test_a_function_whose_state_each_call_would_make_anew_stays_in_a_module(name: str) -> None:
    dag = of_a_value(name)
    assert dag.whole
    assert dag.data["tasks"][0]["with"]["response_check"] == {"$ref": f"etl_code.{name}"}


def test_of_two_limits_of_tasks_the_old_one_counts_as_in_airflow_2() -> None:
    dag = convert("DAG('etl', start_date=datetime(2024, 1, 1), concurrency=4, max_active_tasks=6)")
    assert dag.data["max_active_tasks"] == 4


def test_filters_of_a_dag_may_be_functions_of_the_file() -> None:
    dag = convert("""
        up = lambda text: text.upper()
        with DAG("etl", start_date=datetime(2024, 1, 1), user_defined_filters={"up": up}):
            BashOperator(task_id="a", bash_command="echo {{ 'a' | up }}", pool=up)
    """)
    assert len(gaps(dag)) == 1  # a pool is a text
    assert dag.data["user_defined_filters"]["up"]["$python_code"].endswith("return text.upper()\n")


def test_a_template_of_the_file_stands_in_json_as_it_is() -> None:
    assert value("import json", "json.dumps({'day': '{{ ds }}'})")[0] == '{"day": "{{ ds }}"}'
    before = """
        import json
        first = BashOperator(task_id="first", bash_command="true", dag=(dag := DAG("etl")))
        body = json.dumps({"id": f"{first.output}", "n": 1})
        read = json.dumps({"id": os.getenv("ID") + "x"})
        BashOperator(task_id="a", bash_command="true", env={"A": body}, dag=dag)
    """
    dag = convert(before)
    pulled = "{{ task_instance.xcom_pull(task_ids='first', dag_id='etl', key='return_value') }}"
    assert dag.data["tasks"][1]["env"] == {"A": f'{{"id": "{pulled}", "n": 1}}'}


@pytest.mark.parametrize("operator", ["PythonOperator", "BranchPythonOperator", "PythonSensor"])
def test_a_function_has_the_dag_of_its_task_from_airflow(operator: str) -> None:
    dag = convert(f"""
        from airflow.operators.python import BranchPythonOperator
        from airflow.sensors.python import PythonSensor
        def name():
            return dag.dag_id
        def f():
            return name() + str(dag.params["x"])
        with DAG("etl", start_date=datetime(2024, 1, 1), params={{"x": 1}}) as dag:
            {operator}(task_id="a", python_callable=f)
    """)
    assert dag.whole
    code = dag.data["tasks"][0]["python_code"]
    assert code.count("from airflow.sdk import get_current_context") == 1
    assert code.index("dag = get_current_context()['dag']") < code.index("def name")


@pytest.mark.parametrize(
    "task",
    [
        "PythonVirtualenvOperator(task_id='a', python_callable=f)",
        "task.docker(image='x')(f)()",
        "BashOperator(task_id='a', bash_command='true', on_failure_callback=f)",
        "HttpSensor(task_id='a', endpoint='x', response_check=f)",
    ],
)
def test_a_function_that_airflow_gives_no_context_cannot_have_the_dag(task: str) -> None:
    dag = convert(f"""
        from airflow.decorators import task
        from airflow.operators.python import PythonVirtualenvOperator
        from airflow.providers.http.sensors.http import HttpSensor
        def f(context=None):
            return dag.dag_id
        with DAG("etl", start_date=datetime(2024, 1, 1)) as dag:
            {task}
    """)
    assert [text for text in gaps(dag) if "a DAG or a group is not there" in text]


def test_the_dag_of_another_task_is_a_gap() -> None:
    made = convert_python(
        HEAD
        + dedent("""
            def f():
                return dag.dag_id
            for name in ("a", "b"):
                with DAG(name, start_date=datetime(2024, 1, 1)) as dag:
                    PythonOperator(task_id="x", python_callable=f)
        """),
        "dags/etl.py",
        airflow="3",
        today=date(2026, 3, 10),
    )
    assert [dag.whole for dag in made.dags] == [False, True]


@pytest.mark.parametrize(
    ("expression", "made"),
    [
        ("'select * from t where year > 2023 and n = %d' % 5", "... year > 2023 and n = 5"),
        ("'like \"%%2023%%\" or * %(n)05d%%' % {'n': 5}", '... "%2023%" or * 00005%'),
        ("'since 2023 {a} {{2024}} {0:>3}'.format(1, a='x')", "... x {2024}   1"),
    ],
)
def test_a_long_number_or_a_star_beside_the_fields_of_a_text_is_no_width(
    expression: str, made: str
) -> None:
    given, missing = value("", expression)
    assert (given.endswith(made.removeprefix("...")), missing) == (True, [])


@pytest.mark.parametrize(
    "expression",
    [
        *("'{0:{1}}'.format(1, 10 ** 9)", "'{:99999999}'.format(1)", "'{a:{b}}'.format(a=1, b=9)"),
        *("'%*d' % (10 ** 9, 1)", "'%.*f' % (10 ** 9, 1.0)", "'%-099999999d' % 1"),
        *("'%(a)99999999d' % {'a': 1}", "'%%%99999999d' % 1", "'%.99999999f' % 1.0"),
    ],
)
def test_a_width_that_may_be_large_is_a_gap(expression: str) -> None:
    assert value("", expression)[1]


def test_each_lambda_of_a_loop_has_the_value_of_its_default_or_of_the_end() -> None:
    dag = convert("""
        from airflow.providers.http.sensors.http import HttpSensor
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            for n in (1, 2):
                HttpSensor(task_id=f"a{n}", endpoint="x", response_check=lambda r, n=n: r == n)
                HttpSensor(task_id=f"b{n}", endpoint="x", response_check=lambda r, *, k=n: r == n)
    """)
    assert dag.whole
    verdicts = []
    for task in dag.data["tasks"]:
        names: dict[str, Any] = {}
        exec(task["with"]["response_check"]["$python_code"], names)
        verdicts.append([number for number in (1, 2) if names["response_check"](number)])
    assert verdicts == [[1], [2], [2], [2]]


def test_a_default_that_only_python_knows_is_a_gap() -> None:
    assert gaps(of_a_value("lambda r, client=CLIENT: client.ok(r)"))


def specs(text: str) -> list[ConvertedDag]:
    day = date(2026, 3, 10)
    return list(convert_python(HEAD + dedent(text), "dags/etl.py", airflow="3", today=day).dags)


def test_each_dag_has_the_default_args_of_the_moment_when_it_was_made() -> None:
    first, second = specs("""
    shared = {"owner": "x"}
    for name in ("p", "q"):
        shared["owner"] = name
        with DAG(name, start_date=datetime(2024, 1, 1), default_args=shared):
            BashOperator(task_id="a", bash_command="true")
    shared.update(owner="z", retries=4)
    """)
    assert [first.data["owner"], second.data["owner"]] == ["p", "q"]
    assert [first.data["retries"], second.data["retries"]] == [0, 0]
    assert first.whole
    assert second.whole


def test_params_and_tags_are_those_of_the_moment_when_a_dag_or_a_task_was_made() -> None:
    dag = convert("""
    params, own, tags, env = {"a": 1}, {}, ["a"], {"A": "1"}
    with DAG("etl", start_date=datetime(2024, 1, 1), tags=tags, params=params):
        params["b"] = 2
        tags.append("b")
        for name in ("p", "q"):
            own["v"] = name
            BashOperator(task_id=name, bash_command="true", params=own, env=env)
        env["A"] = "2"
    """)
    assert (dag.data["params"], dag.data["tags"]) == ({"a": 1}, ["a"])
    assert [task["params"] for task in dag.data["tasks"]] == [{"v": "p"}, {"v": "q"}]
    assert [task["env"] for task in dag.data["tasks"]] == [{"A": "2"}] * 2
    assert dag.whole


@pytest.mark.parametrize(
    "change",
    [
        "dag.default_args['retries'] = 7",
        "dag.default_args.update(retries=7)",
        "dag.default_args = {}",
    ],
)
def test_default_args_that_change_between_tasks_are_a_gap(change: str) -> None:
    first, task = (
        "with DAG('etl', start_date=datetime(2024, 1, 1), default_args={'retries': 1})",
        "",
    )
    task = "    BashOperator(task_id='{}', bash_command='true')\n"
    before = convert(f"{first} as dag:\n    {change}\n{task.format('a')}{task.format('b')}")
    between = convert(f"{first} as dag:\n{task.format('a')}    {change}\n{task.format('b')}")
    assert before.whole
    assert gaps(between) == ["it is changed after a task was made with it"]


def test_a_set_has_the_items_that_it_has_when_the_file_was_read() -> None:
    before = "def mk(ids):\n    ids = set(ids)\n    def f(): return ids\n    return f\n"
    assert of_a_task(f"{before}f = mk(['x'])") == []


@pytest.mark.parametrize(
    ("body", "made"),
    [
        ("xs = [X for _ in range(2)]", "[1, 1]"),
        ("xs = [i for i in range(X)]", "[0, 1]"),
        ("xs = [X + i for i in [X]]", "[3]"),
        ("xs = (lambda: X)()", "1"),
    ],
)
def test_functions_and_comprehensions_of_a_class_see_past_its_names(body: str, made: str) -> None:
    text = f"X = 1\nclass C:\n    X = 2\n    {body}\n"
    assert value(text, "str(C.xs)") == (made, [])


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ("f'{L}{f()}{L}'", ["`L` is changed while the text is made"]),
        ("f'{f()}{L[0]}'", []),
        ("str(L) + f() + str(L)", []),
    ],
)
def test_a_text_whose_fields_change_one_another_is_a_gap(text: str, gap: list[str]) -> None:
    before = "L = []\ndef f():\n    L.append(1)\n    return 'x'\n"
    assert value(before, text)[1] == gap


def start(date_: str) -> tuple[object, object, list[str]]:
    """Return the start date and the zone that a date gives, and the gaps of the report."""
    zones = "import pendulum\nimport pytz\nfrom dateutil.tz import gettz\nB = 'Europe/Berlin'\n"
    tasks = "    BashOperator(task_id='a', bash_command='true')\n"
    dag = convert(f"{zones}with DAG('etl', start_date={date_}):\n{tasks}")
    return dag.data.get("start_date"), dag.data.get("timezone"), gaps(dag)


def test_a_date_has_the_zone_that_python_gives_it() -> None:
    for zone in ("pytz.utc", "pytz.timezone('UTC')", "pendulum.timezone('utc')"):
        assert start(f"datetime(2024, 7, 1, tzinfo={zone})") == ("2024-07-01", None, [])
    of_pendulum = "pendulum.datetime(2024, 7, 1, tz=pytz.timezone(B))"
    assert start(of_pendulum) == ("2024-07-01", "Europe/Berlin", [])
    for text in (
        "pendulum.parse('2024-07-01T00:00:00+02:00')",
        "datetime.strptime('2024-07-01 +0200', '%Y-%m-%d %z')",
    ):
        assert start(text) == ("2024-07-01", "Etc/GMT-2", [])
    for date_ in (
        "datetime(2024, 7, 1, tzinfo=gettz(B))",
        "pendulum.parse('2024-07-01T00:00:00+05:30')",
        "datetime(2024, 7, 1, tzinfo=pytz.timezone(B))",
        "datetime(2024, 7, 1).replace(tzinfo=pytz.timezone(B))",
        "pendulum.datetime(2024, 7, 1, tz=B).replace(tzinfo=None)",
    ):
        assert start(date_)[2]


def test_a_task_that_is_made_outside_of_the_dag_has_nothing_of_its_default_args() -> None:
    dag = convert("""
        shared = {"owner": "shop", "retries": 2, "execution_timeout": None}
        with DAG("etl", start_date=datetime(2024, 1, 1), default_args=shared):
            a = BashOperator(task_id="a", bash_command="true")
        b = BashOperator(task_id="b", bash_command="true", retries=1)
        a >> b
    """)
    first, second = dag.data["tasks"]
    assert "owner" not in first
    assert (second["owner"], second["retries"], dag.whole) == ("airflow", 1, True)
    lost = convert("""
        def f(context): pass
        with DAG("etl", start_date=datetime(2024, 1, 1), default_args={"on_failure_callback": f}):
            a = BashOperator(task_id="a", bash_command="true")
        a >> BashOperator(task_id="b", bash_command="true")
    """)
    assert gaps(lost) == ["b is made outside of the DAG: Airflow gives it none of this"]


def test_what_is_set_on_the_output_of_a_task_is_not_in_the_task() -> None:
    dag = convert("""
        from airflow.decorators import task
        @task
        def f(): pass
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            made = f()
            made.trigger_rule = "all_done"
    """)
    assert "trigger_rule" not in dag.data["tasks"][0]
    (remark,) = [each for each in dag.remarks if each.subject == "trigger_rule"]
    assert (remark.outcome, dag.whole) == (Outcome.DROPPED, True)


@pytest.mark.parametrize(
    ("schedule", "made"),
    [
        ("os.environ.get('WHEN', '@daily')", "@daily"),
        ("os.getenv('WHEN', '@daily')", "@daily"),
        ("'0 ' + os.getenv('HOUR', '3') + ' * * *'", "0 3 * * *"),
    ],
)
def test_a_schedule_of_the_environment_is_its_default(schedule: str, made: str) -> None:
    dag = convert(f"""
        with DAG("etl", start_date=datetime(2024, 1, 1), schedule={schedule}):
            BashOperator(task_id="a", bash_command="true")
    """)
    assert (dag.data["schedule"], dag.whole) == (made, True)
    assert [each.outcome for each in dag.remarks] == [Outcome.ASSUMED]


@pytest.mark.parametrize(
    "path", ["shop.notifications.SendOperator", "shop.tasks.sendOperator", "shop.tasks.Send"]
)
def test_a_class_that_is_given_a_task_id_is_an_operator(path: str) -> None:
    module, _, name = path.rpartition(".")
    dag = convert(f"""
        from {module} import {name}
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            {name}(task_id="a", to="b")
    """)
    assert (dag.data["tasks"][0]["operator"], dag.whole) == (path, True)


def test_json_of_a_variable_is_the_variable_as_json() -> None:
    before = "import json\nfrom airflow.models import Variable\n"
    cfg = f"{before}cfg = json.loads(Variable.get('cfg'))"
    assert value(cfg, "cfg['a']['b']") == ("{{ var.json.cfg['a']['b'] }}", [])
    with_default = f"{before}cfg = json.loads(Variable.get('cfg', '[1]'))"
    assert value(with_default, "str(cfg[0])")[0] == "1"
    assert value(f"{before}cfg = json.loads(Variable.get('cfg') + ' ')", "cfg['a']")[1]


@pytest.mark.parametrize(
    ("expression", "made"),
    [
        ("str([*map(lambda n: n + 1, [1, 2])])", "[2, 3]"),
        ("str([*map(str.upper, ['a'])])", "['A']"),
        ("str([*filter(lambda n: n > 1, [1, 2])])", "[2]"),
        ("str(sorted([('z', 1), ('y', 2)], key=lambda p: -p[1]))", "[('y', 2), ('z', 1)]"),
        ("str(sorted(['b', 'a'], key=str.lower, reverse=True))", "['b', 'a']"),
        ("str(reduce(lambda a, b: a + b, [1, 2], 10))", "13"),
    ],
)
def test_functions_that_are_called_for_each_item_are_followed(expression: str, made: str) -> None:
    assert value("from functools import reduce", expression) == (made, [])


def test_what_a_key_of_sorted_changes_is_changed() -> None:
    before = (
        "SEEN = []\ndef key(n):\n    SEEN.append(n)\n    return n\nx = sorted([2, 1], key=key)\n"
    )
    assert value(before, "str(SEEN + x)") == ("[2, 1, 1, 2]", [])


@pytest.mark.parametrize("name", ["map", "filter"])
def test_what_map_does_later_is_a_gap(name: str) -> None:
    before = f"SEEN = []\ndef f(n):\n    SEEN.append(n)\nlater = {name}(f, [1])\n"
    assert value(before, "str(SEEN)")[1]


def test_reduce_makes_a_chain_of_tasks() -> None:
    dag = convert("""
        from functools import reduce
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            made = [BashOperator(task_id=name, bash_command="true") for name in "abc"]
            reduce(lambda first, second: first >> second, made)
    """)
    assert [task.get("dependencies") for task in dag.data["tasks"]] == [None, ["a"], ["b"]]
    assert dag.whole


def test_the_work_for_many_gaps_grows_as_their_number() -> None:
    part = "try:\n    import m{0}\n    L.append(m{0}.x)\nexcept ImportError:\n    L.append({0})\n"

    def work(number: int) -> int:
        tries = "".join(part.format(each) for each in range(number))
        task = "    BashOperator(task_id='a', bash_command='true')\n"
        text = f"L = []\n{tries}with DAG('etl', start_date=datetime(2024, 1, 1)):\n{task}"
        return calls_of(lambda: convert(text))

    work(2)  # what is made once is made now
    assert work(240) < 4.8 * work(60)


def test_what_default_args_say_for_own_operators_stands_under_with() -> None:
    dag = convert("""
        from shop import LoadOperator
        shared = {"owner": "shop", "warehouse": "main", "size": [1]}
        with DAG("etl", start_date=datetime(2024, 1, 1), default_args=shared):
            LoadOperator(task_id="a", table="orders")
    """)
    assert dag.data["default_args"] == {"with": {"warehouse": "main", "size": [1]}}
    assert (dag.data["tasks"][0]["with"], dag.whole) == ({"table": "orders"}, True)
    assert render(DagSpec.from_data(dag.data), airflow="3")
    unclear = convert("""
        from shop import LoadOperator
        with DAG("etl", start_date=datetime(2024, 1, 1), default_args={"env": {"A": "b"}}):
            LoadOperator(task_id="a")
            BashOperator(task_id="b", bash_command="true")
    """)
    assert gaps(unclear) == ["a spec cannot set it for all tasks"]


def test_params_of_default_args_are_those_of_the_dag() -> None:
    dag = convert("""
        shared = {"params": {"a": "A", "b": 2}}
        with DAG(
            "etl", start_date=datetime(2024, 1, 1), params={"b": 1, "c": 3}, default_args=shared
        ):
            BashOperator(task_id="a", bash_command="echo {{ params.a }}")
    """)
    assert (dag.data["params"], dag.whole) == ({"b": 2, "c": 3, "a": "A"}, True)
    grouped = convert("""
        from airflow.utils.task_group import TaskGroup
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            with TaskGroup("g", default_args={"params": {"a": "A"}}):
                BashOperator(task_id="a", bash_command="echo {{ params.a }}")
    """)
    assert gaps(grouped) == ["a spec cannot set it for all tasks"]


def test_what_default_args_say_for_sensors_reaches_those_of_decorators() -> None:
    dag = convert("""
        from airflow.decorators import task
        from airflow.sensors.filesystem import FileSensor
        with DAG("etl", start_date=datetime(2024, 1, 1), default_args={"mode": "reschedule"}):
            @task.sensor
            def wait(): return True
            wait()
    """)
    assert (dag.data["tasks"][0]["mode"], "default_args" in dag.data) == ("reschedule", False)
    plain = convert("""
        from airflow.sensors.filesystem import FileSensor
        with DAG("etl", start_date=datetime(2024, 1, 1), default_args={"mode": "reschedule"}):
            FileSensor.partial(task_id="a").expand(filepath=["b"])
    """)
    assert plain.data["default_args"] == {"with": {"mode": "reschedule"}}
