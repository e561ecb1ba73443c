"""Use case: publish specs and their DAG files to a branch of the remote, for a review.

Nothing is recorded or stored, and nothing here changes: what is merged is published by the `create`
that follows on the branch it was merged into.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.commands.plan import content_of, result_of
from dagctl.frozen import frozen
from dagctl.operation.execution.message import commit_message
from dagctl.operation.execution.recovery import recover_all
from dagctl.operation.plans.plan import make_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dagctl.commands.plan import PlanResult
    from dagctl.operation.backend import Context
    from dagctl.operation.change import Change
    from dagctl.operation.execution.settling import Recovered
    from dagctl.operation.options import Options
    from dagctl.ports import Proposal


@frozen(kw_only=True)
class Proposed:
    """What waits for a review."""

    plan: PlanResult
    """What `create` would do, once it is merged."""
    proposal: Proposal | None
    """The branch of the remote; None: nothing would change."""


def propose(
    context: Context,
    changes: Iterable[Change],
    name: str,
    options: Options,
    on_recovered: Callable[[Sequence[Recovered]], None],
) -> Proposed:
    """Push specs and DAG files to the branch `name` of the remote, as one commit.

    Raises:
        SpecError: A spec cannot be rendered.
        ConflictError: `create` would be refused, or the remote refuses the push.
        UsageError: There is no such remote, or the name is no name of a branch.
    """
    backend, settings = context.backend, context.settings
    with context.lock():
        on_recovered(recover_all(context).recovered)
        planned = make_plan(context, changes, options)
        plan = result_of(context, planned, options)
        effective = [change for change in planned if change.is_effective]
        if not effective:
            return Proposed(plan=plan, proposal=None)
        message = commit_message(effective)
        with context.step("push"):
            upstream = backend.upstream(settings.git_remote)
            proposal = upstream.propose(name, _files(effective, backend.author), message)
    return Proposed(plan=plan, proposal=proposal)


def _files(changes: Sequence[Change], author: str | None) -> Mapping[str, bytes]:
    """Return the DAG files, and the spec files that they are made from."""
    files: dict[str, bytes] = {}
    for change in changes:
        inside = change.source is not None and not change.source.startswith("../")
        if inside and change.source is not None and change.spec_text is not None:
            files[change.source] = change.spec_text.encode("utf-8")
        files[change.path] = content_of(change, author)
    return files
