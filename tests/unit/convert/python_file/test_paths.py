"""Files beside the DAG file: paths from `__file__`, and what stands in the files."""

from __future__ import annotations

import ast
import os
from datetime import date
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from dagctl.codegen.render import render
from dagctl.convert import ConvertedDag, FilesBeside, Module, Modules, Outcome, convert_python
from dagctl.errors import UsageError
from dagctl.spec.model import DagSpec

HEAD = """
import io, json, os, yaml
from datetime import datetime
from pathlib import Path
from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
HERE = os.path.dirname(os.path.abspath(__file__))
P = Path(__file__).resolve()
"""
FILES = {
    "sql/a.sql": "SELECT 1",
    "sql/b.sql": "SELECT 2",
    "b.sql": "SELECT 3",
    "sql/parts.sql": "{% include 'a.sql' %}",
    "conf/jobs.yaml": "---\njobs:\n  - &a {name: x, size: 1}\n  - {<<: *a, name: y}\n",
    "conf/days.yaml": "- 2024-01-01\n",
    "conf/list.json": '["x", "y"]',
    "conf/bad.json": "[",
    "etl.sql": "SELECT 4",
    "sql/tight.sql": "{%+include 'a.sql' %}",
    "dos.txt": "a\r\nb\x0bc\n",
}
FOLDERS = {"conf": [".x.json", "a.json", "b.json", "old"], "../top": ["z.yaml"], "odd": ["{x}"]}
JSON = ["a.json", "b.json"]
_STANDARD = ("operator", "os", "os.path", "builtins", "pathlib")


def convert(text: str) -> ConvertedDag:
    def read(module: str, _importer: str) -> Module | None:
        code = "def here():\n    import os\n    return os.path.dirname(__file__)\n"
        return Module("lib/places.py", code) if module == "places" else None

    def beside(name: str) -> str | None:
        if name == "latin.txt":
            raise UsageError("it is not UTF-8")
        return FILES.get(name)

    made = convert_python(
        HEAD + dedent(text),
        "dags/etl.py",
        airflow="3",
        today=date(2026, 3, 10),
        project=Modules(read, FilesBeside(beside, FOLDERS.get, lambda name: name.startswith("no"))),
    )
    (dag,) = made.dags
    return dag


def gaps(dag: ConvertedDag) -> list[str]:
    return [remark.text for remark in dag.remarks if remark.outcome is Outcome.GAP]


def command(expression: str, before: str = "") -> tuple[Any, list[str]]:
    dag = convert(
        f"{before}\nwith DAG('etl', start_date=datetime(2024, 1, 1)):\n"
        f"    BashOperator(task_id='a', bash_command={expression})"
    )
    return dag.data["tasks"][0].get("bash_command"), gaps(dag)


@pytest.mark.parametrize(
    ("expression", "made"),
    [
        ("f'ls {HERE}'", "ls {{ dag.folder }}"),
        ("'ls ' + os.path.join(HERE, 'a', 'b')", "ls {{ dag.folder }}/a/b"),
        ("'ls %s' % os.path.join(HERE, 'a')", "ls {{ dag.folder }}/a"),
        ("'ls {}'.format(P.parent / 'a')", "ls {{ dag.folder }}/a"),
        ("'ls ' + str(P.parent.joinpath('a', 'b.py'))", "ls {{ dag.folder }}/a/b.py"),
        ("f'ls {P.parents[1]}'", "ls {{ dag.folder.rsplit('/', 1)[0] }}"),
        (
            "f'ls {P.parent.parent / \"x\"}'",
            "ls {{ dag.folder.rsplit('/', 1)[0] }}/x",
        ),
        ('f\'ls {os.path.join(HERE, "..", "x")}\'', "ls {{ dag.folder.rsplit('/', 1)[0] }}/x"),
        ("f'ls {os.path.dirname(os.path.join(HERE, \"x/y\"))}'", "ls {{ dag.folder }}/x"),
        ("'ls ' + os.path.join(HERE, '/abs')", "ls /abs"),
        ("'ls ' + P.stem", "ls etl"),
        ("'ls ' + os.path.splitext(os.path.basename(__file__))[0]", "ls etl"),
        ("'ls ' + os.path.basename(__file__).replace('.py', '')", "ls etl"),
        ("open(os.path.join(HERE, 'sql', 'a.sql')).read()", "SELECT 1"),
        ("(P.parent / 'sql' / 'a.sql').read_text(encoding='utf-8')", "SELECT 1"),
        ("P.with_suffix('.sql').read_text()", "SELECT 4"),
        ("P.with_suffix('.sql').read_text('utf-8')", "SELECT 4"),
        ("'-'.join(json.load(open(f'{HERE}/conf/list.json', 'rb')))", "x-y"),
        ("'-'.join(json.load(io.open(f'{HERE}/conf/list.json')))", "x-y"),
        ("json.loads((P.parent / 'conf/list.json').read_text())[1]", "y"),
        ("', '.join(open(f'{HERE}/dos.txt').readlines())", "a\n, b\x0bc\n"),
        ("yaml.load(open(f'{HERE}/conf/jobs.yaml'), yaml.SafeLoader)['jobs'][0]['name']", "x"),
        ("yaml.load(open(f'{HERE}/conf/jobs.yaml'), Loader=yaml.Loader)['jobs'][0]['name']", "x"),
    ],
)
def test_paths_and_texts(expression: str, made: str) -> None:
    assert command(expression) == (made, [])


@pytest.mark.parametrize(
    "expression",
    [
        "open(HERE + '/sql/none.sql').read()",
        "open(f'{HERE}/latin.txt').read()",
        "open(f'{HERE}/sql/a.sql', mode=[1]).read()",
        "open(f'{HERE}/sql/a.sql', encoding='latin-1').read()",
        "''.join(opened.read() for opened in [open(f'{HERE}/sql/a.sql')] * 2)",
        "open(f'{HERE}/sql/a.sql', 'w').read()",
        "open(f'{HERE}/sql/a.sql', 'rb').read()",
        "open(f'{HERE}/sql/a.sql', 'r', -1, 'latin-1').read()",
        "open(f'{HERE}/sql/a.sql', newline='').read()",
        "P.with_suffix('.sql').read_text('latin-1')",
        "open(f'{HERE}/sql/a.sql', 'rb', encoding='utf-8').read()",
        "open(f'{HERE}/sql/a.sql', 'rb').readlines()[0]",
        "P.with_suffix('.sql').read_text(errors='ignore')",
        "json.load(open(f'{HERE}/conf/list.json'), object_hook=str)[0]",
        "yaml.load(open(f'{HERE}/conf/jobs.yaml'), Own)['jobs'][0]['name']",
        "yaml.safe_load(open(f'{HERE}/conf/jobs.yaml'), 1)['jobs'][0]['name']",
        "open('/etc/hostname').read()",
        "open(os.path.join(HERE, '..', 'a.sql')).read()",
        "str(json.load(open(f'{HERE}/conf/bad.json')))",
        "str(yaml.safe_load(open(f'{HERE}/conf/days.yaml')))",
        "f'ls {__file__}'",
        "'ls ' + os.path.join(__file__, 'x')",
        "f'ls {HERE}'.upper()",
        "places.here()",
    ],
)
def test_what_is_not_known_is_a_gap(expression: str) -> None:
    made, missing = command(expression, "import places")
    assert made is None
    assert missing


def test_a_configuration_beside_the_file_is_gone_through() -> None:
    dag = convert("""
        with open(os.path.join(HERE, "conf", "jobs.yaml")) as stream:
            jobs = yaml.safe_load(stream)["jobs"]
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            for job in jobs:
                BashOperator(task_id=job["name"], bash_command=f"run {job['size']}")
    """)
    assert dag.whole
    assert [(own["task_id"], own["bash_command"]) for own in dag.data["tasks"]] == [
        ("x", "run 1"),
        ("y", "run 1"),
    ]


@pytest.mark.parametrize(
    ("path", "sql", "made", "kept"),
    [
        ("[f'{HERE}/sql']", "a.sql", "sql/a.sql", None),
        ("f'{HERE}/sql'", "['a.sql', 'SELECT 1']", ["sql/a.sql", "SELECT 1"], None),
        ("f'{HERE}/sql'", "('a.sql', 'SELECT 1')", ["sql/a.sql", "SELECT 1"], None),
        ("[P.parent / 'sql', '/opt/sql']", "b.sql", "b.sql", ["/opt/sql"]),
        ("[HERE]", "none.sql", "none.sql", None),
    ],
)
def test_templates_are_named_from_the_folder_of_the_file(
    path: str, sql: str, made: object, kept: object
) -> None:
    given = sql if sql.startswith(("[", "(")) else repr(sql)
    dag = convert(f"""
        with DAG("etl", start_date=datetime(2024, 1, 1), template_searchpath={path}):
            SQLExecuteQueryOperator(task_id="a", sql={given})
    """)
    assert gaps(dag) == []
    assert dag.data["tasks"][0]["with"]["sql"] == made
    assert dag.data.get("template_searchpath") == kept


@pytest.mark.parametrize(
    ("path", "sql"),
    [
        ('[f"{HERE}/sql"]', "none.sql"),
        ('[f"{HERE}/sql"]', "parts.sql"),
        ('["/opt/sql", f"{HERE}/sql"]', "a.sql"),
        ('[f"{HERE}/sql"]', "tight.sql"),
        ('[f"{HERE}/sql"]', "{% include 'a.sql' %}"),
        ('[f"{HERE}/sql"]', "{%- from 'a.sql' import x %}{{ x() }}"),
    ],
)
def test_a_template_that_is_not_known_leaves_the_folder_to_each_parse(path: str, sql: str) -> None:
    dag = convert(f"""
        with DAG("etl", start_date=datetime(2024, 1, 1), template_searchpath={path}):
            SQLExecuteQueryOperator(task_id="a", sql="{sql}")
    """)
    assert dag.data["tasks"][0]["with"]["sql"] == sql
    assert gaps(dag) == []
    assert dag.data["template_searchpath"][-1]["$new"] == "operator.mod"


@pytest.mark.parametrize("line", ["sizes['a'] = os.stat('/x').st_size", "sizes.a = os.stat('/x')"])
def test_what_may_fail_while_it_is_put_into_something_is_a_gap(line: str) -> None:
    dag = convert(f"""
        sizes = {{}}
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            try:
                {line}
                known = True
            except OSError:
                BashOperator(task_id="other", bash_command="echo")
            BashOperator(task_id="a", bash_command="echo")
    """)
    assert gaps(dag)


@pytest.mark.parametrize(
    ("body", "is_whole"),
    [
        ("with open(HERE + '/sql/a.sql') as f:\n        text = f.read()", True),
        ("text = (P.parent / 'sql/a.sql').read_text()", True),
        ("with open(HERE + '/sql/none.sql') as f:\n        text = f.read()", False),
        ("text = os.environ['TEXT']", False),
        ("text = ask()", False),
        ("ask(); text = 'x'", False),
    ],
)
def test_an_except_counts_only_where_something_can_fail(body: str, *, is_whole: bool) -> None:
    dag = convert(f"""
        def ask():
            answer = requests.get("https://example.com")
            return "x"
        try:
            {body.replace(chr(10), chr(10) + "        ")}
        except Exception:
            text = "other"
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            BashOperator(task_id="a", bash_command="true", env={{"A": "x"}}, doc_md="y")
    """)
    assert dag.whole == is_whole, dag.remarks


def test_a_function_that_asks_for_its_file_is_named() -> None:
    dag = convert("""
        from airflow.decorators import task
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            @task
            def load():
                return open(os.path.join(HERE, "x")).read()
            load()
    """)
    assert dag.whole
    assert any("`__file__` is the new DAG file" in remark.text for remark in dag.remarks)


@pytest.mark.parametrize(
    ("defaults", "sql"),
    [('{"sql": ["a.sql"]}', '"SELECT 1"'), ("{}", "Variable.get('name') + '.sql'")],
)
def test_a_template_whose_name_comes_from_elsewhere_leaves_the_folder_to_each_parse(
    defaults: str, sql: str
) -> None:
    dag = convert(f"""
        from airflow.models import Variable
        with DAG(
            "etl",
            start_date=datetime(2024, 1, 1),
            template_searchpath=[f"{{HERE}}/sql"],
            default_args={defaults},
        ):
            SQLExecuteQueryOperator(task_id="a", sql={sql})
    """)
    assert gaps(dag) == []
    assert dag.data["template_searchpath"][0]["$new"] == "operator.mod"


@pytest.mark.parametrize(
    ("code", "is_name"),
    [
        ("Variable.get('name') + '.sql'", True),
        ("f'{HERE}/a.sql'", True),
        ("Variable.get('name') + '.sql '", False),
        ("datetime.now().strftime('%Y') + '.sql'", None),
    ],
)
def test_the_name_of_a_template_file_is_no_template(code: str, *, is_name: bool | None) -> None:
    dag = convert(f"""
        from airflow.models import Variable
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            SQLExecuteQueryOperator(task_id="a", sql={code})
    """)
    given = dag.data["tasks"][0].get("with", {}).get("sql")
    assert dag.whole is (is_name is not None)
    assert isinstance(given, dict) is bool(is_name)


@pytest.mark.parametrize(
    "code",
    [
        *("HERE", "P.parent", "str(P.parent)", "P.parent.as_posix()", "f'{P.parent}/x'"),
        *("P.parent.parent / 'x' / 'y.csv'", "os.path.join(HERE, '..', 'x')"),
        *("Path(HERE, 'a')", "os.path.join(P.parent, 'a')", "P.with_name('b.csv')"),
        *("os.path.dirname(P.parent / 'a')", "P.parents[1]", "str(Path(HERE))"),
        "Path(os.getenv('NO_SUCH_ROOT', P.parent / 'dbt')) / 'x'",
        "str(Path(os.getenv('NO_SUCH_ROOT', 'dbt')))",
    ],
)
def test_a_path_stays_one_of_its_kind_where_airflow_renders_no_template(code: str) -> None:
    dag = convert(f"""
        from outside import Job
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            Job.RunOperator(task_id="a", box={code})
    """)
    assert dag.whole
    tree = ast.parse(render(DagSpec.from_data(dag.data)))
    own: dict[str, Any] = {"__file__": "/opt/dags/etl.py"}
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and statement.module in _STANDARD:
            exec(ast.unparse(statement), own)
    keywords = (node for node in ast.walk(tree) if isinstance(node, ast.keyword))
    (box,) = (keyword.value for keyword in keywords if keyword.arg == "box")
    theirs: dict[str, Any] = {"__file__": "/opt/dags/etl.py", "os": os, "Path": Path}
    exec("\n".join(line for line in HEAD.splitlines() if "__file__" in line), theirs)
    made, meant = eval(ast.unparse(box), own), eval(code, theirs)
    assert (type(made), os.path.normpath(made)) == (type(meant), os.path.normpath(meant))


@pytest.mark.parametrize(
    ("path", "is_known"),
    [
        ("'include/a.sql'", True),
        ("'./include/a.sql'", True),
        ("'/opt/airflow/include/a.sql'", True),
        ("'/usr/local/airflow/include/a.sql'", True),
        ("'/home/airflow/gcs/include/a.sql'", True),
        ("Path('/opt/airflow') / 'include' / 'a.sql'", True),
        ("f\"{os.environ['AIRFLOW_HOME']}/include/a.sql\"", True),
        ("os.path.join(os.getenv('AIRFLOW_HOME'), 'include', 'a.sql')", True),
        ("'/include/a.sql'", False),
        ("'~/include/a.sql'", False),
        ("f\"{os.environ['OTHER_HOME']}/include/a.sql\"", False),
        ("f\"{os.environ['AIRFLOW_HOME']}{os.environ['X']}/include/a.sql\"", False),
        ("os.path.join(os.getenv('AIRFLOW_HOME'), '/include/a.sql')", False),
        ("'include/none.sql'", False),
    ],
)
@pytest.mark.parametrize("home", ["..", None])
def test_a_file_below_the_home_of_airflow_is_read_and_named(
    path: str, home: str | None, *, is_known: bool
) -> None:
    made = convert_python(
        f"{HEAD}\nwith DAG('etl', start_date=datetime(2024, 1, 1)):\n"
        f"    BashOperator(task_id='a', bash_command=open({path}).read())\n",
        "dags/etl.py",
        airflow="3",
        today=date(2026, 3, 10),
        project=Modules(
            lambda *_: None, FilesBeside({"../include/a.sql": "SELECT 7"}.get, home=home)
        ),
    )
    (dag,) = made.dags
    command = dag.data["tasks"][0].get("bash_command")
    assert command == ("SELECT 7" if is_known and home else None)
    assumed = [remark.subject for remark in dag.remarks if remark.outcome is Outcome.ASSUMED]
    assert assumed == (["../include/a.sql"] if command else [])


_READ = "x = open(HERE + '/no.md').read()"
_TASK = """
with DAG("etl", start_date=datetime(2024, 1, 1)):
    BashOperator(task_id="a", bash_command="x", env={"A": x})
"""
_IN_A_FUNCTION = """
def read():
    try:
        return (P.parent / "no.md").read_text()
    except FileNotFoundError:
        return "a"
x = read()
"""
_IN_A_WITH = """
try:
    with open(P.parent / "no.md") as f:
        x = f.read()
except (ValueError, Exception):
    x = "a"
finally:
    x += "z"
"""
_TWICE = """
try:
    try:
        open(HERE + "/no.md")
    except ValueError:
        x = 1
    finally:
        y = "q"
except IOError as error:
    x = y
"""


@pytest.mark.parametrize(
    ("before", "value"),
    [
        (f"try:\n    {_READ}\nexcept FileNotFoundError:\n    x = 'a'", "a"),
        (f"try:\n    x = 'b'\n    {_READ}\n    x = 'c'\nexcept OSError:\n    pass", "b"),
        (_IN_A_WITH, "az"),
        (_TWICE, "q"),
        (_IN_A_FUNCTION, "a"),
        ("try:\n    x = open(HERE + '/etl.sql').read()\nexcept OSError:\n    x = 'b'", "SELECT 4"),
    ],
)
def test_what_a_file_does_without_another_one_is_followed(before: str, value: str) -> None:
    dag = convert(before + _TASK)
    assert dag.whole
    assert dag.data["tasks"][0]["env"] == {"A": value}


@pytest.mark.parametrize(
    "before",
    [
        f"try:\n    {_READ}\nexcept ValueError:\n    x = 'a'",
        "try:\n    x = open(HERE + '/latin.txt').read()\nexcept OSError:\n    x = 'a'",  # it is
        "try:\n    x = open('/etc/no.md').read()\nexcept OSError:\n    x = 'a'",
        _READ,
    ],
)
def test_a_file_that_may_be_there_is_a_gap(before: str) -> None:
    assert not convert(before + _TASK).whole


@pytest.mark.parametrize(
    ("expression", "made"),
    [
        ("f'ls {OUT}'", "ls /data/out"),
        ("str(OUT / 'a' / 'b.csv')", "/data/out/a/b.csv"),
        ("str(OUT / '/tmp/x')", "/tmp/x"),
        ("(OUT / 'a.csv').with_suffix('.txt').as_posix()", "/data/out/a.txt"),
        ("OUT.joinpath('a', 'b').name + OUT.parent.as_posix()", "b/data"),
        ("os.path.join(OUT, 'a')", "/data/out/a"),
        ("os.fspath(Path('a//b') / OUT.stem)", "a/b/out"),
        ("str(ELSEWHERE / 'a')", "/shared/a"),
        ("f'{PLACES.get(0)}'", "/shared/b"),
    ],
)
def test_a_path_that_the_file_writes_out_is_data(expression: str, made: str) -> None:
    module = (
        "from pathlib import Path\nELSEWHERE = Path('/shared')\nPLACES = {0: ELSEWHERE / 'b'}\n"
    )

    def read(name: str, _importer: str) -> Module | None:
        return Module("settings.py", module) if name == "settings" else None

    text = (
        f"{HEAD}from settings import ELSEWHERE, PLACES\nOUT = Path('/data') / 'out'\n"
        "with DAG('etl', start_date=datetime(2024, 1, 1)):\n"
        f"    BashOperator(task_id='a', bash_command={expression})\n"
    )
    done = convert_python(
        text, "dags/etl.py", airflow="3", today=date(2026, 3, 10), project=Modules(read)
    )
    (dag,) = done.dags
    assert gaps(dag) == []
    assert dag.data["tasks"][0]["bash_command"] == made


def test_a_path_that_is_given_as_one_stays_one() -> None:
    dag = convert(
        "from airflow.operators.python import PythonOperator\n"
        "def f(p):\n    p.mkdir()\n"
        "with DAG('etl', start_date=datetime(2024, 1, 1)):\n"
        "    PythonOperator(task_id='a', python_callable=f, op_kwargs={'p': Path('/a') / 'b'})\n"
    )
    assert gaps(dag) == []
    assert dag.data["tasks"][0]["with"] == {"p": {"$new": "pathlib.Path", "args": ["/a/b"]}}


@pytest.mark.parametrize(
    "expression",
    [
        "str(Path('~/a').expanduser())",
        "str(Path('a').resolve())",
        "f'{OUT!r}'",
        "f'{OUT:>20}'",
        "Path('/a').read_text()",
    ],
)
def test_what_a_path_leads_to_is_not_known(expression: str) -> None:
    assert command(expression, "OUT = Path('/data')")[1]


@pytest.mark.parametrize(
    ("expression", "given"),
    [
        ("os.listdir(HERE / 'conf')", [".x.json", "a.json", "b.json", "old"]),
        ("[p.name for p in sorted((HERE / 'conf').glob('*.json'))]", FOLDERS["conf"][:3]),
        ("[p.stem for p in HERE.joinpath('conf').iterdir()]", [".x", "a", "b", "old"]),
        ("[os.path.basename(p) for p in glob.glob(str(HERE) + '/conf/*.json')]", JSON),
        ("[os.path.basename(p) for p in glob.glob(os.path.join(DIR, 'conf', '*.json'))]", JSON),
        ("[p.name for p in (HERE.parent / 'top').glob('*')]", ["z.yaml"]),
        ("[p.name for p in (HERE / 'conf').glob('**/*.json')]", None),
        ("[p.name for p in (HERE / 'conf').glob('*/')]", None),
        ("[p.name for p in (HERE / 'conf').glob('[a].json')]", None),
        ("[p.name for p in (HERE / 'conf').rglob('*.json')]", None),
        ("os.listdir('conf')", None),
        ("os.listdir(HERE / 'none')", None),
        ("[f'{p}' for p in glob.glob(f'{HERE}/odd/*')]", None),
        ("list(g) + list(g)", None),
    ],
)
def test_a_folder_that_is_listed_has_the_files_of_now(
    expression: str, given: list[str] | None
) -> None:
    before = (
        "import glob\nHERE = Path(__file__).parent\nDIR = os.path.dirname(__file__)\n"
        "g = HERE.joinpath('conf').glob('a*')"
    )
    text, found = command(f"','.join({expression})", before)
    assert (text, found) == (",".join(given), []) if given else bool(found)


def test_a_folder_keeps_the_sign_that_it_ends_with() -> None:
    before = "DIR = os.path.dirname(__file__)"
    assert command("os.path.join(DIR, 'sql/')", before)[0] == "{{ dag.folder }}/sql/"
    assert command("os.path.join(DIR, '')", before)[0] == "{{ dag.folder }}/"
