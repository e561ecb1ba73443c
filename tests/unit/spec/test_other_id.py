"""A spec's text with another id: only the id changes, whatever way the author writes."""

from __future__ import annotations

import pytest

from dagctl.spec.other_id import with_dag_id


@pytest.mark.parametrize(
    ("text", "dag_id", "then"),
    [
        ("dag_name: X # x\ntasks: []\n", "new", "dag_name: X # x\ndag_id: new\ntasks: []\n"),
        ("# c\ndag_id: x # y\ntasks: []", "a.b-1", "# c\ndag_id: a.b-1 # y\ntasks: []"),
        ("dag_id: 'x'\n", "123", 'dag_id: "123"\n'),
        ("dag_id: x\n", "true", 'dag_id: "true"\n'),
        ("dag_name: X", "new", "dag_id: new\ndag_name: X"),
        ("dag_name: >\n  X\n  Y\na: 1\n", "new", "dag_name: >\n  X\n  Y\ndag_id: new\na: 1\n"),
        ("  dag_name: X\n  a: 1\n", "new", "  dag_name: X\n  dag_id: new\n  a: 1\n"),
        ("a: 1\r\ndag_name: X\r\n", "n", "a: 1\r\ndag_name: X\r\ndag_id: n\r\n"),
        ('{"dag_name": "X"}', "new", '{"dag_id": "new", "dag_name": "X"}'),
        ('{\n "dag_id": "x"}', "new", '{\n "dag_id": "new"}'),
        ("dag_id: &a x\ndag_name: *a\n", "new", None),
        ("- a\n", "new", None),
        ("a: [\n", "new", None),
        ("{}\n", "new", None),
    ],
)
def test_only_the_id_changes(text: str, dag_id: str, then: str | None) -> None:
    assert with_dag_id(text, dag_id) == then


def test_a_mapping_in_braces_is_read_by_the_suffix_of_its_file() -> None:
    assert with_dag_id("{dag_name: X}\n", "n", "a.yaml") == '{"dag_id": "n", dag_name: X}\n'
