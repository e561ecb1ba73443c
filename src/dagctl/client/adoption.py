"""What `Client` does with hand-written DAG files."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dagctl.bootstrap import airflow_of
from dagctl.client.lifecycle import Lifecycle
from dagctl.errors import ConflictError, UsageError
from dagctl.next_step import Fix, Option
from dagctl.operation.options import HandWritten, Options

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dagctl.commands.adopt import Adopted, Adoption
    from dagctl.commands.convert import Converted
    from dagctl.commands.plan import PlanResult
    from dagctl.convert import Deployment
    from dagctl.operation.change import Change


class Adopting(Lifecycle):
    """The calls of a client that read DAG files of others, and put them under dagctl."""

    def convert(  # noqa: PLR0913 - each is a choice of its own
        self,
        files: str | Path | Sequence[str | Path],
        *,
        form: str | None = None,
        root: str | Path | None = None,
        into: str | Path | None = None,
        force: bool = False,
        deployment: Deployment | None = None,
    ) -> tuple[Converted, ...]:
        """Turn DAG files of Python and of other tools into specs, for the workspace's Airflow.

        Nothing of the files is imported or run, and nothing is recorded.

        Args:
            files: Files and folders.
            form: `python`, `dag-factory`, `airflow-yaml`, `airflow-config` or `gusty`. None: what
                each file looks like.
            root: The outermost folder whose `defaults.yml` and modules are read.
            into: A folder that gets each spec as `<dag_id>.yaml`; the DAGs folder gets the modules
                that the DAGs need (`conversion.beside`). None: nothing is written.
            force: Overwrite other files there.
            deployment: Variables that Python files read, as far as they are known.

        Returns:
            The files with their DAGs: `conversion.dags`, each with `dag_id`, `text` (the spec as
            YAML), `data`, `whole` and `remarks`, the report.

        Raises:
            UsageError: A file is missing, there is no DAG in the files, or no such format.
            SpecError: A file cannot be read as what it is.
            ConflictError: Another file is where a spec would be; nothing was written.
        """
        from dagctl.commands.convert import convert_files, write_specs
        from dagctl.convert import FORMATS, Deployment

        if form is not None and form not in FORMATS:
            raise UsageError(f"no format is called {form!r}", hint=f"one of {', '.join(FORMATS)}")
        named = [files] if isinstance(files, str | Path) else files
        converted = convert_files(
            [str(file) for file in named],
            form=form,
            root=None if root is None else Path(root),
            airflow=self._context.settings.target,
            today=datetime.now(UTC).date(),
            deployment=deployment or Deployment(),
        )
        if into is not None:
            modules = self.workspace.root / self._context.settings.dags_folder
            write_specs(converted, Path(into), modules, force=force)
        return converted

    def adopt(  # noqa: PLR0913 - each is a choice of its own
        self,
        file: str | Path,
        *,
        into: str | Path | None = None,
        accept_gaps: bool = False,
        airflow_python: str | None = None,
        verify: bool = True,
        push: bool | None = None,
        deployment: Deployment | None = None,
        on_result: Callable[[Adopted], None] | None = None,
    ) -> Adopted:
        """Put a hand-written DAG file under dagctl: write its spec, and take its place.

        The file is replaced in one operation and one commit; the commit before has it as it was.

        Args:
            file: A Python file with one DAG, in the DAGs folder or below. If dagctl writes the DAG
                of that id to another path, the file is removed there in the same operation.
            into: The folder for the spec. Default: `specs` in the workspace.
            accept_gaps: Take its place even if something is missing or differs.
            airflow_python: The Python of an environment with Airflow, which reads both files and
                compares them: that runs the code of the file. None: dagctl compares what it reads.
            verify: Run the git hooks.
            push: As for `create`.
            deployment: As for `convert`.
            on_result: Shows the result, as for `create`.

        Raises:
            UsageError: The file cannot be read, or has not exactly one DAG.
            SpecError: It is no Python.
            ConflictError: Something is missing, differs, or is in the way; nothing was changed.
            UnfinishedError: Something failed half way; `recover` finishes or undoes it.
        """
        from dagctl.commands.adopt import Adopted, refuse_gaps
        from dagctl.commands.create import create
        from dagctl.commands.operate import ignore

        adoption = self._adoption(file, into, airflow_python, deployment)
        if not accept_gaps:
            refuse_gaps(adoption)
        self._plan(adoption)  # refuses another id
        show = on_result or ignore
        result = create(
            self._context,
            [self._change(adoption)],
            _taking_place(Options(by_file=self._by_file, verify=verify, push=push), adoption),
            on_recovered=self._remember,
            on_result=lambda result: show(Adopted(adoption=adoption, result=result)),
        )
        return Adopted(adoption=adoption, result=result)

    def plan_adoption(
        self,
        file: str | Path,
        *,
        into: str | Path | None = None,
        airflow_python: str | None = None,
        deployment: Deployment | None = None,
    ) -> Adopted:
        """Return what `adopt` would do, gaps and all; nothing is changed."""
        from dagctl.commands.adopt import Adopted

        adoption = self._adoption(file, into, airflow_python, deployment)
        return Adopted(adoption=adoption, plan=self._plan(adoption))

    def _adoption(
        self,
        file: str | Path,
        into: str | Path | None,
        airflow_python: str | None,
        deployment: Deployment | None,
    ) -> Adoption:
        from dagctl.commands.adopt import adoption_of
        from dagctl.convert import Deployment

        serialise = None
        if airflow_python is not None:
            dags = self.workspace.root / self._context.settings.dags_folder
            serialise = airflow_of(airflow_python, dags)
        self._settle_dead()  # before the file is read: it may be what a killed run wrote
        default = Path(os.path.relpath(self.workspace.root / "specs"))
        adoption = adoption_of(
            self._context,
            self.workspace.root,
            Path(file),
            default if into is None else Path(into),
            serialise=serialise,
            deployment=deployment or Deployment(),
        )
        self._check_same(adoption)
        return adoption

    def _change(self, adoption: Adoption) -> Change:
        """Return what is asked for: the DAG of a spec file that is written with its confirmation.

        Raises:
            ConflictError: The spec file may not be written, or is there already.
        """
        from dagctl.commands.adopt import spec_write_of

        path = os.path.relpath(adoption.spec_path.resolve(), self.workspace.root.resolve())
        content = adoption.dag.text.encode()
        write = spec_write_of(self._context, path, content)
        change, _ = self._specs.edited(content, path, self._context.settings.checks)
        return replace(change, spec_write=write)

    def _check_same(self, adoption: Adoption) -> None:
        """Check that the folder of the spec adds nothing to it."""
        if self._change(adoption).spec_digest != adoption.spec.digest():
            folder = adoption.spec_path.parent
            raise ConflictError(
                f"the defaults of {folder} would make another DAG of {adoption.spec_path}",
                hint=Fix("choose a folder without them: ", Option("into", "FOLDER")),
            )

    def _plan(self, adoption: Adoption) -> PlanResult:
        """Return the plan, in which the spec takes the place of the file, and no other id."""
        from dagctl.commands.plan import plan

        options = _taking_place(Options(by_file=self._by_file), adoption)
        planned = plan(self._context, [self._change(adoption)], options)
        if planned.dags[0].dag_id != adoption.spec.dag_id:
            why = next(iter(planned.warnings), f"`{adoption.spec.dag_id}` is taken")
            raise ConflictError(why, hint="remove one of the two, or give it another dag_id")
        return planned


def _taking_place(options: Options, adoption: Adoption) -> Options:
    file = HandWritten(adoption.file, adoption.file_digest)
    return replace(options, takes_over=file)
