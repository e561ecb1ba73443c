"""References to parameters in the texts of a template: `${{ params.name }}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dagctl.patterns import lazy_pattern
from dagctl.spec.resolution.use import PARAMETER, as_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.text.document import Document, Node

    Path = tuple[str | int, ...]

_BROKEN = lazy_pattern(r"(?<!\$)\$\{\{\s{0,20}params\b")
_CODE_KEYS = frozenset(
    {
        *("bash_command", "python_code", "python_callable", "operator", "decorator", "callable"),
        *("group_callable", "notifier", "timetable", "sql", "hql", "command", "script"),
        *("$ref", "$new", "$file", "$python_code"),
    }
)
"""Keys below which a text is code, or says which code runs."""


class Use(NamedTuple):
    """A text with references."""

    path: Path
    node: Node
    names: tuple[str, ...]
    is_broken: bool
    """Whether something in it begins like a reference and is none."""

    @property
    def is_code(self) -> bool:
        """Whether the text is code, or says which code runs."""
        return any(step in _CODE_KEYS for step in self.path)


def uses(document: Document, but: str) -> Iterator[Use]:
    """Yield each text of a document that names a parameter, but for those below one key."""
    stack: list[tuple[Path, Node]] = []
    stack += [((key,), node) for key, (_, node) in document.root.keys.items() if key != but][::-1]
    while stack:
        path, node = stack.pop()
        stack += [((*path, place), item) for place, item in enumerate(node.items)][::-1]
        stack += [((*path, key), item) for key, (_, item) in node.keys.items()][::-1]
        if isinstance(node.value, str) and "${{" in node.value:
            names = tuple(match[1] for match in PARAMETER.finditer(node.value))
            broken = len(_BROKEN.findall(node.value)) > len(names)
            if names or broken:
                yield Use(path, node, names, broken)


def whole(text: str) -> str | None:
    """Return the name of the parameter if the text is one reference and nothing else."""
    match = PARAMETER.fullmatch(text.strip())
    return match[1] if match else None


def replaced(text: str, values: dict[str, Any]) -> str:
    """Return a text with each reference replaced by what its parameter is in text."""
    return PARAMETER.sub(lambda match: as_text(values[match[1]]), text)


def with_values(data: Any, values: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """Return data with each reference replaced; one that is a whole text gives its value itself."""
    if isinstance(data, dict):
        return {key: with_values(item, values) for key, item in data.items()}
    if isinstance(data, list):
        return [with_values(item, values) for item in data]
    if not isinstance(data, str):
        return data
    name = whole(data)
    return replaced(data, values) if name is None else values[name]
