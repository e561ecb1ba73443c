"""What `Client` does with hand-written DAG files."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dagctl.errors import ConflictError, DagctlError, UnfinishedError
from dagctl.lifecycle import Lifecycle
from dagctl.next_step import Fix, Option

if TYPE_CHECKING:
    from collections.abc import Callable

    from dagctl.commands.adopt import Adopted, Adoption
    from dagctl.commands.plan import PlanResult
    from dagctl.operation.options import Options
    from dagctl.spec.model import DagSpec
    from dagctl.workspace import Workspace


class Adopting(Lifecycle):
    """The calls of a client that put hand-written DAG files under dagctl."""

    workspace: Workspace

    def adopt(  # noqa: PLR0913 - each is a choice of its own
        self,
        file: str | Path,
        *,
        into: str | Path | None = None,
        accept_gaps: bool = False,
        airflow_python: str | None = None,
        verify: bool = True,
        push: bool | None = None,
        on_result: Callable[[Adopted], None] | None = None,
    ) -> Adopted:
        """Put a hand-written DAG file under dagctl: write its spec, and take its place.

        The file is replaced in one operation and one commit; the commit before has it as it was.

        Args:
            file: A Python file with one DAG, where dagctl writes the DAG of that id.
            into: The folder for the spec. Default: `specs` in the workspace.
            accept_gaps: Take its place even if something is missing or differs.
            airflow_python: The Python of an environment with Airflow, which reads both files and
                compares them: that runs the code of the file. None: dagctl compares what it reads.
            verify: Run the git hooks.
            push: As for `create`.
            on_result: Shows the result, as for `create`.

        Raises:
            UsageError: The file cannot be read, or has not exactly one DAG.
            SpecError: It is no Python.
            ConflictError: Something is missing, differs, or is in the way; nothing was changed.
            UnfinishedError: Something failed half way; `recover` finishes or undoes it.
        """
        from dagctl.commands.adopt import Adopted, refuse_gaps, write_spec
        from dagctl.commands.create import ResultHandlers, create, ignore

        adoption = self._adoption(file, into, airflow_python)
        if not accept_gaps:
            refuse_gaps(adoption)
        is_new = write_spec(adoption)
        show = on_result or ignore
        handlers = ResultHandlers(
            on_recovered=self._remember,
            on_result=lambda result: show(Adopted(adoption=adoption, result=result)),
        )
        try:
            changes = self._specs.changes(adoption.spec_path, self._context.settings.checks)
            self._check_id(adoption)
            options = self._options(verify=verify, push=push)
            result = create(self._context, changes, _taking_place(options, adoption), handlers)
        except DagctlError as error:
            if is_new and not isinstance(error, UnfinishedError):
                with suppress(OSError):
                    adoption.spec_path.unlink()
            raise
        return Adopted(adoption=adoption, result=result)

    def plan_adoption(
        self,
        file: str | Path,
        *,
        into: str | Path | None = None,
        airflow_python: str | None = None,
    ) -> Adopted:
        """Return what `adopt` would do, gaps and all; nothing is changed."""
        from dagctl.commands.adopt import Adopted

        adoption = self._adoption(file, into, airflow_python)
        return Adopted(adoption=adoption, plan=self._plan(adoption, adoption.spec))

    def _adoption(
        self, file: str | Path, into: str | Path | None, airflow_python: str | None
    ) -> Adoption:
        from datetime import UTC, datetime

        from dagctl.commands.adopt import adoption_of

        serialise = None
        if airflow_python is not None:
            from dagctl.adapters.airflow_process import serialised

            dags = self.workspace.root / self._context.settings.dags_folder
            serialise = partial(serialised, airflow_python, folder=dags)
        self._settle_dead()  # before the file is read: it may be what a killed run wrote
        default = Path(os.path.relpath(self.workspace.root / "specs"))
        adoption = adoption_of(
            self._context,
            self.workspace.root,
            Path(file),
            default if into is None else Path(into),
            today=datetime.now(UTC).date(),
            serialise=serialise,
        )
        self._check_same(adoption)
        return adoption

    def _check_same(self, adoption: Adoption) -> None:
        """Check that the folder of the spec adds nothing to it."""
        path = os.path.relpath(adoption.spec_path.resolve(), self.workspace.root.resolve())
        content = adoption.dag.text.encode()
        change, _ = self._specs.edited(content, path, self._context.settings.checks)
        if change.spec_digest != adoption.spec.digest():
            folder = adoption.spec_path.parent
            raise ConflictError(
                f"the defaults of {folder} would make another DAG of {adoption.spec_path}",
                hint=Fix("choose a folder without them: ", Option("into", "FOLDER")),
            )

    def _check_id(self, adoption: Adoption) -> None:
        """Check that the spec takes the place of the file, and no other id."""
        (dag,) = self._plan(adoption, adoption.spec_path).dags
        if dag.dag_id != adoption.spec.dag_id:
            raise ConflictError(
                f"the DAG would be `{dag.dag_id}`: `{adoption.spec.dag_id}` is taken",
                hint="remove the other DAG of that id first",
            )

    def _plan(self, adoption: Adoption, spec: DagSpec | Path) -> PlanResult:
        from dagctl.commands.plan import plan

        changes = self._specs.changes(spec, self._context.settings.checks)
        return plan(self._context, changes, _taking_place(self._options(), adoption))


def _taking_place(options: Options, adoption: Adoption) -> Options:
    return replace(options, overwrites=adoption.file_digest)
