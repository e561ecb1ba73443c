"""Where the values of a spec were said: file, line, and the path there. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dagctl.findings.wording import nearest
from dagctl.frozen import frozen
from dagctl.spec.catalogue import operator_of
from dagctl.spec.dependencies.outline import outline_of
from dagctl.spec.resolution.inherit import OTHER_NAMES
from dagctl.spec.tasks.arguments import DefaultArgs
from dagctl.target import target_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagctl.spec.dependencies.outline import Entry
    from dagctl.spec.walk import Path
    from dagctl.text.document import Document, Node


@frozen
class Origin:
    """A value, and where it was said."""

    value: Any
    """JSON data."""
    path: Path
    """Where it is in the spec that is meant."""
    file: str | None
    """The file with defaults; None: the spec itself."""
    line: int
    column: int
    said_as: Path
    """The path in that file, or in the spec as its author wrote it."""
    variables: str | None
    """Which variables are in it, and what set each."""
    parts: tuple[Origin, ...] = ()
    """The parts of it that were said elsewhere, such as the tags of files with defaults."""

    @property
    def is_own(self) -> bool:
        """Whether the spec says it itself, word for word."""
        return self.file is None and self.variables is None


def origin_at(document: Document, path: Path) -> Origin | None:
    """Return where a value was said; `find` returns its parts too.

    Args:
        document: The spec that is meant.
        path: The value in it; None is returned where there is none.
    """
    node = document.node(path)
    if node is None:
        return None
    spot = document.place_of_key(path) if path and isinstance(path[-1], str) else None
    spot = spot or document.place_of(path)
    is_own = spot.document is document
    line, column = spot.document.lines.position(spot.span.start)
    return Origin(
        value=node.value,
        path=path,
        file=None if is_own else spot.document.name,
        line=line,
        column=column,
        said_as=document.written_path(path) if is_own else spot.document.path_at(spot.span),
        variables=document.said(path) or _said_inside(node),
    )


def find(document: Document, name: str) -> Origin | None:
    """Return where a field was said by its name, such as `tasks.load.pool`; None: nowhere.

    What a task does not say itself counts as its groups, and the DAG, say it for all of theirs.
    """
    said = next((said for path in _places(document, name) if (said := _at(document, path))), None)
    node = document.node(said.path) if said else None
    if said is None or node is None:
        return None
    return replace(said, parts=tuple(_parts(document, node, said.path)))


def near_name(document: Document, name: str) -> str | None:
    """Return a name that there is and that was probably meant, or None."""
    entries = outline_of(document.root.value).entries
    names = [*document.root.keys, *(f"tasks.{entry.id}" for entry in entries[:1000])]
    for entry in entries[:200]:
        names += [f"tasks.{entry.id}.{key}" for key in entry.item]
    return nearest(name, names)


def _at(document: Document, path: Path) -> Origin | None:
    other = OTHER_NAMES.get(str(path[-1])) if path else None
    return origin_at(document, path) or (
        origin_at(document, (*path[:-1], other)) if other else None
    )


def _places(document: Document, name: str) -> Iterator[Path]:
    """Yield the paths that a name may mean, the one that counts first."""
    steps: list[str | int] = [int(step) if step.isdigit() else step for step in name.split(".")]
    if steps[:1] != ["tasks"]:
        yield tuple(steps)
        return
    entries = outline_of(document.root.value).entries
    for length in range(len(steps), 1, -1):
        entry = _entry(entries, ".".join(map(str, steps[1:length])))
        if entry is not None:
            rest = tuple(steps[length:])
            yield (*entry.path, *rest)
            yield from _inherited(entry, rest)
            return
    yield tuple(steps)


def _inherited(entry: Entry, rest: Path) -> Iterator[Path]:
    """Yield where groups and the DAG say an argument for all of their tasks."""
    of_all = len(rest) == 1 and rest[0] in {*DefaultArgs.key_names(), "retry_delay_minutes"} - {
        "with"
    }
    if len(rest) == 1 and not of_all and rest[0] != "with":
        rest = ("with", *rest)  # such as `cwd`: a key of the task that is its operator's parameter
    of_operators = len(rest) == len(("with", "name")) and rest[0] == "with"
    if of_operators and not _takes(entry.item, str(rest[1])):
        return
    if not of_operators and not of_all:
        return
    for group in reversed(entry.where):
        yield (*group.path, "default_args", *rest)
    yield ("default_args", *rest)
    if of_all:
        yield rest


def _takes(task: Any, parameter: str) -> bool:  # noqa: ANN401 - raw data
    """Return whether a task may take a parameter: one of the project's own may take any."""
    known = operator_of(task, target_of("3")) if isinstance(task, dict) else None
    return known is None or parameter in known.parameters


def _entry(entries: Sequence[Entry], name: str) -> Entry | None:
    whole = (entry for entry in entries if name in {entry.id, entry.address})
    return next(whole, None) or next((entry for entry in entries if entry.name == name), None)


def _parts(document: Document, node: Node, path: Path) -> Iterator[Origin]:
    """Yield where the parts of a value were said that stand outside of what is around them."""
    stack = [(node, path)]
    while stack:
        around, here = stack.pop()
        children: list[tuple[Path, Node]] = [
            ((*here, key), inner) for key, (_, inner) in around.keys.items()
        ]
        children += [((*here, number), inner) for number, inner in enumerate(around.items)]
        for place, inner in children:
            if not _stands_in(inner, around) and (origin := origin_at(document, place)):
                yield origin
        stack += [(inner, place) for place, inner in reversed(children)]


def _stands_in(inner: Node, around: Node) -> bool:
    """Return whether a value is written inside another one, in the same document."""
    begins, ends = around.span.start, around.span.end
    return inner.document is around.document and begins <= inner.span.start < max(ends, begins + 1)


def _said_inside(node: Node) -> str | None:
    """Return the variables in a value, in the values in it too; the first few of them."""
    said: dict[str, None] = {}
    stack = [node]
    while stack and len(said) < 5:  # noqa: PLR2004 - as many as a person reads
        here = stack.pop()
        if here.said:
            said[here.said] = None
        stack += here.children()
    return ", ".join(said) or None
