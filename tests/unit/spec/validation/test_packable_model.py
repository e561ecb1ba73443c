"""What a checked spec keeps in memory, and that a spec whose parts are bytes is the same spec."""

from __future__ import annotations

import gc
import json
import pickle
import tracemalloc
from typing import TYPE_CHECKING, cast

import pytest

from dagctl import load_spec, render
from dagctl.spec.tasks import PythonTask

if TYPE_CHECKING:
    from dagctl.spec.model import DagSpec

TASKS = 10
TEXT = """
dag_name: Many {number}
schedule: "@daily"
default_args: {{pool: warehouse}}
tags: [a, b]
tasks:
""" + "".join(
    f"""
  - task_id: t{n}
    task_type: python
    python_code: |
      rows = [{{{{"n": n}}}} for n in range({n})]
      return {{{{"rows": len(rows), "dag": "{{number}}"}}}}
    retries: {n}
"""
    for n in range(TASKS)
)


def spec(number: int = 1) -> DagSpec:
    return load_spec(TEXT.format(number=number), format="yaml")


def test_a_packed_spec_says_the_same() -> None:
    whole = spec()
    packed = whole.packed()
    assert "tasks" not in packed.__dict__
    assert packed == whole
    assert hash(packed) == hash(whole)
    assert repr(packed) == repr(whole)
    assert json.dumps(packed.to_data()) == json.dumps(whole.to_data())
    assert json.dumps(packed.recorded) == json.dumps(whole.recorded)
    assert packed.model_dump_json() == whole.model_dump_json()
    assert render(packed) == render(whole)
    assert [path for path, _ in packed.walk()] == [path for path, _ in whole.walk()]
    assert [task.id for task in packed.outline.tasks] == [task.id for task in whole.outline.tasks]
    assert (packed.text, packed.origin, packed.dag_id) == (whole.text, whole.origin, whole.dag_id)


def test_what_is_made_of_a_packed_spec_is_what_is_made_of_the_whole_one() -> None:
    whole = spec()
    packed = pickle.loads(pickle.dumps(whole.packed()))
    assert packed.packed() is packed
    assert packed.with_origin("a.yaml").recorded == whole.recorded
    changed = packed.model_copy(update={"owner": "other"})
    assert changed.recorded == whole.model_copy(update={"owner": "other"}).recorded
    assert changed.digest() != whole.digest()
    assert packed.whole().tasks == whole.tasks
    assert whole.whole() is whole


def test_a_field_that_is_not_set_has_its_default_and_takes_no_memory() -> None:
    task = cast("PythonTask", spec().tasks[3])
    given = {"task_id", "task_type", "dependencies", "retries", "python_code"}
    assert task.__dict__.keys() == given
    assert (task.pool, task.expand) == (PythonTask.model_fields["pool"].default, {})
    with pytest.raises(AttributeError):
        _ = task.no_such_field  # type: ignore[attr-defined]  # that is what is tested
    assert "pool" not in task.model_dump()
    assert task.model_copy(update={"pool": None}).model_dump() == task.model_dump()


def test_a_spec_takes_30_kilobytes_and_a_packed_one_20() -> None:
    count = 8
    for number in (count, count + 1):
        render(spec(number).packed())  # loads and keeps what stays
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        held = [spec(number) for number in range(count)]
        gc.collect()
        whole = (tracemalloc.get_traced_memory()[0] - before) / count
        for each in held:
            each.digest()
        held = [each.packed() for each in held]
        gc.collect()
        packed = (tracemalloc.get_traced_memory()[0] - before) / count
    finally:
        tracemalloc.stop()
    assert whole < 30_000, whole
    assert packed < 20_000, packed
