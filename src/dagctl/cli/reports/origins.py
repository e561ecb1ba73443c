"""What `validate --explain` says: a value, and the line that said it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.cli.reports.envelope import envelope
from dagctl.cli.terminal.console import standard_input
from dagctl.cli.terminal.text import shown
from dagctl.commands.files.read_specs import failure, read_specs
from dagctl.commands.origins import explain_field
from dagctl.commands.specs.surroundings import Surroundings
from dagctl.errors import UsageError
from dagctl.findings.wording import in_json, in_yaml
from dagctl.views.validated import origin_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagctl.cli.invocation import Invocation
    from dagctl.readers.syntax import Format
    from dagctl.spec.resolution.value_origins import Origin
    from dagctl.spec.strictness import Checks

_MOST_PLACES = 20
"""Lines that a person reads."""


def write_origin(
    invocation: Invocation,
    arguments: Sequence[str],
    spec_format: Format | None,
    checks: Checks,
    field: str,
) -> None:
    """Write where a field of the one spec that the arguments mean comes from.

    Raises:
        UsageError: They mean several specs.
        NotFoundError: Nothing says the field.
    """
    if invocation.output not in {"text", "json"}:
        raise UsageError("--explain is text, or JSON with -o json", hint="dagctl validate --help")
    reading = read_specs(arguments, standard_input(), spec_format, invocation.console.note)
    if reading.problems:
        raise failure(reading.problems)
    if len(reading.documents) != 1:
        raise UsageError("--explain takes one spec", hint="dagctl validate SPEC --explain FIELD")
    document = reading.documents[0]
    origin = explain_field(document, Surroundings(checks.variables), field)
    if invocation.is_json:
        result = origin_data(field, origin, document.name)
        invocation.console.document(envelope(invocation, result=result))
        return
    is_flat = not any(isinstance(part, dict) for part in (origin.value, *_items(origin.value)))
    value = in_yaml(origin.value) if is_flat else in_json(origin.value)
    invocation.console.data(f"{shown(field)}: {shown(value)}")
    for place in _places(origin, document.name):
        invocation.console.data(f"  {shown(place)}")
    if origin.variables:
        invocation.console.data(f"  {shown(origin.variables)}")


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _places(origin: Origin, spec: str) -> Iterator[str]:
    """Yield the lines that said a value or a part of it, each once, with the path there."""
    said: dict[str, str] = {}
    for part in (origin, *origin.parts):
        path = ".".join(map(str, part.said_as))
        said.setdefault(f"{part.file or spec}:{part.line}", path)
    for count, (where, path) in enumerate(said.items()):
        if count == _MOST_PLACES:
            yield f"and {len(said) - count} more lines: -o json has them all"
            return
        yield f"{where}  {path}"
