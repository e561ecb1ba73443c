"""What two versions of a DAG differ in, or a version and a spec: in words, and as text."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from dagctl.commands.history import version_of
from dagctl.errors import NotFoundError
from dagctl.frozen import frozen
from dagctl.next_step import Command, Fix
from dagctl.operation.comparison.consequences import Side, consequences
from dagctl.operation.comparison.differences import differences
from dagctl.operation.conflicts.drift import diff_of
from dagctl.operation.dags.not_recorded import not_recorded
from dagctl.operation.plans.reversal import no_version
from dagctl.spec.load_recorded import check_recorded
from dagctl.spec.yaml_writer import to_yaml
from dagctl.target import target_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from dagctl.commands.show import Check
    from dagctl.difference import Difference
    from dagctl.operation.change import Change
    from dagctl.operation.comparison.consequences import Consequence
    from dagctl.ports import DagVersion, Registry
    from dagctl.spec.model import DagSpec


@frozen(kw_only=True)
class Compared:
    """One of the two that are compared: a recorded version, or a spec that is not recorded."""

    name: str
    """What it is, as `version 3` or `specs/orders.yaml`."""
    version: DagVersion | None
    """None: it is not recorded."""
    dag_id: str
    airflow: str
    """The Airflow that the file is written for: a series or a version."""
    data: Mapping[str, Any]
    """The spec as JSON data; empty if none is recorded."""
    text: str | None
    """As its author wrote it, or None."""
    spec: DagSpec | None = None
    """The spec, if it was not recorded."""


@frozen(kw_only=True)
class Comparison:
    """Two states of a DAG, and what they differ in."""

    dag_id: str
    before: Compared
    after: Compared
    changes: tuple[Difference, ...] | None
    """None: one of both has no spec."""
    consequences: tuple[Consequence, ...]
    """What the changes mean in Airflow."""
    diff: str
    """The unified diff of what their authors wrote, empty if it is the same.

    Where one of them was made from data, both are written as YAML first.
    """


def two_versions(
    registry: Registry, dag_id: str, before: int | None, after: int | None
) -> tuple[Compared, Compared]:
    """Return two versions of a DAG; a removed one has its versions still.

    Args:
        registry: Where they are.
        dag_id: The DAG.
        before: The older version; None: the one before `after`.
        after: The newer version; None: the newest one.

    Raises:
        NotFoundError: There is no such version, or no such DAG.
        NotAMemberError: The user is not a member of the project.
    """
    newer = _newest(registry, dag_id) if after is None else version_of(registry, dag_id, after)
    older = _before(registry, newer) if before is None else version_of(registry, dag_id, before)
    return recorded(_with_text(registry, older)), recorded(_with_text(registry, newer))


def _with_text(registry: Registry, version: DagVersion) -> DagVersion:
    """Return a version; a removal has the text of the spec that it took away."""
    if version.is_active or version.spec_text is not None:
        return version
    before = registry.versions(version.dag_id, before=version.version, limit=1, text=True)
    texts = [each.spec_text for each in before if each.spec_digest == version.spec_digest]
    return replace(version, spec_text=texts[0]) if texts else version


def version_and_spec(
    registry: Registry, dag_id: str, before: int | None, change: Change, airflow: str
) -> tuple[Compared, Compared]:
    """Return a version of a DAG (None: the newest) and what a spec would make of it.

    Args:
        registry: Where the versions are.
        dag_id: The DAG.
        before: The version.
        change: What asks for the spec.
        airflow: The Airflow that it would be written for.

    Raises:
        NotFoundError: There is no such version, or no such DAG.
    """
    older = _newest(registry, dag_id) if before is None else version_of(registry, dag_id, before)
    spec = change.spec
    is_other = spec is not None and spec.dag_id_given
    given = Compared(
        name=change.source or "the spec",
        version=None,
        dag_id=change.base_name if is_other else dag_id,
        airflow=airflow,
        data=spec.recorded if spec is not None else {},
        text=change.spec_text,
        spec=spec,
    )
    return recorded(older), given


def recorded(version: DagVersion) -> Compared:
    """Return a recorded version as one side of a comparison."""
    return Compared(
        name=f"version {version.version}",
        version=version,
        dag_id=version.dag_id,
        airflow=version.airflow,
        data=version.spec,
        text=version.spec_text,
    )


def compared(
    before: Compared, after: Compared, now: datetime, check: Check = check_recorded
) -> Comparison:
    """Return what the two differ in, and what that means in an Airflow at a time.

    Args:
        before: The one that Airflow knows.
        after: The one that it is to know.
        now: The time.
        check: Checks the data of a spec.
    """
    changes = _changes(before, after)
    specs = [_spec(side, check) for side in (before, after)]
    sides = [
        Side(
            dag_id=side.dag_id,
            spec=spec,
            series=target_of(side.airflow).series,
            is_there=side.version is None or side.version.is_active,
        )
        for side, spec in zip((before, after), specs, strict=True)
    ]
    return Comparison(
        dag_id=before.dag_id,
        before=before,
        after=after,
        changes=changes,
        consequences=consequences(changes or (), sides[0], sides[1], now),
        diff=_diff(before, after, specs),
    )


def _changes(before: Compared, after: Compared) -> tuple[Difference, ...] | None:
    if not before.data or not after.data:
        return None
    series = (target_of(side.airflow).series for side in (before, after))
    old, new = ({"airflow": name} for name in series)
    return differences({**old, **before.data}, {**new, **after.data})


def _spec(side: Compared, check: Check) -> DagSpec | None:
    if side.spec is not None or not side.data:
        return side.spec
    return check(side.data).spec


def _diff(before: Compared, after: Compared, specs: list[DagSpec | None]) -> str:
    sides = (before, after)
    if before.text is not None and after.text is not None:
        texts = [side.text or "" for side in sides]
    else:
        texts = [_document(side, spec) for side, spec in zip(sides, specs, strict=True)]
    path = next((s.version.source_path for s in sides if s.version and s.version.source_path), None)
    old, new = (text.encode() for text in texts)
    return diff_of(path or "the spec", old, new, names=(before.name, after.name))


def _document(side: Compared, spec: DagSpec | None) -> str:
    """Return a spec as YAML, or as JSON where today's rules refuse it."""
    if spec is not None:
        return to_yaml(spec)
    return json.dumps(side.data, indent=2, ensure_ascii=False) + "\n" if side.data else ""


def _newest(registry: Registry, dag_id: str) -> DagVersion:
    versions = registry.versions(dag_id, limit=1, text=True)
    if not versions:
        raise not_recorded(registry, [dag_id])
    return versions[0]


def _before(registry: Registry, version: DagVersion) -> DagVersion:
    before = version.version
    versions = registry.versions(version.dag_id, before=before, limit=1, text=True)
    if not versions and before > 1:
        raise no_version(version.dag_id, before - 1, before, version.file_path)
    if not versions:
        raise NotFoundError(
            f"`{version.dag_id}` has no version before version {before}",
            hint=Fix("to compare it with a spec file: ", Command("diff", "ID --spec FILE")),
        )
    return versions[0]
