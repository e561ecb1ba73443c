"""Which code is accepted, in which form, and where a refusal points."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pytest

from dagctl.user_code.python import PythonCodeError, as_function, parse_python_code

if TYPE_CHECKING:
    from dagctl.findings.problem import Problem


def problems(code: str, *, provide_context: bool = False) -> tuple[Problem, ...]:
    with pytest.raises(PythonCodeError) as caught:
        parse_python_code(code, provide_context=provide_context)
    return caught.value.problems


def refused(code: str, *, provide_context: bool = False) -> Problem:
    (problem,) = problems(code, provide_context=provide_context)
    return problem


def function(code: str, *, provide_context: bool = False) -> str:
    parsed = parse_python_code(code, provide_context=provide_context)
    return as_function(parsed, "t_function", provide_context=provide_context)


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("x = (", "DAG401"),
        ("try:\n    pass\nexcept Exception, e:\n    pass", "DAG401"),
        ("return 1 \\", "DAG401"),
        ("x = 1 \\\n", "DAG401"),
        ("x = 1\n\\", "DAG401"),
        ("return " + "9" * 5000, "DAG401"),
        ("    x = 1\n  y = 2", "DAG401"),
        ("    x = 1\ny = 2", "DAG401"),
        ("    x = 1\nelse:\n    y = 2", "DAG401"),
        ("x = 1\x1b", "DAG401"),
        ("if True:\n\tx = 1\n        y = 2", "DAG401"),
        ('x = """', "DAG401"),
        ("", "DAG402"),
        ("  \n\t\n", "DAG402"),
        ("# nothing\n   # at all", "DAG402"),
        ("\\\n#", "DAG402"),
        ("return " + "-" * 20_000 + "1", "DAG403"),
        ("return 1" + "+1" * 20_000, "DAG403"),
        ("return 1" + "+1" * 600, "DAG403"),
        ("return 'a\u202eb'", "DAG404"),
        ("x\u200b = 1", "DAG404"),
        ("\ufeffx = 1", "DAG404"),
        ("x = '\x00'", "DAG404"),
        ("x = '\ud800'", "DAG404"),
        ("yield 1", "DAG405"),
        ("x = yield from y", "DAG405"),
        ("def f(a=(yield)):\n    pass\nreturn f", "DAG405"),
        ("def f(**context):\n    yield 1", "DAG405"),
        ("await foo()", "DAG406"),
        ("async with a:\n    pass", "DAG406"),
        ("async def f():\n    yield Metadata(a)", "DAG405"),
        ("lambda **context: 1", "DAG407"),
        ("f = lambda: 1", "DAG407"),
        ("def g():\n    return 1\ndef f():\n    return g()", "DAG407"),
        ("import os\ndef f():\n    return os", "DAG407"),
        ("class A:\n    x = 1", "DAG407"),
        ("@task\ndef f():\n    pass", "DAG408"),
        ("def f(a=print()):\n    pass", "DAG409"),
        ("def f(*, a={[]: 1}):\n    pass", "DAG409"),
        ("class A:\n    return 1\nreturn 1", "DAG410"),
        ("def f(a, a):\n    pass", "DAG410"),
        ("nonlocal x", "DAG410"),
        ("from os import *", "DAG410"),
        ("from __future__ import annotations\nreturn 1", "DAG410"),
        ("break", "DAG410"),
        ("def f(f: X.y = None):\n    return f", "DAG411"),
    ],
)
def test_what_would_not_run_as_a_task_is_refused(code: str, number: str) -> None:
    assert refused(code).code == number


@pytest.mark.parametrize(
    ("code", "line", "column"),
    [
        ("x = 1\ny = 'é' +* 2", 2, 10),
        ("x = 1\r\ny = = 2", 2, 5),
        ("\n\n    x = 1\n    y = = 2", 4, 9),
        ("é = 'é'; await foo()", 1, 10),
        ("x = 1\nclass A:\n    return 1\nreturn 1", 3, 5),
        ("  é = 'é'; nonlocal y", 1, 12),
        ("x = 1\n#\u202e", 2, 2),
        ("def f(a, b=1, c=print()):\n    pass", 1, 17),
    ],
)
def test_a_refusal_points_at_its_place_in_characters(code: str, line: int, column: int) -> None:
    place = refused(code).place
    assert place is not None
    assert (place.line, place.column) == (line, column)


@pytest.mark.parametrize(
    ("code", "placed"),
    [
        ("return 1", "def t_function():\n    return 1"),
        ("\n\n  \nx = 1\nreturn x  \n\n", "def t_function():\n    x = 1\n    return x  "),
        ("return '''a\nb'''", "def t_function():\n    return '''a\nb'''"),
        ("if x:\n\ty()\nreturn", "def t_function():\n\tif x:\n\t\ty()\n\treturn"),
        ("  if x:\n    y()\n  return", "def t_function():\n    if x:\n      y()\n    return"),
        ("def f():\n    return 3", "def t_function():\n    return 3"),
        ("    def f(a=1):\n        return a", "def t_function(a=1):\n    return a"),
        ("# why\ndef f():\n    pass\n# end", "# why\ndef t_function():\n    pass\n# end"),
        ("def  f ( ) :\n    pass", "def  t_function ( ) :\n    pass"),
        ("def f(f=1):\n    return f", "def t_function(f=1):\n    return f"),
        (
            "def f(n=1):\n    return f(n)",
            "def t_function(n=1):\n    def f(n=1):\n        return f(n)\n\n    return f(n)",
        ),
        (
            "def f(a, /, b, *c, d=1, **e) -> X:\n    pass",
            (
                "def t_function(a, /, b, *c, d=1, **e):\n"
                "    def f(a, /, b, *c, d=1, **e) -> X:\n        pass\n\n"
                "    return f(a, b, *c, d=d, **e)"
            ),
        ),
        (
            "def f(a: int = 1) -> dict[str, int] | None:\n    pass",
            "def t_function(a: int = 1) -> dict[str, int] | None:\n    pass",
        ),
    ],
)
def test_code_is_placed_with_its_own_text(code: str, placed: str) -> None:
    assert function(code) == placed


def test_a_body_takes_the_context_if_it_is_asked_for() -> None:
    code = "return context['ds']"
    assert function(code, provide_context=True).startswith("def t_function(**context):\n")
    assert [each.code for each in parse_python_code(code).warnings.shown] == ["DAG424"]
    assert parse_python_code(code, provide_context=True).warnings.shown == ()


def test_a_name_of_the_context_cannot_be_global_too() -> None:
    assert refused("global context\ncontext = 1", provide_context=True).code == "DAG410"
    assert function("global context\ncontext = 1")


@pytest.mark.parametrize(
    ("code", "numbers"),
    [
        ("def f(ti, *, ds, **context):\n    pass", []),
        ("def f(customer, **context):\n    pass", ["DAG421"]),
        ("def f(ti, /):\n    pass", ["DAG421"]),
        ("def f(customer=1, *, ds):\n    pass", []),
        ("return 1 is 1", ["DAG422"]),
        ("return '\\d'", ["DAG422"]),
        ("def f(ti: TaskInstance):\n    pass", ["DAG423"]),
        ("def f(ti: 'TaskInstance', n: int | None = 1) -> list[str]:\n    pass", []),
        ("def f(n: None | None = 1):\n    pass", ["DAG423"]),
        ("context = {}\nreturn context", []),
    ],
)
def test_what_may_fail_later_is_reported(code: str, numbers: list[str]) -> None:
    assert [each.code for each in parse_python_code(code).warnings.shown] == numbers


def test_no_warning_of_python_leaves(recwarn: pytest.WarningsRecorder) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        parse_python_code("assert (1, 2)\nreturn '\\q' is '\\w'")
    assert len(recwarn) == 0


def test_a_warning_points_at_its_line() -> None:
    (found,) = parse_python_code("    x = 1\n    y = x is 1\n").warnings.shown
    assert found.place is not None
    assert found.place.line == 2


def test_emoji_that_are_joined_are_no_hidden_text() -> None:
    assert "\u200d" in function("return '👩\u200d🚀'")


def test_code_that_python_can_only_just_indent_is_refused() -> None:
    deep = "".join(f"{' ' * level}if x:\n" for level in range(99)) + " " * 99 + "pass"
    assert refused(deep).code == "DAG411"


@pytest.mark.parametrize(
    ("code", "numbers"),
    [
        (
            "@a\n@b\ndef f(c=d(), *, e=g()):\n    yield 1\n    await h()",
            ["DAG408", "DAG408", "DAG409", "DAG409", "DAG405", "DAG406"],
        ),
        ("@a\ndef f(b, b):\n    return b", ["DAG408", "DAG410"]),
        ("def f(a, a):\n    await a", ["DAG406", "DAG410"]),
        ("yield 1\nawait a\nyield 2", ["DAG405", "DAG405", "DAG406"]),
        ("yield 1\nbreak", ["DAG405", "DAG410"]),
        ("def f():\n    await a\nawait b\nf()", ["DAG406"]),
        ("def f():\n    await a\nf()", ["DAG410"]),
        ("x\u200b = '\u202e'", ["DAG404", "DAG404"]),
    ],
)
def test_all_that_is_wrong_is_reported_at_once(code: str, numbers: list[str]) -> None:
    assert sorted(each.code for each in problems(code)) == sorted(numbers)
