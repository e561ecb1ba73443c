"""Which distributions the operators of some DAGs need, with their versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.frozen import frozen
from dagctl.operators.model import NO_VERSIONS
from dagctl.operators.provider_file import CORE, known_providers, short_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dagctl.operators.model import Operator

_VIRTUALENV = {
    *("PythonVirtualenvOperator", "BranchPythonVirtualenvOperator"),
    *("task.virtualenv", "task.branch_virtualenv"),
}
"""On Airflow 2 these need the package `virtualenv`; on 3 they run `python -m venv`, or uv."""


@frozen
class Requirement:
    """A distribution that an Airflow must have."""

    distribution: str
    """As `apache-airflow-providers-amazon`, or `virtualenv`."""
    version: str | None
    """What the workspace names, or None."""
    known: str | None
    """The newest version for the target that the catalogue has read; None: it is no provider's."""
    operators: tuple[str, ...]
    """The operators that need it, in the order of the alphabet."""

    def line(self) -> str:
        """Return it as a line of a requirements file."""
        return self.distribution + (f"=={self.version}" if self.version else "")


def requirements(
    operators: Iterable[Operator], versions: Mapping[str, str] = NO_VERSIONS
) -> list[Requirement]:
    """Return what the operators need, each distribution once, in the order of the alphabet.

    Airflow itself is left out: what it has needs no provider.

    Args:
        operators: What `lookup` returned.
        versions: Versions of providers that the workspace names, by their short names.
    """
    users: dict[str, set[str]] = {}
    known: dict[str, str] = {}
    for operator in operators:
        own = () if operator.provider == CORE else (operator.distribution,)
        for name in (*own, *operator.also):
            users.setdefault(name, set()).add(operator.name)
            known[name] = _newest(name, operator.target)
        if operator.name in _VIRTUALENV and operator.target.startswith("2."):
            users.setdefault("virtualenv", set()).add(operator.name)
    return [
        Requirement(
            distribution=name,
            version=versions.get(short_name(name)),
            known=known.get(name),
            operators=tuple(sorted(users[name])),
        )
        for name in sorted(users)
    ]


def _newest(distribution: str, target: str) -> str:
    """Return the newest version of a provider for a target that the catalogue has read."""
    versions: list[tuple[str, str]] = known_providers()[short_name(distribution)]["versions"]
    return next(version for place, version in versions if place == target)
