"""Slugs, ids and texts: kept exactly or refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError, ValidationError

from dagctl.findings.characters import line_of, name_of, prose
from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import nearest, quoted
from dagctl.spec.fields.ids import check_dag_id, check_task_id, pattern
from dagctl.spec.fields.slug import slug
from dagctl.text.lines import Lines, TextRange


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("My Custom ETL Pipeline", "my_custom_etl_pipeline"),
        ("  a -- b  ", "a_b"),
        ("Müller & Söhne", "muller_sohne"),
        ("\ufb03x \u2460", "ffix_1"),
        ("../../etc/passwd", "etc_passwd"),
        ("__init__", "init"),
        ("日報", ""),
        ("***", ""),
    ],
)
def test_a_slug_is_lower_case_ascii_with_single_underscores(name: str, expected: str) -> None:
    assert slug(name) == expected


@given(st.text())
def test_a_slug_of_a_slug_is_itself(name: str) -> None:
    assert slug(slug(name)) == slug(name)
    assert re.fullmatch(r"([a-z0-9]+(_[a-z0-9]+)*)?", slug(name))


@pytest.mark.parametrize("task_id", ["a", "_", "0", "a-b", "a.b", "A_1", "x" * 250, "lambda"])
def test_an_id_is_kept(task_id: str) -> None:
    assert check_task_id(task_id) == task_id


@pytest.mark.parametrize(
    "task_id",
    [".", "..", "-rf", ".a", "a b", "a/b", "a\n", "a\x00", "é", "\uff11", "a\u200b", "x" * 251],
)
def test_what_is_no_id_is_refused(task_id: str) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        check_task_id(task_id)

    assert caught.value.type == Code.BAD_TASK_ID


@pytest.mark.parametrize("task_id", ["", "  ", "\n"])
def test_an_id_is_not_empty(task_id: str) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        check_task_id(task_id)

    assert caught.value.type == Code.BLANK


@given(st.text(max_size=260))
def test_an_id_is_accepted_only_as_a_whole(text: str) -> None:
    try:
        check_dag_id(text)
    except (PydanticCustomError, ValidationError):
        assert not re.fullmatch(pattern(200), text)
    else:
        assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", text)
        assert len(text) <= 200


def _problem(error: PydanticCustomError) -> Problem:
    assert error.context is not None
    problem = error.context["problem"]
    assert isinstance(problem, Problem)
    return problem


def test_a_refused_id_comes_with_a_suggestion_that_is_one() -> None:
    with pytest.raises(PydanticCustomError) as caught:
        check_dag_id("-Täglicher Bericht!")

    assert _problem(caught.value).hint == "for example `Taglicher_Bericht`"


@pytest.mark.parametrize(
    ("check", "text", "code"),
    [
        (prose, "a\x00b", Code.BAD_CHARACTER),
        (prose, "a\x9bb", Code.BAD_CHARACTER),
        (prose, "\ud800", Code.BAD_CHARACTER),
        (prose, "x" * 100_001, Code.TOO_LONG),
        (line_of(10), "a\nb", Code.BAD_CHARACTER),
        (line_of(10), "\u2028", Code.BLANK),
        (line_of(10), "a\u2028", Code.BAD_CHARACTER),
        (line_of(10), " ", Code.BLANK),
        (line_of(10), "x" * 11, Code.TOO_LONG),
        (name_of(10), "a\u202eb", Code.BAD_CHARACTER),
        (name_of(10), "a\u200fb", Code.BAD_CHARACTER),
    ],
)
def test_a_text_that_cannot_be_kept_is_refused(check: object, text: str, code: Code) -> None:
    assert callable(check)
    with pytest.raises(PydanticCustomError) as caught:
        check(text)

    assert caught.value.type == code


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (prose, ""),
        (prose, "a\r\n\tb\u2028\u202e{{ x }}"),
        (line_of(10), "{problem}\u202e"),
        (name_of(10), "日報 \U0001f600"),
    ],
)
def test_any_other_text_is_kept(check: object, text: str) -> None:
    assert callable(check)
    assert check(text) == text


def test_the_place_of_a_refused_character_is_reported() -> None:
    with pytest.raises(PydanticCustomError) as caught:
        prose("one\ntw\x00o")

    assert _problem(caught.value).place == TextRange(2, 3, 2, 4)
    assert Lines("a\nbc").place(3, 4) == TextRange(2, 2, 2, 3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "`plain`"),
        ("a\nb\x1b[31m", "`a\\nb\\x1b[31m`"),
        ("a\u202eb", "`a\\u202eb`"),
        ("x" * 100, "`" + "x" * 57 + "...`"),
        ("a\u00a0b\u3000", r"`a\xa0b\u3000`"),
    ],
)
def test_a_text_is_shown_on_one_line_with_nothing_invisible(text: str, expected: str) -> None:
    assert quoted(text) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [("retires", "retries"), ("Python", "python"), ("zzz", None), ("x" * 500, None)],
)
def test_the_nearest_name_is_found_whatever_the_case(word: str, expected: str | None) -> None:
    assert nearest(word, ["retries", "python", "owner"]) == expected
