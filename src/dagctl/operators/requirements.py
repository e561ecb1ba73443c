"""Which distributions the operators of some DAGs need, with their versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagctl.operators.model import CORE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dagctl.operators.model import Operator

_NO_VERSIONS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Requirement:
    """A distribution that an Airflow must have."""

    distribution: str
    """As `apache-airflow-providers-amazon`."""
    version: str | None
    """What the workspace names, or None."""
    known: str
    """The newest version for the target that the catalogue has read."""
    operators: tuple[str, ...]
    """The operators that need it, in the order of the alphabet."""

    def line(self) -> str:
        """Return it as a line of a requirements file."""
        return self.distribution + (f"=={self.version}" if self.version else "")


def requirements(
    operators: Iterable[Operator], versions: Mapping[str, str] = _NO_VERSIONS
) -> list[Requirement]:
    """Return what the operators need, each distribution once, in the order of the alphabet.

    Airflow itself is left out: what it has needs no provider.

    Args:
        operators: What `lookup` returned.
        versions: Versions of providers that the workspace names, by their short names.
    """
    by_distribution: dict[str, list[Operator]] = {}
    for operator in operators:
        if operator.provider != CORE:
            by_distribution.setdefault(operator.distribution, []).append(operator)
    return [
        Requirement(
            distribution=name,
            version=versions.get(users[0].provider),
            known=users[0].version,
            operators=tuple(sorted({user.name for user in users})),
        )
        for name, users in sorted(by_distribution.items())
    ]
