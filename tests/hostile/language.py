"""Specs that are made to take long, of the constructs of the language; `texts` has them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dagctl.spec.fields.markers import MOST_ARGUMENTS

if TYPE_CHECKING:
    from collections.abc import Callable

    Task = dict[str, Any]
    Text = Callable[[int], str]

OWN = "jobs.operators.Load"


def _document(**fields: object) -> str:
    return json.dumps({"dag_name": "Hostile", "tasks": [_bash("a")], **fields})


def _bash(task_id: str, **fields: object) -> Task:
    return {"task_id": task_id, "bash_command": "true", **fields}


def _operator(task_id: str, name: str, given: object, **fields: object) -> Task:
    return {"task_id": task_id, "operator": name, "with": given, **fields}


def _tasks(make: Callable[[int], Task], each: int) -> Callable[[int], str]:
    """Return a spec of tasks, which are made of their number."""
    return lambda size: _document(tasks=[make(n) for n in range(size // each)])


def _one(make: Callable[[int], Task], each: int) -> Callable[[int], str]:
    """Return a spec of one task, which is made of how many things it has."""
    return lambda size: _document(tasks=[make(size // each)])


def _wide(name: str, argument: Callable[[int], tuple[str, object]], each: int) -> Text:
    """Return a spec of operators with as many arguments as one may have."""

    def arguments(first: int, end: int) -> dict[str, object]:
        return dict(map(argument, range(first, min(first + MOST_ARGUMENTS, end))))

    def text(size: int) -> str:
        firsts = range(0, size // each, MOST_ARGUMENTS)
        given = [(first, arguments(first, size // each)) for first in firsts]
        tasks = [_operator(f"t{first}", name, each) for first, each in given]
        return _document(tasks=[*tasks, _bash("c")])

    return text


def _group(number: int) -> Task:
    tasks = [_bash("a"), _bash("b", dependencies=["a"])]
    before = {"dependencies": [f"g{number - 1}"]} if number else {}
    return {"group_id": f"g{number}", "tasks": tasks, **before}


def _nested(size: int) -> str:
    """Return groups in one another, as deep as they may be, side by side."""

    def nest(name: str, depth: int) -> Task:
        inner = [nest(name, depth - 1)] if depth else [_bash("a")]
        return {"group_id": f"{name}{depth}", "tasks": inner}

    return _document(tasks=[nest(f"g{n}_", 18) for n in range(size // 700)])


def _branches(number: int) -> Task:
    code = f"return ['b{number}', 'c', 'b{number + 1}']"
    waits = {"dependencies": [f"b{number - 1}"]} if number else {}
    return {"task_id": f"b{number}", "task_type": "branch", "python_code": code, **waits}


def _returns(count: int) -> str:
    names = ", ".join(f"'t{n}'" for n in range(count))
    code = f"return [{names}]"
    return _document(tasks=[{"task_id": "a", "task_type": "branch", "python_code": code}])


def _joined(count: int) -> Task:
    source = {"$map": {"$zip": [{"$xcom": "c"}] * count}, "function": {"$ref": "jobs.f"}}
    return _operator("a", "BashOperator", {}, expand={"bash_command": source})


LANGUAGE: dict[str, Callable[[int], str]] = {
    "groups that follow each other": _tasks(_group, 150),
    "groups in one another": _nested,
    "branches": _tasks(_branches, 130),
    "what one branch returns": lambda size: _returns(size // 9),
    "outputs of the task before": _tasks(
        lambda n: _operator(f"t{n}", OWN, {"x": {"$xcom": f"t{n - 1}"}} if n else {}), 100
    ),
    "outputs of one task in others": _wide(OWN, lambda n: (f"x{n}", {"$xcom": "c"}), 24),
    "lengths of time without a type": _wide(OWN, lambda n: (f"timeout_{n}", "5m"), 22),
    "more arguments than a call may have": _one(
        lambda n: _operator("a", OWN, {f"x{i}": 1 for i in range(n)}), 12
    ),
    "names of template files": _one(
        lambda n: _operator("a", "SQLExecuteQueryOperator", {"conn_id": "a", "sql": ["a.sql"] * n}),
        9,
    ),
    "parameters that are misspelt": _wide("S3KeySensor", lambda n: (f"bucket_kye_{n}", 1), 20),
    "operators that are misspelt": _tasks(lambda n: _operator(f"t{n}", f"S3KeySensr{n}", {}), 60),
    "parameters of a mapping that are not rendered": _one(
        lambda n: _operator("a", "S3KeySensor", {"wildcard_match": ["{{ x }}"] * n}), 12
    ),
    "objects in a value": _one(
        lambda n: _operator("a", OWN, {"x": [{"$new": "a.B", "with": {"delay": "5m"}}] * n}), 45
    ),
    "unknown markers": _one(lambda n: _operator("a", OWN, {"x": [{"$nw": 1}] * n}), 12),
    "values to map over": _one(
        lambda n: _operator("a", "BashOperator", {}, expand={"bash_command": ["{{ x }}"] * n}), 12
    ),
    "outputs joined, and functions called for them": lambda size: _document(
        tasks=[_bash("c"), _joined(size // 16)]
    ),
    "lists of no values to map over": _tasks(
        lambda n: _operator(f"t{n}", "BashOperator", {}, expand={"bash_command": []}), 90
    ),
    "outputs of functions that return nothing": _tasks(
        lambda n: (
            {"task_id": f"t{n}", "python_code": "def f(x=1): print(x)"}
            | ({"with": {"x": {"$xcom": f"t{n - 1}"}}} if n else {})
        ),
        100,
    ),
    "params": lambda size: _document(params={f"p{n}": {"default": n} for n in range(size // 24)}),
    "assets": lambda size: _document(
        schedule={"assets": [f"s3://a/{n}" for n in range(size // 14)]}
    ),
    "callbacks": lambda size: _document(
        on_failure_callback=[{"callable": "a.b"} for _ in range(size // 21)]
    ),
    "Jinja in the pools of tasks": _tasks(lambda n: _bash(f"t{n}", pool="{{ x }}"), 65),
    "outputs pulled of tasks beside": _tasks(
        lambda n: _operator(
            f"t{n}", "S3ListOperator", {"bucket": f"{{{{ ti.xcom_pull('t{n + 1}') }}}}"}
        ),
        100,
    ),
    "parameters of many names": _one(
        lambda n: _bash("a", env={"A": "".join(f"{{{{params.p{i}}}}}" for i in range(n))}), 17
    ),
    "outputs of many tasks": _one(
        lambda n: _bash("a", env={"A": "".join(f"{{{{ti.xcom_pull('{i}')}}}}" for i in range(n))}),
        30,
    ),
    "texts with Jinja": _tasks(
        lambda n: _operator(f"t{n}", "S3ListOperator", {"bucket": f"{{{{ params.x{n} }}}}"}), 90
    ),
}
"""By what they are made of."""
