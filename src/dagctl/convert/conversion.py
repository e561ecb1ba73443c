"""What a conversion gives: a spec for each DAG, and the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.report import Outcome, Place, Remark, is_whole
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen
class ConvertedDag:
    """One DAG of a foreign file as a spec."""

    dag_id: str
    data: Mapping[str, Any]
    """The spec, as a YAML document would hold it."""
    text: str
    """The same as YAML."""
    place: Place
    """Where the DAG begins in the foreign file."""
    remarks: tuple[Remark, ...]
    """What was changed or left out, in the order of the file."""

    @property
    def whole(self) -> bool:
        """Whether nothing is missing: no gap is in the report."""
        return is_whole(self.remarks)

    @property
    def is_certain(self) -> bool:
        """Whether it is whole, and no default was taken for what an Airflow may set."""
        return self.whole and not any(each.outcome is Outcome.ASSUMED for each in self.remarks)


@frozen
class Conversion:
    """The DAGs of one foreign file, in its order, and what concerns none of them alone."""

    dags: tuple[ConvertedDag, ...]
    remarks: tuple[Remark, ...] = ()
