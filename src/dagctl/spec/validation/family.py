"""Which models a spec is made of, for what one of them says of keys that belong to another."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Protocol

from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dagctl.findings.problem import Problem


class SpecPart(Protocol):
    """The model of a part of a spec, as far as its keys go; `CheckedModel` describes them."""

    @classmethod
    def key_names(cls) -> tuple[str, ...]:
        """Return the keys that a user may write."""

    @classmethod
    def misplaced(cls, key: str, family: Family) -> Problem | None:
        """Return the problem of a key that belongs to another part of the spec, or None."""


def _no_tag(entry: object) -> None:
    del entry


@frozen
class Family:
    """The models that a model can have inside, and the keys of the model itself."""

    models: Mapping[str, type[SpecPart]] = field(default_factory=dict)
    """By the word that selects each."""
    outer_keys: frozenset[str] = frozenset()
    parts: Mapping[str, type[SpecPart]] = field(default_factory=dict)
    """The models that are the value of one key each."""
    entries: Mapping[str, type[SpecPart]] = field(default_factory=dict)
    """Models beside the tasks in `tasks`, by the tag that selects each."""
    tag_of: Callable[[object], str | None] = _no_tag
    """Returns the word or tag of an entry of `tasks`, or None where nothing shows it."""
