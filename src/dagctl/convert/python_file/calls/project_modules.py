"""The project's own modules, which a DAG file imports: their constants and their functions.

A module is read as the DAG file is: as a tree, within bounds, and never run. What it gives is data;
functions and classes stay import paths, and a call of a function can be followed.
"""

from __future__ import annotations

import ast
import builtins
import operator
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from dagctl.convert.outcome.report import Place
from dagctl.convert.python_file.certainty.effects import is_settled
from dagctl.convert.python_file.state.binding import Call
from dagctl.convert.python_file.state.given import Deployment, FilesBeside
from dagctl.convert.python_file.state.inlining import defined, inline
from dagctl.convert.python_file.state.items import (
    Decorated,
    EnumMember,
    Function,
    Late,
    LocalClass,
    Made,
    Moment,
    Name,
    Opaque,
    Zone,
)
from dagctl.convert.python_file.state.scope import Scope, SourceFile
from dagctl.convert.python_file.state.source_tree import read_python
from dagctl.convert.python_file.values.file_paths import written
from dagctl.convert.python_file.values.records import is_same_anew, is_text
from dagctl.errors import SpecError, UsageError
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from dagctl.convert.python_file.state.machine import Machine

UNKNOWN = object()
"""What a name gives whose value is not known."""
_MOST_MODULES = 40
_MOST_TEXTS = 500
"""Files beside the DAG file that are read or looked for."""
_LONGEST_PATH = 40
"""Parts of an import path that is looked up: each of its beginnings may be a module."""
_CLASS = lazy_pattern(r"[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*")
_DEEPEST = 6
"""Modules that import one another in a row."""
_ASSETS = frozenset({"Dataset", "Asset"})
_PLAIN = (str, int, float, bool, type(None), timedelta, Moment, Zone, Late)


class Module(NamedTuple):
    """A module of the project: its file, and its text."""

    file: str
    text: str


ReadModule = Callable[[str, str], Module | None]
"""Returns the module of a dotted name (with leading dots: relative) that a file imports."""


class Modules:
    """The modules that a DAG file imports, each read once, when a name of it is looked up."""

    def __init__(
        self,
        read: ReadModule = lambda *_: None,
        files: FilesBeside = FilesBeside(),  # noqa: B008 - it does not change
        deployment: Deployment = Deployment(),  # noqa: B008 - as above
    ) -> None:
        self.deployment = deployment
        self.files = files
        self._read = read
        self._texts: dict[str, str | None] = {}
        self._scopes: dict[tuple[str, str], Scope | None] = {}
        self.depth = 0

    def anew(self) -> Modules:
        """Return what reads the same modules for another machine."""
        return Modules(self._read, self.files, self.deployment)

    def value(self, machine: Machine, path: str) -> Any:  # noqa: ANN401 - any value of Python
        """Return the data that an import path names, or `UNKNOWN`."""
        scope, names = self._holder(machine, path)
        if scope is None:
            return UNKNOWN
        if names[0] in scope.values and not is_settled(machine, names[0], scope):
            why = f"`{names[0]}` of the module may be changed by what is not followed"
            return Opaque(why, Place(scope.origin.file, 1))
        value = self._within(machine, scope, names)
        module = scope.origin.module or path.removesuffix("." + ".".join(names))
        if isinstance(value, Function):
            return Name(f"{module}.{'.'.join(names)}")
        return exported(value, module, scope) if value is not UNKNOWN else UNKNOWN

    def is_object(self, machine: Machine, path: str) -> bool:
        """Return whether a module of the project makes what a path names: no import leads into it.

        A name like `Settings` is one of a class in a spec, and may have parts; `AWS` is none.
        """
        scope, names = self._holder(machine, path)
        value = scope.values.get(names[0], UNKNOWN) if scope else UNKNOWN
        return not (value is UNKNOWN or isinstance(value, Name) or _CLASS.fullmatch(names[0]))

    def star_names(self, machine: Machine, module: str) -> list[str] | None:
        """Return the names that `import *` takes from a module; None: they are not known."""
        scope = None if len(module) > _LONGEST_PATH * 20 else self._scope(machine, module)
        if scope is None or any(scope.stars()):
            return None
        if "__all__" not in scope.values:
            return [name for name in scope.values if not name.startswith("_")]
        names = scope.values["__all__"]
        is_known = isinstance(names, list | tuple) and all(isinstance(name, str) for name in names)
        return [*names] if is_known else None

    def text_beside(self, name: str) -> str | None:
        """Return the text of a file beside the DAG file; None: none, or too many were read."""
        if name not in self._texts and len(self._texts) < _MOST_TEXTS:
            try:
                self._texts[name] = self.files.text(name)
            except UsageError:  # no UTF-8, too large
                self._texts[name] = None
        return self._texts.get(name)

    def definition(self, machine: Machine, path: str) -> Function | Decorated | LocalClass | None:
        """Return the function or the class of the project that an import path names, or None."""
        for _ in range(_DEEPEST):
            scope, names = self._holder(machine, path)
            value = None if scope is None else scope.values.get(names[0])
            if scope is None or len(names) > 1:
                return None
            if isinstance(value, Function | Decorated | LocalClass):
                return value
            if not isinstance(value, Name):
                return None
            path = absolute(value.path, scope.origin)
        return None

    def _holder(self, machine: Machine, path: str) -> tuple[Scope | None, list[str]]:
        """Return the module that a path leads into, and the names in it."""
        parts = path.split(".")
        if len(parts) > _LONGEST_PATH:
            return None, []
        start = len(path) - len(path.lstrip("."))
        for end in range(len(parts) - 1, start, -1):
            scope = self._scope(machine, ".".join(parts[:end]))
            if scope is not None:
                return scope, parts[end:]
        return None, []

    def _within(self, machine: Machine, scope: Scope, names: list[str]) -> Any:  # noqa: ANN401
        value = scope.values.get(names[0], UNKNOWN)
        for name in names[1:]:
            value = attribute(machine, value, name)
        return value

    def _scope(self, machine: Machine, module: str) -> Scope | None:
        key = (machine.file, module) if module.startswith(".") else ("", module)
        if key not in self._scopes:
            self._scopes[key] = None  # a circle of imports ends here
            if len(self._scopes) <= _MOST_MODULES * 4 and self.depth < _DEEPEST:
                self._scopes[key] = self._followed(machine, module)
        return self._scopes[key]

    def _followed(self, machine: Machine, module: str) -> Scope | None:
        """Return the names of a module; None: there is none, or it cannot be followed."""
        text = self._read(module, machine.file)
        known = sum(scope is not None for scope in self._scopes.values())
        if text is None or known >= _MOST_MODULES:
            return None
        self.depth += 1
        name = absolute(module, machine.origin)
        known_as = "" if name.startswith(".") else name
        try:
            inner = machine.beside(SourceFile(text.file, text.text, known_as))
            end = inner.run(read_python(text.text, text.file).body, inner.scope)
        except (SpecError, RecursionError):
            return None
        finally:
            self.depth -= 1
        inner.scope.followed_at = inner.changes.now()
        return None if end is not None or inner.may_stop else inner.scope


def absolute(path: str, importer: SourceFile) -> str:
    """Return an import path without the dots that lead it, where the importer's name is known."""
    name = path.lstrip(".")
    up = len(path) - len(name)
    if not up or not importer.module:
        return path
    parts = importer.module.split(".")
    is_package = importer.file.endswith("__init__.py")
    above = parts[: len(parts) - up + is_package]
    return ".".join([*above, name]) if above else path


def imported(machine: Machine, path: str) -> Any:  # noqa: ANN401 - any value of Python
    """Return the data that an import path names in the project, else the path as a name."""
    known = machine.imported(path)
    return Name(path) if known is UNKNOWN else known


def from_star(machine: Machine, scope: Scope, name: str) -> Any:  # noqa: ANN401 - as above
    """Return what a name without a value has from the one `import *`, or `UNKNOWN`."""
    stars = [*scope.stars()]
    if len(stars) != 1 or name.startswith("_") or hasattr(builtins, name):
        return UNKNOWN  # such an import gives no name with `_`, and Python itself has some
    module = "." * stars[0].level + (stars[0].module or "")
    path = f"{module}{'' if module.endswith('.') else '.'}{name}"
    return imported(machine, absolute(path, scope.origin))


def attribute(machine: Machine, owner: object, name: str) -> Any:  # noqa: ANN401 - any value
    """Return what a class or a member of an enumeration has under a name, or `UNKNOWN`."""
    if isinstance(owner, LocalClass):
        return member(owner, name)
    if not isinstance(owner, EnumMember):
        return UNKNOWN
    return getattr(owner, name) if name in {"name", "value"} else _asked(machine, owner, name)


def _asked(machine: Machine, owner: EnumMember, name: str) -> Any:  # noqa: ANN401 - any value
    """Return what the `__getattr__` of a class gives, or `UNKNOWN`."""
    body = owner.owner.node.body
    getters = [node for node in body if isinstance(node, ast.FunctionDef)]
    getter = next((node for node in getters if node.name == "__getattr__"), None)
    if getter is None:
        return UNKNOWN
    call = Call(ast.Call(ast.Name("__getattr__", ast.Load()), [], []))
    call.args = [owner, name]
    value = inline(machine, defined(machine, getter, owner.owner.scope), call)
    return UNKNOWN if value is None or isinstance(value, Opaque) else value


def member(owner: LocalClass, name: str) -> Any:  # noqa: ANN401 - any value
    """Return what stands in a class under a name: a constant, a class, a member; or `UNKNOWN`."""
    value = owner.names.values.get(name, UNKNOWN)
    is_plain = all(
        isinstance(statement, _PLAIN_PARTS) or is_text(statement) for statement in owner.node.body
    )
    if not is_plain or owner.scope.uses.changes_attribute(name, value):
        return UNKNOWN
    bases = {ast.unparse(base).rpartition(".")[2] for base in owner.node.bases}
    if value is UNKNOWN or not any(base.endswith("Enum") for base in bases):
        return value
    return EnumMember(name, value, is_data=bool(bases & _DATA_BASES), owner=owner)


_DATA_BASES = {"str", "int", "StrEnum", "IntEnum"}
_PLAIN_PARTS = (
    *(ast.Assign, ast.AnnAssign, ast.ClassDef, ast.Pass),
    *(ast.FunctionDef, ast.AsyncFunctionDef),
)


def exported(value: object, module: str, scope: Scope) -> Any:  # noqa: ANN401 - any value of Python
    """Return a value as another file has it: data, with functions of the module by their paths."""
    if isinstance(value, _PLAIN) or is_same_anew(value):
        return value
    if isinstance(value, dict):
        made = {key: exported(item, module, scope) for key, item in value.items()}
        if any(item is UNKNOWN for item in made.values()):
            return UNKNOWN
        return value if all(made[key] is item for key, item in value.items()) else made
    if isinstance(value, list | tuple):
        items = [exported(item, module, scope) for item in value]
        if any(item is UNKNOWN for item in items):
            return UNKNOWN
        is_same = all(map(operator.is_, items, value))
        return value if is_same else type(value)(items)
    return _by_path(value, module, scope)


def _by_path(value: object, module: str, scope: Scope) -> Any:  # noqa: ANN401 - any value of Python
    if isinstance(value, Decorated):
        return UNKNOWN
    if isinstance(value, Function) and isinstance(value.node, ast.FunctionDef):
        name = next((name for name, held in scope.values.items() if held is value), None)
        return UNKNOWN if name is None else Name(f"{module}.{name}")
    if isinstance(value, Name):
        return value
    if isinstance(value, EnumMember):
        return value if value.is_data else UNKNOWN
    is_asset = isinstance(value, Made) and value.target.path.rpartition(".")[2] in _ASSETS
    return value if is_asset or written(value) is not None else UNKNOWN
