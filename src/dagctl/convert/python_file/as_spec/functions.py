"""A function of a DAG file as `python_code`: one `def` that has all that it needs in it."""

from __future__ import annotations

import ast
import builtins
import copy
from keyword import iskeyword
from typing import TYPE_CHECKING, NamedTuple

from dagctl.convert.outcome.report import Place
from dagctl.convert.python_file.as_spec.function_needs import STAYS_A_GAP, Calling, Needs
from dagctl.convert.python_file.as_spec.function_needs import reason as reason_of
from dagctl.convert.python_file.as_spec.function_text import Edit, FunctionText
from dagctl.convert.python_file.state.binding import defaults_of, used_at_once
from dagctl.convert.python_file.state.bound_names import (
    bound_names,
    free_names,
    import_by_path,
    import_in,
    import_of,
    loaded_names,
    own_names,
)
from dagctl.convert.python_file.state.items import Function, LocalClass, Made, Name
from dagctl.convert.python_file.state.source_tree import read_python
from dagctl.convert.python_file.state.value_uses import Uses, functions_in
from dagctl.convert.python_file.values.methods import Instance, Method
from dagctl.convert.python_file.values.records import is_same_anew
from dagctl.convert.python_file.values.texts import literal
from dagctl.user_code.python.code_checks import runs_at_import, signature_annotations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dagctl.convert.outcome.report import Report
    from dagctl.convert.python_file.as_spec.code_module import CodeModule
    from dagctl.convert.python_file.state.machine import Machine
    from dagctl.convert.python_file.state.scope import Scope

_MOST = 300
"""Names of the file that a function may need."""
_LONGEST = 100_000
"""Characters: as many as `python_code` may have."""
_CONTEXT_FROM = {"2": "airflow.operators.python", "3": "airflow.sdk"}
_ALIKE = ("logging.getLogger", "re.compile", "pathlib.", "os.getenv", "os.environ.get")
"""What gives the same at each call."""
_ANEW = "each call would make it anew: make it in the function"
_IN_AN_IF = "it gets its value in an `if`, which each call would go through: write the value"
_OWN = "the function has that name for something else: rename its parameter or variable"


class WrittenFunction(NamedTuple):
    """A function as a spec has it."""

    text: str
    is_path: bool = False
    """Whether it is an import path: the function stands in the module beside the new file."""

    def under(self, code: str, path: str) -> dict[str, str]:
        """Return it under the key for code, or under that for a path."""
        return {path if self.is_path else code: self.text}


class Functions:
    """Makes `python_code` of the functions of a file, and of those that it imports.

    A function that is not the same with all in it that it needs goes into the module.
    """

    def __init__(self, machine: Machine, module: CodeModule | None = None) -> None:
        self._machine = machine
        self._module = module
        self._changes = machine.changes
        self._context_from = _CONTEXT_FROM[machine.target[0]]
        self._texts: dict[str, FunctionText] = {}
        self._uses: dict[str, Uses] = {}
        """How the functions of each file use its names."""
        self._names: dict[int, dict[int, dict[str, object]]] = {}
        """The names of the file that lead to each list or mapping."""
        self._free: dict[str, list[str]] = {}
        """The names that a definition takes from the file, by its code."""
        self.copied: set[Place] = set()
        """The lines of the files that stand in functions now."""

    def _text(self, scope: Scope) -> FunctionText:
        file, text, _ = scope.origin
        if file not in self._texts:
            self._texts[file] = FunctionText(text)
        return self._texts[file]

    def _uses_in(self, scope: Scope) -> Uses:
        file, text, _ = scope.origin
        if file not in self._uses:
            self._uses[file] = Uses()
            for function in functions_in(read_python(text, file)):
                self._machine.charge(self._uses[file].add(function) // 8)
        return self._uses[file]

    def _names_of(self, value: object, scope: Scope) -> dict[str, object]:
        """Return the names of the file that lead to a list or a mapping."""
        root = scope.root
        if id(root) not in self._names:
            self._names[id(root)] = root.names_by_container()
        return self._names[id(root)].get(id(value), {})

    def value(
        self, function: Function, report: Report, subject: str, name: str = ""
    ) -> dict[str, str]:
        """Return the marker of a function that is a value, and may be called again and again.

        What it needs of the file is made anew at each call then: that must change nothing.

        Args:
            function: The function.
            report: Gets what was done.
            subject: What the report is about.
            name: The name of a lambda, unless it means something else there.
        """
        use = Calling(is_called_again=True)
        written = self.written(function, report, subject, use, name or subject)
        return written.under("$python_code", "$ref")

    def written(
        self,
        function: Function,
        report: Report,
        subject: str,
        calling: Calling = Calling(),  # noqa: B008 - it does not change
        name: str = "run",
    ) -> WrittenFunction:
        """Return a function with what it needs of the file, or its path in the module.

        Args:
            function: The function.
            report: Gets what was done.
            subject: What the report is about.
            calling: How it is called.
            name: The name of a lambda, unless it means something else there.
        """
        node, text = function.node, self._text(function.scope)
        is_lambda = isinstance(node, ast.Lambda)
        source = text.source(_without_defaults(node) if isinstance(node, ast.Lambda) else node)
        names = free_names(source, whole=is_lambda)
        needs = self._needs(function, names, calling)
        path = self._path(function, needs, report, subject)
        if path is not None:
            return WrittenFunction(path, is_path=True)
        if isinstance(node, ast.Lambda):
            name = function.name if isinstance(function, Method) else name
            is_known = name in names or hasattr(builtins, name) or iskeyword(name)
            name = name if name.isidentifier() and not is_known else "run"
            edits = [*_defaults(function)]
            code = text.of_lambda(node, [*needs.imports, *needs.others], name, edits)
            what = "call of the method" if isinstance(function, Method) else "lambda"
            report.changed(function.place, subject, f"the {what} is written as a function")
        else:
            edits = [*_annotations(node), *_defaults(function)]
            code = text.of_function(node, [*needs.imports, *needs.others], edits)
        self._say(function, needs, report, subject)
        return WrittenFunction(code)

    def _needs(self, function: Function, names: list[str], calling: Calling) -> Needs:
        node, scope = function.node, function.scope
        needs = Needs(calling, own_names(node))
        try:
            self._gather(names, scope, needs)
            needs.refuse(node)
            if calling.is_called_again or calling.is_callback:
                uses = self._uses_in(scope)
                needs.refuse_shared(node, uses, lambda value: self._names_of(value, scope))
        except _TooMuchError as error:
            needs = Needs(calling, missing={error.name: error.why})
        if isinstance(function, Method) and not function.is_still_named():
            needs.missing[function.by] = "it means another object later"
        return needs

    def _path(self, function: Function, needs: Needs, report: Report, subject: str) -> str | None:
        """Return the path of a function in the module, if it is not the same elsewhere."""
        is_same = not needs.missing and not function.strange
        is_wrong = not STAYS_A_GAP.isdisjoint(needs.missing.values())
        if self._module is None or is_same or is_wrong or needs.calling.is_elsewhere:
            return None
        return self._module.path_of(function, report, subject)

    def _say(self, function: Function, needs: Needs, report: Report, subject: str) -> None:
        names = [name for _, name in needs.names]
        if names:
            shown = ", ".join(f"`{name}`" for name in names[:6])
            more = f" and {len(names) - 6} more" if len(names) > 6 else ""  # noqa: PLR2004
            stand = "stand" if len(names) > 1 else "stands"
            text = f"{shown}{more} of the file {stand} in the function now"
            report.changed(function.place, subject, text)
        if needs.is_dag_used:
            text = "the DAG is the one that Airflow gives when the task runs"
            report.changed(function.place, subject, text)
        if needs.file:
            text = "`__file__` is the new DAG file there: what lies beside it must lie there too"
            report.changed(function.place, subject, text)
        for name, why in needs.missing.items():
            report.gap(function.place, subject, f"the function needs `{name}`: {why}")
        if function.strange:
            text = f"the decorator `{function.strange}` is left out: call it in the function"
            report.gap(function.place, subject, text)

    def _gather(self, names: list[str], scope: Scope, needs: Needs) -> None:
        """Add what gives each name its value, and what that needs in turn, before it."""
        for name in names:
            holder = scope.holder(name)
            needs.file |= name == "__file__"
            if name == "__file__" and scope.origin.module:
                needs.missing[name] = "it is the file of the module there"
            if needs.own.get(name, set()) - {
                import_in(holder.statements.get(name, ()) if holder else (), name)
            }:
                needs.missing[name] = _OWN
                continue
            if holder is None:
                if not hasattr(builtins, name):
                    self._from_star(name, scope, needs)
                continue  # without a value it is there and here alike
            key = (id(holder), name)
            if key in needs.names:
                continue
            needs.names[key] = None
            self._machine.charge()
            if len(needs.names) > _MOST:
                raise _TooMuchError(name, f"more than {_MOST} names of the file are too many")
            if needs.calling.dag is not None and holder.values[name] is needs.calling.dag:
                needs.is_dag_used = True
                needs.imports[f"from {self._context_from} import get_current_context"] = None
                needs.others[f"{name} = get_current_context()['dag']"] = None
            else:
                self._give(name, holder, needs)

    def _from_star(self, name: str, scope: Scope, needs: Needs) -> None:
        """Import by its name what can come from nowhere but the one `import *` of the file."""
        stars = [*scope.stars()]
        if len(stars) == 1:
            alias = [ast.alias(name)]
            needs.imports[ast.unparse(ast.ImportFrom(stars[0].module, alias, stars[0].level))] = (
                None
            )
        elif stars:
            needs.missing[name] = "it may come from an `import *`: import it by its name"

    def _give(self, name: str, holder: Scope, needs: Needs) -> None:
        if self._import(name, holder, needs):
            return
        value, statements = holder.values[name], holder.statements.get(name, [])
        reason = reason_of(value)
        if reason:
            needs.missing[name] = reason
            return
        if isinstance(value, Function | LocalClass):
            self._definition(name, value, needs)
        elif (text := literal(value)) is not None:
            if isinstance(value, list | tuple | dict | set):
                needs.state[name] = value
            needs.others[f"{name} = {text}"] = None
        elif len(statements) == 1:
            self._copy(name, statements[0], holder, needs)
        else:
            self._of_argument(name, value, statements, needs)

    def _import(self, name: str, holder: Scope, needs: Needs) -> bool:
        """Add the import of a name, if it has one; return whether it was looked after."""
        value, statements = holder.values[name], holder.statements.get(name, [])
        module = holder.own_origin.module if holder.own_origin else ""
        last = statements[-1] if statements else None
        is_relative = isinstance(last, ast.Try) or bool(getattr(last, "level", None))
        if isinstance(value, Name) and not (module and is_relative):
            if isinstance(last, ast.Try):
                self._copy(name, last, holder, needs)
                return True
            if isinstance(last, ast.Import | ast.ImportFrom):
                is_by_path = is_relative and holder.origin.module
                line = import_by_path(name, value.path) if is_by_path else import_of(name, last)
                needs.imports[line] = None
                return True
        is_of_module = bool(module) and not reason_of(value)
        if is_of_module and self._changes_later(name, holder):
            needs.missing[name] = "calls of the file change what the module has there"
        elif is_of_module:
            needs.imports[f"from {module} import {name}"] = None
        return is_of_module

    def _changes_later(self, name: str, holder: Scope) -> bool:
        """Return whether a function gave a name of a module another value, or changed it."""
        is_given = holder.statements.get(name) == []
        return is_given or self._changes.is_changed(holder.values[name], holder.followed_at)

    def _of_argument(self, name: str, value: object, given: list[ast.stmt], needs: Needs) -> None:
        """Import a function of the project that is an argument of the function around this one."""
        path = value.path if isinstance(value, Name) and not given else ""
        if isinstance(self._machine.definition(path), Function):
            needs.imports[import_by_path(name, path)] = None
        else:
            how = "it gets its value at several places" if given else "it is given as an argument"
            needs.missing[name] = how

    def _copy(self, name: str, statement: ast.stmt, holder: Scope, needs: Needs) -> None:
        """Add the one statement that gives a name its value."""
        value = holder.values[name]
        if needs.own.keys() & (bound_names([statement]).keys() - {name}):
            needs.missing[name] = "its line names a parameter or a variable of the function too"
            return
        if name in loaded_names(statement) and not isinstance(statement, ast.Try):
            needs.missing[name] = "its line uses the value that the name had before"
            return
        if holder.origin.module and any(getattr(each, "level", 0) for each in ast.walk(statement)):
            needs.missing[name] = "a relative import of a module gives it: import it by its path"
            return
        since = holder.named_at.get(name, 0)
        is_touched = isinstance(value, Instance) and bool(value.touched)
        if is_touched or self._changes.is_changed(value, since):
            needs.missing[name] = "it is changed after the line that makes it"
            return
        self._refuse_later(loaded_names(statement), holder, since, needs)
        is_alike = is_same_anew(value) or (
            isinstance(value, Made) and value.target.path.startswith(_ALIKE)
        )
        if not is_alike and not isinstance(value, Name):
            is_known = not isinstance(statement, ast.If)
            needs.calls[name] = _ANEW if is_known else _IN_AN_IF
        source = self._text(holder).source(statement)
        lines = range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
        self.copied |= {Place(holder.origin.file, line) for line in lines}
        needs.parts.append(statement)
        self._gather(loaded_names(statement), holder, needs)
        self._add(name, source, needs)

    def _refuse_later(self, names: Iterable[str], scope: Scope, since: int, needs: Needs) -> None:
        """Refuse names that a statement uses, if they have got other values since."""
        for name in names:
            holder = scope.holder(name)
            if holder is None:
                continue
            is_renamed = holder.named_at.get(name, 0) > since
            if is_renamed or self._changes.is_changed(holder.values[name], since):
                needs.missing[name] = "it gets another value after the line that uses it"

    def _definition(self, name: str, value: Function | LocalClass, needs: Needs) -> None:
        node = value.node
        if isinstance(node, ast.Lambda):
            needs.missing[name] = "write it as a `def`"
            return
        if node.name != name:
            needs.missing[name] = f"it is `{node.name}` under another name: use one name"
            return
        source = self._text(value.scope).source(node)
        since = value.scope.named_at.get(node.name, 0)
        self._refuse_later(used_at_once(node), value.scope, since, needs)
        needs.parts.append(node)
        if source not in self._free:
            self._free[source] = free_names(source)
        self._gather(self._free[source], value.scope, needs)
        self._add(name, source, needs)

    def _add(self, name: str, source: str, needs: Needs) -> None:
        """Add a statement; its characters are counted, as each function has its own copy."""
        self._machine.charge(len(source) // 100)
        needs.length += len(source)
        if needs.length > _LONGEST:
            raise _TooMuchError(name, f"more than {_LONGEST:,} characters of the file are too many")
        needs.others[source] = None


class _TooMuchError(Exception):
    """A function needs more of the file than it can have in it."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(name)
        self.name, self.why = name, why


def _annotations(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Edit]:
    """Yield the annotations that name what the DAG file will not have, in quotes."""
    for annotation in signature_annotations(function):
        if runs_at_import(annotation):
            yield Edit(annotation, repr(ast.unparse(annotation)))


def _without_defaults(node: ast.Lambda) -> ast.Lambda:
    """Return a lambda whose defaults are not looked at: Python has worked them out."""
    args = copy.copy(node.args)
    args.defaults, args.kw_defaults = [], [None] * len(args.kwonlyargs)
    return ast.Lambda(args, node.body)


def _defaults(function: Function) -> Iterator[Edit]:
    """Yield the defaults that are constants of the file, by their values."""
    for name, default in defaults_of(function.node.args).items():
        text = literal(function.defaults.get(name, ...))
        if text is not None and not isinstance(default, ast.Constant):
            yield Edit(default, text)
