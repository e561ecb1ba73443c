"""Packed specs are the specs, and much smaller."""

from __future__ import annotations

import pickle

import pytest

from dagctl.commands import forked
from dagctl.commands.read import SpecText
from dagctl.spec.load import load_spec
from dagctl.spec.packed import MANY, PackedSpec, Specs, packed

TASK = "  - {task_id: work, task_type: bash, bash_command: echo 1}\n"
TEXT = f"""\
dag_name: Orders  # ours
schedule_interval: "@daily"
start_date: 2024-01-01
tasks:
{TASK}"""


def test_a_packed_spec_is_the_spec() -> None:
    spec = load_spec(TEXT, origin="specs/orders.yaml")
    again = packed(spec).whole()
    assert again == spec
    known = (again.origin, again.text, again.inputs, again.digest(), again.dag_id_given)
    assert known == (spec.origin, TEXT, spec.inputs, spec.digest(), False)
    assert len(packed(spec).data) < len(pickle.dumps(spec))


def test_a_sequence_of_specs_makes_each_when_it_is_asked_for() -> None:
    spec = load_spec(TEXT)
    specs = Specs((spec, packed(spec), packed(spec)))
    assert len(specs) == 3
    assert list(specs) == [spec] * 3
    assert specs[1] == spec
    assert list(specs[1:]) == [spec] * 2
    assert not specs[3:]


@pytest.mark.parametrize(("count", "is_packed"), [(MANY, True), (MANY - 1, False)])
def test_many_specs_are_kept_packed(count: int, *, is_packed: bool) -> None:
    spec = load_spec(TEXT)
    documents = [SpecText(str(number), b"") for number in range(count)]
    done, _ = forked.verdicts(documents, lambda _: (spec, []), shared=False)
    assert {isinstance(kept, PackedSpec) for kept, _ in done} == {is_packed}
