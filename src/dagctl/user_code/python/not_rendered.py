"""A warning for a template of Airflow's in Python code, where it is plain that nothing renders it.

Code may render a text itself, fill it in, look for it, or write it into a file for others. So only
a text is looked at that goes, as it is, to a database, a command, a file's name or the log, or
that the function returns.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from typing import TYPE_CHECKING

from dagctl.errors import Severity
from dagctl.findings.codes import Code
from dagctl.patterns import lazy_pattern
from dagctl.text.template_signs import has_code, printed
from dagctl.user_code.python.code_reads import bound_names
from dagctl.user_code.python.findings import finding, place_of_node
from dagctl.user_code.python.syntax_tree import own_nodes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from re import Match, Pattern

    from dagctl.findings.problem import Problem
    from dagctl.user_code.python.source_lines import CodeText
    from dagctl.user_code.python.syntax_tree import Nodes

    Use = tuple[Sequence[ast.expr | None], "Pattern[str]"]
    """Arguments, and what shows that they are not for rendering."""

_MEANT = (
    r"(?:(?P<key>(?:ds|ts)(?:_nodash)?|logical_date|execution_date|run_id"
    r"|data_interval_(?:start|end))"
    r"|(?P<owner>params|dag_run|ti|task_instance|macros|conn|var\.value|var\.json)\.(?P<name>\w+))\b"
)
"""What only Airflow's templates mean."""
_RENDERS = lazy_pattern(r"(?i)render|jinja|template|notif")
"""Names of what makes something of a template."""
_SPEAKS = lazy_pattern(
    r"(?i)\{%|`|template|render|\b(?:write|use|replace|contains?|help|usage|example|means?"
    r"|placeholders?|missing|not|would|will|is|are)\b"
)
"""A text that speaks of templates, or is the beginning of one."""
_SEARCHES = lazy_pattern(
    r"(?i)\{%|template|\b(?:[ir]?like|regexp\w*|replace|similar|position|strpos|instr)\b"
)
"""A query, or a name, that is about templates."""
_FILLS = lazy_pattern(
    r"(?i)[<>]|jinja|template|\b(?:[gmn]?awk|sed|perl|e?grep|rg|tee|j2|yq|envsubst|argo|dbt|airflow"
    r"|docker|kubectl|helm|python\d?)\b"
)
"""A command that looks for the template, fills it in, or writes it into a file."""
_QUERIES = {"run", "execute", "get_records", "get_first", "get_pandas_df", "insert_rows"}
_DATABASE = lazy_pattern(r"(?i)hook|cursor|^cur$|conn")
_COMMANDS = {
    *(("subprocess", name) for name in ("run", "call", "check_call", "check_output", "Popen")),
    ("os", "system"),
}
_LOGS = {"debug", "info", "warning", "error", "critical", "exception"}
_LOGGERS = {"log", "logger", "logging"}
_PLAIN = sys.stdlib_module_names | {
    *("airflow", "pandas", "sqlalchemy", "psycopg", "psycopg2", "pymysql", "MySQLdb", "pyodbc"),
    *("oracledb", "snowflake", "duckdb", "clickhouse_connect", "clickhouse_driver", "requests"),
}
"""Modules with hooks and connections that render nothing; those of a user may."""


def not_rendered(
    body: Sequence[ast.stmt],
    nodes: Nodes,
    source: CodeText,
    context: str | None,
    *,
    is_task: bool = True,
) -> Iterator[Problem]:
    """Yield a warning for the first such text.

    Args:
        body: The statements of the function.
        nodes: Every node of the code.
        source: The text of the code.
        context: The name of the parameter that takes Airflow's context, if there is one.
        is_task: Whether Airflow fills parameters by their names.
    """
    if not any(_template(node) for node in nodes.of(ast.Constant)) or _may_render(nodes):
        return
    texts = [node for node in _plain(body, nodes) if _template(node)]
    if texts:
        first = min(texts, key=lambda node: (node.lineno, node.col_offset))
        match = _template(first)
        yield finding(
            Code.NOT_RENDERED,
            "Airflow renders no template in Python code: the text stays as it is",
            _instead(match, context, is_task=is_task) if match else "",
            place_of_node(first, source),
            Severity.WARNING,
        )


def _template(node: ast.expr) -> Match[str] | None:
    text = node.value if isinstance(node, ast.Constant) else None
    return printed(_MEANT).search(text) if isinstance(text, str) and has_code(text) else None


def _may_render(nodes: Nodes) -> bool:
    names = [node.id for node in nodes.of(ast.Name)]
    names += [node.attr for node in nodes.of(ast.Attribute)]
    return nodes.has(ast.ClassDef) or any(map(_RENDERS.search, names))


def _plain(body: Sequence[ast.stmt], nodes: Nodes) -> Iterator[ast.expr]:
    """Yield the texts that go on as they are, where they stand."""
    bound = Counter(bound_names(nodes))
    values = {
        node.targets[0].id: node.value
        for node in nodes.of(ast.Assign)
        if len(node.targets) == 1
        and isinstance(node.targets[0], ast.Name)
        and bound[node.targets[0].id] == 1
    }
    imported = {alias.name for node in nodes.of(ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in nodes.of(ast.ImportFrom)}
    queries = _QUERIES if all(name.partition(".")[0] in _PLAIN for name in imported) else set()
    returned = [node.value for node in own_nodes(body) if isinstance(node, ast.Return)]
    uses: list[Use] = [(returned, _SPEAKS)]
    uses += [use for node in nodes.of(ast.Call) if (use := _use(node, values, bound, queries))]
    for given, other in uses:
        texts = _texts(given, values)
        if not any(other.search(str(text.value)) for text in texts):
            yield from texts


def _use(
    call: ast.Call,
    values: Mapping[str, ast.expr],
    bound: Counter[str | None],
    queries: AbstractSet[str],
) -> Use | None:
    """Return the arguments that a call takes as they are, and what may stand in other texts."""
    match call.func:
        case ast.Name(id="open" | "print" as name) if not bound[name]:
            return (call.args[:1], _SEARCHES) if name == "open" else (call.args, _SPEAKS)
        case ast.Attribute(value=ast.Name(id=owner), attr=name) if (owner, name) in _COMMANDS:
            return call.args[:1], _FILLS
        case ast.Attribute(value=owner, attr=name) if name in _LOGS and _word(owner) in _LOGGERS:
            return call.args, _SPEAKS
        case ast.Attribute(value=owner, attr=name) if name in queries:
            words = _word(owner), _word(values.get(_word(owner)))
            named = [option.value for option in call.keywords if option.arg == "sql"]
            return (
                ([*call.args[:1], *named], _SEARCHES) if any(map(_DATABASE.search, words)) else None
            )
    return None


def _word(node: ast.expr | None) -> str:
    """Return the last name of what a call or a value comes from: `PostgresHook`, `cursor`."""
    while isinstance(node, ast.Call):
        node = node.func
    return str(getattr(node, "attr", getattr(node, "id", "")))


def _texts(given: Sequence[ast.expr | None], values: Mapping[str, ast.expr]) -> list[ast.Constant]:
    """Return the texts of some arguments, also those of a list and those with a name."""
    items: list[ast.expr | None] = []
    for node in (_named(each, values) for each in given):
        items += node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
    constants = (_named(item, values) for item in items)
    return [
        node for node in constants if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def _named(node: ast.expr | None, values: Mapping[str, ast.expr]) -> ast.expr | None:
    return values.get(node.id, node) if isinstance(node, ast.Name) else node


_READERS = {
    "conn": 'BaseHook.get_connection("{}")',
    "var.value": 'Variable.get("{}")',
    "var.json": 'Variable.get("{}", deserialize_json=True)',
}
"""What reads in code what a template has under a name."""


def _instead(match: Match[str], context: str | None, *, is_task: bool) -> str:
    """Return the hint for a template: how code reads the same."""
    owner, name = match["owner"], match["name"]
    if owner in _READERS:
        return f"use `{_READERS[owner].format(name)}`"
    key = owner or match["key"]
    key = {"execution_date": "logical_date", "task_instance": "ti"}.get(key, key)
    rest = "" if not owner else f'["{name}"]' if owner == "params" else f".{name}"
    if context:
        return f'use `{context}["{key}"]{rest}`'
    return (
        f"write `def run({key}):` and use `{key}{rest}`"
        if is_task
        else "give it the value as an argument"
    )
