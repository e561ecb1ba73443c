"""`dagctl convert`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.errors import ExitCode

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

DAG = """
orders:
  default_args: {owner: data, start_date: 2024-01-01}
  schedule: "@daily"
  tasks:
    load: {operator: airflow.operators.bash.BashOperator, bash_command: echo 1}
"""
GAP = DAG.replace("orders", "refunds").replace('"@daily"', "{relative: 2}")


def test_one_dag_is_printed_and_the_report_stands_beside_it(shell: Shell) -> None:
    shell.write("dags/orders.yml", DAG)
    done = shell.ok("convert", "dags/orders.yml")
    shell.write("orders.yaml", done.out)
    assert shell.ok("validate", "orders.yaml").out == ""
    assert "orders (dags/orders.yml:2): whole" in done.err
    assert "1 of 1 DAG came over whole" in done.err


def test_all_dags_of_a_folder_are_written_and_can_be_created(shell: Shell) -> None:
    shell.write("dags/defaults.yml", "tags: [shared]\n")
    shell.write("dags/team/orders.yml", DAG)
    shell.write("dags/team/more.yaml", GAP)
    done = shell.ok("convert", "dags", "--root", "dags", "--into", "specs")
    assert done.out.splitlines()[-1] == "1 of 2 DAGs came over whole"
    assert "refunds (dags/team/more.yaml:2) -> specs/refunds.yaml: with gaps" in done.out
    assert "  gap  line 4  schedule: " in done.out
    assert "next: mend the gaps, then dagctl validate specs" in done.err
    shell.ok("init")
    assert "Created orders" in shell.ok("create", "specs/orders.yaml").out
    assert "tags: [shared]" in (shell.folder / "specs/orders.yaml").read_text()


def test_a_repeat_changes_nothing_and_another_file_is_kept(shell: Shell) -> None:
    shell.write("orders.yml", DAG)
    shell.ok("convert", "orders.yml", "--into", "specs")
    shell.ok("convert", "orders.yml", "--into", "specs")
    file = shell.write("specs/orders.yaml", "mine: 1\n")
    done = shell.run("convert", "orders.yml", "--into", "specs")
    assert (done.code, file.read_text()) == (ExitCode.CONFLICT, "mine: 1\n")
    assert "--force" in done.err
    shell.ok("convert", "orders.yml", "--into", "specs", "--force")
    assert "dag_name: orders" in file.read_text()


def test_no_link_is_written_through(shell: Shell) -> None:
    shell.write("orders.yml", DAG)
    victim = shell.write("victim", "precious")
    (shell.folder / "specs").mkdir()
    (shell.folder / "specs/orders.yaml").symlink_to(victim)
    (shell.folder / "specs/.orders.yaml.new").symlink_to(victim)
    assert shell.run("convert", "orders.yml", "--into", "specs").code == ExitCode.CONFLICT
    shell.ok("convert", "orders.yml", "--into", "specs", "--force")
    assert victim.read_text() == "precious"
    assert not (shell.folder / "specs/orders.yaml").is_symlink()


def test_a_dag_id_is_no_path(shell: Shell) -> None:
    shell.write("orders.yml", DAG.replace("orders:", '"../../x/y":'))
    shell.ok("convert", "orders.yml", "--into", "a/b")
    assert sorted(path.name for path in shell.folder.rglob("*.yaml")) == ["_.._x_y.yaml"]


@pytest.mark.parametrize("name", ["$ROOT/../secret.yml", "/etc/secret.yml", "link.yml"])
def test_a_file_outside_of_the_folder_is_not_read(shell: Shell, name: str) -> None:
    shell.write("secret.yml", "datasets: [{name: a, uri: s3://secret}]")
    (shell.folder / "dags").mkdir()
    (shell.folder / "dags/link.yml").symlink_to(shell.folder / "secret.yml")
    schedule = f'{{file: "{name}", datasets: [a]}}'
    shell.write("dags/orders.yml", DAG.replace('"@daily"', schedule))
    done = shell.ok("convert", "dags/orders.yml")
    assert "s3://secret" not in done.out + done.err
    assert "gap  line 4  file: " in done.err


def test_the_report_in_json_has_the_spec_and_each_remark(shell: Shell) -> None:
    shell.write("dags.yml", DAG + GAP)
    result = shell.json("convert", "dags.yml", "--into", "specs")
    assert [(dag["dag_id"], dag["whole"]) for dag in result["dags"]] == [
        ("orders", True),
        ("refunds", False),
    ]
    assert result["dags"][0]["spec"]["tasks"] == [{"task_id": "load", "bash_command": "echo 1"}]
    assert result["dags"][1]["remarks"][0]["outcome"] == "gap"
    assert result["dags"][0]["written"] == "specs/orders.yaml"


REFUSED = {
    ("missing.yml",): (ExitCode.USAGE, "not a file"),
    ("missing",): (ExitCode.USAGE, "missing is not a file"),
    ("empty.yml",): (ExitCode.USAGE, "there is no DAG in empty.yml"),
    ("own.py",): (ExitCode.USAGE, "own.py (line 3, with: `with OwnDAG('a')` is not followed"),
    ("broken.yml",): (ExitCode.INVALID, "broken.yml"),
    ("dags.yml",): (ExitCode.USAGE, "--into"),
    ("dags.yml", "--into", "specs", "--strict"): (ExitCode.INVALID, ""),
}


@pytest.mark.parametrize(("arguments", "expected"), REFUSED.items(), ids=map(str, REFUSED))
def test_what_is_refused(
    shell: Shell, arguments: tuple[str, ...], expected: tuple[ExitCode, str]
) -> None:
    shell.write("dags.yml", DAG + GAP)
    shell.write("empty.yml", "default: {}\n")
    shell.write("broken.yml", "a: [1\n")
    own = "from own import OwnDAG, made\nx = made(1)\nwith OwnDAG('a'):\n    x()\n"
    shell.write("own.py", own)
    done = shell.run("convert", *arguments)
    assert done.code == expected[0]
    assert ("or write its spec" in done.err) == ("own.py" in arguments)
    assert expected[1] in done.err


LOADERS = {
    "import dagfactory\ndagfactory.load_yaml_dags(globals())\n": ("1, dagfactory", "dag-factory"),
    "import os\nfrom gusty import create_dag\ndag = create_dag('x')\n": ("2, gusty", "gusty"),
    "from airflow_config import load_config\nload_config('a', 'b').generate_in_mem()\n": (
        "1, airflow_config",
        "airflow-config",
    ),
}


@pytest.mark.parametrize("text", LOADERS)
def test_a_python_file_that_loads_files_of_another_tool_says_which_to_convert(
    shell: Shell, text: str
) -> None:
    shell.write("dags/load.py", text)
    subject, form = LOADERS[text]
    done = shell.run("convert", "dags/load.py")
    assert done.code == ExitCode.USAGE
    assert f"there is no DAG in dags/load.py (line {subject}: its DAGs stand in" in done.err
    assert f"fix:   dagctl convert --from {form} FILE\n" in done.err


def test_a_loader_beside_the_files_that_it_loads_is_named_with_its_path(shell: Shell) -> None:
    shell.write("dags/orders.yml", DAG)
    shell.write("dags/load.py", next(iter(LOADERS)))
    done = shell.ok("convert", "dags", "--strict")
    assert "dropped  line dags/load.py:1  dagfactory: its DAGs stand in" in done.err


PYTHON = """
from datetime import datetime
from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("etl", start_date=datetime(2024, 1, 1), schedule="@daily") as dag:
    BashOperator(task_id="load", bash_command="echo 1")
"""


def test_python_files_are_recognised_and_files_without_a_dag_are_passed_over(shell: Shell) -> None:
    shell.write("dags/etl.py", PYTHON)
    shell.write("dags/jobs.py", "def load():\n    return 1\n")
    shell.write("dags/orders.yml", DAG)
    done = shell.ok("convert", "dags", "--into", "specs")
    assert done.out.splitlines()[-1] == "2 of 2 DAGs came over whole"
    shell.ok("validate", "specs/etl.yaml", "specs/orders.yaml")
    done = shell.ok("convert", "dags", "--from", "python")
    assert "dag_name: etl" in done.out
    assert "etl (dags/etl.py:6): whole" in done.err


NIGHT = """
$schema: https://airflow.apache.org/schemas/dag/2026-10-30.json
dag_id: night
tasks:
  - id: clear
    uses: airflow.providers.common.sql.operators.sql.SQLExecuteQueryOperator
    with: {conn_id: db, sql: {$t: {$f: FILE}}}
"""


def test_airflow_yaml_is_recognised_and_its_files_are_read_beside_it_alone(shell: Shell) -> None:
    shell.write("dags/orders.yml", DAG)
    shell.write("dags/sql/clear.sql", "delete from orders")
    (shell.folder / "dags/link.sql").symlink_to("../secret.sql")
    (shell.folder / "dags/loop.sql").symlink_to("loop.sql")
    shell.write("secret.sql", "a secret")
    file = shell.write("dags/night.yaml", NIGHT.replace("FILE", "sql/clear.sql"))
    done = shell.ok("convert", "dags", "--into", "specs")
    assert done.out.splitlines()[-1] == "2 of 2 DAGs came over whole"
    assert "sql: delete from orders" in (shell.folder / "specs/night.yaml").read_text()
    only = shell.ok("convert", "dags", "--from", "airflow-yaml")
    assert "1 of 1 DAG came over whole" in only.err
    outside = ("link.sql", "../secret.sql", f"{shell.folder}/secret.sql", "loop.sql", "no.sql")
    for name in (*outside, "sql", "a" * 5_000, '"a\\0b"'):
        file.write_text(NIGHT.replace("FILE", name))
        done = shell.ok("convert", "dags/night.yaml")
        assert "a secret" not in done.out + done.err
        assert "there is no such text file" in done.err


IMPORTING = """
from airflow import DAG
from airflow.operators.bash import BashOperator
from conf import BUCKET
from ..shared import TAGS
from {outside} import SECRET
with DAG("etl", tags=TAGS):
    BashOperator(task_id="a", bash_command="ls " + BUCKET)
    BashOperator(task_id="b", bash_command="ls " + SECRET)
"""


IMPORTED = """
from airflow import DAG
from airflow.operators.bash import BashOperator
{line}
with DAG("etl"):
    {task}
"""


@pytest.mark.parametrize("outside", ["....outside", "outside", "link"])
def test_modules_of_the_project_are_read_and_no_others(shell: Shell, outside: str) -> None:
    shell.write("project/.git/HEAD", "")
    shell.write("project/dags/team/etl.py", IMPORTING.format(outside=outside))
    shell.write("project/plugins/conf.py", "BUCKET = 'landing'\n")
    shell.write("project/dags/shared.py", "TAGS = ['sales']\n")
    shell.write("outside.py", "SECRET = 'a secret'\n")
    (shell.folder / "project/dags/link.py").symlink_to("../../outside.py")
    done = shell.ok("convert", "project/dags/team/etl.py")
    assert "bash_command: ls landing" in done.out
    assert "tags: [sales]" in done.out
    assert "a secret" not in done.out + done.err


@pytest.mark.parametrize(
    ("argument", "is_read"),
    [
        ("copy/jobs/team/etl.py", False),  # nothing says where the project ends
        ("copy/jobs", True),
        ("copy", True),
        ("copy/dags/team/etl.py", True),  # Airflow searches the DAGs folder
    ],
)
def test_without_git_the_project_is_the_folder_that_is_named_or_the_dags_folder(
    shell: Shell, argument: str, *, is_read: bool
) -> None:
    folder = "dags" if "dags" in argument else "jobs"
    line = "from shop.conf import BUCKET"
    task = "BashOperator(task_id='a', bash_command='ls ' + BUCKET)"
    shell.write(f"copy/{folder}/shop/conf.py", "BUCKET = 'landing'\n")
    shell.write(f"copy/{folder}/team/etl.py", IMPORTED.format(line=line, task=task))
    done = shell.run("convert", argument, "--from", "python")
    assert ("bash_command: ls landing" in done.out) is is_read


@pytest.mark.parametrize(
    ("path", "module"),
    [
        ("clone/src/shop/conf.py", "shop.conf"),  # a package that is installed from `src`
        ("clone/team/conf.py", "clone.team.conf"),  # the clone is a package in the DAGs folder
        ("clone/conf.py", "clone.conf"),
    ],
)
def test_a_package_of_the_project_is_read_where_it_lies(
    shell: Shell, path: str, module: str
) -> None:
    line = f"from {module} import BUCKET"
    task = "BashOperator(task_id='a', bash_command='ls ' + BUCKET)"
    shell.write("clone/.git/HEAD", "")
    shell.write(path, "BUCKET = 'landing'\n")
    shell.write("clone/dags/etl.py", IMPORTED.format(line=line, task=task))
    assert "bash_command: ls landing" in shell.ok("convert", "clone/dags/etl.py").out


def test_a_folder_is_listed_whatever_its_links_name_if_it_is_not_too_large(shell: Shell) -> None:
    line = "import os\nNAMES = os.listdir(os.path.dirname(__file__) + '/sql')"
    task = "BashOperator(task_id='a', bash_command='ls ' + ' '.join(NAMES))"
    shell.write("dags/etl.py", IMPORTED.format(line=line, task=task))
    shell.write("dags/sql/b.sql", "SELECT 1")
    (shell.folder / "dags/sql/a").symlink_to("x" * 400)
    assert "bash_command: ls a b.sql" in shell.ok("convert", "dags/etl.py").out
    for number in range(2_000):
        (shell.folder / f"dags/sql/{number}").touch()
    assert "  gap  line" in shell.run("convert", "dags/etl.py").err


@pytest.mark.parametrize("module", ["other.conf", "clone.secret", "airflow.conf"])
def test_a_package_beside_the_project_is_not_read(shell: Shell, module: str) -> None:
    task = "BashOperator(task_id='a', bash_command='ls', env={'A': BUCKET})"
    for name in ("airflow", "clone"):
        shell.write(f"{name}/.git/HEAD", "")
        shell.write(f"{name}/conf.py", "BUCKET = 'landing'\n")
        line = f"from {module} import BUCKET"
        shell.write(f"{name}/dags/etl.py", IMPORTED.format(line=line, task=task))
    shell.write("other/conf.py", "BUCKET = 'landing'\n")
    shell.write("secret.py", "BUCKET = 'landing'\n")
    (shell.folder / "clone/secret.py").symlink_to("../secret.py")
    for name in ("airflow", "clone"):
        assert "landing" not in shell.run("convert", f"{name}/dags/etl.py").out


def test_folders_of_gusty_are_dags(shell: Shell) -> None:
    task = "operator: airflow.operators.empty.EmptyOperator\n"
    for name in ("one", "two"):
        shell.write(f"dags/{name}/METADATA.yml", "latest_only: false\n")
        shell.write(f"dags/{name}/a.yml", task)
    shell.write("dags/loader.py", "from gusty import create_dags\n")
    shell.write("secret.yml", f"{task}doc: a secret\n")
    (shell.folder / "dags/one/link.yml").symlink_to("../../secret.yml")
    done = shell.ok("convert", "dags", "--from", "gusty", "--into", "specs")
    assert done.out.splitlines()[-1] == "2 of 2 DAGs came over whole"
    assert "a secret" not in (shell.folder / "specs/one.yaml").read_text()
    assert "1 of 1 DAG came over whole" in shell.ok("convert", "dags/two").err
    assert shell.run("convert", "dags/one/a.yml", "--from", "gusty").code == ExitCode.USAGE


READS = """
import os
from datetime import datetime
from airflow import DAG
from airflow.models import Variable
from airflow.operators.bash import BashOperator
with DAG("etl", start_date=datetime(2024, 1, 1), schedule=os.environ["WHEN"]):
    for name in Variable.get("names", deserialize_json=True):
        BashOperator(task_id=name, bash_command="true")
"""


def test_values_that_python_reads_at_each_parse_can_be_given(shell: Shell) -> None:
    shell.write("dags/etl.py", READS)
    shell.write("variables.json", '{"names": ["a", "b"]}')
    given = ("--variables", "variables.json", "--environ", "WHEN=@daily")
    assert shell.run("convert", "dags/etl.py", "--strict").code == ExitCode.INVALID
    done = shell.ok("convert", "dags/etl.py", "--strict", *given)
    assert "schedule: '@daily'" in done.out
    assert "task_id: b" in done.out
    assert shell.run("convert", "x.yaml", "--to", "dag-factory", *given).code == ExitCode.USAGE


def test_values_that_no_file_reads_are_refused(shell: Shell) -> None:
    shell.write("variables.json", '{"names": ["a", "b"]}')
    shell.write("dags/orders.yml", DAG.replace("owner: data", "owner: $TEAM"))
    assert "owner: data" in shell.ok("convert", "dags/orders.yml", "--environ", "TEAM=data").out
    done = shell.run("convert", "dags/orders.yml", "--variables", "variables.json")
    assert (done.code, done.out) == (ExitCode.USAGE, "")
    assert "--variables is for Python files" in done.err
    shell.write("dags/etl.py", READS)
    given = ("--variables", "variables.json", "--environ", "WHEN=@daily")
    shell.ok("convert", "dags", "--into", "specs", *given)
    shell.write("gusty/orders/METADATA.yml", "schedule: null\n")
    shell.write("gusty/orders/a.yml", "operator: airflow.operators.bash.BashOperator\n")
    done = shell.run("convert", "gusty/orders", "--environ", "TEAM=data")
    assert (done.code, done.out) == (ExitCode.USAGE, "")
    assert "--environ is for files of Python, dag-factory and airflow-config" in done.err


def test_a_file_is_adopted_with_values_that_were_given(shell: Shell) -> None:
    shell.ok("init")
    shell.write("dags/etl.py", READS)
    shell.write("variables.json", '{"names": ["a", "b"]}')
    shell.git("add", "dags")
    shell.git("commit", "--quiet", "-m", "by hand")
    assert shell.run("adopt", "dags/etl.py").code == ExitCode.CONFLICT
    given = ("--variables", "variables.json", "--environ", "WHEN=@daily")
    assert "the same (2 tasks)" in shell.ok("adopt", "dags/etl.py", *given).out


@pytest.mark.parametrize(
    ("name", "is_read"), [("../.env", False), ("../.keys/a.txt", False), ("../env.txt", True)]
)
def test_what_is_hidden_in_a_project_does_not_come_into_a_spec(
    shell: Shell, name: str, *, is_read: bool
) -> None:
    shell.write("project/.git/HEAD", "")
    for path in (".env", ".keys/a.txt", "env.txt"):
        shell.write(f"project/{path}", "TOP-SECRET")
    command = f'open(os.path.join(os.path.dirname(__file__), "{name}")).read()'
    text = PYTHON.replace('"echo 1"', command).replace(
        "from airflow import DAG", "from airflow import DAG\nimport os"
    )
    shell.write("project/dags/etl.py", text)
    done = shell.run("convert", "project/dags/etl.py")
    assert ("TOP-SECRET" in done.out) == is_read
    assert "TOP-SECRET" not in done.err


OPERATOR = """
from datetime import datetime
from airflow import DAG
from airflow.models import BaseOperator

class Load(BaseOperator):
    def execute(self, context):
        print(context["ds"])

with DAG("etl", start_date=datetime(2024, 1, 1)):
    Load(task_id="load")
"""


def test_what_stays_code_is_a_module_in_the_dags_folder(shell: Shell) -> None:
    shell.write("old/etl.py", OPERATOR)
    done = shell.ok("convert", "old/etl.py")
    assert "with --into, the module etl_code.py is written too" in done.err
    assert not (shell.folder / "dags").exists()
    done = shell.ok("convert", "old/etl.py", "--into", "specs")
    assert "dags/etl_code.py is written: the DAG files import it" in done.out
    module = shell.folder / "dags/etl_code.py"
    assert "class Load(BaseOperator):" in module.read_text()
    shell.ok("init")
    shell.ok("create", "specs/etl.yaml")
    assert "from etl_code import Load" in (shell.folder / "dags/etl.py").read_text()
    data = shell.json("convert", "old/etl.py")
    assert data["beside"] == {"etl_code.py": module.read_text()}


def test_no_other_file_of_the_name_of_a_module_is_overwritten(shell: Shell) -> None:
    shell.write("etl.py", OPERATOR)
    mine = shell.write("dags/etl_code.py", "mine = 1\n")
    done = shell.run("convert", "etl.py", "--into", "specs")
    assert (done.code, mine.read_text()) == (ExitCode.CONFLICT, "mine = 1\n")
    assert not (shell.folder / "specs").exists()


def test_the_module_stands_in_the_dags_folder_of_the_workspace(shell: Shell) -> None:
    shell.ok("init", "--dags-folder", "airflow/dags")
    shell.write("old/etl.py", OPERATOR)
    shell.ok("convert", "old/etl.py", "--into", "specs")
    assert (shell.folder / "airflow/dags/etl_code.py").is_file()
