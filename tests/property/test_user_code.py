"""Promise 1: data stays data. The user's code is refused, or kept with every character it has."""

from __future__ import annotations

import ast
import textwrap
import warnings

from hypothesis import given, settings
from hypothesis import strategies as st

from dagctl import DagSpec, render
from dagctl.user_code.python import PythonCodeError, parse_python_code

LITERALS = st.sampled_from(
    [
        "1",
        "-0.0",
        "1e22",
        "1j",
        "True",
        "None",
        "...",
        "'a'",
        '"b"',
        "b'''a\n b'''",
        "'''a\n  b\n'''",
        '"""\n\tx\n"""',
        "'a' 'b'",
        "'a\\\n  b'",
        "f'{1 + 1}'",
        'f"""{\n 1\n}\n  x"""',
        "r'\\d'",
        "u'x'",
        "'{{ ds }} {% if %}'",
        "'\u2028\x0b\x0c'",
        "[1,\n2]",
        "(\n'a'\n'b'\n)",
        "{'k': [1]}",
        "lambda x: x",
        "[i for i in (1, 2)]",
        "'é日'",
    ]
)
SIMPLE = st.builds(
    "{} = {}".format, st.sampled_from(["x", "é", "t_task", "dag"]), LITERALS
) | st.sampled_from(
    [
        "pass",
        "import os",
        "print('x')",
        "assert True",
        "# note",
        "",
        "   ",
        "x = 1; y = 2",
        "x = \\\n  1",
        "'''text\n'''",
        "global dag",
    ]
)
BLOCKS = st.sampled_from(
    ["if True:", "for i in ():", "try:", "def g(a, *b):", "class A:", "while False:", "with x:"]
)
INDENTS = st.sampled_from(["    ", "  ", " ", "\t", "  \t", "\x0c    ", "        "])
MARGINS = st.sampled_from(["", "    ", "  ", "\t", "\x0c"])
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


def indented(text: str, by: str) -> str:
    return "\n".join(by + line for line in text.split("\n"))


@st.composite
def suites(draw: st.DrawFn, depth: int = 2) -> str:
    parts = draw(st.lists(SIMPLE, min_size=1, max_size=3))
    if depth and draw(st.booleans()):
        head = draw(BLOCKS)
        body = indented(draw(suites(depth=depth - 1)) + "\npass", draw(INDENTS))
        parts.append(f"{head}\n{body}" + ("\nfinally: pass" if head == "try:" else ""))
    return "\n".join(parts)


@st.composite
def codes(draw: st.DrawFn) -> str:
    text = draw(suites())
    if draw(st.booleans()):
        signature = draw(
            st.sampled_from(
                [
                    "",
                    "**context",
                    "ds=None, *, ti=(1, 2)",
                    "a: int = 1, /, b='x', *c, d: 'T' = 2",
                    "a: X.y = 1",
                ]
            )
        )
        text = f"def f({signature}):\n{indented(text, draw(INDENTS))}\n pass"
        text = text.removesuffix("\n pass") + draw(st.sampled_from(["", "\n# end", "\n\n"]))
    else:
        text += "\nreturn x"
    text = indented(text, draw(MARGINS))
    return text.replace("\n", draw(ENDS))


def spec_of(code: str, *, provide_context: bool) -> DagSpec:
    task = {
        "task_id": "t",
        "task_type": "python",
        "python_code": code,
        "provide_context": provide_context,
    }
    return DagSpec.model_validate({"dag_name": "n", "tasks": [task]})


def accepted(code: str, *, provide_context: bool = False) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            parse_python_code(code, provide_context=provide_context)
        except PythonCodeError as error:
            places = [problem.place for problem in error.problems if problem.place]
            assert all(place.line >= 1 and place.column >= 1 for place in places)
            return False
    return True


def own_tree(code: str) -> list[ast.stmt]:
    """Return the tree of the code by a way of its own: in a block with its own indentation."""
    text = code.replace("\r\n", "\n").replace("\r", "\n")
    try:
        return ast.parse(text).body
    except IndentationError:
        (block,) = ast.parse(f"if 1:\n{text}").body
        assert isinstance(block, ast.If)
        return block.body


def dumped(nodes: list[ast.stmt]) -> list[str]:
    return [ast.dump(node) for node in nodes]


@given(codes(), st.booleans())
@settings(max_examples=4 * settings().max_examples, deadline=None)
def test_data_stays_data_and_the_tree_of_the_code_is_unchanged(
    code: str,
    provide_context: bool,  # noqa: FBT001 - drawn
) -> None:
    if not accepted(code, provide_context=provide_context):
        return
    source = render(spec_of(code, provide_context=provide_context))
    (function,) = (node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))
    assert function.name == "t_function"
    wanted = own_tree(code)
    user = wanted[-1]
    if (
        len(wanted) == 1
        and isinstance(user, ast.FunctionDef)
        and dumped(function.body) == dumped(user.body)
    ):
        assert ast.dump(function.args) == ast.dump(user.args)
    elif len(wanted) == 1 and isinstance(user, ast.FunctionDef):
        assert dumped(function.body[:-1]) == dumped(wanted)
        assert ast.unparse(function.body[-1]).startswith("return f(")
    else:
        assert dumped(function.body) == dumped(wanted)


@given(codes())
@settings(max_examples=3 * settings().max_examples, deadline=None)
def test_the_lines_of_the_code_are_kept_character_for_character(code: str) -> None:
    if not accepted(code):
        return
    source = render(spec_of(code, provide_context=False))
    text = code.replace("\r\n", "\n").replace("\r", "\n")
    kept = [line.strip() for line in source.split("\n")]
    lines = [
        line.strip() for line in text.split("\n") if not line.strip(" \t\x0c").startswith("def f")
    ]
    assert all(line in kept for line in lines if line)


@given(
    st.text(st.sampled_from("ab1 \t\n\r\x0c\\'\"#:()[]{}=,.*@-+;\u200b\u202eé\x00\ud800fdeirtun"))
)
@settings(max_examples=6 * settings().max_examples, deadline=None)
def test_any_text_is_accepted_or_refused_and_nothing_else_is_raised(text: str) -> None:
    if accepted(text):
        render(spec_of(text, provide_context=False))


@given(
    codes(),
    st.integers(0, 200),
    st.sampled_from(["\\", "'", '"""', ")", "\n", " ", "\t", "\x0c", ":", "yield ", "#"]),
)
@settings(max_examples=3 * settings().max_examples, deadline=None)
def test_broken_code_is_refused_or_still_kept(code: str, at: int, scrap: str) -> None:
    broken = code[:at] + scrap + code[at:]
    if accepted(broken):
        render(spec_of(broken, provide_context=False))


def test_the_module_has_one_shape_whatever_the_code() -> None:
    for code in (
        "return 1",
        "def f():\n    return 1",
        textwrap.dedent("import os\nreturn os.name"),
    ):
        tree = ast.parse(render(spec_of(code, provide_context=True)))
        shape = [type(node).__name__ for node in tree.body]
        assert shape == ["ImportFrom"] * 3 + ["FunctionDef"] + ["Assign"] * 3
