"""Which Airflow, and which tasks, run a function that yields or is asynchronous."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.spec.codes import Code
from dagctl.spec.problem import Problem
from dagctl.spec.python_code import PythonCodeError, parse_python_code
from dagctl.spec.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.spec.target import Target

_IN_A_TASK = ("python", "branch", "short_circuit")
"""Tasks whose operator runs a generator and awaits a coroutine; sensors and others do not."""
_YIELDS_FROM = (2, 10)
_AWAITS_FROM = (3, 2)


def function_problems(task: Mapping[str, Any], target: Target) -> Iterator[Problem]:
    """Yield why the target, or the kind of a task, does not run its function."""
    code = task.get("python_code")
    if not isinstance(code, str) or ("yield" not in code and "async" not in code):
        return
    try:
        parsed = parse_python_code(code, provide_context=task.get("provide_context") is True)
    except PythonCodeError:  # it is reported already
        return
    if not parsed.is_generator and not parsed.is_async:
        return
    is_async = parsed.is_async
    number = Code.PYTHON_ASYNC if is_async else Code.PYTHON_YIELD
    what = "an `async def`" if is_async else "a function that yields"
    needed = _AWAITS_FROM if is_async else _YIELDS_FROM
    kind = "decorator" if "decorator" in task else task.get("task_type", "python")
    hint = "call `asyncio.run(...)` in a plain `def`" if is_async else "return a list instead"
    if kind not in _IN_A_TASK:
        name = task.get("decorator") if kind == "decorator" else kind
        message = f"{quoted(str(name))} does not run {what}"
    elif target.oldest < needed:
        version = f"{needed[0]}.{needed[1]}"
        message = f"{what} needs Airflow {version}; the target is {target.name}"
        if target.newest >= needed:
            hint = f'set `version = "{version}"` under `[airflow]` in dagctl.toml, or {hint}'
    else:
        return
    yield Problem(number, message, hint).at("python_code")
