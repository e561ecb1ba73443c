"""Code and templates of a converted DAG, with the names that the target has for the same."""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING, Any, NamedTuple

from jinja2 import TemplateSyntaxError

from dagctl.findings.codes import Code
from dagctl.user_code.jinja.context_variables import REPLACEMENTS
from dagctl.user_code.jinja.words import AIRFLOW
from dagctl.user_code.python.gone_imports import moved

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dagctl.errors import Diagnostic
    from dagctl.target import Target

_CODE_KEYS = ("python_code", "$python_code")
_DATE, _NOW = "execution_date", "logical_date"
_CURRENT = "get_current_context()"
_TASK_INSTANCES = frozenset({"ti", "task_instance"})
_CONTEXTS = frozenset({"context", "kwargs"})
"""How functions of a module call what Airflow gives them."""
_ALIKE = (_DATE, "tomorrow_ds", "tomorrow_ds_nodash", "yesterday_ds", "yesterday_ds_nodash")
"""Variables that Airflow 3 has not, and whose replacement gives the same in every run."""
_OF_OBJECTS = {
    **{(owner, _DATE): _NOW for owner in ("ti", "task_instance", "dag_run")},
    **{(owner, "dag_run"): "dag_run" for owner in ("ti", "task_instance")},
}
"""What Airflow 2 has in an object of the context, and Airflow 3 in the context itself."""


class Ported(NamedTuple):
    """A spec whose texts use the names of the target, and what was renamed in them."""

    data: dict[str, Any]
    changes: tuple[tuple[tuple[str | int, ...], str], ...]
    """The path of each text that was changed, and what was done."""


def ported(data: Mapping[str, Any], findings: Iterable[Diagnostic], target: Target) -> Ported:
    """Return a spec in which names that the target lacks are those that it has for the same.

    Imports of hooks and other classes that moved, and variables of a run whose new name gives the
    same value, are renamed. Everything else stays as it is.

    Args:
        data: The spec. It is not changed.
        findings: What was said of it: only the texts that these are about are looked at.
        target: The Airflow that is meant.
    """
    kinds = {Code.PYTHON_IMPORT, *((Code.GONE_VARIABLE,) if target.series == "3" else ())}
    paths = {each.path: None for each in findings if each.code in kinds and each.path}
    made = copy.deepcopy(dict(data)) if paths else dict(data)
    changes: list[tuple[tuple[str | int, ...], str]] = []
    for path in paths:
        *way, last = path
        holder: Any = made
        for step in way:
            holder = holder[step]
        text = holder[last]
        if not isinstance(text, str):
            continue
        is_code = last in _CODE_KEYS
        holder[last], done = code_now(text, target) if is_code else _template_now(text)
        changes += [(path, each) for each in dict.fromkeys(done)]
    return Ported(made, tuple(changes))


def code_now(code: str, target: Target, *, is_module: bool = False) -> tuple[str, list[str]]:
    """Return Python code with imports and keys that the target has, and what was done.

    Args:
        code: One function, or a body of one.
        target: The Airflow that is meant.
        is_module: Whether it is a module instead: not all of its functions get the context then.
    """
    text = code.replace("\r\n", "\n").replace("\r", "\n")  # as Python counts lines
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return code, []
    lines, done = text.split("\n"), []
    asked = {*_runs_now(tree, lines, is_module=is_module)} if target.series == "3" else set()
    if asked:
        done.append("`ti.dag_run` is `dag_run` of the context in Airflow 3")
    for node in sorted(ast.walk(tree), key=lambda each: -getattr(each, "lineno", 0)):
        if isinstance(node, ast.ImportFrom) and _stands_alone(node, lines):
            new = _imports_now(node, target)
            if new:
                indent = " " * node.col_offset
                lines[node.lineno - 1 : node.end_lineno] = [indent + line for line, _ in new]
                done += [text for _, text in new if text]
        elif isinstance(node, ast.Subscript | ast.Call):
            key = _key(node, is_module=is_module) if target.series == "3" else None
            if key is not None and _replace(lines, key, _DATE):
                done.append(f"`{_DATE}` is `{_NOW}` in Airflow 3")
    is_function = bool(tree.body) and target.series == "3" and not is_module
    function = tree.body[-1] if is_function else None
    if isinstance(function, ast.FunctionDef) and _rename(function, lines):
        done.append(f"the parameter `{_DATE}` is `{_NOW}` in Airflow 3")
    if _CURRENT in asked and isinstance(function, ast.FunctionDef):
        _insert(function, lines, "from airflow.sdk import get_current_context")
    return "\n".join(lines) if done else code, done


def _runs_now(tree: ast.Module, lines: list[str], *, is_module: bool) -> Iterator[str]:
    """Read the run of a task from the context; yield how, for each place where it is read."""
    function = tree.body[-1] if tree.body and not is_module else None
    own: set[str] = set()
    if isinstance(function, ast.FunctionDef) and function.body[0].lineno > function.lineno:
        parameters = {each.arg for each in (*function.args.args, *function.args.kwonlyargs)}
        own = (parameters & _TASK_INSTANCES) - _given_again(function)
    for node in sorted(ast.walk(tree), key=lambda each: -getattr(each, "col_offset", 0)):
        match node:
            case ast.Attribute(attr="dag_run", value=ast.Name(id=name)) if name in own:
                if _rewrite(lines, node, f"{name}.dag_run", f'{_CURRENT}["dag_run"]'):
                    yield _CURRENT
            case ast.Attribute(
                attr="dag_run",
                value=ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=key)),
            ) if key in _TASK_INSTANCES and not (is_module and name not in _CONTEXTS):
                old = ast.unparse(node)
                forms = (old, old.replace("'", '"'))
                if any(_rewrite(lines, node, form, f'{name}["dag_run"]') for form in forms):
                    yield name


def _given_again(function: ast.FunctionDef) -> set[str]:
    """Return the names to which a function, or one in it, gives a value of its own."""
    stored = {
        each.id
        for each in ast.walk(function)
        if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load)
    }
    inner = [each for each in ast.walk(function) if each is not function]
    functions = (each.args for each in inner if isinstance(each, ast.FunctionDef | ast.Lambda))
    return stored | {
        each.arg for args in functions for each in ast.walk(args) if isinstance(each, ast.arg)
    }


def _rewrite(lines: list[str], node: ast.expr, old: str, new: str) -> bool:
    """Write something else in the place of an expression; return whether it stood there so."""
    if node.lineno != node.end_lineno:
        return False
    line = lines[node.lineno - 1].encode()
    if line[node.col_offset : node.end_col_offset].decode() != old:
        return False
    made = line[: node.col_offset] + new.encode() + line[node.end_col_offset :]
    lines[node.lineno - 1] = made.decode()
    return True


def _stands_alone(node: ast.stmt, lines: Sequence[str]) -> bool:
    """Return whether nothing else stands on the lines of a statement."""
    last = lines[(node.end_lineno or node.lineno) - 1].encode()[node.end_col_offset :].strip()
    before = lines[node.lineno - 1].encode()[: node.col_offset]
    return not before.strip() and (not last or last.startswith(b"#"))


def _imports_now(node: ast.ImportFrom, target: Target) -> list[tuple[str, str]]:
    """Return the lines that import the same of the target, each with what is new; [] if none is."""
    made: list[tuple[str, str]] = []
    kept: list[ast.alias] = []
    for alias in node.names:
        path = f"{node.module}.{alias.name}"
        now = moved(path, target) if node.level == 0 else path
        if now == path:
            kept.append(alias)
            continue
        module, _, name = now.rpartition(".")
        own = alias.asname or alias.name
        word = name if name == own else f"{name} as {own}"
        made.append((f"from {module} import {word}", f"`{path}` is `{now}` now"))
    if made and kept:
        made.insert(0, (ast.unparse(ast.ImportFrom(node.module, kept, node.level)), ""))
    return made


def _key(node: ast.Subscript | ast.Call, *, is_module: bool) -> ast.Constant | None:
    """Return the date of the run in `context["execution_date"]`, or `context.get("...")`."""
    key: ast.expr | None = None
    owner = ""
    match node:
        case ast.Subscript(value=ast.Name(id=owner), slice=ast.Constant() as key):
            pass
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr="get"), args=[key, *_]):
            pass
    if is_module and owner not in _CONTEXTS:
        return None
    is_date = isinstance(key, ast.Constant) and key.value == _DATE
    return key if is_date and isinstance(key, ast.Constant) else None


def _rename(function: ast.FunctionDef, lines: list[str]) -> bool:
    """Let a function take the date of the run by its new name; return whether it took the old."""
    arguments = [*function.args.args, *function.args.kwonlyargs]
    old = next((each for each in arguments if each.arg == _DATE), None)
    has_body = function.body[0].lineno > function.lineno
    names = {each.id for each in ast.walk(function) if isinstance(each, ast.Name)}
    if old is None or not has_body or _NOW in names | {each.arg for each in arguments}:
        return False
    _insert(function, lines, f"{_DATE} = {_NOW}")
    return _replace(lines, old, _DATE)


def _insert(function: ast.FunctionDef, lines: list[str], line: str) -> None:
    """Put a line before the first statement of a function."""
    first = function.body[1 if ast.get_docstring(function) and function.body[1:] else 0]
    lines.insert(first.lineno - 1, f"{' ' * first.col_offset}{line}")


def _replace(lines: list[str], node: ast.expr | ast.arg, text: str) -> bool:
    """Write the new name in the place of the old one; return whether it stands there as it is."""
    line = lines[node.lineno - 1].encode()
    old = line[node.col_offset : node.end_col_offset].decode()
    if old.partition(":")[0].strip("'\" ") != text:
        return False
    new = old.replace(_DATE, _NOW, 1).encode()
    lines[node.lineno - 1] = (line[: node.col_offset] + new + line[node.end_col_offset :]).decode()
    return True


def _template_now(text: str) -> tuple[str, list[str]]:
    """Return a template with variables that Airflow 3 has, and what was done."""
    try:
        tokens = [(kind, word) for _, kind, word in AIRFLOW.lex(text)]
    except TemplateSyntaxError:
        return text, []
    if "".join(word for _, word in tokens) != text.removesuffix("\n"):
        return text, []
    done: list[str] = []
    words = [*_words_now(tokens, done)]
    return "".join(words) + ("\n" if text.endswith("\n") else ""), done


def _words_now(tokens: list[tuple[str, str]], done: list[str]) -> Iterator[str]:
    shown = [index for index, (kind, _) in enumerate(tokens) if kind != "whitespace"]
    order = {index: place for place, index in enumerate(shown)}
    skipped: set[int] = set()
    for index, (kind, word) in enumerate(tokens):
        if index in skipped:
            continue
        place = order.get(index, 0)
        near = [tokens[each] for each in shown[place : place + 3]]
        before = tokens[shown[place - 1]][1] if index in order and place else ""
        after = near[1][1] if len(near) > 1 else ""
        if kind != "name" or before in {".", "|"} or after == "=":
            yield word
        elif near[1:2] == [("operator", ".")] and (word, near[-1][1]) in _OF_OBJECTS:
            skipped.update(range(index, shown[place + 2] + 1))
            new = _OF_OBJECTS[word, near[-1][1]]
            done.append(f"`{word}.{near[-1][1]}` is `{new}` in Airflow 3")
            yield new
        elif word in _ALIKE:
            new = REPLACEMENTS[word]
            done.append(f"`{word}` is `{new}` in Airflow 3")
            yield f"({new})" if " " in new and after in {".", "|", "[", "~", "+"} else new
        else:
            yield word
