"""What DAGs need of an Airflow, as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypedDict

from dagctl.views.form import rules

if TYPE_CHECKING:
    from dagctl.commands.requirements import Required

Names = Annotated[list[str], rules(uniqueItems=True)]
"""Each once."""

DistributionData = TypedDict(  # a class could not have the key `for`
    "DistributionData",
    {
        "name": Annotated[str, rules(description="What to install.")],
        "version": Annotated[
            str | None, rules(description="What the workspace names, if it does.")
        ],
        "for": Annotated[Names, rules(description="What needs it: operators, notifiers.")],
    },
)
DistributionData.__doc__ = "A distribution that must be installed."


class RequirementsData(TypedDict):
    """What some DAGs need."""

    airflow: str
    distributions: list[DistributionData]
    unknown: Names
    """Classes of which dagctl does not know the distribution."""
    connections: Names
    variables: Names
    pools: Names


def requirements_data(required: Required) -> RequirementsData:
    """Return what some DAGs need."""
    return {
        "airflow": required.airflow,
        "distributions": [
            {"name": item.distribution, "version": item.version, "for": list(item.operators)}
            for item in required.distributions
        ],
        "unknown": list(required.foreign),
        "connections": list(required.connections),
        "variables": list(required.variables),
        "pools": list(required.pools),
    }
