"""What code that is not followed may change, and what a loop goes over only later."""

from __future__ import annotations

from datetime import date
from textwrap import dedent

import pytest

from dagctl.convert import ConvertedDag, Modules, Outcome, convert_python
from dagctl.convert.python_file.calls.project_modules import Module
from dagctl.convert.python_file.state.scope import Changes, Earlier, Scope

HEAD = """
import logging, os
from datetime import datetime
from airflow import DAG
from airflow.operators.bash import BashOperator
NAMES = ["a", "b"]
"""
DAG = """
with DAG("d", start_date=datetime(2024, 1, 1)):
    for n in NAMES:
        BashOperator(task_id=f"t_{n}", bash_command="x", env={"A": os.environ.get("A", "b")})
    BashOperator(task_id="last", bash_command="x")
"""
OPTIONAL = """
def f():
    global NAMES
    import lib
    NAMES = ['c']
try:
    f()
except ImportError:
    pass
"""
REGISTRY = """
class R:
    names = []
    @classmethod
    def f(cls): cls.names.append(1)
x = R.f()
NAMES = R.names
"""
ADDS = "NAMES.append('c')"


def convert(before: str, module: str = "", dag: str = DAG) -> ConvertedDag:
    found = Module("dags/tools.py", dedent(module))

    def read(name: str, _importer: str) -> Module | None:
        return found if name == "tools" and module else None

    text = HEAD + dedent(before) + dag
    made = convert_python(text, "d.py", airflow="2", today=date(2026, 3, 10), project=Modules(read))
    return made.dags[-1]


def tasks(before: str) -> list[str]:
    """Return the ids of the tasks of a DAG that is whole."""
    dag = convert(before)
    assert dag.whole, [remark for remark in dag.remarks if remark.outcome is Outcome.GAP]
    return [task["task_id"].removeprefix("t_") for task in dag.data["tasks"]][:-1]


@pytest.mark.parametrize(
    "before",
    [
        # functions that are called, and not followed
        f"import functools\n@functools.cache\ndef f(): {ADDS}\nx = f()",
        f"import functools\ndef g(): {ADDS}\n@functools.cache\ndef f(): g()\nx = f()",
        f"import functools\n@functools.cache\ndef f(): g()\ndef g(): {ADDS}\nx = f()",
        f"import asyncio\nasync def f(): {ADDS}\nx = asyncio.run(f())",
        f"def f():\n    yield {ADDS}\nx = list(f())",
        f"def f():\n    {ADDS}\n    yield 1\nx = f()",
        f"def add(n): {ADDS}\nx = lib.each(add)",
        f"import threading\ndef add(): {ADDS}\nx = threading.Thread(target=add).start()",
        f"def key(n): {ADDS}\nx = max(['a'], key=key)",
        "x = list(map(NAMES.append, ['c']))",
        # methods, and what Python calls by itself
        f"class R:\n    {ADDS}",
        f"class R:\n    for n in 'ab':\n        {ADDS}",
        f"class R:\n    def __init__(self): {ADDS}\nx = R()",
        f"class R:\n    @property\n    def p(self): {ADDS}\nx = R().p",
        f"class R:\n    def f(self): {ADDS}\nr = R()\nlogging.info(r.f())",
        f"class R:\n    def __init_subclass__(cls): {ADDS}\nclass S(R): pass",
        f"class M(type):\n    def __new__(*a): {ADDS}\nclass S(metaclass=M): pass",
        f"def mark(c): {ADDS}\n@mark\nclass S: pass",
        "OTHER = NAMES\nclass R:\n    def __init__(self): OTHER.append('c')\nx = R()",
        # functions that change what they get
        "x = lib.fill(NAMES)",
        "x = lib.fill(x=NAMES)",
        "x = lib.Maker().fill(NAMES)",
        "import random\nx = random.shuffle(NAMES)",
        "import bisect\nx = bisect.insort(NAMES, '0')",
        "x = list.append(NAMES, 'c')",
        "x = NAMES.sort(key=len)",
        "logging.info(lib.fill(NAMES))",
        "for n in NAMES:\n    x = lib.fill(NAMES)",
        # what may run or not
        f"x = {ADDS} if lib.ask() else 1",
        f"x = lib.ask() and {ADDS}",
        f"x = {ADDS} if os.environ.get('E') else NAMES.clear()",
        "x = [NAMES.append(n) for n in lib.ask()]",
        f"try:\n    import lib\n    {ADDS}\nexcept ImportError:\n    pass",
        "try:\n    import lib\n    NAMES = ['c']\nexcept ImportError:\n    pass",
        "try:\n    x = int('z')\n    NAMES = ['c']\nexcept ValueError:\n    pass",
        OPTIONAL,
        # names by their text
        "x = exec('NAMES = []')",
        "x = globals().update(NAMES=['c'])",
        "g = globals()\ng['NAMES'] = ['c']",
        "globals()[lib.ask()] = ['c']",
        # what a loop goes over when it comes
        "NAMES = enumerate(NAMES)\nx = list(NAMES)",
        "D = {'a': 1}\nNAMES = D.keys()\nD['b'] = 2",
        "D = ['a']\nNAMES = (n for n in D)\nD.append('b')",
        "NAMES = iter(NAMES)\nfor n in NAMES:\n    break",
        # of a class
        REGISTRY,
        "class R:\n    names = []\n    for n in 'ab':\n        names.append(n)\nNAMES = R.names",
    ],
)
def test_what_is_not_followed_may_change_what_a_loop_goes_over(before: str) -> None:
    assert not convert(f"import lib\n{before}").whole


@pytest.mark.parametrize(
    ("before", "names"),
    [
        ("x = lib.ask(len(NAMES))", "ab"),
        ("def f(context): NAMES.append('c')", "ab"),  # a task may call it, and no line of the file
        ("import functools\n@functools.cache\ndef f(): return len(NAMES)\nx = f()", "ab"),
        ("class R:\n    def f(self): return [n for n in NAMES if n in NAMES]", "ab"),
        ("class R:\n    def f(self, NAMES): NAMES.append('c')", "ab"),
        ("x = lib.fill(NAMES)\nNAMES = ['z']", "z"),
        ("globals()['NAMES'] = ['z']", "z"),
        ("for n in NAMES:\n    if len(NAMES) < 4: NAMES.append(n + 'x')", ["a", "b", "ax", "bx"]),
        ("fs = [lambda: n for n in NAMES]\nNAMES = [fs[0]()]", "b"),
        ("NAMES.clear()", ""),
        ("D = {'a': 1}\nx = D.popitem()\nNAMES = D", ""),
        ("NAMES = dict(zip(NAMES, NAMES)).values()", "ab"),
        ("try:\n    import json\n    NAMES = ['z']\nexcept ImportError:\n    raise", "z"),
    ],
)
def test_what_is_followed_counts(before: str, names: str | list[str]) -> None:
    assert tasks(f"import lib\n{before}") == [*names]


@pytest.mark.parametrize(
    ("before", "module", "names"),
    [
        ("x = add('c')", "NAMES = ['a']\ndef add(n): NAMES.append(n)", "ac"),
        (
            "x = add('c')",
            "import functools\nNAMES = ['a']\n@functools.cache\ndef add(n): NAMES.append(n)",
            None,
        ),
        (
            "class S(add): pass",
            "NAMES = []\nclass add:\n    def __init_subclass__(cls): NAMES.append('c')",
            None,
        ),
        ("", "NAMES = ['a']\nadd = 1\nexec('NAMES = []')", None),
        ("", "NAMES = ['a']\nadd = 1\nglobals()['NAMES'] = ['z']", "z"),
    ],
)
def test_a_function_changes_the_lists_of_its_module(
    before: str, module: str, names: str | None
) -> None:
    dag = convert(f"from tools import NAMES, add\n{before}", module)
    made = [task["task_id"] for task in dag.data["tasks"]][:-1]
    assert dag.whole is (names is not None)
    assert not names or made == [f"t_{name}" for name in names]


def test_what_one_dag_may_change_is_not_known_in_the_next() -> None:
    first = """
import lib
with DAG("c", start_date=datetime(2024, 1, 1)):
    for _ in range(lib.ask()):
        NAMES.append("c")
"""
    assert not convert(first).whole


@pytest.mark.parametrize("change", ["os.environ.setdefault('A', 'c')", "os.environ.update(X)"])
def test_a_variable_that_the_file_sets_is_not_read_from_the_environment(change: str) -> None:
    assert not convert(f"X = {{'A': 'c'}}\nx = {change}").whole


@pytest.mark.parametrize(
    "line", ["t.task_id = 'b'", "x = lib.tune(t)", "x = setattr(t, 'pool', 1)"]
)
def test_what_changes_a_task_is_a_gap(line: str) -> None:
    dag = f'{DAG}    t = BashOperator(task_id="t", bash_command="x")\nimport lib\n{line}\n'
    assert not convert("", dag=dag).whole


POOL = """
from multiprocessing import Pool
from airflow.operators.python import PythonOperator
def work(n): return n
def run():
    with Pool(2) as pool: pool.map({}, [1])
with DAG("d", start_date=datetime(2024, 1, 1)):
    PythonOperator(task_id="a", python_callable=run)
"""


@pytest.mark.parametrize(("function", "is_part"), [("work", False), ("print", True)])
def test_a_function_that_becomes_a_part_of_another_goes_to_no_other_process(
    function: str, *, is_part: bool
) -> None:
    (task,) = convert("", dag=POOL.format(function)).data["tasks"]
    assert ("python_code" in task) is is_part
    assert ("python_callable" in task) is not is_part


@pytest.mark.parametrize(
    ("operator", "is_whole"), [("BashOperator", True), ("lib.PodOperator", False)]
)
def test_an_operator_may_have_a_copy_of_what_the_file_changes_later(
    operator: str, *, is_whole: bool
) -> None:
    dag = f"""
import lib
ENV = {{"A": "1"}}
with DAG("d", start_date=datetime(2024, 1, 1)):
    {operator}(task_id="a", bash_command="x", env=ENV)
    ENV["A"] = "2"
"""
    assert convert("", dag=dag).whole is is_whole


SENDS = """
def tell(*a): pass
def send(context): tell(NAMES[0])
"""


@pytest.mark.parametrize(
    ("before", "is_whole"),
    [
        ("def run(): print(NAMES)", True),
        ("def run(): NAMES.append('c')", False),
        ("OTHER = NAMES\ndef run(): OTHER.append('c')", False),
        ("BOX = {'a': NAMES}\ndef run(): BOX['a'].append('c')", False),
        ("def add(x): x.append('c')\ndef run(): add(NAMES)", False),
        ("def run(x=NAMES): x.append('c')", False),
    ],
)
def test_a_callback_sees_what_a_task_changes(before: str, *, is_whole: bool) -> None:
    dag = """
from airflow.operators.python import PythonOperator
with DAG("d", start_date=datetime(2024, 1, 1)):
    PythonOperator(task_id="a", python_callable=run, on_failure_callback=send)
"""
    assert convert(SENDS + before, dag=dag).whole is is_whole


def test_a_list_that_many_calls_get_is_copied_once_until_it_is_changed() -> None:
    changes, names = Changes(), ["a"]
    before = changes.copy_of(names)
    assert changes.copy_of(names) is before is not names
    names.append("b")
    changes.note(names)
    assert changes.copy_of(names) == ["a", "b"]
    assert changes.copy_of([["a"]]) is None


def test_a_try_looks_at_no_more_names_than_it_gives_values() -> None:
    scope = Scope()
    scope.put("a", 1)
    scope.put("gone", 2)
    earlier = Earlier(scope)
    scope.put("a", 3)
    scope.put("new", 4)
    scope.remove("gone")
    assert earlier.changed().keys() == {"a", "new", "gone"}
    assert (earlier["a"], earlier["gone"], "new" in earlier) == (1, 2, False)
