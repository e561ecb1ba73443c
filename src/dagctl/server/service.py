"""What every endpoint works with: callers, projects, turns."""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from dagctl.errors import UnavailableError, UsageError
from dagctl.operation.rendering import rendering_by
from dagctl.server.archives import ARCHIVES, ARCHIVES_OF_ONE
from dagctl.server.body import Room
from dagctl.server.fair_slots import FairSlots
from dagctl.server.posted_inputs import EVERY, ResolvedWith, may_need
from dagctl.server.questions import AT_ONCE, LANES, MOST_WAITING
from dagctl.server.readiness import Readiness
from dagctl.server.refusals import ASK_OPERATORS, RequestError
from dagctl.server.turns import Turns, in_thread
from dagctl.spec.strictness import Checks, taken_by, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Mapping

    from starlette.datastructures import Headers

    from dagctl.bootstrap import Caller
    from dagctl.client import Client
    from dagctl.commands.templates.listing import Text
    from dagctl.operation.rendering import Renderer
    from dagctl.server.body import Body
    from dagctl.server.check_processes import CheckProcesses
    from dagctl.server.identity import Authenticator
    from dagctl.server.projects import Projects
    from dagctl.server.server_options import ServerOptions
    from dagctl.spec.checked import Checked
    from dagctl.spec.model import DagSpec
    from dagctl.views.templates import TemplateData

T = TypeVar("T")

_DEADLINE: ContextVar[float] = ContextVar("deadline")
"""When the request of a task has to be answered, by the monotonic clock."""

READERS = 40
"""How many short pieces of work may be under way at once, as they wait for the outside; of the
readings one user has half at most."""
AUTHENTICATING = LANES * (AT_ONCE + MOST_WAITING) + 16
"""How many tokens may be looked at at once: some always, no matter how many wait for questions."""
BODIES = 128 * 1024 * 1024
"""Bytes of bodies that may be in memory at once."""
BODIES_OF_ONE = BODIES // 4
"""Bytes of bodies of one caller; one body may always have what `body_limit` allows it."""


class Service:
    """The server's inside, without HTTP. Belongs to one event loop."""

    def __init__(  # noqa: PLR0913 - its parts
        self,
        options: ServerOptions,
        authenticator: Authenticator,
        projects: Projects,
        looks: Mapping[str, Callable[[], None]],
        *,
        waited: Callable[[float], None],
        checks: CheckProcesses,
    ) -> None:
        """Put the parts together.

        Args:
            options: How to serve.
            authenticator: Finds out who calls.
            projects: Opens their projects.
            looks: A look at each dependency; it raises what is wrong.
            waited: Gets the seconds that each operation has waited for its turn.
            checks: Checks and renders specs.
        """
        self.options = options
        self.projects = projects
        self.turns = Turns(
            most_waiting=options.most_waiting,
            side_by_side=options.side_by_side,
            seconds=options.request_timeout,
            waited=waited,
        )
        self._authenticator = authenticator
        self.room = Room(BODIES, max(BODIES_OF_ONE, options.body_limit))
        self.archives = Room(ARCHIVES, ARCHIVES_OF_ONE)
        self._short = asyncio.Semaphore(READERS)
        self._authenticating = asyncio.Semaphore(AUTHENTICATING)
        self._reading = FairSlots(READERS, of_one=READERS // 2, most_waiting=READERS)
        self._checks = checks
        self.readiness = Readiness(options.root, looks)

    async def admit(self, headers: Headers, address: str) -> Caller:
        """Return who calls from an address; from now on the request's time runs.

        Raises:
            NotSignedInError: The caller is not known.
        """
        _DEADLINE.set(time.monotonic() + self.options.request_timeout)
        admit = _permitted(
            lambda: self._authenticator.admit(headers, address), self._authenticating
        )
        return await self._in_time(admit)

    def seconds_left(self) -> float:
        """Return how long the request of this task may still take."""
        latest = time.monotonic() + self.options.request_timeout
        return max(0.0, _DEADLINE.get(latest) - time.monotonic())

    async def work(self, work: Callable[[], T]) -> T:
        """Return what a short piece of work gives, done in a thread.

        Raises:
            UnavailableError: It takes longer than a request may.
        """
        return await self._in_time(_permitted(work, self._short))

    async def spec_to_change(
        self, caller: Caller, body: Body, project_id: str | None = None, env: str | None = None
    ) -> tuple[DagSpec, Client]:
        """Return the spec of a body, and a client for `change_opened` of its project.

        The spec is checked as the settings of this client say.

        Args:
            caller: Who calls.
            body: The spec.
            project_id: The project; None: the one that the spec has to name.
            env: The environment of the project whose variables count.

        Raises:
            SpecError: The spec has errors, or what its project takes for errors.
            RequestError: The spec names another project.
            NotAMemberError: The caller may not change the project.
            BusyError, UnavailableError: As for a check.
        """
        given = await self._given(caller, body, project_id, env)
        check = partial(self._check, caller, body, given=given, needs_project=project_id is None)
        checked = await check(self.options.airflow)
        named = checked.result().project_id
        if project_id is not None and str(named or project_id) != project_id:
            raise RequestError(
                "the body names another project than the query",
                hint="leave project_id out of the body",
            )
        client = await self.open_to_change(project_id or str(named), caller)
        checks = client.settings.checks
        if checks.airflow != self.options.airflow:
            checked = await check(checks.airflow)
        taken = await in_thread(lambda: taken_by(checked, text_of(body.data), checks))
        return taken.result(), client

    async def check(
        self,
        caller: Caller,
        body: Body,
        airflow: str | None = None,
        *,
        project_id: str | None = None,
        env: str | None = None,
    ) -> Checked:
        """Return what a check of a body gives; what is certain to fail is an error.

        Args:
            caller: Who calls.
            body: The spec.
            airflow: The target; None: that of the server.
            project_id: The project whose variables and templates count; None: that of the spec.
            env: The environment of that project.

        Raises:
            NotAMemberError: It needs variables or templates of a project of others.
            BusyError: Too many checks of this caller wait.
            UnavailableError: It takes longer than a request may.
        """
        target = airflow or self.options.airflow
        given = await self._given(caller, body, project_id, env)
        checked = await self._check(caller, body, target, given=given, needs_project=False)
        return await in_thread(
            lambda: taken_by(checked, text_of(body.data), Checks(airflow=target))
        )

    async def templates(self, caller: Caller, project_id: str) -> list[TemplateData]:
        """Return the templates that specs of a project can use, as JSON data.

        Raises:
            NotAMemberError: The caller is no member.
            UnavailableError: The workspace of the project is not set up well.
        """
        texts = await self._texts(caller, project_id, EVERY)
        seconds = self.seconds_left()
        return await in_thread(lambda: self._checks.usable(caller.user_id, texts, seconds=seconds))

    async def _given(
        self, caller: Caller, body: Body, project_id: str | None, env: str | None
    ) -> ResolvedWith | None:
        """Return what a body is resolved with; None: it needs nothing of a project, or has none.

        Raises:
            RequestError: `env` is none of the project's environments.
            NotAMemberError: The caller is no member of it.
        """
        if env is None and not may_need(body):
            return None
        seconds = self.seconds_left()
        needs = await in_thread(lambda: self._checks.needs(caller.user_id, body, seconds=seconds))
        project = project_id or needs.project_id
        if project is None or (env is None and not needs.is_any):
            if env is not None and needs.is_read:
                hint = "name the project in `project_id`"
                raise RequestError("query `env` is an environment of a project", hint=hint)
            return None
        texts = await self._texts(caller, project, needs.template, needs.source)
        with _errors_of_the_server(project):
            variables = await self.work(lambda: self.projects.variables(project, env))
        return ResolvedWith(variables, texts)

    async def _texts(
        self, caller: Caller, project_id: str, name: str | None, source: str = ""
    ) -> tuple[Text, ...]:
        return await self._reading_of(
            project_id, caller, lambda: self.projects.texts(project_id, caller, name, source)
        )

    async def _check(
        self,
        caller: Caller,
        body: Body,
        airflow: str,
        *,
        needs_project: bool,
        given: ResolvedWith | None,
    ) -> Checked:
        """Return what a check of the body gives; its time and memory are bounded."""
        seconds = self.seconds_left()
        if not seconds:
            raise self._too_late()
        return await in_thread(
            lambda: self._checks.check(
                caller.user_id,
                body,
                seconds=seconds,
                airflow=airflow,
                needs_project=needs_project,
                given=given,
            )
        )

    async def render(self, caller: Caller, spec: DagSpec, airflow: str) -> str:
        """Return the DAG file of a spec; as for a check, and it raises the same."""
        render = self._renderer(caller)
        return await in_thread(lambda: render(spec, airflow=airflow))

    async def of_record(
        self, caller: Caller, work: Callable[[Callable[[Mapping[str, object]], Checked]], T]
    ) -> T:
        """Return what `work` makes of a recorded spec; it is given what checks one."""
        check = self._checks.checker(caller.user_id, self.seconds_left())
        return await in_thread(lambda: work(check))

    def checker(self, caller: Caller) -> Callable[[Mapping[str, object]], Checked]:
        """Return what checks specs for an operation of the caller; as for a check."""
        return self._checks.checker(caller.user_id, self.seconds_left())

    def _renderer(self, caller: Caller) -> Renderer:
        latest = time.monotonic() + self.seconds_left()
        return self._checks.renderer(caller.user_id, lambda: max(0.0, latest - time.monotonic()))

    async def read(self, project_id: str, caller: Caller, work: Callable[[Client], T]) -> T:
        """Return what `work` reads in a project."""

        def reading() -> T:
            with self.projects.open(project_id, caller) as client:
                return work(client)

        return await self._reading_of(project_id, caller, reading)

    async def _reading_of(self, project_id: str, caller: Caller, work: Callable[[], T]) -> T:
        """Return what `work` reads in a project; as for `look_up`."""

        def reading() -> T:
            with _errors_of_the_server(project_id):
                return work()

        return await self.look_up(caller, reading)

    async def look_up(self, caller: Caller, work: Callable[[], T]) -> T:
        """Return what `work` reads; of all readers one user has a share.

        Raises:
            BusyError: Too many readings of this caller wait.
            UnavailableError: It takes longer than a request may.
        """
        seconds = self.seconds_left()

        def reading() -> T:
            with self._reading.slot(caller.user_id, seconds):
                return work()

        return await self._in_time(in_thread(reading))

    async def change(self, project_id: str, caller: Caller, work: Callable[[Client], T]) -> T:
        """Return what `work` changes in a project, when its turn has come.

        Raises:
            NotAMemberError: The caller may not do this. It is refused before it takes a turn.
        """
        client = await self.open_to_change(project_id, caller)
        return await self.change_opened(client, caller, work)

    async def open_to_change(self, project_id: str, caller: Caller) -> Client:
        """Return a client for `change_opened`; as `Projects.open_to_change`."""
        return await self._reading_of(
            project_id, caller, lambda: self.projects.open_to_change(project_id, caller)
        )

    async def change_opened(self, client: Client, caller: Caller, work: Callable[[Client], T]) -> T:
        """Return what `work` changes in a project that was opened for it, when its turn has come.

        The client is closed afterwards.
        """
        project_id = client.settings.project_id
        render = self._renderer(caller)

        def changing() -> T:
            with _errors_of_the_server(project_id), client, rendering_by(render):
                self.projects.make(client)
                return work(client)

        return await self.turns.run(project_id, changing, self.seconds_left())

    async def _in_time(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what the work gives; it goes on after its caller has gone.

        Raises:
            UnavailableError: It takes longer than a request may.
        """
        if not self.seconds_left():
            work.close()
            raise self._too_late()
        task = asyncio.create_task(work)
        try:
            async with asyncio.timeout(self.seconds_left()):
                return await asyncio.shield(task)
        except TimeoutError as error:
            task.add_done_callback(_looked_at)
            raise self._too_late() from error

    def _too_late(self) -> UnavailableError:
        seconds = self.options.request_timeout
        return UnavailableError(f"no answer within {seconds:g} s", hint="try again")


async def _permitted(work: Callable[[], T], permits: asyncio.Semaphore) -> T:
    """Do the work, and give its permit back when its thread has ended, awaited or not."""
    async with permits:
        return await in_thread(work)


def _looked_at(task: asyncio.Task[Any]) -> None:
    """Take the exception of work that is not waited for, which asyncio would report otherwise."""
    if not task.cancelled():
        task.exception()


@contextmanager
def _errors_of_the_server(project_id: str) -> Iterator[None]:
    """Raise an error of the settings, git or a migration here as one of the server.

    The caller cannot mend it.

    Raises:
        UnavailableError: The block lacks something.
        RequestError: The request is wrong.
    """
    try:
        yield
    except RequestError:
        raise
    except UsageError as error:
        raise UnavailableError(
            f"the server is not set up well for project {project_id}: {error.message}",
            hint=ASK_OPERATORS,
        ) from error
