"""Names that may be something else in a DAG file: failed imports, `import *`, later changes."""

from __future__ import annotations

from datetime import date
from textwrap import dedent, indent
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.convert import ConvertedDag, Module, Modules, Outcome, convert_python
from dagctl.convert.python_file.certainty import conditions
from dagctl.convert.python_file.state import bound_names

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable, Iterator

HEAD = """
import os, functools
from datetime import datetime
from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator
"""


def convert(before: str, task: str, module: str = "") -> ConvertedDag:
    """Convert a DAG with one task; `settings` is a module of the project."""

    def read(name: str, _importer: str) -> Module | None:
        return Module("settings.py", dedent(module)) if module and name == "settings" else None

    text = (
        f"{HEAD}{dedent(before)}\nwith DAG('etl', start_date=datetime(2024, 1, 1)) as dag:\n"
        f"    t = {task}\n"
    )
    today = date(2026, 3, 10)
    made = convert_python(text, "dags/etl.py", airflow="3", today=today, project=Modules(read))
    (dag,) = made.dags
    return dag


def gaps(dag: ConvertedDag) -> list[str]:
    return [remark.text for remark in dag.remarks if remark.outcome is Outcome.GAP]


def of_a_value(before: str, value: str, module: str = "") -> tuple[Any, list[str]]:
    """Return what a task gets for a value, and the gaps."""
    task = f"BashOperator(task_id='a', bash_command='x', env={{'A': {value}}})"
    dag = convert(before, task, module)
    return (dag.data["tasks"][0].get("env") or {}).get("A"), gaps(dag)


def of_a_function(before: str, body: str, module: str = "") -> tuple[str, list[str]]:
    """Return the code of a task that runs a function, and the gaps."""
    before = f"{dedent(before)}\ndef f():\n    return {body}\n"
    dag = convert(before, "PythonOperator(task_id='a', python_callable=f)", module)
    return dag.data["tasks"][0].get("python_code", ""), gaps(dag)


@pytest.mark.parametrize(
    "fallback",
    [
        "import json",
        "json = None",
        "class json:\n        pass",
        "log.warning('slow')\n    import json",
    ],
)
def test_a_function_gets_the_whole_try_of_an_import(fallback: str) -> None:
    before = (
        "import logging\nlog = logging.getLogger('a')\n"
        f"try:\n    import ujson as json\nexcept ImportError:\n    {fallback}"
    )
    code, found = of_a_function(before, "json.dumps(1)")
    assert found == []
    assert "    try:\n        import ujson as json\n    except ImportError:\n" in code
    assert fallback.split("\n", maxsplit=1)[0] in code
    assert ("log = logging" in code) == ("log" in fallback)


def test_a_flag_beside_an_import_comes_with_it() -> None:
    before = """
    try:
        import pandas as pd
    except ImportError:
        HAS = False
    else:
        HAS = True
    """
    code, found = of_a_function(before, "HAS")
    assert found == []
    assert "HAS = False" in code
    assert "HAS = True" in code
    assert of_a_value(before, "HAS")[1]


@pytest.mark.parametrize(
    "change", ["S = 'b'", "S += 'b'", "xs.append(S)", "del xs[0]", "xs[0] = 'b'", "xs += [S]"]
)
def test_an_else_after_an_import_that_may_fail_is_not_sure(change: str) -> None:
    before = "S = 'a'\nxs = ['a']\ntry:\n    import {}\nexcept ImportError:\n    {}\nelse:\n"
    before += f"    {change}\n"
    assert of_a_value(before.format("absent", "pass"), "[S, xs]")[1]
    assert of_a_value(
        "def g():\n" + indent(before.format("absent", "pass"), "    ") + "    return [S, xs]", "g()"
    )[1]
    assert of_a_value(before.format("settings", "pass"), "S", "S = xs = 1")[1]
    for sure in (("json", "pass"), ("absent", "raise")):
        assert not of_a_value(before.format(*sure), "str([S, xs])")[1]


def test_a_task_of_an_else_after_an_import_that_may_fail_is_a_gap() -> None:
    before = "try:\n    import absent\nexcept ImportError:\n    pass\nelse:\n    "
    why = "whether the import before it fails is known only when Python runs"
    assert why in of_a_value(f"{before}t = BashOperator(task_id='z')\n", "'a'")[1]
    assert not of_a_value(f"{before}import other", "'a'")[1]


def test_a_module_does_not_give_the_value_of_an_else_that_may_not_run() -> None:
    module = """
    S, xs = "a", ["a"]
    try:
        import absent
    except ImportError:
        pass
    else:
        S = "b"
        xs.append("b")
    """
    assert of_a_value("from settings import S", "S", module)[0] != "b"
    assert of_a_value("from settings import xs", "xs[-1]", module)[0] != "b"


@pytest.mark.parametrize(
    ("tried", "fallback"),
    [
        ("from absent import A", "A = 'dflt'"),
        ("from absent import A", "A = None"),
        ("from absent import A", "from other import A"),
        ("import absent as A", "A = None"),
        ("import pandas", "A = 'b'"),
    ],
)
def test_what_an_import_gives_only_where_it_is_there_is_a_gap(tried: str, fallback: str) -> None:
    before = f"try:\n    {tried}\nexcept ImportError:\n    {fallback}"
    assert of_a_value(before, "A")[1]


def test_what_a_name_was_before_a_try_that_fails_is_no_value_of_it() -> None:
    before = "A = 'a'\ntry:\n    from local import A\nexcept ImportError:\n    pass"
    assert of_a_value(before, "A")[1]
    code, found = of_a_function(before, "A")
    assert not code  # it stands in a module, with both lines
    assert not found


@pytest.mark.parametrize(
    ("tried", "fallback"),
    [
        (
            "from airflow.operators.empty import EmptyOperator as Op",
            "from airflow.operators.dummy import DummyOperator as Op",
        ),
        ("from plugins.ops import Op", "Op = None"),
        ("from plugins.ops import Op", "raise"),
        ("from plugins.ops import Op", "from plugins.ops import Op"),
        ("from json import Op", "from simplejson import Op"),
        ("from settings import Op", "from other import Op"),
    ],
)
def test_an_operator_of_a_try_stays_whole_where_that_makes_no_difference(
    tried: str, fallback: str
) -> None:
    before = f"try:\n    {tried}\nexcept ImportError:\n    {fallback}"
    dag = convert(before, "Op(task_id='a')", "def Op(task_id): pass")
    assert gaps(dag) == []


@pytest.mark.parametrize(("last", "lost"), [("x = None", 0), ("plugins.load()", 1)])
def test_a_try_in_an_except_of_imports_gives_names(last: str, lost: int) -> None:
    before = f"""
    try:
        from airflow.sdk import Asset as x
    except ImportError:
        try:
            from airflow.datasets import Dataset as x
        except ImportError:
            {last}
    """
    assert len(of_a_value(before, "'b'")[1]) == lost


def test_one_operator_of_airflow_or_another_is_a_gap() -> None:
    before = """
    try:
        from airflow.providers.standard.operators.empty import EmptyOperator as Op
    except ImportError:
        from airflow.operators.bash import BashOperator as Op
    """
    assert gaps(convert(before, "Op(task_id='a')"))


def test_an_operator_of_one_module_or_another_is_a_gap() -> None:
    before = "try:\n    from a.ops import Op\nexcept ImportError:\n    from b.ops import Op"
    assert gaps(convert(before, "Op(task_id='a')"))


def test_a_module_does_not_know_which_import_works() -> None:
    module = "try:\n    import ujson as json\nexcept ImportError:\n    import json\n"
    made, found = of_a_value("from settings import json", "json", module)
    assert (made, found) == ({"$ref": "settings.json"}, [])


@pytest.mark.parametrize(
    ("call", "changes"),
    [
        ("catalog.patch(args)", "catalog.patch(args)"),
        ("printer.fix(args)", "printer.fix(args)"),
        ("print(catalog.patch(args))", "catalog.patch(args)"),
        ("logging.info(catalog.patch(args))", "catalog.patch(args)"),
        ("my.log(args)", "my.log(args)"),
        ("mine.info(x=args)", "mine.info(x=args)"),
    ],
)
def test_a_call_that_only_looks_like_a_message_is_a_gap(call: str, changes: str) -> None:
    before = f"import catalog, printer, my\nmine = my.Logger()\nargs = {{'a': 'b'}}\n{call}"
    made, found = of_a_value(before, "args['a']")
    assert (made, found[-1]) == (None, f"`{changes}` may change it")


@pytest.mark.parametrize(
    "call",
    [
        "print(args)",
        "logging.info('x %s', args)",
        "log.info(','.join(args))",
        "logging.getLogger('a').setLevel('INFO')",
        "log.debug(len(args))",
        "mine.info('x')",
        "import warnings\nwarnings.filterwarnings('ignore')",
    ],
)
def test_a_message_is_no_gap(call: str) -> None:
    before = (
        "import logging, my\nlog = logging.getLogger('a')\n"
        f"mine = my.Logger()\nargs = {{'a': 'b'}}\n{call}"
    )
    assert of_a_value(before, "args['a']") == ("b", [])


def test_a_call_is_reported_once() -> None:
    dag = convert(
        "import catalog", "BashOperator(task_id='a', bash_command='x')\n    catalog.pool(t)"
    )
    assert len(dag.remarks) == 1
    message = "BashOperator(task_id='a', bash_command='x')\n    dag.log.info('x')"
    assert [remark.outcome for remark in convert("", message).remarks] == [Outcome.DROPPED]


@pytest.mark.parametrize(
    ("before", "value"),
    [
        ("extra = ['a']\nx = plugins.base() + extra\nextra.append('b')", "x"),
        ("p = ['a']\nx = (p if os.getenv('E') else []) + ['c']\np.append('b')", "x"),
        ("p = ['a']\nx = str(p if os.getenv('E') else [])\np.append('b')", "x"),
        ("p = ['a']\ny = p if os.getenv('E') else []\nx = f'{y}'\np.append('b')", "x"),
    ],
)
def test_a_value_has_the_lists_as_they_were_then(before: str, value: str) -> None:
    made, found = of_a_value(f"import plugins\n{before}", value)
    assert "'a'" in str(made)
    assert "'b'" not in str(made)
    assert found == []


@pytest.mark.parametrize("later", ["base['y'] = '2'", "base.update(y='2')"])
def test_of_two_equal_mappings_only_one_is_changed_later(later: str) -> None:
    before = f"""
    base = {{"x": "1"}}
    if os.getenv("E"):
        b = base
    else:
        b = {{"x": "1"}}
    {later}
    """
    made, found = of_a_value(before, "b")
    assert made["args"][0] == [{"x": "1"}, {"x": "1", "y": "2"}]
    assert found == []


@pytest.mark.parametrize(
    ("before", "value"),
    [
        ("x = functools.partial(print, data)", "x"),
        ("x = plugins.Client(data)", "x"),
        ("x = plugins.Client(a={'b': data})", "x"),
        ("x = {'a': data}[os.getenv('E')]", "x"),
    ],
)
def test_what_an_object_holds_and_the_file_changes_later_is_a_gap(before: str, value: str) -> None:
    before = f"import plugins\ndata = {{'a': '1'}}\n{before}"
    assert of_a_value(before, value)[1] == []
    assert len(of_a_value(f"{before}\ndata['a'] = '2'", value)[1]) == 1


@pytest.mark.parametrize(
    ("module", "made"),
    [
        ("def f(): pass\ng = f\nf = None", "settings.g"),
        ("def f(): pass\ng = [f][0]", "settings.g"),
        ("def g(): pass", "settings.g"),
    ],
)
def test_a_function_of_a_module_has_the_name_that_was_imported(module: str, made: str) -> None:
    task = "PythonOperator(task_id='a', python_callable=g)"
    dag = convert("from settings import g", task, module)
    assert (dag.data["tasks"][0]["python_callable"], gaps(dag)) == (made, [])


def test_a_function_in_a_list_has_a_name_that_the_module_has() -> None:
    module = "def f(): pass\nALL = [f]\ng = f\nf = None"
    task = "PythonOperator(task_id='a', python_callable=ALL[0])"
    dag = convert("from settings import ALL", task, module)
    assert dag.data["tasks"][0]["python_callable"] == "settings.g"


@pytest.mark.parametrize(
    ("module", "made"),
    [
        ("__all__ = ['pub']\ndef pub(): pass", "settings.pub"),
        ("def pub(): pass", "settings.pub"),
        ("__all__ = ['other']\ndef pub(): pass\nother = 1", None),
        ("other = 1", None),
    ],
)
def test_import_star_takes_the_names_of_a_module_that_is_read(
    module: str, made: str | None
) -> None:
    before = "def pub(): return 'mine'\nfrom settings import *"
    task = "PythonOperator(task_id='a', python_callable=pub)"
    dag = convert(before, task, module)
    assert dag.data["tasks"][0].get("python_callable") == made
    assert gaps(dag) == []


@pytest.mark.parametrize(
    "before",
    [
        "def pub(): return 'mine'",
        "class pub: pass",
        "from mine import pub",
        "pub = {1}",
        "@functools.cache\ndef pub(): return 'mine'",
    ],
)
@pytest.mark.parametrize("module", ["", "__all__ = names()", "from other import *"])
def test_import_star_may_give_any_name_another_value(before: str, module: str) -> None:
    assert of_a_value(f"{before}\nfrom settings import *", "pub", module)[1]
    assert of_a_function(f"{before}\nfrom settings import *", "pub", module)[1]


def test_each_line_of_a_large_choice_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[object] = []

    def count(nodes: Iterable[ast.AST]) -> Iterator[str]:
        looked.append(nodes)
        return bound_names.changed_names(nodes)

    monkeypatch.setattr(conditions, "changed_names", count)
    lines = "\n".join(f"    x{index} = {index}" for index in range(50))
    assert of_a_value(f"if os.getenv('E'):\n{lines}\nelse:\n    y = 1", "'b'") == ("b", [])
    assert 0 < len(looked) <= 51
