"""The specs of a workspace, for a client: read with all that counts for them.

Light: the language is loaded with the first spec.
"""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from dagctl.errors import SpecError, UsageError
from dagctl.operation.backend import TooManyEnvironmentsError
from dagctl.settings import load_variables
from dagctl.settings.workspace_variables import ENVIRONMENT, each_environment
from dagctl.spec.resolution.variables import Variables, variables_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from dagctl.commands.specs.given_specs import SpecOrFile
    from dagctl.commands.specs.surroundings import Surroundings
    from dagctl.errors import Diagnostic
    from dagctl.operation.change import Change
    from dagctl.ports import DagRecord
    from dagctl.spec.inputs import Input
    from dagctl.spec.model import DagSpec
    from dagctl.spec.resolution.variables import Variable
    from dagctl.spec.strictness import Checks
    from dagctl.workspace import Workspace

MOST_TRIED = 100
"""How often a spec is read for the environment that makes what is recorded."""


class WorkspaceSpecs:
    """Reads the specs of one workspace; a `Loader`."""

    def __init__(self, workspace: Workspace, variables: Variables | None = None) -> None:
        """Take the workspace, and its variables; None: what it says when a spec is read."""
        self._workspace = workspace
        self._variables = variables
        self._variants: list[Surroundings] = []
        self._environments: tuple[Variables, ...] = ()

    def renew(self) -> None:
        """Forget what was read: a command begins, and files may have changed."""
        self._variants, self._environments = [], ()

    def changes(
        self, specs: SpecOrFile | Sequence[SpecOrFile], checks: Checks | None = None
    ) -> list[Change]:
        """Return what these specs ask for, in their order.

        Args:
            specs: One spec, or several of them.
            checks: How findings are taken; None: only errors of the spec itself count.

        Raises:
            SpecError: Some specs have errors or cannot be read.
        """
        from dagctl.commands.specs.given_specs import changes_of

        surroundings = self._surroundings(self._variables)
        return changes_of(specs, self._workspace.root, checks, surroundings)

    def edited(
        self, content: bytes, path: str | None, checks: Checks
    ) -> tuple[Change, tuple[Diagnostic, ...]]:
        """Return what an edited text asks for, and what is to be known about it.

        Args:
            content: The text.
            path: The file that it is the text of, relative to the workspace; None: it has none.
            checks: How findings are taken.

        Raises:
            SpecError: It has errors.
        """
        from dagctl.commands.specs.given_specs import change_of_text

        surroundings = self._surroundings(self._variables)
        return change_of_text(content, path, self._workspace.root, checks, surroundings)

    def annotated(self, record: DagRecord) -> str:
        """Return the recorded spec as YAML, with comments that say where its values come from.

        Raises:
            NotFoundError: No spec is recorded.
            SpecError: Today's rules refuse it.
        """
        from dagctl.commands.origins import annotated
        from dagctl.commands.recorded_spec import spec_as_yaml
        from dagctl.commands.show import spec_of

        if record.source_path is None:
            return spec_as_yaml(record)
        tried = islice(self._tried(lambda: record.inputs), MOST_TRIED)
        environments = (surroundings for _, surroundings in tried)
        path = self._workspace.root / record.source_path
        return annotated(spec_of(record), environments, path, record.source_path)

    def load(self, text: str | bytes, path: str) -> DagSpec:
        """Return the spec of a text as if it stood in that file, relative to the workspace.

        Raises:
            SpecError: It has errors.
        """
        surroundings = self._surroundings(self._variables)
        return surroundings.load(text, self._workspace.root / path, path)

    def origins(
        self, spec: DagSpec, path: str, fields: Sequence[tuple[str, ...]]
    ) -> Mapping[tuple[str, ...], str]:
        """Return `file:line` of the fields of a spec that files with defaults say."""
        from dagctl.commands.origins import origins_of

        surroundings = self._surroundings(self._variables)
        return origins_of(spec, surroundings, self._workspace.root / path, fields)

    def input_digests(self, inputs: Sequence[Input]) -> dict[Input, str | None]:
        """Return the digest that each input of a spec has now; None: it is gone.

        Raises:
            UsageError: The variables of the workspace are wrong.
        """
        from dagctl.commands.specs.input_digests import digests_now

        is_of_any = any(each.kind == "variable" for each in inputs)
        return digests_now(self._workspace.root, inputs, self._every() if is_of_any else ())

    def variants(
        self, text: str | bytes, path: str, made_of: Callable[[], Sequence[Input]] = tuple
    ) -> Iterator[DagSpec]:
        """Yield the spec as each environment makes it, the chosen one first.

        One in which all variables that the spec names are as in one before makes the same spec.
        A text that cannot be read, or has errors `MOST_TRIED` times, makes none.

        Args:
            text: The spec.
            path: Its file, relative to the workspace.
            made_of: Returns what the recorded spec was made of. Asked for where there are many
                environments: those that are most like it come behind the chosen one.

        Raises:
            TooManyEnvironmentsError: It was read `MOST_TRIED` times, and there are more of them.
        """
        from dagctl.spec.load import is_readable

        names: list[str] | None = None
        seen: set[tuple[object, ...]] = set()
        tried = 0
        is_spec = False
        for variables, surroundings in self._tried(made_of):
            if names is not None and _values_of(names, variables) in seen:
                continue
            if tried == MOST_TRIED:
                if not is_spec:
                    return
                count = len(self._environments) - 1
                raise TooManyEnvironmentsError(
                    f"{path} was read for {MOST_TRIED} of {count:,} environments only",
                    hint=f"{ENVIRONMENT}=NAME says which one counts",
                )
            tried += 1
            try:
                spec = surroundings.load(text, self._workspace.root / path, path)
            except SpecError:
                if tried == 1 and not is_readable(text, origin=path):
                    return
                continue
            is_spec = True
            named = [each.name for each in spec.inputs if each.kind == "variable"]
            names = named if names is None else names
            if named == names:
                seen.add(_values_of(names, variables))
            yield spec

    def _tried(
        self, made_of: Callable[[], Sequence[Input]]
    ) -> Iterator[tuple[Variables, Surroundings]]:
        """Yield the chosen environment, then the others: of many, the likeliest first."""
        every = self._every()
        if not self._variants:
            self._variants = [self._surroundings(variables) for variables in every]
        yield every[0], self._variants[0]
        others = every[1:]
        places: Iterable[int] = range(len(others))
        if len(others) > MOST_TRIED:
            from dagctl.commands.specs.input_digests import alike_first

            places = alike_first(made_of(), others)
        yield from ((others[place], self._variants[place + 1]) for place in places)

    def _every(self) -> tuple[Variables, ...]:
        """Return the variables that count, then those of each environment; read once a command."""
        if not self._environments:
            chosen = self._variables or load_variables(self._workspace, os.environ)
            self._environments = (chosen, *each_environment(self._workspace))
        return self._environments

    def _surroundings(self, variables: Variables | None) -> Surroundings:
        from dagctl.commands.specs.surroundings import Surroundings

        return Surroundings(variables)


def _values_of(names: Sequence[str], variables: Variables) -> tuple[object, ...]:
    """Return what the variables of these names are: for equal ones a spec is the same.

    A list or a mapping is only equal to itself.
    """
    return tuple(_identity(variables.values.get(name)) for name in names)


def _identity(variable: Variable | None) -> object:
    if variable is None or not isinstance(variable.value, str | int | float):
        return id(variable)
    return type(variable.value), variable.value, variable.text


def variables_with(
    workspace: Workspace, env: str | None, given: Mapping[str, Any] | Variables | None
) -> Variables:
    """Return the variables of a workspace, with those that a program gives.

    Raises:
        UsageError: There is no such environment, or one of them cannot be a variable.
    """
    if isinstance(given, Variables):
        return given
    known = load_variables(workspace, os.environ, environment=env)
    try:
        return replace(known, values={**known.values, **variables_of(given or {}).values})
    except ValueError as error:
        raise UsageError(str(error)) from None
