"""What the Airflow that runs some DAGs must have: distributions, connections, variables, pools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.frozen import frozen
from dagctl.operators.distributions import requirements
from dagctl.spec.needs import needs_of
from dagctl.target import target_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagctl.operators.distributions import Requirement
    from dagctl.spec.model import DagSpec


@frozen
class Required:
    """What some DAGs need."""

    airflow: str
    distributions: tuple[Requirement, ...]
    foreign: tuple[str, ...]
    """Classes of which dagctl does not know the distribution."""
    connections: tuple[str, ...]
    variables: tuple[str, ...]
    pools: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        """Yield the lines of a requirements file; what pip cannot install stands in comments."""
        for item in self.distributions:
            yield f"{item.line()}  # {', '.join(item.operators)}"
        for label, names in (
            ("of other packages, or your own", self.foreign),
            ("connections", self.connections),
            ("variables", self.variables),
            ("pools", self.pools),
        ):
            if names:
                yield f"# {label}: {', '.join(map(_one_line, names))}"


def requirements_of(specs: Sequence[DagSpec], airflow: str) -> Required:
    """Return what DAGs need on an Airflow; versions of providers that it names are in the lines."""
    target = target_of(airflow)
    needs = needs_of(list(specs), target)
    return Required(
        airflow=target.name,
        distributions=tuple(requirements(needs.operators, target.providers)),
        foreign=needs.foreign,
        connections=needs.connections,
        variables=needs.variables,
        pools=needs.pools,
    )


def _one_line(name: str) -> str:
    """Return a name that cannot end the comment that it stands in."""
    return name if name.isprintable() else ascii(name)[1:-1]
