"""Statements that may run or not, in a DAG file and in the modules that it imports."""

from __future__ import annotations

from datetime import date
from textwrap import dedent
from typing import Any

import pytest

from dagctl.convert import ConvertedDag, Module, Modules, Outcome, convert_python

HEAD = """
import os
from datetime import datetime
from airflow import DAG
from airflow.operators.bash import BashOperator
"""


def convert(text: str, module: str = "") -> ConvertedDag:
    def read(name: str, _importer: str) -> Module | None:
        return Module("settings.py", dedent(module)) if name == "settings" else None

    today = date(2026, 3, 10)
    made = convert_python(
        HEAD + dedent(text), "dags/etl.py", airflow="3", today=today, project=Modules(read)
    )
    (dag,) = made.dags
    return dag


def gaps(dag: ConvertedDag) -> list[str]:
    return [remark.text for remark in dag.remarks if remark.outcome is Outcome.GAP]


def environment(before: str, value: str, module: str = "") -> tuple[Any, list[str]]:
    """Return the environment of a task that gets one value, and the gaps of the report."""
    text = (
        f"{dedent(before)}\nwith DAG('etl', start_date=datetime(2024, 1, 1)):\n"
        f"    BashOperator(task_id='a', bash_command='true', env={{'A': {value}}})\n"
    )
    dag = convert(text, module)
    return dag.data["tasks"][0].get("env"), gaps(dag)


@pytest.mark.parametrize(
    "line",
    [
        "register(VALUE)",
        "plugins.register(value=VALUE)",
        "plugins.register(*VALUE)",
        "plugins.register(VALUE['a'])",
        "for _ in os.listdir('/x'): plugins.register(VALUE)",
        "for _ in os.listdir('/x'):\n    def VALUE(): pass",
        "for _ in os.listdir('/x'):\n    class VALUE: pass",
        "for _ in os.listdir('/x'):\n    from json import VALUE",
        "for _ in os.listdir('/x'):\n    import more as VALUE",
        "match ask():\n    case [VALUE, *_]: pass",
        "match ask():\n    case [*VALUE]: pass",
        "match ask():\n    case {**VALUE}: pass",
        "for _ in os.listdir('/x'): VALUE.a = 1",
        "del VALUE[ask()]",
        "from local import *",
        "try:\n    from local import *\nexcept ImportError:\n    pass",
        "if ask():\n    from prod import *",
    ],
)
def test_what_a_module_may_have_changed_is_not_known(line: str) -> None:
    module = f"import os, plugins\nfrom plugins import register, ask\nVALUE = {{'a': '1'}}\n{line}"
    made, missing = environment("from settings import VALUE", "VALUE", module)
    assert made == {"A": {"$ref": "settings.VALUE"}}
    assert missing == []


def test_a_message_changes_nothing() -> None:
    module = "import logging\nVALUE = {'a': '1'}\nlogging.info(VALUE)\nprint(VALUE)\n"
    made, missing = environment("from settings import VALUE", "VALUE['a']", module)
    assert (made, missing) == ({"A": "1"}, [])


@pytest.mark.parametrize(
    ("before", "value"),
    [
        ("data = {'a': '1', 'b': '2'}\ndel data['a']", "''.join(data)"),
        ("data = ['a', 'b']\ndel data[0]", "data[0]"),
        ("while False:\n    x = 'a'\nelse:\n    x = 'b'", "x"),
        ("try:\n    x = 'a'\nfinally:\n    x = 'b'", "x"),
    ],
)
def test_what_is_known_is_followed(before: str, value: str) -> None:
    assert environment(before, value) == ({"A": "b"}, [])


@pytest.mark.parametrize(
    ("before", "word"),
    [
        ("if not os.getenv('TAG'):\n    raise ValueError('no tag')", "holds"),
        ("tag = os.getenv('TAG', '')\nif not tag:\n    raise ValueError(tag)", "holds"),
        ("if os.getpid():\n    pass\nelse:\n    print('x')\n    raise ValueError", "does not hold"),
        ("def f(n):\n    if n > os.getpid():\n        raise ValueError\nf(1)", "holds"),
        ("assert os.getenv('TAG'), 'no tag'", "does not hold"),
    ],
)
def test_an_error_instead_of_a_dag_is_no_gap_and_is_named(before: str, word: str) -> None:
    text = (
        f"{HEAD}{before}\nwith DAG('etl', start_date=datetime(2024, 1, 1)):\n"
        "    BashOperator(task_id='a', bash_command='true')\n"
    )
    made = convert_python(text, "dags/etl.py", airflow="3", today=date(2026, 3, 10))
    assert made.dags[0].whole
    said = f"where it {word}, the old file does not load; the new one does not look at it"
    assert [(remark.outcome, remark.text) for remark in made.remarks] == [(Outcome.NEW, said)]


def test_the_last_branch_may_be_an_error() -> None:
    before = (
        "env = os.getenv('E')\nif env == 'a':\n    x = '1'\nelif env == 'b':\n    x = '2'\n"
        "else:\n    raise ValueError(env)"
    )
    made, missing = environment(before, "x")
    test = {"$new": "operator.eq", "args": [{"$new": "os.getenv", "with": {"key": "E"}}, "a"]}
    assert made == {"A": {"$new": "operator.getitem", "args": [["2", "1"], test]}}
    assert missing == []


@pytest.mark.parametrize(
    "before",
    [
        (
            "try:\n    if os.getenv('E'):\n        raise ValueError\n    x = 'a'\n"
            "except ValueError:\n    x = 'b'"
        ),
        (
            "def check():\n    if os.getenv('E'):\n        raise ValueError\n    return 'a'\n"
            "try:\n    x = check()\nexcept ValueError:\n    x = 'b'"
        ),
        "try:\n    from settings import x\nexcept Exception:\n    x = 'b'",
    ],
)
def test_an_error_that_may_be_caught_is_a_gap(before: str) -> None:
    module = "import os\nx = 'a'\nif os.getenv('E'):\n    raise ValueError\n"
    made, missing = environment(before, "str(x)", module)
    assert missing
    assert made != {"A": "a"}


@pytest.mark.parametrize(
    "before",
    [
        "data = ['b']\ndel data[5]\n",
        "data = {'a': 'b'}\ndel data[os.getpid()]\n",
        "data = ['b']\ndel data[0:1]\n",
        "if os.getenv('A'):\n    import x\nelse:\n    import y as x",
        "if os.path.exists('/x'):\n    import x\nelse:\n    x = 1",
        "env = os.environ['E']\nif env:\n    from prod import N\nelse:\n    from dev import N",
        "from dev import N\nif os.path.exists('/x'):\n    from prod import N",
        "if os.path.exists('/x'):\n    from prod import *",
        f"if sys.version > '{'3' * 60}' or os.getenv('E'):\n    import x\nelse:\n    import y as x",
        "if os.environ['API_VERSION'] == '2':\n    from v2 import N\nelse:\n    from v1 import N",
        "if ask():\n    from airflow.a import A as Op\nelse:\n    from airflow.b import B as Op",
        "if ask():\n    from .team import N\nelse:\n    from team import N",
        "try:\n    import x\nexcept ImportError:\n    plugins.load()",
        "try:\n    import x\nexcept ImportError:\n    [DAG(str(n)) for n in names()]",
        "try:\n    x = os.listdir('/')\n    x = 1\nexcept OSError:\n    DAG('b')",
    ],
)
def test_what_may_be_otherwise_is_a_gap(before: str) -> None:
    assert environment(before, "'b'")[1]


@pytest.mark.parametrize(
    "before",
    [
        "try:\n    import x\nexcept ImportError:\n    x = None",
        "import sys\nif sys.version_info > (3, 9):\n    import x\nelse:\n    import y as x",
        "if new():\n    from airflow.sdk import x\nelse:\n    from airflow.models import x",
        "if os.path.exists('/x'):\n    import x",
        "if os.path.exists('/x'):\n    import x\nelse:\n    import x",
    ],
)
def test_which_module_is_imported_is_no_gap(before: str) -> None:
    assert environment(before, "'b'") == ({"A": "b"}, [])


def test_the_end_of_a_try_runs_after_a_return() -> None:
    dag = convert("""
        def make(name):
            try:
                return BashOperator(task_id=name, bash_command="true")
            finally:
                BashOperator(task_id=name + "_end", bash_command="true")
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            make("a")
    """)
    assert [task["task_id"] for task in dag.data["tasks"]] == ["a", "a_end"]


def test_a_function_that_changes_what_it_gets_is_not_taken_back() -> None:
    """Else the file would have the change twice: in the argument, and by the call."""
    module = """
        def add(data):
            data["A"] = "b"
            return ask()
    """
    before = "from settings import add\ndata = {'A': 'a'}\nother = add(data)"
    assert environment(before, "data['A']", module) == ({"A": "b"}, [])
    assert environment(before, "other", module)[1]


def test_a_text_is_filled_with_what_looks_like_a_template() -> None:
    made, missing = environment(
        "from airflow.models import Variable\nlate = Variable.get('x')", "'%s %s' % (late, 1)"
    )
    assert made == {"A": "{{ var.value.x }} 1"}
    assert missing == []


@pytest.mark.parametrize(
    ("statement", "lost", "kept"),
    [
        ("task = make_task('a')", 0, 1),
        ("task = outside.Builder('a').make()", 1, 0),
        ("group = cosmos.DbtTaskGroup('dbt')", 0, 1),
        ("dag = outside.make_dag('dbt')", 1, 0),
        ("tasks = [make_task(name) for name in ('a', 'b')]", 0, 2),
        ("hook = outside.Hook('a')", 0, 0),
        ("text = make_text('a').upper()\n    CALLS[0].env = {'A': text}", 2, 0),
        ("text = str(make_text(name='a'))\n    CALLS[0].env = {'A': text}", 0, 0),
        ("CALLS[0].env = {'A': make_text(name='a')}", 0, 0),
        ("moment = datetime.strptime(os.environ['A'], '%Y')", 0, 0),
    ],
)
def test_a_call_in_a_dag_that_may_make_a_task_is_never_lost(
    statement: str, lost: int, kept: int
) -> None:
    dag = convert(f"""
import cosmos, outside
from outside import make_task, make_text
with DAG('etl', start_date=datetime(2024, 1, 1)):
    CALLS = [BashOperator(task_id='b', bash_command='true')]
    {statement}
""")
    assert len(gaps(dag)) == lost
    assert len(dag.data["tasks"]) == 1 + kept


@pytest.mark.parametrize("maker", ["outside.make_dag('b')", "cosmos.DbtDag(dag_id='b')"])
def test_a_dag_that_only_python_knows_is_never_lost(maker: str) -> None:
    dag = convert(f"""
import cosmos, outside
with DAG('etl', start_date=datetime(2024, 1, 1)):
    BashOperator(task_id='b', bash_command='true')
other = {maker}
""")
    assert gaps(dag) == ["whether it makes a task is known only when Python runs"]


def test_what_a_function_needs_is_not_lost() -> None:
    dag = convert("""
from outside import settings
from airflow.operators.python import PythonOperator
with DAG('etl', start_date=datetime(2024, 1, 1)):
    known = settings('a')
    PythonOperator(task_id='b', python_callable=lambda: known)
""")
    assert not gaps(dag)


def test_a_message_makes_no_task() -> None:
    dag = convert("""
import structlog
log = structlog.get_logger()
with DAG('etl', start_date=datetime(2024, 1, 1)):
    log.info('hello')
    BashOperator(task_id='b', bash_command='true')
""")
    assert gaps(dag) == []


@pytest.mark.parametrize(
    ("line", "module"),
    [
        ("os.makedirs('/tmp/out', exist_ok=True)", ""),
        ("from dotenv import load_dotenv\nload_dotenv('.env')", ""),
        (
            "from settings import prepare\nprepare()",
            """
            import os
            def prepare():
                "Load what is there."
                if not os.getenv("HERE"):
                    try:
                        from dotenv import load_dotenv
                        load_dotenv(os.path.join(os.path.dirname(__file__), ".env"))
                    except ImportError:
                        pass
            """,
        ),
    ],
)
def test_what_only_prepares_the_machine_is_named_and_no_gap(line: str, module: str) -> None:
    def read(name: str, _importer: str) -> Module | None:
        return Module("settings.py", dedent(module)) if name == "settings" else None

    text = f"""{line}
with DAG("etl", start_date=datetime(2024, 1, 1)):
    BashOperator(task_id="a", bash_command="true")
"""
    made = convert_python(
        HEAD + text, "dags/etl.py", airflow="3", today=date(2026, 3, 10), project=Modules(read)
    )
    assert made.dags[0].whole
    texts = [remark.text for remark in made.remarks if remark.outcome is Outcome.CHANGED]
    assert any("must be" in text for text in texts)


@pytest.mark.parametrize(
    "body",
    [
        "register(1)",
        "NAMES.append(1)",
        "os.environ['A'] = 'b'",
        "for name in []: pass",
        "global NAMES",
    ],
)
def test_a_function_that_does_more_than_to_prepare_the_machine_is_a_gap(body: str) -> None:
    module = (
        "import os\nfrom dotenv import load_dotenv\nNAMES = []\ndef prepare():\n"
        f"    if os.getenv('HERE'):\n        load_dotenv()\n        {body}\n"
    )
    _, found = environment("from settings import prepare\nprepare()", "'x'", module)
    assert found


@pytest.mark.parametrize("line", ["log.setLevel(logging.INFO)", "log.info('x')"])
def test_what_only_a_logger_gets_is_no_gap(line: str) -> None:
    _, found = environment(f"import logging\nlog = logging.getLogger()\n{line}", "'x'")
    assert found == []


@pytest.mark.parametrize(
    ("line", "end"),
    [
        ("if os.getenv('E') == 'a':\n    plugins.load()", ": give the value with --environ"),
        ("if 'a' in os.environ['E']:\n    plugins.load()", ": give the value with --environ"),
        ("for n in Variable.get('n').split():\n    print(n)", ": give the value with --variables"),
        ("for n in plugins.n().split():\n    print(n)", "only when Python runs"),
        (
            "for n in Variable.get('n', deserialize_json=True):\n    plugins.load(n)",
            ": give the value with --variables",
        ),
        ("if plugins.load() == 'a':\n    plugins.load()", "; taken as true"),
    ],
)
def test_a_gap_says_how_a_value_is_given(line: str, end: str) -> None:
    before = f"import plugins\nfrom airflow.models import Variable\n{line}"
    made = convert_python(
        f"{HEAD}{before}\nwith DAG('etl', start_date=datetime(2024, 1, 1)):\n"
        "    BashOperator(task_id='a', bash_command='true')\n",
        *("dags/etl.py",),
        airflow="3",
        today=date(2026, 3, 10),
    )
    texts = [remark.text for dag in made.dags for remark in dag.remarks]
    (text,) = [text for text in texts if "known only when Python runs" in text]
    assert text.endswith(end)
