"""Use case: put right what `dagctl doctor` finds about DAGs, where that is certain to be right."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dagctl.commands.create import create
from dagctl.errors import DagctlError
from dagctl.frozen import frozen
from dagctl.operation.change import asked
from dagctl.operation.options import Options
from dagctl.spec.load import check_data

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dagctl.commands.operate import ChangedDag
    from dagctl.commands.survey import Survey
    from dagctl.operation.backend import Context
    from dagctl.operation.change import Change
    from dagctl.operation.execution.settling import Recovered
    from dagctl.ports import DagRecord


@frozen
class Repairs:
    """What can be healed, and what cannot."""

    dags: tuple[str, ...]
    """DAGs whose file or object is written again from the recorded spec."""
    orphans: tuple[str, ...]
    """Keys of objects without a record, which are removed."""
    left: tuple[str, ...]
    """What stays as it is, each with the reason."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.dags and not self.orphans


@frozen
class Healed:
    """What was done."""

    dags: tuple[ChangedDag, ...]
    removed: tuple[str, ...]
    failed: tuple[str, ...]
    """What could not be done, each with the reason."""


def repairs_of(survey: Survey) -> Repairs:
    """Return what can be healed of what was seen."""
    broken = sorted({*survey.missing, *survey.stored_wrongly} - survey.damaged.keys())
    refused, kept = set(survey.refused), _kept(survey)
    left = [f"{dag_id}: today's rules refuse its spec" for dag_id in broken if dag_id in refused]
    unknown = set(survey.without_spec)
    left += [f"{dag_id}: no spec of it is recorded" for dag_id in broken if dag_id in unknown]
    left += [f"{dag_id}: {why}" for dag_id, why in sorted(kept.items())]
    left += [f"{dag_id}: {problem}" for dag_id, problem in survey.damaged.items()]
    dags = tuple(dag_id for dag_id in broken if dag_id not in refused | unknown | kept.keys())
    return Repairs(dags, tuple(survey.orphans), tuple(left))


def _kept(survey: Survey) -> dict[str, str]:
    """Return the DAGs whose files are not to be written again, each with the reason."""
    broken = set(survey.stored_wrongly)
    why = {
        "its file was changed by hand; put the change into the spec, or use --force": (
            survey.changed
        ),
        "this branch does not have that DAG; git pull, or merge the branch that has it": (
            broken.intersection(survey.elsewhere)
        ),
        "its file is another version than the recorded one; git pull first": (
            broken.intersection(survey.other)
        ),
        "its file is in a merge conflict; finish the merge first": survey.unmerged,
        "its file is in another folder than dags_folder; move it there first": list(survey.left),
    }
    return {dag_id: reason for reason, dags in why.items() for dag_id in dags}


def heal(
    context: Context, repairs: Repairs, recovered: Callable[[Sequence[Recovered]], None]
) -> Healed:
    """Write the DAGs again as operations of their own, and remove objects without a record.

    Raises:
        DagctlError: A DAG cannot be written; nothing was changed, or `recover` finishes it.
    """
    records = context.backend.registry.find(dag_ids=repairs.dags) if repairs.dags else []
    changes = [change for record in records if (change := _again(record)) is not None]
    done: tuple[ChangedDag, ...] = ()
    if changes:
        options = Options(if_exists="update", force=True)
        done = create(context, changes, options, on_recovered=recovered).dags
    removed, failed = _remove(context, repairs.orphans)
    return Healed(done, removed, failed)


def _again(record: DagRecord) -> Change | None:
    """Return the change that writes the recorded spec again, under its own id."""
    spec = check_data(record.spec).spec
    if spec is None:
        return None
    change = asked(spec, record.source_path)
    return replace(change, base_name=record.dag_id, dag_id=record.dag_id)


def _remove(context: Context, keys: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    removed, failed = [], []
    if keys:
        with context.lock():
            for key in keys:
                try:
                    context.backend.store.delete(key)
                except DagctlError as error:
                    failed.append(f"{key}: {error.message}")
                else:
                    removed.append(key)
    return tuple(removed), tuple(failed)
