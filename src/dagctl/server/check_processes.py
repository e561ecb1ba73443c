"""Checks and renderings for callers: in processes of their own, within bounds, shared fairly."""

from __future__ import annotations

import queue
import time
from typing import TYPE_CHECKING, Any

from dagctl.errors import GeneratedCodeError, SpecError, UnavailableError
from dagctl.server.check_process import Bounds, CheckProcess, StoppedError
from dagctl.server.fair_slots import FairSlots
from dagctl.server.posted_inputs import ProjectNeeds
from dagctl.server.refusals import ASK_OPERATORS
from dagctl.spec.checked import Checked, stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dagctl.commands.templates.listing import Text
    from dagctl.dag_file.header import Provenance
    from dagctl.operation.rendering import Renderer
    from dagctl.server.body import Body
    from dagctl.server.posted_inputs import ResolvedWith
    from dagctl.spec.model import DagSpec

PROCESSES = 2
"""Processes that check: together with their bounds they say what all callers can cost at once."""
MOST_WAITING = 16
"""Requests of one user that may wait for their turn."""


class CheckProcesses:
    """The processes, and whose turn it is. Safe to use from many threads."""

    def __init__(self, bounds: Bounds | None = None) -> None:
        """Start the processes."""
        self._slots = FairSlots(PROCESSES, of_one=PROCESSES - 1, most_waiting=MOST_WAITING)
        self._idle: queue.SimpleQueue[CheckProcess] = queue.SimpleQueue()
        self._all = [CheckProcess(bounds or Bounds()) for _ in range(PROCESSES)]
        for process in self._all:
            self._idle.put(process)

    def needs(self, user_id: str, body: Body, *, seconds: float) -> ProjectNeeds:
        """Return what a body needs of its project; nothing, where that takes more than its bounds.

        Raises:
            BusyError, UnavailableError: As for a check.
        """
        try:
            needs: ProjectNeeds = self._run(
                user_id, seconds, "needs", body.data, format=body.format
            )
        except StoppedError:  # so does the check, which says it
            return ProjectNeeds(is_read=False)
        return needs

    def usable(self, user_id: str, texts: Sequence[Text], *, seconds: float) -> list[Any]:
        """Return the templates that specs can use, as JSON data.

        Raises:
            UnavailableError: It took more than its bounds.
            BusyError: As for a check.
        """
        try:
            listed: list[Any] = self._run(user_id, seconds, "usable", texts)
        except StoppedError as error:
            message = f"the templates of the project take more than {error.limit} to read"
            raise UnavailableError(message, hint=ASK_OPERATORS) from None
        return listed

    def check(  # noqa: PLR0913 - each is a choice of its own
        self,
        user_id: str,
        body: Body,
        *,
        seconds: float,
        airflow: str = "3",
        needs_project: bool = False,
        given: ResolvedWith | None = None,
    ) -> Checked:
        """Return what a check of the body gives; a finding too where it took more than its bounds.

        Args:
            user_id: Whose it is.
            body: The spec.
            seconds: How long it may take in all.
            airflow: As of `check_spec`.
            needs_project: As of `check_spec`.
            given: What the spec is resolved with; None: no variables, and the gallery.

        Raises:
            BusyError: Too many checks of this user wait.
            UnavailableError: The turn did not come in time.
        """
        return self._checked(
            user_id,
            seconds,
            "check",
            body.data,
            format=body.format,
            airflow=airflow,
            needs_project=needs_project,
            given=given,
        )

    def render(
        self,
        user_id: str,
        spec: DagSpec,
        *,
        airflow: str,
        provenance: Provenance | None = None,
        seconds: float,
    ) -> str:
        """Return the DAG file of a spec.

        Raises:
            GeneratedCodeError: A bug in dagctl.
            SpecError: It took more than its bounds.
            BusyError, UnavailableError: As for a check.
        """
        try:
            text: str = self._run(
                user_id, seconds, "render", spec, airflow=airflow, provenance=provenance
            )
        except StoppedError as error:
            raise SpecError([stopped(error.limit)]) from None
        except RuntimeError as error:
            raise GeneratedCodeError(str(error)) from error
        return text

    def checker(self, user_id: str, seconds: float) -> Callable[[Mapping[str, object]], Checked]:
        """Return what checks recorded specs for one user, as `check_data` does."""

        def check(data: Mapping[str, object]) -> Checked:
            return self._checked(user_id, seconds, "check_data", dict(data))

        return check

    def renderer(self, user_id: str, seconds_left: Callable[[], float]) -> Renderer:
        """Return what renders for one user's operation."""

        def render(spec: DagSpec, *, airflow: str, provenance: Provenance | None = None) -> str:
            left = seconds_left()
            return self.render(user_id, spec, airflow=airflow, provenance=provenance, seconds=left)

        return render

    @property
    def in_use(self) -> int:
        """How many checks and renderings are under way or wait."""
        return self._slots.in_use

    def close(self) -> None:
        """End the processes, whatever they are at."""
        for process in self._all:
            process.close()

    def _checked(self, user_id: str, seconds: float, *job: Any, **named: Any) -> Checked:  # noqa: ANN401 - of the job
        try:
            checked: Checked = self._run(user_id, seconds, *job, **named)
        except StoppedError as error:
            return Checked(None, (stopped(error.limit),))
        return checked

    def _run(self, user_id: str, seconds: float, job: str, *arguments: object, **named: Any) -> Any:  # noqa: ANN401 - of the job
        deadline = time.monotonic() + seconds
        with self._slots.slot(user_id, seconds):
            process = self._idle.get()
            try:
                left = max(0.0, deadline - time.monotonic())
                return process.run(job, *arguments, seconds=left, **named)
            finally:
                self._idle.put(process)
