"""Texts and numbers of objects of plain classes, which their `__init__` alone gives."""

from __future__ import annotations

from datetime import date
from textwrap import dedent

import pytest

from dagctl.convert import ConvertedDag, Module, Modules, convert_python

HEAD = """
from datetime import datetime

from airflow import DAG
from airflow.operators.bash import BashOperator
"""
CLASS = """
ROOT = "s3://box/"


class Place:
    def __init__(self, name, size=3):
        self.name = name
        self.path = ROOT + name.upper()
        self.size = size
        self.key = lookup(name)

    def load(self):
        return self.name
"""


def converted(text: str, given: str = CLASS, module: str = "") -> ConvertedDag:
    def read(name: str, _importer: str) -> Module | None:
        return Module("places.py", module) if name == "places" else None

    whole = HEAD + given + dedent(text)
    project = Modules(read)
    (dag,) = convert_python(
        whole, "d.py", airflow="3", today=date(2026, 3, 10), project=project
    ).dags
    return dag


DAG = """
place = Place("north")
{lines}
with DAG("d_" + place.name, start_date=datetime(2024, 1, 1), schedule=None):
    BashOperator(task_id=f"{{place.name}}_{{place.size}}", bash_command="x " + place.path)
"""


@pytest.mark.parametrize("is_imported", [False, True])
def test_a_field_that_only_init_gives_is_known(*, is_imported: bool) -> None:
    text = DAG.format(lines="")
    dag = converted(text, "from places import Place\n", CLASS) if is_imported else converted(text)
    assert dag.whole
    assert dag.dag_id == "d_north"
    (task,) = dag.data["tasks"]
    assert task["task_id"] == "north_3"
    assert task["bash_command"] == "x s3://box/NORTH"


@pytest.mark.parametrize(
    "lines",
    [
        "place.name = 'south'",
        "setattr(place, 'name', 'south')",
        "change(place)",
        "def later():\n    place.name = 'south'",
        "vars(place)['name'] = 'south'",
    ],
)
def test_a_field_that_may_have_another_value_is_none(lines: str) -> None:
    assert not converted(DAG.format(lines=lines)).whole


SET = "    def __init__(self, name):\n        self.name = name\n"


@pytest.mark.parametrize(
    "given",
    [
        f"class Place(Base):\n{SET}",
        f"@mark\nclass Place:\n{SET}",
        f"class Place:\n{SET}        change(self)\n",
        f"class Place:\n{SET}        self.name = 'b'\n",
        f"class Place:\n{SET}    def __getattribute__(self, key):\n        return key\n",
        "class Place:\n    def __init__(self, name):\n        if name: self.name = name\n",
        "class Place:\n    def __init__(self, name):\n        self.name = name.pop()\n",
        "A = 'a'\nA = 'b'\nclass Place:\n    def __init__(self, name):\n        self.name = A\n",
    ],
)
def test_a_class_that_may_do_more_is_not_followed(given: str) -> None:
    text = """
    place = Place("north")
    with DAG("d", start_date=datetime(2024, 1, 1), schedule=None):
        BashOperator(task_id=place.name, bash_command="x")
    """
    assert not converted(text, given).whole


def test_what_a_list_held_when_the_object_was_made_is_not_read_later() -> None:
    text = """
    names = ["north"]
    class Place:
        def __init__(self, names):
            self.name = names[0]
    place = Place(names)
    names[0] = "south"
    with DAG("d", start_date=datetime(2024, 1, 1), schedule=None):
        BashOperator(task_id=place.name, bash_command="x")
    """
    assert not converted(text, "").whole


def test_an_object_that_only_holds_data_is_made_in_a_dag() -> None:
    text = """
    with DAG("d", start_date=datetime(2024, 1, 1), schedule=None):
        box = Box("north")
        BashOperator(task_id=box.name, bash_command="x")
    """
    given = "class Box:\n" + SET
    assert converted(text, given).whole
    assert not converted(text, given + "        self.task = load(name)\n").whole
