"""What `Client` does with the text of a spec that a person edits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.client.lifecycle import Lifecycle
from dagctl.operation.options import Options

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dagctl.commands.operate import Intent, OperationResult
    from dagctl.commands.plan import PlanResult
    from dagctl.errors import Diagnostic
    from dagctl.operation.plans.editing import Draft


class Drafts(Lifecycle):
    """The calls of a client that give a DAG the spec of an edited text."""

    def draft(self, dag_id: str, *, publishes: bool = False, force: bool = False) -> Draft:
        """Return the spec of a DAG as a text to be edited: its file, or what is recorded.

        Args:
            dag_id: The DAG.
            publishes: Whether `publish` follows: then what would stop it is refused now.
            force: As for `publish`.

        Raises:
            NotFoundError: There is no such DAG, or no spec of it.
            ConflictError: The DAG is removed, or the spec file was changed from an older version;
                or no edited text could be published.
        """
        from dagctl.commands.edit import draft_of

        self._bring_up()
        return draft_of(
            self._context,
            dag_id,
            Options(by_file=self._by_file, force=force) if publishes else None,
        )

    def check_draft(self, draft: Draft, content: bytes) -> Sequence[Diagnostic]:
        """Return what is to be known about an edited text: warnings and advice.

        Raises:
            SpecError: It has errors.
        """
        _, findings = self._specs.edited(content, draft.path, self._context.settings.checks)
        return findings

    def plan_draft(self, draft: Draft, content: bytes, *, force: bool = False) -> PlanResult:
        """Return what `publish` would do; nothing is changed."""
        options = Options(by_file=self._by_file, force=force, expected_version=draft.version)
        return self._planned(self._edited(draft, content, options), options)

    def publish(  # noqa: PLR0913 - each is a choice of its own
        self,
        draft: Draft,
        content: bytes,
        *,
        force: bool = False,
        verify: bool = True,
        push: bool | None = None,
        on_result: Callable[[OperationResult], None] | None = None,
    ) -> OperationResult:
        """Give a DAG the spec of an edited text, as its next version. Its spec file follows.

        Args:
            draft: What was read: the update is based on that version.
            content: The edited text.
            force: Overwrite a DAG file that was changed by hand.
            verify: Run the git hooks.
            push: As for `create`.
            on_result: Shows the result, as for `create`.

        Raises:
            SpecError: The text has errors.
            StaleVersionError: The DAG has a newer version than the one that was read.
            ConflictError: The text gives another id, or something is in the way.
        """
        from dagctl.commands.edit import write_text

        options = Options(
            by_file=self._by_file,
            force=force,
            verify=verify,
            push=push,
            expected_version=draft.version,
        )
        outcome = self._operate(self._edited(draft, content, options), on_result)
        if outcome.operation_id is None:
            write_text(self._context, draft, content)
        return outcome

    def _edited(self, draft: Draft, content: bytes, options: Options) -> Intent:
        from dagctl.commands.edit import edited

        change, _ = self._specs.edited(content, draft.path, self._context.settings.checks)
        return edited(self._context, draft, change, content, options)
