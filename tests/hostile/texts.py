"""Specs that are made to take long: one construct each, repeated until the text has a given size.

`bench/checks.py` times the check of each at a size and at four times that size. The tests count
what is done. A construct that is refused early is as good as one that is checked whole.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, Literal

from dagctl import render
from dagctl.errors import SpecError
from dagctl.spec.load import check_spec
from dagctl.spec.resolution.defaults import read_defaults
from dagctl.spec.strictness import Checks, judged
from dagctl.template.parameter_values import values_of
from dagctl.template.read_template import read_template
from tests.hostile import findings
from tests.hostile.language import LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dagctl.errors import Diagnostic

CODE = 20_000
"""Characters of a small code; four times as many are still below the limit of one task."""
DOCUMENT = 400_000
"""Characters of a small document; four times as many are still below the limit of a spec."""


@dataclass(frozen=True)
class Hostile:
    """One construct: a text of about so many characters."""

    name: str
    make: Callable[[int], str]
    size: int
    format: Literal["yaml", "json"] = "json"
    examine: Callable[[str], tuple[Diagnostic, ...]] | None = None
    """What is done with it; None: it is checked as a spec and rendered, if it is good."""
    airflow: str = "3"

    def text(self, times: float = 1) -> str:
        """Return the spec at `times` its small size."""
        return self.make(int(self.size * times))

    def findings(self, text: str) -> tuple[Diagnostic, ...]:
        """Do what a command does with such a text, and return what is wrong with it."""
        if self.examine is not None:
            return self.examine(text)
        checked = check_spec(text, format=self.format, airflow=self.airflow)
        if checked.spec is not None:
            render(checked.spec, airflow=self.airflow)
        return judged(checked.diagnostics, text, Checks())


def repeated(part: Callable[[int], str], size: int, *, joint: str = "") -> str:
    """Return numbered parts, joined, of about `size` characters in all."""
    parts: list[str] = []
    length = 0
    for number in count():
        if length >= size:
            return joint.join(parts)
        parts.append(part(number))
        length += len(parts[-1]) + len(joint)
    raise AssertionError


def document(**fields: object) -> str:
    """Return a spec in JSON with one task, and these fields in place of its own."""
    task = {"task_id": "a", "task_type": "bash", "bash_command": "true"}
    return json.dumps({"dag_name": "Hostile", "tasks": [task], **fields}, ensure_ascii=False)


def python(code: str) -> str:
    """Return a spec with one Python task."""
    task = {"task_id": "a", "task_type": "python", "python_code": code}
    return document(tasks=[task])


def bash(command: str) -> str:
    """Return a spec with one shell task."""
    return document(tasks=[{"task_id": "a", "task_type": "bash", "bash_command": command}])


# --- Python code ------------------------------------------------------------------------------


def _lines(line: str) -> Callable[[int], str]:
    return lambda size: python(repeated(lambda _: f"{line}\n", size))


def _numbered(line: str, *, joint: str = "\n", around: str = "{}") -> Callable[[int], str]:
    """Return code of lines with their number at `#`."""
    return lambda size: python(
        around.replace("{}", repeated(lambda n: line.replace("#", str(n)), size, joint=joint))
    )


_PYTHON: dict[str, Callable[[int], str]] = {
    "bad escapes, a line each": _lines(r'x = "\d"'),
    "bad escapes on one line": _numbered(r'"\d"', joint=",", around="x = [{}]"),
    "bad escapes in one string": lambda size: python('x = "' + r"\d" * (size // 2) + '"'),
    "`1 is 1`, a line each": _lines("1 is 1"),
    "`1 is 1` on one line": _numbered("1 is 1", joint=";"),
    "annotated parameters": _numbered("a#: X", joint=", ", around="def f({}):\n    return 1"),
    "annotated parameters, a line each": _numbered(
        "a#: X", joint=",\n", around="def f({}):\n    return 1"
    ),
    "annotated defaults": _numbered("a#: X=1", joint=",\n", around="def f({}):\n    return 1"),
    "annotated defaults on one line": _numbered(
        "a#: X=1", joint=",", around="def f({}):\n    return 1"
    ),
    "annotated unicode defaults": _numbered(
        "a#: X='é'", joint=",", around="def f({}):\n    return 1"
    ),
    "parameters": _numbered("a#", joint=", ", around="def f({}):\n    return 1"),
    "defaults that are calls": _numbered("a#=g()", joint=", ", around="def f({}): return 1"),
    "defaults, a line each": _numbered("a#=g()", joint=",\n", around="def f({}): return 1"),
    "decorators": _numbered("@g", around="{}\ndef f(): return 1"),
    "yields, a line each": _lines("yield 1"),
    "yields on one line": _numbered("yield 1", joint=";"),
    "yields on one unicode line": _numbered("'é'; yield", joint=";"),
    "awaits": _lines("await a"),
    "functions only": _numbered("def f#(): pass"),
    "invisible characters": lambda size: python("x = 1 # " + "\u200b" * size),
    "invisible characters, a line each": _lines("# \u200b"),
    "carriage returns": lambda size: python("x = 1\r" * (size // 6)),
    "form feeds": lambda size: python("x = 1\n" + "\f" * size + "\nx = 1\n"),
    "blank lines": lambda size: python("x = 1\n" + "\n" * size + "x = 1"),
    "white lines": lambda size: python("x = 1\n" + (" " * 200 + "\n") * (size // 201) + "x = 1"),
    "one white line": lambda size: python("x = 1\n" + " " * size + "\nx = 1"),
    "only white space": lambda size: python(" \t\f\n" * (size // 4)),
    "comments": _lines("# nothing"),
    "indented code": lambda size: python("    x = 1\n" * (size // 10)),
    "indented code, badly": lambda size: python("    x = 1\n" * (size // 10) + " y = 2"),
    "tabs": lambda size: python("if x:\n" + "\ty = 1\n" * (size // 7)),
    "assignments": _numbered("a# = #"),
    "lists of calls": _numbered("b(c)", joint=",", around="a=[{}]"),
    "one long name": lambda size: python("a" * size),
    "one long string": lambda size: python("x = '" + "a" * size + "'"),
    "one string of many lines": lambda size: python("x = '''" + "a\n" * (size // 2) + "'''"),
    "strings of several lines": _lines("x = '''\n'''"),
    "format strings of several lines": _lines("x = f'''\n{a}\n'''"),
    "one format string": _numbered("{a}", joint="", around="x = f'{}'"),
    "one format string of many lines": lambda size: python(
        "x = f'''" + "{a}\n" * (size // 4) + "'''"
    ),
    "strings side by side": _numbered("'a'", joint=" ", around="x = ({})"),
    "one hexadecimal number": lambda size: python("x = 0x" + "f" * size),
    "one decimal number": lambda size: python("x = " + "1" * size),
    "numbers that repeat": lambda size: python("x = 1.0" + "\nx = -0.0" * (size // 9)),
    "one sum": _numbered("1", joint="+", around="x = {}"),
    "one comparison": _numbered("a", joint="<", around="x = {}"),
    "one condition": _numbered("a", joint=" or ", around="x = {}"),
    "brackets that are never closed": lambda size: python("x = " + "(" * size),
    "braces that are never closed": lambda size: python("x = " + "{" * 90 + "a" * size),
    "lambdas": _numbered("lambda:", joint="", around="x = {}1"),
    "line continuations": lambda size: python("x = [" + "1,\\\n" * (size // 4) + "]"),
    "branches": _numbered("elif a:\n  b\n", joint="", around="if a:\n  b\n{}"),
    "nested blocks": lambda size: python(
        "".join(f"{' ' * n}if a:\n" for n in range(90)) + (" " * 90 + "b\n") * (size // 92)
    ),
    "a `def` that calls itself": _numbered("  f(#)", around="def f():\n{}"),
    "names of the context": _lines("context"),
    "unpackings": _numbered("*a", joint=",", around="x = [{}]"),
    "keyword arguments": _numbered("a#=1", joint=",", around="f({})"),
    "matches": _numbered("    case #: a", around="match a:\n{}"),
    "imports": _numbered("import a#"),
    "globals": _numbered("a#", joint=",", around="global {}"),
    "literals": _numbered("'é'", joint=",", around="x = [{}]"),
}

# --- Shell commands ---------------------------------------------------------------------------


def _commands(part: str, *, before: str = "", after: str = "") -> Callable[[int], str]:
    return lambda size: bash(before + repeated(lambda n: part.replace("#", str(n)), size) + after)


_BASH: dict[str, Callable[[int], str]] = {
    "parameters of the run": _commands("{{params.x}}"),
    "parameters, a line each": _commands("{{params.x}}\n"),
    "parameters of many names": _commands("{{params.p#}}"),
    "parameters of many names, in brackets": _commands("{{params['p#']}}"),
    "outputs of many tasks": _commands("{{ti.xcom_pull('t#')}}"),
    "quoted parameters": _commands("'{{params.x}}' "),
    "filtered parameters": _commands("{{params.x|int}}"),
    "parameters never closed": _commands("{{params ", before="{% raw %}", after="{% endraw %}"),
    "parameters with spaces": lambda size: bash(
        "{% raw %}" + ("{{" + " " * 200) * (size // 202) + "{% endraw %}"
    ),
    "one parameter with spaces": lambda size: bash("{% raw %}{{" + " " * size + "{% endraw %}"),
    "brace in a raw block": lambda size: bash("{% raw %}" + "{" * size + "{% endraw %}"),
    "unknown variables": _commands("{{ a# }}"),
    "unknown variables, often": _commands("{{ a }}"),
    "unknown filters": _commands("{{ ds|a# }}"),
    "unknown tests": _commands("{{ ds is a# }}"),
    "one chain of filters": _commands("|a", before="{{ ds", after=" }}"),
    "guards": _commands("{{ a#|default(1) }}"),
    "guards in a chain": _commands("{{ a" + "|d(b)" * 60 + " }}"),
    "gone variables": _commands("{{ execution_date }}"),
    "assignments in a template": _commands("{% set a# = 1 %}"),
    "macros": _commands("{% macro a#() %}{% endmacro %}"),
    "nested blocks of a template": _commands("{% if a %}"),
    "nested brackets of a template": _commands("(", before="{{ ", after=" }}"),
    "one sum in a template": _commands("1+", before="{{ ", after="1 }}"),
    "numbers of a template": lambda size: bash("{{ " + "1_" * (size // 2) + "1x }}"),
    "one number of a template": lambda size: bash("{{ " + "1" * size + " }}"),
    "comments of a template": _commands("{# a #}"),
    "a comment never closed": _commands("{#"),
    "a text never closed": lambda size: bash("{{ '" + "\\'" * (size // 2) + " }}"),
    "spaces of a template": lambda size: bash("{{ ds" + " " * size + "}}"),
    "lines of a template": lambda size: bash("{{ ds" + "\n" * size + "}}"),
    "raw blocks": _commands("{% raw %}{{{% endraw %}"),
    "single quotes": _commands("'", after="{{params.x}}"),
    "double quotes": _commands('\\"', before='"', after="{{params.x}}"),
    "backslashes": _commands("\\", after="{{params.x}}"),
    "comments of the shell": _commands(" #", after="{{params.x}}"),
    "comment lines of the shell": _commands("# a\n", after="{{params.x}}"),
    "carriage returns": _commands("a\r"),
    "bidirectional characters": _commands("\u202e"),
    "bidirectional characters, a line each": _commands("\u202e\n"),
    "surrogate": _commands("\x00"),
    "white space": lambda size: bash(" " * size),
    "words of a trap": _commands("trap ", before="a\n"),
    "words of a set": _commands("set -a ", before="a\n"),
    "lines between commands": lambda size: bash("a" + "\n" * size + "b"),
    "line ends": lambda size: bash("a" + "\n" * size),
    "blanks before line ends": _commands("a \n"),
    "double quotes in threes": _commands('"""\n'),
}

# --- Fields -----------------------------------------------------------------------------------

_MARKS = "\u0301\u0316\u0327\u0345"
"""Marks of different classes: to sort many of them takes the square of their number."""

_FIELDS: dict[str, Callable[[int], str]] = {
    "control characters in a description": lambda size: document(
        description="\x01\n" * (size // 2)
    ),
    "control characters on one line": lambda size: document(description="\x01" * size),
    "a long description": lambda size: document(description="a" * size),
    "a description of lines": lambda size: document(description="a\n" * (size // 2)),
    "a description of spaces": lambda size: document(description=" \n" * (size // 2)),
    "a description of quotes": lambda size: document(description='"' * size + "\n"),
    "control characters in the name": lambda size: document(dag_name="\x01" * size),
    "marks in the name": lambda size: document(dag_name="a" + _MARKS * (size // 4)),
    "ligatures in the name": lambda size: document(dag_name="\ufdfa" * size),
    "marks in the id": lambda size: document(dag_id="a" + _MARKS * (size // 4)),
    "a long id": lambda size: document(dag_id="a" * size),
    "a long owner": lambda size: document(owner="\u2028" * size),
    "a long schedule": lambda size: document(schedule_interval="* " * (size // 2)),
    "a long preset": lambda size: document(schedule_interval="@" + "a" * size),
    "a long start date": lambda size: document(start_date="today" * (size // 5)),
    "a list as a start date": lambda size: document(start_date=[1] * (size // 3)),
    "a long project id": lambda size: document(project_id="0" * size),
    "a large number of retries": lambda size: document(retries="1" * size),
    "tags": lambda size: document(tags=_names(size)),
    "the same tag": lambda size: document(tags=["a"] * (size // 5)),
    "bad tags": lambda size: document(tags=["\x01"] * (size // 10)),
    "tags of another type": lambda size: document(tags=[1] * (size // 3)),
    "unknown keys": lambda size: document(**dict.fromkeys(_names(size), 1)),
    "unknown keys, nearly right": lambda size: document(
        **dict.fromkeys((f"description_{n}" for n in range(size // 25)), 1)
    ),
    "one long key": lambda size: document(**{"a" * size: 1}),
}


def _names(size: int) -> list[str]:
    return [f"a{n}" for n in range(size // 9)]


# --- The graph --------------------------------------------------------------------------------


def _task(task_id: object, **fields: object) -> dict[str, Any]:
    return {"task_id": task_id, "task_type": "bash", "bash_command": "true", **fields}


def _tasks(make: Callable[[int, int], dict[str, Any]], each: int) -> Callable[[int], str]:
    """Return a spec of tasks, which are made of their number and how many there are."""

    def text(size: int) -> str:
        whole = size // each
        return document(tasks=[make(number, whole) for number in range(whole)])

    return text


def _dense(size: int) -> str:
    side = int((size // 12) ** 0.5)
    names = [f"t{n}" for n in range(side)]
    return document(tasks=[_task(name, dependencies=names[:n]) for n, name in enumerate(names)])


def _dense_cycle(size: int) -> str:
    side = int((size // 6) ** 0.5)
    names = [f"t{n}" for n in range(side)]
    return document(tasks=[_task(name, dependencies=names) for name in names])


def _near(number: int) -> str:
    """Return a name that is like many others and none of them."""
    return f"load_orders_of_the_day_{number:06}_into_the_warehouse_and_report_the_result_of_it_all"


_GRAPH: dict[str, Callable[[int], str]] = {
    "tasks": _tasks(lambda n, _: _task(f"t{n}"), 75),
    "a chain": _tasks(lambda n, _: _task(f"t{n}", dependencies=[f"t{n - 1}"] if n else []), 100),
    "a chain, backward": _tasks(
        lambda n, m: _task(f"t{n}", dependencies=[f"t{n + 1}"] if n + 1 < m else []), 100
    ),
    "one cycle": _tasks(lambda n, m: _task(f"t{n}", dependencies=[f"t{(n + 1) % m}"]), 100),
    "many cycles": _tasks(lambda n, _: _task(f"t{n}", dependencies=[f"t{n ^ 1}"]), 100),
    "cycles of two lengths": _tasks(
        lambda n, m: _task(f"t{n}", dependencies=[f"t{(n + 1) % m}", f"t{(n * 7) % m}"]), 115
    ),
    "tasks that wait for themselves": _tasks(
        lambda n, _: _task(f"t{n}", dependencies=[f"t{n}"]), 100
    ),
    "the same task": _tasks(lambda _, __: _task("a"), 75),
    "unknown dependencies": _tasks(lambda n, _: _task(f"t{n}", dependencies=[f"u{n}"]), 100),
    "dependencies, nearly right": _tasks(
        lambda n, _: _task(_near(n), dependencies=[_near(n) + "x"]), 255
    ),
    "the same dependency": lambda size: document(
        tasks=[_task("b"), _task("a", dependencies=["b"] * (size // 5))]
    ),
    "every task on all before": _dense,
    "every task on every task": _dense_cycle,
    "ids that clash as names": _tasks(lambda n, _: _task("a" + "-."[n % 2] * (n % 200 + 1)), 100),
    "ids that need a number": _tasks(
        lambda n, _: _task(
            f"a_{n}" if n % 2 else "a" + format(n, "b").translate({48: "-", 49: "."})
        ),
        80,
    ),
    "tasks without a type": _tasks(lambda n, _: {"task_id": f"t{n}"}, 20),
    "tasks of an unknown type": _tasks(lambda n, _: {"task_id": f"t{n}", "task_type": "pythn"}, 42),
    "tasks with unknown keys": _tasks(
        lambda n, _: _task(f"t{n}", **dict.fromkeys(("b", "c", "d", "e", "f"), 1)), 120
    ),
    "tasks that are no mappings": lambda size: document(tasks=[1] * (size // 3)),
    "bad task ids": _tasks(lambda n, _: _task(f"t {n}"), 76),
    "marks in task ids": lambda size: document(tasks=[_task("a" + _MARKS * (size // 4))]),
    "dependencies of another type": lambda size: document(
        tasks=[_task("a", dependencies=[1] * (size // 3))]
    ),
    "python tasks": _tasks(
        lambda n, _: {"task_id": f"t{n}", "task_type": "python", "python_code": "return 1"}, 75
    ),
    "python tasks with warnings": _tasks(
        lambda n, _: {"task_id": f"t{n}", "task_type": "python", "python_code": r'"\d"'}, 75
    ),
    "bash tasks with warnings": _tasks(
        lambda n, _: {"task_id": f"t{n}", "task_type": "bash", "bash_command": "{{params.x}}{{y}}"},
        85,
    ),
}

# --- JSON -------------------------------------------------------------------------------------

_JSON: dict[str, Callable[[int], str]] = {
    "raw line ends in a text": lambda size: '{"description": "' + "\n" * size + '"}',
    "raw line ends in texts": lambda size: '{"tags": [' + '"\n",' * (size // 4) + '"a"]}',
    "bad escapes in a text": lambda size: '{"description": "' + "\\d" * (size // 2) + '"}',
    "escapes in a text": lambda size: '{"dag_name": "' + "\\u0001" * (size // 6) + '"}',
    "half surrogates": lambda size: '{"dag_name": "' + "\\ud800" * (size // 6) + '"}',
    "a text that is never closed": lambda size: '{"dag_name": "' + "\\n" * (size // 2),
    "texts that are never closed": lambda size: '{"tags": [' + "'\"'," * (size // 4),
    "comments": lambda size: "{" + "/**/" * (size // 4) + "}",
    "a comment that is never closed": lambda size: "{" + "/*" * (size // 2) + "}",
    "commas": lambda size: "{" + "," * size + "}",
    "commas too many": lambda size: '{"tags": [' + "[1,]," * (size // 5) + "]}",
    "Python's words": lambda size: '{"tags": [' + "True," * (size // 5) + "1]}",
    "duplicate keys": lambda size: "{" + '"a":1,' * (size // 6) + '"a":1}',
    "brackets": lambda size: '{"tags": ' + "[" * size,
    "empty lists": lambda size: '{"tags": [' + "[]," * (size // 3) + "[]]}",
    "blank space": lambda size: "{" + " \n" * (size // 2) + "}",
    "one number": lambda size: '{"retries": ' + "1" * size + "}",
    "one fraction": lambda size: '{"retries": 1.' + "1" * size + "}",
    "one exponent": lambda size: '{"retries": 1.1e' + "1" * size + "}",
    "one number and a letter": lambda size: '{"retries": 1.' + "1" * size + "x}",
    "one word": lambda size: '{"retries": ' + "a" * size + "}",
    "not finite numbers": lambda size: '{"tags": [' + "NaN," * (size // 4) + "1]}",
    "keys of many mappings": lambda size: '{"tags": [' + '{"a":1},' * (size // 8) + "1]}",
}

# --- YAML -------------------------------------------------------------------------------------


def _yaml(part: str, *, before: str = "", after: str = "") -> Callable[[int], str]:
    return lambda size: before + repeated(lambda n: part.replace("#", str(n)), size) + after


_YAML: dict[str, Callable[[int], str]] = {
    "`!!int`": _yaml("!!int 1,", before="tags: [", after="1]"),
    "tags of the user": _yaml("- !a# b\n", before="tags:\n"),
    "tag directives": _yaml("%TAG !a#! b\n", after="--- {a: 1}"),
    "tag handles": lambda size: (
        repeated(lambda n: f"%TAG !a{n}! b\n", size // 2)
        + "---\ntags: ["
        + "!a0!x 1," * (size // 16)
        + "1]"
    ),
    "words that differ between versions": _yaml("yes,", before="tags: [", after="1]"),
    "octal numbers": _yaml("- 010\n", before="tags:\n"),
    "dates": _yaml("- 2024-01-01\n", before="tags:\n"),
    "duplicate keys": _yaml("a: 1\n"),
    "duplicate keys on one line": _yaml("a: 1, ", before="{", after="b: 2}"),
    "keys": _yaml("a#: 1\n"),
    "keys that are no text": _yaml("#: 1\n"),
    "keys that are lists": _yaml("? [#]\n: 1\n"),
    "one key that is a list": _yaml("a,", before="? [", after="]\n: 1\n"),
    "merges": _yaml("<<: 1\n"),
    "anchors": _yaml("- &a# b\n", before="tags:\n"),
    "aliases": _yaml("- *a\n", before="description: &a b\ntags:\n"),
    "aliases of a list": lambda size: (
        f"description: &a [{'b,' * int((size / 6) ** 0.5)}]\ntags:\n"
        + "- *a\n" * int((size / 6) ** 0.5)
    ),
    "one anchor again and again": _yaml("- &a b\n", before="tags:\n"),
    "aliases of nothing": _yaml("- *a#\n", before="tags:\n"),
    "slips that are repaired": _yaml("a#: @b\n"),
    "slips in a list": _yaml("- {{ a }} b\n", before="tags:\n"),
    "a slip with spaces": lambda size: f"a: @b{' ' * size}c\n",
    "slips with spaces": lambda size: f"a: @b{' ' * (size // 20)}c\n" * 20,
    "a slip with dashes": lambda size: "- " * (size // 2) + "@b\n",
    "a slip after white space": lambda size: " " * size + "@b\n",
    "a value with colons": lambda size: "a: " + "b: " * (size // 3),
    "`{{` as a mapping": _yaml("- {{a}}\n", before="tags:\n"),
    "brackets": _yaml("[", before="tags: "),
    "braces": _yaml("{", before="tags: "),
    "dashes": _yaml("- ", before="tags:\n"),
    "indentation": lambda size: "".join(f"{' ' * n}a:\n" for n in range(int((2 * size) ** 0.5))),
    "tabs": _yaml("\t", before="a:\n"),
    "tabs after a key": _yaml("a#:\tb\n"),
    "comments": _yaml("# a\n", after="a: 1"),
    "blank lines": _yaml("\n", after="a: 1"),
    "documents": _yaml("---\na: 1\n"),
    "one long plain text": _yaml("a ", before="description: "),
    "one plain text of many lines": _yaml(" a\n", before="description:\n"),
    "one text in quotes": _yaml("\\x01", before='dag_name: "', after='"'),
    "one text in single quotes": _yaml("''", before="dag_name: '", after="'"),
    "one text in quotes of many lines": _yaml("a\n ", before='description: "', after='"'),
    "a block of many lines": _yaml("  a\n", before="description: |\n"),
    "a block of blank lines": _yaml("\n", before="description: |\n", after="  a\n"),
    "a folded block": _yaml("  a\n", before="description: >\n"),
    "blanks at the end of a block": _yaml("   \n", before="description: |\n  a\n"),
    "a quote that is never closed": _yaml("a\n ", before='description: "'),
    "quotes that are never closed": _yaml("a#: 'b\n"),
    "one number": _yaml("1", before="retries: "),
    "one fraction": _yaml("1", before="retries: 1."),
    "one number with underscores": _yaml("1_", before="retries: "),
    "one number in base 60": _yaml(":1", before="retries: 1", after=":x"),
    "one date with spaces": lambda size: f"start_date: 2024-01-01{' ' * size}x",
    "one key without a colon": lambda size: "a" * size,
    "properties": _yaml("&a ", before="description: "),
    "properties of a text": lambda size: f"dag_name: !a{' ' * size}'\x01'",
    "warnings in a block": lambda size: (
        "dag_name: a\ntasks:\n- task_id: a\n  task_type: python\n  python_code: |\n"
        + '    x = "\\d"\n' * (min(size, 80_000) // 9)
    ),
    "raw control characters": _yaml("\x01"),
    "unicode": _yaml("é", before="description: "),
    "a carriage return at each end": _yaml("a#: 1\r\n"),
}

_GROUPS: tuple[tuple[str, dict[str, Callable[[int], str]], int, Literal["yaml", "json"]], ...] = (
    ("python", _PYTHON, CODE, "json"),
    ("bash", _BASH, CODE, "json"),
    ("field", _FIELDS, DOCUMENT, "json"),
    ("field within its limit", _FIELDS, CODE, "json"),
    ("graph", _GRAPH, DOCUMENT, "json"),
    ("language", LANGUAGE, DOCUMENT, "json"),
    ("json", _JSON, DOCUMENT, "json"),
    ("yaml", _YAML, DOCUMENT, "yaml"),
)


def _of_template(text: str) -> tuple[Diagnostic, ...]:
    try:
        read_template(text, "hostile.yaml")
    except SpecError as error:
        return error.diagnostics
    return ()


def _of_values(text: str) -> tuple[Diagnostic, ...]:
    try:
        values_of(read_template(findings.TEMPLATE, "hostile.yaml"), json.loads(text))
    except SpecError as error:
        return error.diagnostics
    return ()


def _of_defaults(text: str) -> tuple[Diagnostic, ...]:
    read = read_defaults(text)
    return () if read is None else tuple(each.diagnostic() for each in read.findings)


_OTHER: tuple[tuple[str, dict[str, Callable[[int], str]], Callable[..., Any]], ...] = (
    ("template", findings.TEMPLATES, _of_template),
    ("values", findings.VALUES, _of_values),
    ("defaults", findings.DEFAULTS, _of_defaults),
)


def _all() -> Iterator[Hostile]:
    for group, table, size, form in _GROUPS:
        for name, make in table.items():
            yield Hostile(f"{group}: {name}", make, size, form)
    for name, make in findings.SPECS.items():
        size = CODE if name in findings.OF_CODE else DOCUMENT
        yield Hostile(f"finding: {name}", make, size, "json" if make(9)[0] == "{" else "yaml")
    for name, (make, airflow) in findings.OF_OTHER_TARGETS.items():
        yield Hostile(f"finding: {name}", make, DOCUMENT, airflow=airflow)
    for group, table, examine in _OTHER:
        for name, make in table.items():
            yield Hostile(f"{group}: {name}", make, DOCUMENT, examine=examine)


HOSTILE: tuple[Hostile, ...] = tuple(_all())
