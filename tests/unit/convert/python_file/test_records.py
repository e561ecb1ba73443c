"""Objects that only name data, and other values that are worked out where Python works them out."""

from __future__ import annotations

from datetime import date
from textwrap import dedent
from typing import Any

import pytest

from dagctl.convert import ConvertedDag, Module, Modules, Outcome, convert_python

HEAD = """
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import ClassVar, NamedTuple
import pendulum
from airflow import DAG
from airflow.decorators import task
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator
from airflow.utils.dag_parsing_context import get_parsing_context
from dateutil.relativedelta import relativedelta
from elsewhere import touch
from tools import CFG, make
N = 1
"""
TOOLS = """
from dataclasses import dataclass
from airflow.decorators import task
@dataclass(frozen=True)
class Settings:
    name: str = "x"
    retries: int = 2
CFG = Settings(name="y")
def make(name, days):
    days = set(days or [])
    @task(task_id=name)
    def inner(**context):
        return sorted(days)
    return inner
"""


def convert(text: str) -> ConvertedDag:
    def read(module: str, _importer: str) -> Module | None:
        return Module("dags/tools.py", TOOLS) if module == "tools" else None

    made = convert_python(
        HEAD + dedent(text), "d.py", airflow="2", today=date(2026, 3, 10), project=Modules(read)
    )
    return made.dags[-1]


def value(before: str, expression: str) -> str | None:
    """Return the text of a value; None where a gap says that it is not known."""
    dag = convert(
        f"{before}\nwith DAG('d', start_date=datetime(2024, 1, 1)):\n"
        f"    BashOperator(task_id='a', bash_command='x ' + str({expression}))"
    )
    return dag.data["tasks"][0]["bash_command"].removeprefix("x ") if dag.whole else None


SETTINGS = {"$ref": "objects.settings"}
REF = {"$ref": "objects.MORE"}
FROZEN = "@dataclass(frozen=True)\nclass K:\n    a: int = N\n    b: str = 'x'\n"


@pytest.mark.parametrize(
    ("before", "expression", "given"),
    [
        (f"{FROZEN}k = K(b='y')", "k.b + str(k.a)", "y1"),
        (f"{FROZEN}N = 2\nk = K()", "k.a", "1"),
        (f"{FROZEN}@dataclass(frozen=True)\nclass O:\n    k: K = K(5)", "O().k.a", "5"),
        ("class K(NamedTuple):\n    a: int\n    b: str = 'x'", "K(3).b", "x"),
        ("", "CFG.name + str(CFG.retries)", "y2"),
        ("class C:\n    A = N\nN = 2", "C.A", "1"),
        (f"{FROZEN}    def b(self): return 9", "K().b", None),
        (f"{FROZEN}    @property\n    def a(self): return 9", "K().a", None),
        (f"{FROZEN}    def __post_init__(self): pass", "K().a", None),
        (f"{FROZEN}K.a = 8", "K().a", None),
        (f"{FROZEN}k = K()\nobject.__setattr__(k, 'a', 8)", "k.a", None),
        (f"{FROZEN}class L(K):\n    c: int = 1", "L().a", None),
        (FROZEN.replace("(frozen=True)", ""), "K().a", "1"),
        (f"from typing import ClassVar as C\n{FROZEN}    c: C[int] = 1", "K(2).a", None),
        (f"from typing import ClassVar as C\n{FROZEN}    c: 'C[int]' = 1", "K(2).a", None),
        ("class C:\n    A = [1]\n    A.append(2)", "C.A", None),
        (
            "@dataclass(frozen=True)\nclass K:\n    z: ClassVar[int] = 5\n    a: int = 1",
            "K(2).a",
            None,
        ),
        (
            "@dataclass(frozen=True)\nclass K:\n    a: list = field(default_factory=list)",
            "K().a",
            "[]",
        ),
        (
            (
                "@dataclass(frozen=True)\nclass K:\n"
                "    a: int = field(default=4, init=False)\n    b: int = 2"
            ),
            "K(7).b",
            None,
        ),
    ],
)
def test_records_have_their_fields(before: str, expression: str, given: str | None) -> None:
    assert value(before, expression) == given


PLAIN = "@dataclass\nclass K:\n    a: int = N\n    t: list = field(default_factory=list)\n"
K = f"{PLAIN}k = K(t=[1])\n"


@pytest.mark.parametrize(
    ("before", "expression", "given"),
    [
        (K, "k.t", "[1]"),
        (f"{K}k.t.append(2)", "k.t", "[1, 2]"),
        (f"{PLAIN}L = [1]\nk = K(t=L)\nL.append(3)", "k.t", "[1, 3]"),
        (f"{K}def f(x): x.t.append(5)\nf(k)", "k.t", "[1, 5]"),
        (f"{K}k.a = 5", "k.a", None),
        (f"{K}for each in [k]: each.a = 7", "k.a", None),
        (f"{K}def f():\n    for each in [k]: each.a += 7\nf()", "k.a", None),
        (f"{K}k.a, b = 3, 4", "k.a", None),
        (f"{K}for k.a in [1, 2]: pass", "k.a", None),
        (f"{K}del k.a", "k.a", None),
        (f"{K}setattr(k, 'a', 9)", "k.a", None),
        (f"{K}s = setattr\ns(k, 'a', 9)", "k.a", None),
        (f"{K}k.__dict__['a'] = 9", "k.a", None),
        (f"{K}vars(k)['a'] = 9", "k.a", None),
        (f"{K}exec('k.a = 4')", "k.a", None),
        (f"{K}k.__init__(5)", "k.a", None),
        (f"{K}touch(k, [])", "k.a", None),
        (f"{K}touch([k], [])", "k.a", None),
        (f"{K}class Z:\n    k.t.append(7)", "k.t", None),
        (f"{K}def late():\n    k.t.append(1)\n    yield 1\nlist(late())", "k.t", None),
        (f"{K}try:\n    k.t.append(1)\n    touch('x')\nexcept ValueError: pass", "k.t", None),
        (K, "k", None),
        (K, "k == K()", None),
        (K, "[k].count(K(t=[1]))", None),
        (f"{PLAIN}    def __post_init__(self): self.a = 9", "K().a", None),
        (f"{PLAIN}    def m(self): return self.a * 2\nk = K(4)", "k.m()", "8"),
        (f"{PLAIN}    def m(self, n=N): return n\nN = 5", "K().m()", None),
        (f"{PLAIN}    def m(self): self.a = 4\nk = K()\nk.m()", "k.a", None),
        (f"{PLAIN}    def m(self): touch(self, [])\nk = K()\nk.m()", "k.a", None),
        (f"{PLAIN}    @property\n    def m(self): return self.a * 2\nk = K(4)", "k.m", "8"),
        (
            f"def property(f): return 5\n{PLAIN}    @property\n    def m(self): return 1",
            "K().m",
            None,
        ),
        (f"from dataclasses import asdict\n{K}", "asdict(k)", "{'a': 1, 't': [1]}"),
        (f"from dataclasses import asdict\n{K}asdict(k)['t'].append(2)", "k.t", "[1]"),
        ("from itertools import product", "[a + b for a, b in product('ab', 'c')]", "['ac', 'bc']"),
        ("from itertools import pairwise", "[b for _, b in pairwise('abc')]", "['b', 'c']"),
        ("from itertools import chain\nc = chain([1], [2])\nlist(c)", "list(c)", None),
        (
            "from itertools import product\nL = [1]\np = product(L)\nL.append(2)",
            "list(p)",
            None,
        ),
    ],
)
def test_objects_that_can_be_changed_have_what_no_code_changes(
    before: str, expression: str, given: str | None
) -> None:
    assert value(before, expression) == given


@pytest.mark.parametrize(
    ("before", "expression", "given"),
    [
        ("R = {'us': [1], 'eu': [2]}", "[k for k, _ in sorted(R.items())]", "['eu', 'us']"),
        ("", "sorted([1, 'a'])", None),
        ("import copy\nD = {'a': [1]}\nE = copy.deepcopy(D)\nE['a'].append(2)", "D['a']", "[1]"),
        ("import copy\nD = {'a': [1]}\nE = copy.copy(D)\nE['a'].append(2)", "D['a']", "[1, 2]"),
        ("import copy\nD = {'a': timedelta(1)}", "len(copy.deepcopy(D))", "1"),
        ("import copy\nD = {'a': touch()}", "len(copy.deepcopy(D))", None),
        ("", "'7'.zfill(3)", "007"),
        ("", "1 if zip([], []) else 2", "1"),
        ("", "len(zip([1], [2]))", None),
        ("D = {'a': 1}", "D.keys() == ['a']", None),
    ],
)
def test_functions_of_python_give_what_they_give(
    before: str, expression: str, given: str | None
) -> None:
    assert value(before, expression) == given


def test_a_dag_gives_its_task_by_its_id() -> None:
    made = convert(
        "with DAG('d', start_date=datetime(2024, 1, 1)) as dag:\n"
        "    BashOperator(task_id='a', bash_command='x')\n"
        "    b = BashOperator(task_id='b', bash_command='x')\n"
        "dag.get_task('a') >> b\n"
    )
    assert made.whole
    assert made.data["tasks"][1]["dependencies"] == ["a"]


ENUMS = (
    "from enum import Enum\nclass C(Enum):\n    A = 'a'\n    B = 'b'\n    ALIAS = 'a'\n"
    "class T(str, Enum):\n    A = 'a'\nclass O(str, Enum):\n    A = 'a'\n"
    "    def __eq__(self, other): return False"
)


@pytest.mark.parametrize(
    ("expression", "given"),
    [
        ("C.A == C.A", "True"),
        ("C.A == C.B", "False"),
        ("C.A != C.ALIAS", "False"),
        ("C.A == 'a'", "False"),
        ("T.A == 'a'", "True"),
        ("'b' != T.A", "True"),
        ("1 if C.A == C.B else 2", "2"),
        ("O.A == 'a'", None),
        ("C.A < C.B", None),
        ("T.A == C.A", None),
    ],
)
def test_members_of_enumerations_are_compared(expression: str, given: str | None) -> None:
    assert value(ENUMS, expression) == given


@pytest.mark.parametrize(
    ("before", "expression", "given"),
    [
        ("a, *b = [1, 2, 3]", "b", "[2, 3]"),
        ("*a, b = (1, 2, 3)", "a", "[1, 2]"),
        ("a, *b, c = [1, 2]", "[b, c]", "[[], 2]"),
        ("L = [1, 2]\na, *b = L\nb.append(3)", "L", "[1, 2]"),
        ("a, *b, c = [1]", "b", None),
    ],
)
def test_a_starred_name_takes_the_rest(before: str, expression: str, given: str | None) -> None:
    assert value(before, expression) == given


def test_dags_whose_ids_are_not_known_have_names_of_their_own() -> None:
    made = convert_python(
        "from airflow import DAG\nfrom airflow.operators.empty import EmptyOperator\n"
        "for name in open('x').read(), open('y').read():\n"
        "    with DAG(name) as dag: EmptyOperator(task_id='a')\n",
        "dags/reports.py",
        airflow="2",
        today=date(2026, 3, 10),
    )
    assert [dag.dag_id for dag in made.dags] == ["reports", "reports_2"]
    assert not any(dag.whole for dag in made.dags)


@pytest.mark.parametrize(
    ("expression", "given"),
    [
        ("datetime(2024, 1, 31) + relativedelta(months=1, days=1)", "2024-03-01 00:00:00"),
        ("relativedelta(years=1) + datetime(2024, 2, 29)", "2025-02-28 00:00:00"),
        ("date(2024, 5, 31) - relativedelta(months=1)", "2024-04-30"),
        ("pendulum.datetime(2024, 3, 31).subtract(months=1).strftime('%F')", None),
        ("pendulum.datetime(2024, 3, 31).subtract(months=1).strftime('%m%d')", "0229"),
        ("timedelta(hours=2).total_seconds()", "7200.0"),
        ("datetime(2024, 1, 31) + relativedelta(day=1)", None),
        ("datetime(2024, 1, 31) + relativedelta(days=1.5)", None),
        ("date(2024, 5, 31) + relativedelta(hours=30)", None),
        ("(pendulum.datetime(2024, 3, 30, tz=PARIS) + timedelta(1)).strftime('%d')", "31"),
        ("(pendulum.datetime(2024, 3, 31, tz=PARIS) + timedelta(1)).strftime('%d')", None),
        ("pendulum.datetime(2024, 3, 31, tz=PARIS).add(hours=9).strftime('%H')", None),
        ("(datetime(2024, 3, 31, tzinfo=PARIS) + timedelta(1)).strftime('%d')", "01"),
        ("pendulum.datetime(2024, 3, 31).add(1).strftime('%m%d')", None),
    ],
)
def test_months_are_moved_as_python_moves_them(expression: str, given: str | None) -> None:
    made = value("PARIS = pendulum.timezone('Europe/Paris')", expression)
    assert made == given or (given is None and made == "2024-02-29")


def test_what_is_counted_from_now_is_counted_in_the_template() -> None:
    made = value("", "(datetime.now() - relativedelta(months=1)).strftime('%m')")
    length = "macros.dateutil.relativedelta.relativedelta(months=1)"
    assert made == f"{{{{ (macros.datetime.now() - {length}).strftime('%m') }}}}"


def only(text: str) -> tuple[dict[str, Any], list[str]]:
    dag = convert(f"with DAG('d', start_date=datetime(2024, 1, 1)):\n{text}")
    return dag.data["tasks"][0], [r.text for r in dag.remarks if r.outcome is Outcome.GAP]


def test_arguments_of_a_star_go_to_the_operator() -> None:
    made, gaps = only("    @task\n    def f(a, *b): return b\n    f(1, 2)")
    assert (made["operator"], made["with"]["op_args"], gaps) == ("PythonOperator", [1, 2], [])
    made, gaps = only("    @task.virtualenv\n    def f(a, *b): return b\n    f(1, 2)")
    assert gaps == ["arguments of `*` have no names"]


def test_a_task_that_a_function_of_a_module_returns_has_what_that_was_given() -> None:
    made, gaps = only("    make('first', ['z', 'y'])()")
    assert (made["task_id"], gaps) == ("first", [])
    assert "days = {'y', 'z'}" in made["python_code"]


def test_a_date_without_a_zone_stays_one() -> None:
    made, _ = only(
        "    PythonOperator(task_id='a', python_callable=print, op_args=[date(2024, 1, 2)])"
    )
    day = {"$new": "datetime.date", "with": {"year": 2024, "month": 1, "day": 2}}
    assert made["with"]["op_args"] == [day]


def test_the_whole_file_is_read_where_airflow_asks_for_one_dag() -> None:
    dag = convert(
        "with DAG('d', start_date=datetime(2024, 1, 1)):\n"
        "    if get_parsing_context().dag_id in {None, 'd'}:\n"
        "        BashOperator(task_id='a', bash_command='x')"
    )
    assert dag.whole


OBJECTS = """
import os
class Made:
    bucket = os.popen("x").read()
settings = Made()
MORE = Made.bucket
class AWS:
    BUCKET = os.popen("x").read()
"""


@pytest.mark.parametrize(
    ("expression", "made"),
    [
        ("settings.bucket", {"$new": "builtins.getattr", "args": [SETTINGS, "bucket"]}),
        ("MORE + 'x'", {"$new": "operator.add", "args": [{"$ref": "objects.MORE"}, "x"]}),
        ("f'a{MORE}'", {"$new": "operator.mod", "args": ["a%(part_1)s", {"part_1": REF}]}),
        ("AWS.BUCKET", {"$new": "builtins.getattr", "args": [{"$ref": "objects.AWS"}, "BUCKET"]}),
        ("MORE % 'x'", None),
        (
            "[Secret('a'), 'b'] + MORE",
            {
                "$new": "operator.add",
                "args": [[{"$new": "shop.Secret", "args": ["a"]}, "b"], {"$ref": "objects.MORE"}],
            },
        ),
        ("[Secret('a')] == MORE", None),  # made anew, it may be equal to nothing
        ("[lambda: 1] + MORE", None),
    ],
)
def test_what_only_a_module_knows_is_asked_of_it_at_each_parse(
    expression: str, made: dict[str, Any] | None
) -> None:
    text = HEAD + (
        "from objects import AWS, MORE, settings\nfrom shop import Secret\n"
        "with DAG('d', start_date=datetime(2024, 1, 1)):\n"
        f"    PythonOperator(task_id='a', python_callable=print, op_kwargs={{'x': {expression}}})"
    )

    def read(module: str, _importer: str) -> Module | None:
        return Module("dags/objects.py", OBJECTS) if module == "objects" else None

    (dag,) = convert_python(
        text, "d.py", airflow="2", today=date(2026, 3, 10), project=Modules(read)
    ).dags
    assert dag.data["tasks"][0].get("with") == ({"x": made} if made else None)


@pytest.mark.parametrize(
    ("kinds", "given"),
    [
        ("Sequence", "True"),
        ("(Mapping, str)", "False"),
        ("(Sequence, str)", "True"),
        ("Hashable", None),
    ],
)
def test_data_is_of_the_kinds_that_python_has(kinds: str, given: str | None) -> None:
    imports = "from collections.abc import Hashable, Mapping\nfrom typing import Sequence"
    assert value(imports, f"isinstance(['a'], {kinds})") == given


def test_a_list_of_gaps_is_no_empty_list() -> None:
    dag = convert(
        "with DAG('d', start_date=datetime(2024, 1, 1), template_searchpath=[input()]): ..."
    )
    assert "template_searchpath" not in dag.data
    gaps = [r.subject for r in dag.remarks if r.outcome is Outcome.GAP]
    assert gaps.count("template_searchpath") == 1
