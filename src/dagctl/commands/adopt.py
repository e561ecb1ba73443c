"""Use case: put a hand-written DAG file under dagctl.

The file is converted, and what dagctl would write is compared with it. Only then its place is
taken, in one operation; the commit before has the file as it was.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagctl.codegen.render import render
from dagctl.commands import serialised_dags
from dagctl.commands.files.foreign_files import (
    content_of,
    decoded,
    foreign_files,
    project_of,
    text_of,
)
from dagctl.commands.files.new_files import file_name
from dagctl.convert import Deployment, Outcome, convert_python
from dagctl.dag_file.header import read_header
from dagctl.errors import ConflictError, UsageError
from dagctl.frozen import frozen
from dagctl.next_step import CREATE, CREATE_ANEW, Command, Fix, Option
from dagctl.operation.change import digest_of
from dagctl.paths import dag_path, is_spec_path, may_be_written
from dagctl.patterns import lazy_pattern
from dagctl.ports import SpecWrite
from dagctl.spec.load import check_data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from dagctl.commands.create import CreateResult
    from dagctl.commands.plan import PlanResult
    from dagctl.convert import Conversion, ConvertedDag
    from dagctl.operation.backend import Context
    from dagctl.spec.model import DagSpec

    Serialise = Callable[[Mapping[str, bytes]], Mapping[str, Any]]
    """Returns what real Airflow makes of DAG files, by their names."""

ACCEPT = Option("accept_gaps")
_MOST = 50
"""Differences that are reported."""


@frozen(kw_only=True)
class Adoption:
    """A hand-written file, the spec that takes its place, and how far both are the same DAG."""

    file: str
    """The file, relative to the workspace."""
    file_digest: str
    """The SHA-256 of what it held when it was read."""
    dag: ConvertedDag
    spec: DagSpec
    spec_path: Path
    compared_by: str
    """`airflow`: real Airflow read both files; `reading`: dagctl did, and ran neither."""
    differences: tuple[str, ...]
    """What is not the same in both."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing and nothing differs."""
        return self.dag.is_certain and not self.differences


@frozen(kw_only=True)
class Adopted:
    """What an adoption did, or would do."""

    adoption: Adoption
    plan: PlanResult | None = None
    """What would be done; None: it was done."""
    result: CreateResult | None = None
    """What was done; None: nothing yet."""


def adoption_of(  # noqa: PLR0913 - what it is about, and how
    context: Context,
    root: Path,
    file: Path,
    into: Path,
    *,
    serialise: Serialise | None = None,
    deployment: Deployment = Deployment(),  # noqa: B008 - it does not change
) -> Adoption:
    """Return what would take the place of a hand-written file; nothing is changed.

    Args:
        context: The workspace.
        root: Its folder.
        file: The file.
        into: The folder of the specs.
        serialise: Asks real Airflow, which runs the code of the files; None: dagctl reads them.
        deployment: Variables that the file reads, as far as they are known.

    Raises:
        UsageError: The file cannot be read, or has not exactly one DAG.
        SpecError: It is no Python.
        ConflictError: It is not where dagctl writes it, not committed, or known already; or what
            it becomes is no good spec.
    """
    content = content_of(file)  # so nothing on the way is a circle of links
    path, text = _place_in(root, file), decoded(content, file)
    if read_header(content) is not None:
        raise ConflictError(f"{path} is dagctl's own", hint=Fix("change its spec, then ", CREATE))
    target = context.settings.target
    project = project_of(file, root, deployment)
    today = datetime.now(UTC).date()  # what relative dates count from
    read = convert_python(text, str(file), airflow=target, today=today, project=project)
    dag = _single(read, path)
    checked = check_data(dag.data, airflow=target)
    if checked.spec is None:
        raise ConflictError(
            f"{path} becomes no good spec: {_first_gap(dag) or checked.diagnostics[0].message}",
            hint=Fix(Command("convert", f"{path} --into specs"), ", mend it, then ", CREATE_ANEW),
        )
    spec = checked.spec
    _check_place(context, root / path, path, content, spec.dag_id)
    source = render(spec, airflow=target)
    sources = (("original", text), ("generated", source))
    both = {f"{each}/{file.name}": made.encode() for each, made in sources}
    absent = [*_absent(context, read.beside, path)]
    if serialise is None:
        differences = absent or _read_differences(spec, source, target, today)
    else:
        differences = absent or serialised_dags.differences(serialise(both), spec.dag_id)
    return Adoption(
        file=path,
        file_digest=digest_of(content),
        dag=dag,
        spec=spec,
        spec_path=into / f"{file_name(spec.dag_id)}.yaml",
        compared_by="reading" if serialise is None else "airflow",
        differences=tuple(differences)[:_MOST],
    )


def refuse_gaps(adoption: Adoption) -> None:
    """Let nothing take the place of a file that does not say the same.

    Raises:
        ConflictError: Something is missing, or differs.
    """
    if adoption.is_whole:
        return
    first = _first_gap(adoption.dag) or adoption.differences[0]
    raise ConflictError(
        f"{adoption.file} does not come over whole: {first}",
        hint=Fix("look at the report of a dry run, then ", ACCEPT),
    )


def _first_gap(dag: ConvertedDag) -> str | None:
    """Return the first gap of a report with its line; None: there is none."""
    unclear = {Outcome.GAP, Outcome.ASSUMED}
    gaps = (each for each in dag.remarks if each.outcome in unclear)
    return next((f"line {gap.place.line}, {gap.subject}: {gap.text}" for gap in gaps), None)


def spec_write_of(context: Context, path: str, content: bytes) -> SpecWrite | None:
    """Return how the spec file comes to be; None: it is there, as it shall be.

    Args:
        context: The workspace.
        path: The spec file, relative to the workspace.
        content: What it shall hold.

    Raises:
        ConflictError: Another file is there, or the path is not one of a spec.
    """
    if not is_spec_path(path):
        raise ConflictError(
            f"{path} is no place for a spec: it is hidden, or not in the workspace",
            hint=Fix("choose another folder: ", Option("into", "FOLDER")),
        )
    standing = context.backend.files.read(path)
    if standing not in {None, content}:
        raise ConflictError(
            f"{path} is there already, with other content",
            hint=Fix("choose another folder: ", Option("into", "FOLDER")),
        )
    return SpecWrite(path=path, old=None, new=content) if standing is None else None


def _place_in(root: Path, file: Path) -> str:
    """Return the path of a file relative to the workspace."""
    plain = Path(Path.cwd(), file)
    if file.is_symlink():
        raise UsageError(f"{file} is a link", hint="name the file itself")
    try:
        return plain.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        raise UsageError(
            f"{file} is not in the workspace {root}", hint="copy it into the DAGs folder, commit it"
        ) from None


def _single(conversion: Conversion, path: str) -> ConvertedDag:
    dags = conversion.dags
    if len(dags) == 1:
        return dags[0]
    if dags:
        message = f"{path} has {len(dags)} DAGs: {', '.join(dag.dag_id for dag in dags)}"
        raise UsageError(
            message, hint=Fix("give each a file of its own, or use ", Command("convert", path))
        )
    why = next((f" (line {each.place.line}: {each.text})" for each in conversion.remarks), "")
    raise UsageError(f"there is no DAG in {path}{why}", hint="name a Python file with a DAG")


def _check_place(context: Context, file: Path, path: str, content: bytes, dag_id: str) -> None:
    """Check that the file stands in the DAGs folder as committed, unknown, and for itself.

    Raises:
        ConflictError: It does not.
    """
    folder = context.settings.dags_folder
    if not may_be_written(path, folder, is_removal=True):
        own = dag_path(folder, dag_id)
        raise ConflictError(
            f"{path} is not in the DAGs folder {folder}: Airflow may load it, and it would stay",
            hint=Fix(f"git mv {path} {own}, commit, then ", Command("adopt", own)),
        )
    repo = context.backend.repo
    if path not in repo.tracked([path]) or path in repo.differing({path: content}):
        raise ConflictError(
            f"{path} is not committed as it is; only git could bring it back",
            hint=f"git add {path}, commit, then again",
        )
    if context.backend.registry.find(dag_ids=[dag_id], specs=False):
        raise ConflictError(
            f"`{dag_id}` is recorded already, and {path} is not its file",
            hint=Fix(Command("show", dag_id)),
        )
    _check_importers(file, path, folder)


def _check_importers(file: Path, path: str, dags_folder: str) -> None:
    """Check that no other file of the DAGs folder takes something from a DAG file.

    Raises:
        ConflictError: It does: functions that no task has are not in the new file.
    """
    root = file.parents[path.count("/")]
    folder = root / dags_folder
    below = file.relative_to(folder).with_suffix("").parts
    module, name = re.escape(".".join(below)), re.escape(below[-1])
    whole = rf"(?:from|import)\s+(?:{re.escape(folder.name)}\.)?{module}"
    beside = rf"from\s+\.(?:{name}|\s*import\s+{name})"
    pattern = lazy_pattern(rf"(?m)^[ \t]*(?:{whole}|{beside})\b")
    for other in foreign_files(folder, "python"):
        with suppress(UsageError):
            if other != file and pattern.search(text_of(other)):
                shown = other.relative_to(root).as_posix()
                raise ConflictError(
                    f"{shown} imports {path}, of which only the DAG is in the new file",
                    hint="put what it needs into a module of its own, commit, then again",
                )


def _absent(context: Context, modules: Mapping[str, str], file: str) -> Iterator[str]:
    """Yield the modules that the new file would import, and that are not committed as they are."""
    repo, folder = context.backend.repo, context.settings.dags_folder
    for name, text in modules.items():
        path = f"{folder}/{name}"
        if path not in repo.tracked([path]) or path in repo.differing({path: text.encode()}):
            into = f"dagctl convert {file} --into specs"
            yield f"the module {path} is not committed: {into} writes it"


def _read_differences(spec: DagSpec, source: str, target: str, today: date) -> Iterator[str]:
    """Yield what dagctl reads in the file that it would write, and not in the spec; or reverse."""
    dags = convert_python(source, "generated.py", airflow=target, today=today).dags
    read = check_data(dags[0].data, airflow=target).spec if len(dags) == 1 else None
    if read is None:
        yield "dagctl cannot read the file that it would write: name an Airflow to compare both"
        return
    ours, theirs = _edges(spec), _edges(read)
    for task_id in sorted(ours.keys() | theirs.keys()):
        if ours.get(task_id) != theirs.get(task_id):
            yield f"task {task_id}: it waits for {theirs.get(task_id)}, not {ours.get(task_id)}"


def _edges(spec: DagSpec) -> dict[str, list[str]]:
    """Return the ids of the tasks, each with those that it waits for."""
    outline = spec.outline
    return {
        task.id: sorted(
            {
                other.id
                for each in (task, *task.where)
                for up in outline.upstream(each)
                for other in up.tasks()
            }
        )
        for task in outline.tasks
    }
