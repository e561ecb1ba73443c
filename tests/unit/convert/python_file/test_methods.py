"""Methods of objects of the file as functions of tasks: they give what they gave, or are a gap."""

from __future__ import annotations

from datetime import date
from textwrap import dedent
from typing import Any

import pytest

from dagctl.convert import ConvertedDag, Outcome, convert_python

CLASSES = '''
from datetime import datetime
from airflow import DAG
from airflow.operators.python import PythonOperator
from elsewhere import touch
STEP = 2
class Base:
    """Counts."""

    def __init__(self, start=1):
        self.n = start  # where it begins
    def add(self, k=3, *rest, flag=True, **more):
        self.n += k * STEP
        return self.n, rest, flag, more
class Counter(Base):
    LIMIT = 9
    def is_done(self):
        return self.n >= self.LIMIT
    @staticmethod
    def twice(value):
        return 2 * value
    @property
    def size(self):
        return self.n
    async def later(self):
        return 1
'''
START = "datetime(2024, 1, 1)"


def convert(before: str, callee: str) -> ConvertedDag:
    text = f"{CLASSES}{dedent(before)}\nwith DAG('d', start_date={START}, schedule=None):\n"
    text += f"    PythonOperator(task_id='a', python_callable={callee})\n"
    return convert_python(text, "d.py", airflow="3", today=date(2026, 3, 10)).dags[-1]


def called(dag: ConvertedDag, *args: object, **kwargs: object) -> Any:  # noqa: ANN401 - any value
    """Return what the function of the task gives."""
    names: dict[str, Any] = {}
    exec(dag.data["tasks"][0]["python_code"], names)
    function = next(value for key, value in names.items() if not key.startswith("__"))
    return function(*args, **kwargs)


@pytest.mark.parametrize(
    ("before", "callee", "given"),
    [
        ("c = Counter(5)", "c.add", (11, (), True, {})),
        ("N = 7\nc = Counter(start=N)", "c.add", (13, (), True, {})),
        ("c = Counter(9)", "c.is_done", True),
        ("def make(n):\n    c = Counter(n)\n    return c\nc = make(2)", "c.add", (8, (), True, {})),
        ("c = Counter(1)\nprint('ready')", "c.add", (7, (), True, {})),
    ],
)
def test_a_method_is_called_on_the_object_made_anew(
    before: str, callee: str, given: object
) -> None:
    dag = convert(before, callee)

    assert dag.whole
    assert called(dag) == given
    assert called(dag) == given  # each time anew, as each process of a task has it


def test_all_arguments_are_handed_on() -> None:
    dag = convert("c = Counter()", "c.add")
    code = dag.data["tasks"][0]["python_code"]

    assert code.startswith("def add(k=3, *rest, flag=True, **more):\n")
    assert "self.n = start  # where it begins\n" in code
    assert code.endswith("    return c.add(k, *rest, flag=flag, **more)\n")
    assert called(dag, 1, 2, 3, flag=False, x=4) == (3, (2, 3), False, {"x": 4})


def test_a_static_method_is_a_function() -> None:
    dag = convert("", "Counter.twice, op_args=[4]")

    assert dag.whole
    assert called(dag, 4) == 8
    assert "class" not in dag.data["tasks"][0]["python_code"]


STATE = "class S:\n    {}\n    def __init__(self): {}\n    def run(self): return 1\ns = S()"


@pytest.mark.parametrize(
    ("before", "callee"),
    [
        ("c = Counter()\nc.add()", "c.add"),
        ("c = Counter()\nc.n = 9", "c.add"),
        ("c = Counter()\nfor each in [c]: each.add()", "c.add"),
        ("c = Counter()\nother = c\nother.add()", "c.add"),
        ("c = Counter()\nsetattr(c, 'n', 3)", "c.add"),
        ("c = Counter()\nc.__dict__['n'] = 3", "c.add"),
        ("c = Counter()\nCounter.add(c)", "c.add"),
        ("c = Counter()\ntouch(c)", "c.add"),
        ("c = Counter()\ntouch([c])", "c.add"),
        ("c = Counter()\ndef f(x): x.add()\nf(c)", "c.add"),
        ("c = Counter()\nmap(lambda x: x.add(), [c])", "c.add"),
        ("c = Counter()\nCounter.add = touch", "c.add"),
        ("c = touch(Counter())", "c.add"),
        ("c = Counter()", "c.size"),
        ("c = Counter()", "c.later"),
        ("c = Counter()", "c.missing"),
        ("c = Counter()", "c"),
        ("", "Counter.add"),
        ("Counter.twice = touch", "Counter.twice"),
        ("def staticmethod(f): return 5\nclass Z:\n    @staticmethod\n    def m(): pass", "Z.m"),
        (STATE.format("items = []", "self.items.append(1)"), "s.run"),
        (STATE.format("count = 0", "S.count += 1"), "s.run"),
        (STATE.format("count = 0", "type(self).count += 1"), "s.run"),
        (STATE.format("count = 0", "self.__class__.count += 1"), "s.run"),
        (STATE.format("count = 0", "setattr(S, 'count', 1)"), "s.run"),
        (STATE.format("count = 0", "global N; N = 1"), "s.run"),
        (STATE.format("run = touch", "pass"), "s.run"),
        (
            "class M(type): pass\nclass S(metaclass=M):\n    def run(self): return 1\ns = S()",
            "s.run",
        ),
        ("@touch\nclass S:\n    def run(self): return 1\ns = S()", "s.run"),
        ("class S(touch, Base):\n    pass\ns = S()", "s.add"),
    ],
)
def test_what_may_be_another_object_by_then_is_a_gap(before: str, callee: str) -> None:
    assert not convert(before, callee).whole


def test_an_object_of_a_loop_is_that_of_its_turn() -> None:
    text = (
        f"{CLASSES}with DAG('d', start_date={START}, schedule=None):\n    for n in [1, 2]:\n"
        "        c = Counter(n)\n"
        "        PythonOperator(task_id=f'a{n}', python_callable=c.add)\n"
    )
    (dag,) = convert_python(text, "d.py", airflow="3", today=date(2026, 3, 10)).dags
    gaps = [each for each in dag.remarks if each.outcome is Outcome.GAP]

    assert [each.text for each in gaps] == ["the function needs `c`: it means another object later"]
