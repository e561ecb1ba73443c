"""Use case: turn the DAG files of another tool into specs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dagctl.commands.files.foreign_files import (
    factory,
    foreign_files,
    project_of,
    text_beside,
    text_of,
)
from dagctl.commands.files.gusty_folders import gusty_folders, is_gusty
from dagctl.commands.files.new_files import NewFile, file_name, write_files
from dagctl.convert import (
    LOADERS,
    AirflowYaml,
    Conversion,
    Deployment,
    Outcome,
    convert_airflow_config,
    convert_airflow_yaml,
    convert_dag_factory,
    convert_gusty,
    convert_python,
    format_of,
    loaded_by,
    may_have_dags,
)
from dagctl.errors import UsageError
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date

    from dagctl.convert import ConvertedDag
    from dagctl.convert.outcome.report import Remark


@frozen
class Converted:
    """One foreign file, and what became of it."""

    file: str
    form: str
    conversion: Conversion


@frozen
class WrittenSpec:
    """A spec file that a conversion wrote."""

    path: Path
    dag: ConvertedDag


def convert_files(  # noqa: PLR0913 - the files, and what holds for all of them
    arguments: Sequence[str],
    *,
    form: str | None,
    root: Path | None,
    airflow: str,
    today: date,
    deployment: Deployment = Deployment(),  # noqa: B008 - it does not change
) -> tuple[Converted, ...]:
    """Return what becomes of the files, and of those in the folders.

    Args:
        arguments: Files and folders.
        form: The format of all of them; by default that of each file.
        root: The outermost folder whose `defaults.yml` holds; by default that of each file.
        airflow: The Airflow that the specs are for.
        today: What relative dates count from.
        deployment: Variables that the files read, as far as they are known.

    Raises:
        SpecError: A file cannot be read as what it is.
        UsageError: A file is missing, or holds no DAG; or no file reads the variables.
    """
    reading = _Circumstances(form, root, airflow, today, deployment)
    made = tuple(
        converted for argument in arguments for converted in reading.all_of(Path(argument))
    )
    _refuse_unread(deployment, {converted.form for converted in made})
    if not any(converted.conversion.dags for converted in made):
        raise _no_dag(arguments, [remark for each in made for remark in each.conversion.remarks])
    return made


def _no_dag(arguments: Sequence[str], remarks: Sequence[Remark]) -> UsageError:
    """Return the error of files without a DAG, with the first reason for it that is known."""
    gaps = [remark for remark in remarks if remark.outcome is Outcome.GAP]
    why = next(iter([*gaps, *remarks]), None)
    because = f" (line {why.place.line}, {why.subject}: {why.text})" if why else ""
    hint = "name YAML files with DAGs of another tool, or Python files with DAGs"
    if why and why.subject in LOADERS:
        hint = f"dagctl convert --from {LOADERS[why.subject]} FILE"
    elif gaps:
        hint = "make the DAG with `DAG(...)` or `@dag` of Airflow itself, or write its spec"
    return UsageError(f"there is no DAG in {', '.join(arguments)}{because}", hint=hint)


def _refuse_unread(deployment: Deployment, forms: Collection[str]) -> None:
    """Refuse variables that no file of these formats reads.

    Raises:
        UsageError: They would do nothing.
    """
    if deployment.variables and "python" not in forms:
        message = "--variables is for Python files, and there is none among the files"
        raise UsageError(message, hint="leave it out, or name Python files too")
    if deployment.environment and not {"python", "dag-factory", "airflow-config"} & {*forms}:
        message = "--environ is for files of Python, dag-factory and airflow-config; none is there"
        raise UsageError(message, hint="leave it out, or name such files too")


@frozen
class _Circumstances:
    """What holds for all files of one call."""

    form: str | None
    root: Path | None
    airflow: str
    today: date
    deployment: Deployment

    def all_of(self, path: Path) -> Iterator[Converted]:
        """Yield what becomes of a file, or of all in a folder."""
        if self.form == "gusty" or (self.form is None and is_gusty(path)):
            for folder in gusty_folders(path, self.airflow, self.today):
                conversion = convert_gusty(folder, airflow=self.airflow, today=self.today)
                yield Converted(folder.folder, "gusty", conversion)
            return
        named = path if path.is_dir() else None
        for file in foreign_files(path, self.form):
            yield self.converted(file, named)

    def converted(self, file: Path, named: Path | None = None) -> Converted:
        """Return what becomes of a file, which may be one of the folder that was named."""
        text = text_of(file)
        form = self.form or format_of(file.name, text)
        return Converted(str(file), form, self._conversion(file, named, text, form))

    def _conversion(self, file: Path, named: Path | None, text: str, form: str) -> Conversion:
        made = self._read(file, named, text, form) if may_have_dags(text, form) else Conversion(())
        loader = loaded_by(text, str(file)) if form == "python" and not made.dags else None
        return Conversion((), (loader,)) if loader else made

    def _read(self, file: Path, named: Path | None, text: str, form: str) -> Conversion:
        if form == "dag-factory":
            source = factory(file, self.root, self.deployment.environment)
            return convert_dag_factory(source, airflow=self.airflow, today=self.today)
        if form == "airflow-config":
            return convert_airflow_config(
                text,
                str(file),
                airflow=self.airflow,
                today=self.today,
                beside=text_beside(file),
                environment=self.deployment.environment,
            )
        if form == "airflow-yaml":
            own = AirflowYaml(text, str(file), text_beside(file))
            return convert_airflow_yaml(own, airflow=self.airflow)
        return convert_python(
            text,
            str(file),
            airflow=self.airflow,
            today=self.today,
            project=project_of(file, self.root, self.deployment, named),
        )


def write_specs(
    converted: Sequence[Converted], folder: Path, modules: Path, *, force: bool
) -> tuple[WrittenSpec, ...]:
    """Write each DAG as `<dag_id>.yaml` into a folder, which is made if missing.

    Args:
        converted: The files.
        folder: The folder of the specs.
        modules: The folder of the DAG files, which gets the modules that they need.
        force: Overwrite other files.

    Raises:
        ConflictError: As of `write_files`.
        UnavailableError: As of `write_files`.
    """
    conversions = [each.conversion for each in converted]
    targets = tuple(
        WrittenSpec(folder / f"{file_name(dag.dag_id)}.yaml", dag)
        for made in conversions
        for dag in made.dags
    )
    files = [NewFile(item.path, item.dag.text) for item in targets]
    files += [
        NewFile(modules / name, text) for made in conversions for name, text in made.beside.items()
    ]
    write_files(files, force=force)
    return targets
