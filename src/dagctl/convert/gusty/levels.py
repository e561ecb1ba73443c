"""The folders of a DAG: what each holds, and the ids that gusty gives to its tasks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from dagctl.convert.foreign_yaml.reader import Fields, read_foreign_yaml
from dagctl.convert.gusty.tags import without_tags
from dagctl.convert.gusty.task_file import METADATA, SUFFIXES, TaskFile, read_task_file
from dagctl.convert.outcome.report import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from dagctl.convert.gusty.create_dag import CreateDag
    from dagctl.convert.outcome.report import Report

IGNORED = ".gustyignore"
_MOST_COPIES = 2_000
"""Tasks that one file makes."""


@dataclass(slots=True)
class GustyTask:
    """A task: its id, what its file says, and the Python of its file."""

    task_id: str
    fields: Fields
    code: str | None
    upstream: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class Level:
    """A folder: the DAG itself, or a group."""

    path: PurePosixPath
    metadata: Fields
    tasks: list[GustyTask] = field(default_factory=list)
    upstream: dict[str, None] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return the name of the folder."""
        return self.path.name


def levels_of(
    files: Mapping[str, str], root: PurePosixPath, said: CreateDag, report: Report, today: date
) -> dict[PurePosixPath, Level]:
    """Return the folders of a DAG by their paths, outer ones first.

    Args:
        files: The files of the folder, by their paths.
        root: The folder.
        said: What the call that makes the DAG says.
        report: Where it goes what became of a line.
        today: What `!days_ago` counts from.

    Raises:
        SpecError: A file cannot be read.
    """
    ignored = {PurePosixPath(name).parent for name in files if PurePosixPath(name).name == IGNORED}
    made: dict[PurePosixPath, Level] = {}
    for name in sorted(files, key=lambda each: (len(PurePosixPath(each).parts), each)):
        path = PurePosixPath(name)
        if not _is_read(path, root, ignored):
            continue
        for folder in _folders(path, root):
            made.setdefault(folder, Level(folder, Fields(Place(str(folder), 1))))
        level = made[path.parent]
        if path.name == METADATA:
            read = read_foreign_yaml(files[name], name)
            level.metadata = without_tags(read, "", read.place, report, today)
        else:
            level.tasks += _tasks(files[name], name, report, today)
    for level in made.values():
        level.metadata = said.metadata(level.metadata, is_root=level.path == root)
    if root in made:
        made[root].tasks += _leaves(said, {task.task_id for task in made[root].tasks})
    if root in made and made[root].metadata.get("ignore_subfolders") is True:
        return {root: made[root]}
    for level in made.values():
        _rename(level, is_root=level.path == root)
    return made


def _is_read(path: PurePosixPath, root: PurePosixPath, ignored: set[PurePosixPath]) -> bool:
    inner = path.relative_to(root).parts
    hidden = any(part.startswith(("_", ".")) for part in inner)
    task = path.suffix in SUFFIXES
    return task and not hidden and not ignored & {*path.parents}


def _folders(path: PurePosixPath, root: PurePosixPath) -> Iterator[PurePosixPath]:
    """Yield the folders from the root to that of a file."""
    inside = [folder for folder in path.parents if folder.is_relative_to(root)]
    yield from reversed(inside)


def _tasks(text: str, name: str, report: Report, today: date) -> Iterator[GustyTask]:
    read = read_task_file(text, name)
    fields = without_tags(read.fields, "", read.fields.place, report, today)
    yield from _copies(
        PurePosixPath(name).stem.lower().strip(), TaskFile(fields, read.code), report
    )


def _copies(own_id: str, file: TaskFile, report: Report) -> Iterator[GustyTask]:
    """Yield the tasks of a file: several, where it says how they differ."""
    base = file.fields.copy()
    several, place = base.pop("multi_task_spec", None), base.at("multi_task_spec")
    partials = base.pop("python_callable_partials", None)
    rows: dict[str, Fields] = {}
    for task_id, given in partials.items() if isinstance(partials, Fields) else ():
        row = rows.setdefault(task_id, Fields(place))
        row.put("op_kwargs", given, partials.at(task_id))
    for task_id, given in several.items() if isinstance(several, Fields) else ():
        if isinstance(given, Fields):
            rows[task_id] = updated(rows.get(task_id, Fields(place)), given)
        else:
            rows.setdefault(task_id, Fields(place))
    if len(rows) > _MOST_COPIES:
        report.gap(place, "multi_task_spec", f"more than {_MOST_COPIES:,} tasks in one file")
        return
    if not rows:
        yield GustyTask(own_id, base, file.code)
    for task_id, row in rows.items():
        yield GustyTask(task_id, updated(base, row), file.code)


def updated(base: Fields, over: Fields) -> Fields:
    """Return a mapping with another laid over it; mappings within are joined."""
    made = base.copy()
    for key, value in over.items():
        known = made.get(key)
        joined = isinstance(known, Fields) and isinstance(value, Fields) and "__type__" not in value
        made.put(key, updated(known, value) if joined else value, over.at(key))  # type: ignore[arg-type] # both are Fields
    return made


def _leaves(said: CreateDag, known: set[str]) -> Iterator[GustyTask]:
    """Yield the tasks that the call itself says; those of files come first."""
    for name, fields in said.leaf_tasks.items():
        task_id = name.lower().strip()
        if task_id not in known and isinstance(fields, Fields):
            yield GustyTask(task_id, fields.copy(), None)


def _rename(level: Level, *, is_root: bool) -> None:
    """Give the tasks of a group the ids that gusty gives them, within the group too."""
    prefix = level.metadata.get("prefix_group_id") is True
    suffix = level.metadata.get("suffix_group_id") is True
    if is_root or not (prefix or suffix):
        return
    ids = {
        task.task_id: f"{task.task_id}_{level.name}" if suffix else f"{level.name}_{task.task_id}"
        for task in level.tasks
    }
    for task in level.tasks:
        task.task_id = ids[task.task_id]
        names: Any = task.fields.get("dependencies")
        if isinstance(names, list):
            known = [ids.get(str(name), name) for name in names]
            task.fields.put("dependencies", known, task.fields.at("dependencies"))


def safe_module(name: str) -> str:
    """Return the module that gusty loads a local operator from: `my_operator` of `MyOperator`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
