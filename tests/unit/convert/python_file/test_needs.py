"""What a function of a DAG file cannot have in it, as it would not be the same there."""

from __future__ import annotations

import re
from datetime import date
from textwrap import dedent
from typing import Any

import pytest

from dagctl.convert import Conversion, ConvertedDag, Outcome, convert_python

HEAD = """
import os
import sys
from collections import Counter
from datetime import datetime
from functools import cache
from airflow import DAG
from airflow.decorators import dag, task
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator, PythonVirtualenvOperator
from airflow.sensors.python import PythonSensor
SEEN = []
COUNTS = {"n": 0}
NESTED = {"a": [1], "b": [2]}
N = 5
class Made:
    n = 0
    def __init__(self, size):
        self.size = size
"""
TASK = "PythonOperator(task_id='a', python_callable=f)"
ELSEWHERE = "PythonVirtualenvOperator(task_id='a', python_callable=f)"
AS_TASK = (TASK, "")
AS_MACRO = (
    "BashOperator(task_id='a', bash_command='{{ f() }}')",
    ", user_defined_macros={'f': f}",
)
SENSOR = "PythonSensor(task_id='a', python_callable=f{})"
ANEW = "each call would make it anew: make it in the function"
GLOBAL = "`global` changes it for the whole file, which the function no longer has"
AS_TEXT = "it takes names of the file as text: write the names themselves"


def convert(text: str, operator: str = TASK, settings: str = "") -> ConvertedDag:
    (made,) = converted(text, operator, settings).dags
    return made


def converted(text: str, operator: str = TASK, settings: str = "") -> Conversion:
    start = f"with DAG('etl', start_date=datetime(2024, 1, 1){settings}):"
    file = f"{HEAD}{dedent(text)}\n{start}\n    {operator}\n"
    return convert_python(file, "dags/etl.py", airflow="3", today=date(2026, 3, 10))


def gaps(made: ConvertedDag) -> list[str]:
    return [remark.text for remark in made.remarks if remark.outcome is Outcome.GAP]


def as_macro(text: str) -> ConvertedDag:
    return convert(text, *AS_MACRO)


def assert_same_in_module(text: str, operator: tuple[str, str], name: str) -> None:
    """Check that the function does in the module what it does in the file, call after call."""
    conversion = converted(text, *operator)
    (module,) = conversion.beside.values()
    assert name in module
    file = f"{HEAD}{dedent(text)}"
    given = "\n".join(line for line in file.splitlines() if not line.startswith("from airflow"))
    assert calls_of(module) == calls_of(given)


def calls_of(text: str) -> list[str]:
    names: dict[str, Any] = {}
    exec(text, names)
    made = []
    for _ in range(3):
        try:
            made.append(re.sub(r" at 0x\w+", "", repr(names["f"]())))
        except (RecursionError, TypeError, AttributeError, ModuleNotFoundError) as error:
            made.append(type(error).__name__)
    return made


def function_of(made: ConvertedDag) -> Any:  # noqa: ANN401 - a function
    names: dict[str, Any] = {}
    exec(made.data["tasks"][0]["python_code"], names)
    return names["f"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("def f(n=3):\n    if n in SEEN: return\n    SEEN.append(n)\n    f(n - 1)", "SEEN"),
        ("def h(n):\n    f(n)\ndef f(n=3):\n    SEEN.append(n)\n    h(n - 1)", "SEEN"),
        ("made = set()\ndef f(n=3):\n    made.add(n)\n    return f(n - 1)", "made"),
    ],
)
def test_state_of_a_function_that_calls_itself_stays_in_a_module(text: str, name: str) -> None:
    assert f"the function needs `{name}`: {ANEW}" in gaps(convert(text, ELSEWHERE))
    assert not gaps(convert(text))
    assert_same_in_module(text, AS_TASK, name)


def test_a_function_that_calls_itself_has_constants_of_the_file_in_it() -> None:
    made = convert("def f(n=1):\n    return NESTED['a'] if n > 1 else f(n + 1)", ELSEWHERE)
    assert gaps(made) == [f"the function needs `NESTED`: {ANEW}"]
    made = convert("def f(n=1):\n    return N + COUNTS['n'] if n > 1 else f(n + 1)")
    assert made.whole
    assert function_of(made)() == 5


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    COUNTS['n'] += 1\n    return COUNTS['n'] > 2",
        "def h(d):\n    d['n'] += 1\n    return d['n']\ndef f():\n    return h(COUNTS) > 2",
    ],
)
def test_a_sensor_calls_its_function_again_and_again(text: str) -> None:
    assert_same_in_module(text, (SENSOR.format(""), ""), "COUNTS")
    made = convert(text, SENSOR.format(", mode='reschedule'"))
    assert made.whole  # each call has a process of its own
    assert "python_code" in made.data["tasks"][0]
    decorated = text.replace("def f()", "@task.sensor\ndef f()")
    conversion = converted(decorated, "f()")
    assert conversion.dags[0].data["tasks"][0]["python_callable"] == "etl_code.f"
    assert "@task" not in conversion.beside["etl_code.py"]


@pytest.mark.parametrize(
    "helper",
    [
        "def bump():\n    global N\n    N += 1",
        "def bump():\n    def inner():\n        global N\n        N = 1\n    inner()",
        "class bump:\n    def __init__(self):\n        global N\n        N = 1",
    ],
)
def test_a_name_that_a_definition_declares_global_stays_in_a_module(helper: str) -> None:
    text = f"{helper}\ndef f():\n    bump()\n    return N"
    (gap,) = gaps(convert(text, ELSEWHERE))
    assert gap == f"the function needs `N`: {GLOBAL}"
    assert_same_in_module(text, AS_TASK, "N")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("def f():\n    s = SEEN\n    s.append(1)", "SEEN"),
        ("def f():\n    return SEEN", "SEEN"),
        ("def f():\n    s = SEEN or [1]\n    s.append(1)", "SEEN"),
        ("def f():\n    return [SEEN, 1]", "SEEN"),
        ("def f():\n    for each in NESTED.values(): each.append(1)", "NESTED"),
        ("def f():\n    NESTED.get('a').append(1)", "NESTED"),
        ("def f():\n    NESTED['a'][0] += 1", "NESTED"),
        ("def f():\n    list(NESTED.values())[0].append(1)", "NESTED"),
        ("ALL = [[1], [2]]\ndef f():\n    ALL[1:][0].append(1)", "ALL"),
        (
            "class C:\n    n = 0\n    @classmethod\n    def up(cls): cls.n += 1\ndef f(): C.up()",
            "C",
        ),
        ("def f():\n    Made.n += 1\n    return Made.n", "Made"),
        ("def f():\n    k = Made\n    k.n += 1", "Made"),
        ("def f():\n    setattr(Made, 'n', 1)", "Made"),
        ("def bump(self): self.n += 1\ndef f():\n    bump(Made)", "Made"),
        ("class C:\n    def __new__(cls):\n        cls.n = 1\ndef f(): return C()", "C"),
        ("class C:\n    items = []\ndef f(): C.items.append(1)", "C"),
        ("def len(x): x.append(1)\ndef f(): len(SEEN)", "SEEN"),
        ("class C:\n    def join(self, x): x.append(1)\ndef f(): C().join(SEEN)", "SEEN"),
        ("class C(type):\n    def up(self): self.n = 1\ndef f(): return C", "C"),
        ("def h(a=[]):\n    a.append(1)\n    return a\ndef f(): return h()", "h"),
        ("@cache\ndef h(): return object()\ndef f(): return h()", "h"),
        ("def h(): h.n = getattr(h, 'n', 0) + 1\ndef f(): return h()", "h"),
    ],
)
def test_state_that_each_call_would_make_anew_stays_in_a_module(text: str, name: str) -> None:
    assert not gaps(as_macro(text))
    assert_same_in_module(text, AS_MACRO, name)


@pytest.mark.parametrize(
    "body",
    [
        "return COUNTS['n'] + len(SEEN) + COUNTS.get('m', 2)",
        "return [each for each in SEEN if each not in COUNTS]",
        "return ', '.join(sorted(COUNTS)) if SEEN else f'{COUNTS}'",
        "return NESTED['a'][0], NESTED.get('b')[0], [*NESTED.keys()]",
        "return {**COUNTS}, list(SEEN), SEEN + [1], SEEN[1:], dict(COUNTS.items())",
        "return Made(N).size",
    ],
)
def test_what_is_only_read_may_be_made_at_each_call(body: str) -> None:
    assert as_macro(f"def f():\n    {body}").whole


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("return eval('N + 1')", "eval"),
        ("exec('print(N)')", "exec"),
        ("return globals()['N']", "globals"),
        ("return N, vars()", "vars"),
        ("return N, sorted(locals())", "locals"),
        ("return N, 'N' in locals()", "locals"),
        ("return N, locals()['n']", "locals"),
        ("return h()\ndef h():\n    return 'n' in locals(), 'N' in dir(), N", "dir"),
        ("return sys.modules[__name__].N", "__name__ sys.modules"),
        ("return sys.modules.get(__name__).N", "__name__ sys.modules"),
        ("me = __name__\n    return sys.modules[me].N", "sys.modules"),
        ("return __import__(Made.__module__).N", "__module__"),
        ("import inspect\n    return inspect.getmodule(f).N", "inspect.getmodule"),
        ("from inspect import getmodule as at\n    return at(f).N", "inspect.getmodule"),
        ("return getmodule(f).N\nfrom inspect import getmodule", "inspect.getmodule"),
        ("return f.__globals__['N']", "__globals__"),
        ("return h()\ndef h():\n    return globals()['N']", "globals"),
    ],
)
def test_names_of_the_file_that_are_taken_as_text_are_a_gap(body: str, names: str) -> None:
    assert gaps(convert(f"def f():\n    {body}")) == [
        f"the function needs `{name}`: {AS_TEXT}" for name in names.split()
    ]


@pytest.mark.parametrize(
    "body",
    [
        "return eval('n + 1', {'n': 1})",
        "n = 1\n    return '{n}'.format(**locals())",
        "return vars(Made(N))",
        "n = N\n    return 'n' in locals() and 'm' not in locals()",
        "return h()\ndef h():\n    n = N\n    return 'n' in dir()",
    ],
)
def test_names_that_a_function_has_itself_may_be_taken_as_text(body: str) -> None:
    assert convert(f"def f():\n    {body}").whole


def test_a_lambda_has_the_name_of_its_macro_unless_that_means_something_else() -> None:
    made = convert(
        "",
        "BashOperator(task_id='a', bash_command='{{ double(1) }}')",
        ", user_defined_macros={'double': lambda n: n * 2, 'len': lambda n: len(n), "
        "'N': lambda: N}",
    )
    assert made.whole
    codes = [each["$python_code"] for each in made.data["user_defined_macros"].values()]
    assert [code.partition("(")[0] for code in codes] == ["def double", "def run", "def run"]
    assert "`N` of the file stands in the function now" in [each.text for each in made.remarks]


def test_a_gap_names_what_the_function_calls() -> None:
    made = convert(
        "size = lambda: 1\n@dag(start_date=datetime(2024, 1, 1))\ndef g(): pass\n"
        "if os.getenv('E') == 'a':\n    conn = 'a'\nelse:\n    conn = 'b'\n"
        "def f():\n    return size(), g.__name__"
    )
    assert gaps(made) == [
        "the function needs `g`: it makes a DAG; only the DAG file calls it",
        "the function needs `size`: write it as a `def`",
    ]
    text = (
        "if os.getenv('E') == 'a':\n    conn = 'a'\nelse:\n    conn = 'b'\n"
        "def f():\n    return conn"
    )
    assert_same_in_module(text, AS_MACRO, "conn")


def test_functions_that_call_one_another_are_put_together_once() -> None:
    count = 310
    functions = "\n".join(
        f"def f{n}():\n    return f{(n + 1) % count}() + f{n * 7 % count}()" for n in range(count)
    )
    each = ", ".join(f"f{n}" for n in range(40))
    operators = (
        f"[PythonVirtualenvOperator(task_id=g.__name__, python_callable=g) for g in [{each}]]"
    )
    made = convert(
        functions,
        operators.replace("g.__name__", "f't{i}'").replace(
            f"for g in [{each}]", f"for i, g in enumerate([{each}])"
        ),
    )
    assert len(gaps(made)) == 40
    assert all("more than 300 names of the file are too many" in gap for gap in gaps(made))
    assert all(
        "def f0(" not in each["python_code"] or each["task_id"] == "t0"
        for each in made.data["tasks"]
    )


def test_what_is_copied_into_functions_is_counted() -> None:
    long = "\n".join(f"    x = {'1' * 900}" for _ in range(60))
    made = convert(f"def g():\n{long}\ndef h():\n    g()\n{long}\ndef f():\n    h()", ELSEWHERE)
    (gap,) = gaps(made)
    assert "more than 100,000 characters of the file are too many" in gap
    assert len(made.data["tasks"][0]["python_code"]) < 100


@pytest.mark.parametrize(
    ("changing", "is_whole"),
    [
        ("COUNTS['n'] = 2", False),
        ("COUNTS.update(n=2)", False),
        ("print(COUNTS)", True),
    ],
)
def test_what_a_task_changes_is_not_seen_by_its_callback(changing: str, is_whole: bool) -> None:  # noqa: FBT001 - a case
    made = convert(
        f"def f():\n    {changing}\ndef done(context):\n    print(COUNTS['n'])",
        TASK.replace(")", ", on_success_callback=done)"),
    )
    assert made.whole is is_whole
    assert all("another function of the file may see" in gap for gap in gaps(made))


TAKEN = "the function has that name for something else: rename its parameter or variable"
HELPED = """
import json
def h(): return N
def k(): return h() + 1
def j(): return json.dumps(N)
def i(): return id(N)
"""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("def f(N=1): return h(), N", "N"),
        ("def f(*N): return h(), N", "N"),
        ("def f(**h): return k(), h", "h"),
        ("def f(json=None): return j(), json", "json"),
        ("def f(id=None): return i(), id", "id"),
        ("f = lambda N=1: h()", "N"),
        ("from .a import z\ndef q(): return z()\ndef f(z=1): return q(), z", "z"),
        ("from a import *\ndef q(): return z()\ndef f(z=1): return q(), z", "z"),
        ("def f():\n    N = 1\n    return h()", "N"),
        ("def f():\n    for N in range(3): pass\n    return h()", "N"),
        ("def f():\n    with open('/dev/null') as N: return h()", "N"),
        ("def f():\n    try: 1 / 0\n    except ZeroDivisionError as N: return h()", "N"),
        ("def f():\n    import ujson as json\n    return j()", "json"),
        ("def f():\n    def h(): return 1\n    return k()", "h"),
        ("def f():\n    print([N := each for each in '12'])\n    return h()", "N"),
        ("def f():\n    match 1:\n        case N: return h()", "N"),
    ],
)
def test_what_a_helper_needs_does_not_take_a_name_of_the_function(text: str, name: str) -> None:
    (gap,) = gaps(convert(f"{HELPED}{text}", ELSEWHERE))
    assert gap == f"the function needs `{name}`: {TAKEN}"
    if not text.startswith(("from", "f =")):
        assert_same_in_module(f"{HELPED}{text}", AS_TASK, name)


@pytest.mark.parametrize(
    "body",
    [
        "return [h() for N in '12']",
        "return (lambda N: h())(1)",
        "import json\n    return j() + json.dumps(1)",
        "class C:\n        N = 1\n    return h()",
        "def g(N): return N\n    return h() + g(1)",
        "COUNTS['m'] = 2\n    return COUNTS",
    ],
)
def test_a_name_that_means_the_same_or_is_in_a_scope_of_its_own_is_no_gap(body: str) -> None:
    assert convert(f"{HELPED}def f():\n    {body}").whole


def test_an_alias_of_an_import_comes_with_the_import() -> None:
    text = "import json\nimport os.path as p\nJ = json\ndumps = json.dumps\njoin, K = p.join, 1\n"
    made = convert(f"{text}def f(): return J.dumps(1), dumps(2), join('a', 'b'), K")
    assert made.whole
    assert function_of(made)() == ("1", "2", "a/b", 1)


@pytest.mark.parametrize("later", ["json = None", "import ujson as json", "from a import json"])
def test_an_alias_of_an_import_whose_name_means_something_else_later_is_a_gap(later: str) -> None:
    text = f"import json\ndumps = json.dumps\n{later}\ndef f(): return dumps(2)"
    assert gaps(convert(text, ELSEWHERE)) == [
        "the function needs `json`: it gets another value after the line that uses it"
    ]
    assert convert(text).whole
    (module,) = converted(text).beside.values()
    assert f"import json\n\ndumps = json.dumps\n{later}" in module.replace(
        "\n\n\n", "\n\n"
    ).replace("dumps\n\n", "dumps\n")
