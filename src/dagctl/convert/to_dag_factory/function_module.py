"""The functions of a spec in a module of their own: dag-factory imports them."""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING, Any

from dagctl.patterns import lazy_pattern
from dagctl.spec.fields.callbacks import code_of
from dagctl.user_code.python import as_function

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.convert.outcome.exported import Losses
    from dagctl.spec.dependencies.outline import Entry
    from dagctl.spec.walk import Path
    from dagctl.user_code.python import PythonCode

_OTHER = lazy_pattern(r"[^A-Za-z0-9_]")


class FunctionModule:
    """Gathers the functions of one DAG, each under a name of its own."""

    def __init__(self, dag_id: str, losses: Losses) -> None:
        """Begin with no functions."""
        stem = _OTHER.sub("_", dag_id)
        self.name = f"{stem if not stem[:1].isdigit() else f'dag_{stem}'}_functions"
        self._losses = losses
        self._functions: dict[str, str] = {}

    def add(self, entry: Entry) -> str:
        """Take the code of a task; return the import path of its function."""
        task, path = entry.item, (*entry.path, "python_code")
        return self._added(entry.name, task.code, path, provide_context=task.provide_context)

    def add_callback(self, callback: Mapping[str, Any], path: Path) -> str:
        """Take the code of a callback; return the import path of its function."""
        event = next(step for step in reversed(path) if isinstance(step, str))
        stem = event.removesuffix("_callback")
        code: PythonCode = code_of(callback)  # type: ignore[arg-type] # it is checked
        return self._added(stem, code, (*path, "python_code"), provide_context=False)

    def text(self) -> str | None:
        """Return the module; None: no function needs one."""
        if not self._functions:
            return None
        functions = "\n\n\n".join(text.strip("\n") for text in self._functions.values())
        return f'"""Functions of the DAG that {self.name} is for."""\n\n\n{functions}\n'

    def _added(self, stem: str, code: PythonCode, path: Path, *, provide_context: bool) -> str:
        name = self._free(_OTHER.sub("_", stem))
        self._functions[name] = as_function(code, name, provide_context=provide_context)
        where = f"{self.name}.{name}"
        self._losses.changed(path, f"it is the function {where}, in the module {self.name}.py")
        return where

    def _free(self, name: str) -> str:
        """Return a name that is a function's, and that no other function has."""
        name = f"task_{name}" if name[:1].isdigit() or name.startswith("__") else name
        name = f"{name}_task" if keyword.iskeyword(name) else name
        free, number = name, 1
        while free in self._functions:
            number += 1
            free = f"{name}_{number}"
        return free
