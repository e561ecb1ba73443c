"""The Airflow that a DAG file is read in."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Deployment(NamedTuple):
    """The Airflow that a DAG file is read in, as far as the caller of a conversion knows it."""

    variables: Mapping[str, str] = MappingProxyType({})
    """Airflow's variables, each as the text that Airflow stores."""
    environment: Mapping[str, str] = MappingProxyType({})
    """Variables of the environment."""
