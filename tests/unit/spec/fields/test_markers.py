"""Markers, lengths of time and import paths: what is right, and where something is wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dagctl.findings.codes import Code
from dagctl.spec.fields.durations import duration_problem, parts_of
from dagctl.spec.fields.import_path import is_import_path
from dagctl.spec.fields.markers import MARKERS, marker_problems, markers_in
from dagctl.spec.load import check_spec


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30s", timedelta(seconds=30)),
        ("90s", timedelta(seconds=90)),
        ("1h30m", timedelta(hours=1, minutes=30)),
        ("2w", timedelta(weeks=2)),
        ("PT5M", timedelta(minutes=5)),
        ("P1DT12H", timedelta(days=1, hours=12)),
        ("0s", timedelta()),
    ],
)
def test_a_length_of_time_has_units(text: str, length: timedelta) -> None:
    assert timedelta(**parts_of(text)) == length


def test_a_length_of_time_keeps_its_units() -> None:
    assert parts_of("90s") == {"seconds": 90}


@pytest.mark.parametrize(
    "value",
    ["", "5", "5 m", "m", "1m1h", "-5m", "1.5h", "P", "PT", "P1DT", "5M", "1y", "P1Y",
     "99999999999s", "9" * 400 + "s", "٣m", "5m\n", 5, 1.5, True, None, ["5m"]],
)  # fmt: skip
def test_what_is_no_length_of_time_is_refused(value: object) -> None:
    problem = duration_problem(value)
    assert problem is not None
    assert problem.code == Code.BAD_DURATION


def test_a_number_alone_gets_both_readings_as_its_hint() -> None:
    problem = duration_problem(5)
    assert problem is not None
    assert problem.hint == "did you mean `5m` or `5s`?"


@pytest.mark.parametrize("path", ["jobs.x", "a.b_1.C", "airflow.sdk.Asset"])
def test_an_import_path_is_identifiers_with_dots(path: str) -> None:
    assert is_import_path(path)


@pytest.mark.parametrize(
    "path",
    ["x", "", ".x", "x.", "a..b", "a.b()", "a.1b", "a.import", "os.__import__", "a.b\n", "a b.c",
     "é.x", "a." + "b" * 400],
)  # fmt: skip
def test_anything_else_is_none(path: str) -> None:
    assert not is_import_path(path)


GOOD: list[dict[str, object]] = [
    {"$asset": "warehouse://orders"},
    {"$xcom": "extract"},
    {"$xcom": "extract", "key": "rows"},
    {"$duration": "5m"},
    {"$datetime": "2024-01-01T06:00"},
    {"$ref": "jobs.limits.MAX"},
    {"$python_code": "def check(response, ds):\n    yield response\n"},
    {"$new": "jobs.Box", "with": {"a": [{"$ref": "jobs.x"}]}},
    {"$new": "jobs.Box", "args": [1, {"$new": "jobs.Box", "args": [{"$ref": "jobs.x"}]}]},
    {"$const": {"$ref": 5, "x": [{"$y": 1}]}},
    {"$asset": "warehouse://orders"},
    {"$arg": "region"},
    {"$zip": [{"$xcom": "a"}, {"$xcom": "b"}]},
    {"$concat": [{"$xcom": "a"}, {"$zip": [{"$xcom": "a"}, {"$xcom": "b"}]}]},
    {"$map": {"$xcom": "a"}, "function": {"$ref": "jobs.x"}},
    {
        "$map": {"$zip": [{"$xcom": "a"}, {"$xcom": "b"}], "fillvalue": 0},
        "function": {"$python_code": "def f(x): pass"},
    },
    {"plain": [1, {"a": None}]},
]


@pytest.mark.parametrize("value", GOOD)
def test_a_right_value_has_no_problem(value: object) -> None:
    assert list(marker_problems(value, ("expand", "x"))) == []


@pytest.mark.parametrize(
    ("value", "code", "path"),
    [
        ({"$refs": "a.b"}, Code.UNKNOWN_MARKER, ("$refs",)),
        ({"a": [{"$x": 1}]}, Code.UNKNOWN_MARKER, ("a", 0, "$x")),
        ({"$ref": "a.b", "with": {}}, Code.BAD_MARKER, ("with",)),
        ({"$ref": "a b"}, Code.BAD_IMPORT_PATH, ("$ref",)),
        ({"$xcom": 5}, Code.WRONG_TYPE, ("$xcom",)),
        ({"$xcom": "a", "keys": "b"}, Code.BAD_MARKER, ("keys",)),
        ({"$xcom": "a", "$ref": "a.b"}, Code.BAD_MARKER, ("$ref",)),
        ({"$python_code": "return 1"}, Code.BAD_MARKER, ("$python_code",)),
        ({"$python_code": "lambda x: 1"}, Code.BAD_MARKER, ("$python_code",)),
        ({"$python_code": "def a(): pass\ndef b(): pass"}, Code.BAD_MARKER, ("$python_code",)),
        ({"$python_code": 5}, Code.WRONG_TYPE, ("$python_code",)),
        ({"$python_code": "def f(:"}, Code.PYTHON_SYNTAX, ("$python_code",)),
        ({"$python_code": "def f(x=g()): pass"}, Code.PYTHON_DEFAULT, ("$python_code",)),
        (
            {"$new": "a.B", "args": [{"$python_code": "return 2"}]},
            Code.BAD_MARKER,
            ("args", 0, "$python_code"),
        ),
        ({"$duration": 5}, Code.BAD_DURATION, ("$duration",)),
        ({"$datetime": "2024-02-30"}, Code.BAD_MARKER, ("$datetime",)),
        ({"$new": "a.B", "with": {"x y": 1}}, Code.BAD_MARKER, ("with",)),
        ({"$new": "a.B", "args": {"x": 1}}, Code.BAD_MARKER, ("args",)),
        ({"$new": "a.B", "args": [{"$xcom": "t"}]}, Code.BAD_MARKER, ("args", 0, "$xcom")),
        (
            {"$new": "a.B", "with": {"x": [{"$xcom": "t"}]}},
            Code.BAD_MARKER,
            ("with", "x", 0, "$xcom"),
        ),
        ({"$new": "a.B", "with": {"x": {"$y": 1}}}, Code.UNKNOWN_MARKER, ("with", "x", "$y")),
    ],
)
def test_a_slip_is_at_its_place(value: object, code: Code, path: tuple[str | int, ...]) -> None:
    problems = list(marker_problems(value, ("with",)))
    assert [(item.code, item.path) for item in problems] == [(code, ("with", *path))]


def test_a_misspelt_marker_gets_the_near_one() -> None:
    (item,) = marker_problems({"$xcon": "a"})
    assert item.hint is not None
    assert item.hint.startswith("did you mean `$xcom`?")


def test_the_markers_of_a_kind_are_listed_with_their_paths() -> None:
    value = {"a": {"$xcom": "x"}, "b": [{"$xcom": "y", "key": "k"}],
             "d": {"$const": {"$xcom": "z"}}}  # fmt: skip
    assert [(path, item["$xcom"]) for path, item in markers_in(value, "$xcom")] == [
        (("a",), "x"),
        (("b", 0), "y"),
    ]


def test_every_marker_has_a_right_example() -> None:
    put_in_place_before = {"$file"}
    named = {key for value in GOOD for key in value if key.startswith("$")}
    assert named == set(MARKERS) - put_in_place_before


def test_a_file_that_was_not_put_in_place_is_refused() -> None:
    assert [item.path for item in marker_problems([{"$file": "a.sql"}])] == [(0, "$file")]


def test_deep_and_wide_values_are_looked_at_in_their_order() -> None:
    value: object = {"$x": 1}
    for _ in range(500):
        value = [value]
    assert len(list(marker_problems([value] * 20))) == 20


@pytest.mark.parametrize("name", ["str.upper", "dict.fromkeys", "len", "int"])
def test_what_python_has_without_an_import_is_named_by_its_module(name: str) -> None:
    """`from str import upper` stops the import of the DAG file."""
    task = f"{{task_id: a, python_callable: {name}}}"
    [finding] = check_spec(f"dag_name: x\ntasks: [{task}]\n", format="yaml").diagnostics
    assert (finding.code, finding.hint) == ("DAG231", f"write `builtins.{name}`")
