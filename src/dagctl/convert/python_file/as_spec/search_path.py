"""`template_searchpath` of folders beside the DAG file: the templates get their whole paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.operators.operator_names import renamed_operator
from dagctl.convert.python_file.state.items import Late, Name, Task, TaskGroup
from dagctl.convert.python_file.values import file_paths
from dagctl.operators.model import Operator
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dagctl.convert.python_file.state.items import Container, Dag

_ENDS = (".sql", ".hql", ".sh", ".bash", ".html", ".json", ".yaml", ".yml", ".txt", ".jinja", ".j2")
"""The ends of texts that operators take for names of template files."""
_INNER = lazy_pattern(r"\{%[-+]?\s*(?:include|extends|import|from)\b")
"""What makes a template look for another one, which is looked for by its own name."""
_KEY = "template_searchpath"


def resolve(dag: Dag, text_of: Callable[[str], str | None], target: str) -> None:
    """Take folders beside the DAG file out of its search path, where that changes nothing.

    Airflow looks in the folder of the DAG file first. So a template of a folder below it is named
    by its path from there, if its file is known.
    """
    given = dag.kwargs.get(_KEY)
    entries = list(given) if isinstance(given, list | tuple) else [given]
    folders = [place[1] for place in map(file_paths.seen, entries) if place and not place[0]]
    if not folders:
        return
    beside = [bool(seen and not seen[0]) for seen in map(file_paths.seen, entries)]
    kept = [entry for entry, is_beside in zip(entries, beside, strict=True) if not is_beside]
    if any(beside[beside.index(False) :] if kept else ()) and any(folders):
        return  # Airflow looks in a folder elsewhere before: it stays a gap
    place = dag.places.get(_KEY, dag.place)
    changes = [] if not any(folders) else _changes(dag, [*filter(None, folders)], text_of, target)
    if changes is None:
        return  # it stays a gap
    for change in changes:
        change()
    dag.kwargs[_KEY] = kept or None
    text = "Airflow looks in the folder of the DAG file by itself"
    if any(folders):
        text = f"templates are named by their paths from the folder of the DAG file; {text}"
    dag.report.changed(place, _KEY, text)


def _changes(
    dag: Dag, folders: list[str], text_of: Callable[[str], str | None], target: str
) -> list[Callable[[], None]] | None:
    """Return what names each template by its path; None: one of them is not known."""
    made: list[Callable[[], None]] = []
    defaults = dag.kwargs.get("default_args")
    if isinstance(defaults, dict) and any(map(_is_file, defaults.values())):
        return None  # each task that takes it looks for the file
    for item in _tasks(dag):
        for owner in (item.kwargs, item.mapped or {}):
            for key, value in owner.items():
                if not _is_template(item, key, target):
                    continue
                names = [*value] if isinstance(value, list | tuple) else [value]
                whole = [_whole(name, folders, text_of) for name in names]
                if None in whole:
                    return None
                if whole != names:
                    new = whole if isinstance(value, list | tuple) else whole[0]
                    made.append(lambda owner=owner, key=key, new=new: owner.update({key: new}))  # type: ignore[misc] # bound here
    return made


def _tasks(container: Container) -> Iterator[Task]:
    for item in container.children:
        if isinstance(item, TaskGroup):
            yield from _tasks(item)
        elif isinstance(item.callee, Name):
            yield item


def _is_template(item: Task, key: str, target: str) -> bool:
    operator = renamed_operator(item.callee.path, target)
    fields = operator.template_fields if isinstance(operator, Operator) else None
    return fields is None or key in fields


def _whole(name: Any, folders: list[str], text_of: Callable[[str], str | None]) -> Any:  # noqa: ANN401
    """Return the path of a template from the folder of the DAG file; None: it is not known."""
    if isinstance(name, dict):
        return None if any(_is_file(inner) for inner in name.values()) else name
    if isinstance(name, Late):
        return None if name.template.endswith(_ENDS) or _INNER.search(name.template) else name
    if not isinstance(name, str) or not name.endswith(_ENDS) or "\n" in name:
        return None if isinstance(name, str) and _INNER.search(name) else name
    for path in (name, *(f"{folder}/{name}" for folder in folders)):
        text = text_of(path)
        if text is not None:
            return None if _INNER.search(text) else path
    return None if _is_file(name) else name


def _is_file(value: object) -> bool:
    """Return whether a value can be nothing but the name of a file, or has such names."""
    if isinstance(value, list | tuple):
        return any(map(_is_file, value))
    return isinstance(value, str) and value.endswith(_ENDS[:6]) and "\n" not in value
