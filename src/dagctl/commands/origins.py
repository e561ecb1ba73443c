"""Say where a value of a spec comes from: the spec, a file with defaults, a variable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.commands.files.read_specs import SpecText, read_file
from dagctl.errors import NotFoundError, SpecError
from dagctl.findings.wording import in_json
from dagctl.readers.yaml_reader import read_yaml
from dagctl.spec.load import check_spec, resolved
from dagctl.spec.model import DagSpec
from dagctl.spec.resolution.value_origins import Origin, find, near_name, origin_at
from dagctl.spec.tasks.arguments import DefaultArgs
from dagctl.spec.yaml_writer import to_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from dagctl.commands.specs.surroundings import Surroundings
    from dagctl.spec import walk
    from dagctl.text import document as tree

LONGEST_FIELD = 1_000
"""Characters of the name of a field."""


def explain_field(document: SpecText, surroundings: Surroundings, name: str) -> Origin:
    """Return where a field of a spec comes from.

    Args:
        document: The spec file, or the text.
        surroundings: What it is resolved with.
        name: The field, such as `tasks.load.pool`.

    Raises:
        SpecError: The text cannot be read, or its loops or defaults cannot.
        NotFoundError: Nothing says it.
    """
    around = surroundings.around(document.origin)
    meant = resolved(document.data, form=document.format, origin=document.origin, around=around)
    if meant is None or not meant.is_whole:
        checked = check_spec(
            document.data, format=document.format, origin=document.origin, around=around
        )
        raise SpecError(checked.diagnostics)
    field = name[:LONGEST_FIELD]
    origin = find(meant.document, field) or find(meant.document, f"default_args.{field}")
    if origin is None:
        raise _not_said(document.name, name[:100], near_name(meant.document, name[:100]))
    return origin


def _not_said(spec: str, name: str, near: str | None) -> NotFoundError:
    """Return what is said of a field that neither the spec nor its files with defaults set."""
    says_nothing = f"{spec} does not set `{name}`, and no defaults.yaml does"
    fields = {info.alias or key: info for key, info in DagSpec.model_fields.items()}
    if name in fields:
        default = fields[name].default
        is_value = isinstance(default, str | int | float)
        counts = f": dagctl's default counts, {in_json(default)}" if is_value else ""
        counts += ", where no task says it" if is_value and name in DefaultArgs.model_fields else ""
        return NotFoundError(f"{says_nothing}{counts}", hint="set it there, if you want another")
    hint = f"did you mean {near}?" if near else "write it as: tasks.load.pool"
    return NotFoundError(f"{says_nothing}: it has its default, or is no field", hint=hint)


def annotated(
    spec: DagSpec, environments: Iterable[Surroundings], path: Path, source_path: str
) -> str:
    """Return a spec as YAML, each value that others have said with a comment that says where.

    Args:
        spec: The spec.
        environments: What its file may be resolved with; the first that makes this spec counts.
        path: The spec file.
        source_path: What a comment calls it: it says so if the file makes another spec by now.
    """
    text = to_yaml(spec)
    trees = (_tree_of(spec, each, path) for each in environments)
    source = next((tree for tree in trees if tree is not None), None)
    shown = read_yaml(text).document
    if source is None or shown is None:
        name = in_json(source_path)
        return f"# {name} is gone or makes another spec now: no sources are named\n{text}"
    lines = text.split("\n")
    for place, origin in _foreign(shown.root, source, ()):
        number, _ = shown.lines.position(place)
        where = f"{origin.file}:{origin.line}" if origin.file else f"line {origin.line}"
        said = f", {origin.variables}" if origin.variables else ""
        lines[number - 1] += f"  # {where}{said}".replace("\n", " ")
    return "\n".join(lines)


def origins_of(
    spec: DagSpec, surroundings: Surroundings, path: Path, fields: Iterable[tuple[str, ...]]
) -> dict[tuple[str, ...], str]:
    """Return `file:line` of the fields that files with defaults say for a spec.

    Args:
        spec: The spec.
        surroundings: What its file is resolved with.
        path: The spec file.
        fields: Their names as in a difference: `("tasks", "load", "pool")`.
    """
    source = _tree_of(spec, surroundings, path)
    if source is None:
        return {}
    named = ((field, find(source, ".".join(field))) for field in fields)
    return {
        field: f"{origin.file}:{origin.line}"
        for field, origin in named
        if origin is not None and origin.file is not None
    }


def _tree_of(spec: DagSpec, surroundings: Surroundings, path: Path) -> tree.Document | None:
    """Return what a spec file means, with the places of all values; None: it is another spec."""
    data: str | bytes | None = spec.text
    if data is None:
        read = read_file(str(path))
        if not isinstance(read, SpecText):
            return None
        data = read.data
    try:
        if surroundings.load(data, path).digest() != spec.digest():
            return None
    except SpecError:
        return None
    meant = resolved(data, form=None, origin=str(path), around=surroundings.around(path))
    return meant.document if meant else None


def _foreign(
    node: tree.Node, source: tree.Document, path: walk.Path
) -> Iterator[tuple[int, Origin]]:
    """Yield where a value begins in the text that is shown, for each that others have said."""
    for step, (key, inner) in node.keys.items():
        here = (*path, step)
        origin = origin_at(source, here)
        leaf = not inner.keys and not inner.items
        if origin is not None and (origin.file or (leaf and origin.variables)):
            yield key.start, origin
        elif origin is not None:
            yield from _foreign(inner, source, here)
    for number, item in enumerate(node.items):
        yield from _foreign(item, source, (*path, number))
