"""What an operation works with: the ports, the settings, and who listens."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from dagctl.errors import UsageError
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from dagctl.ports import Cache, Files, Journal, Listener, Registry, Repo, Store, Upstream
    from dagctl.settings import Settings
    from dagctl.spec.inputs import Input
    from dagctl.spec.model import DagSpec


class TooManyEnvironmentsError(UsageError):
    """A spec was not read for each environment, as there are too many."""


class Backend(Protocol):
    """One of each port. An implementation may open a port when it is first asked for."""

    @property
    def registry(self) -> Registry:
        """Where DAGs are recorded."""

    @property
    def cache(self) -> Cache | None:
        """The registry, if it is a cache of the DAG files; None: it is shared, and counts."""

    @property
    def author(self) -> str | None:
        """Who creates DAGs here, as the registry would record it; None: not known before."""

    @property
    def store(self) -> Store:
        """Where DAG files are uploaded."""

    @property
    def files(self) -> Files:
        """The work tree."""

    @property
    def repo(self) -> Repo:
        """The user's git repository."""

    def upstream(self, remote: str) -> Upstream:
        """Return a remote of that repository, by its name."""

    @property
    def journal(self) -> Journal:
        """What is under way, and the workspace's lock."""


class Silence:
    """A `Listener` that does nothing."""

    def step(self, name: str, *, done: bool, detail: str = "") -> None:
        """Ignore the step."""

    def progress(self, name: str, completed: int, total: int) -> None:
        """Ignore the progress."""

    def warn(self, text: str) -> None:
        """Ignore the warning."""

    def waiting(self, text: str) -> None:
        """Ignore the wait."""


class Loader(Protocol):
    """Reads specs of the workspace with all that counts for them: defaults, variables, files."""

    def load(self, text: str | bytes, path: str) -> DagSpec:
        """Return the spec of a text as if it stood in that file, relative to the workspace.

        Raises:
            SpecError: It has errors.
        """

    def origins(
        self, spec: DagSpec, path: str, fields: Sequence[tuple[str, ...]]
    ) -> Mapping[tuple[str, ...], str]:
        """Return `file:line` of the fields of a spec that files with defaults say."""

    def variants(
        self, text: str | bytes, path: str, made_of: Callable[[], Sequence[Input]] = tuple
    ) -> Iterator[DagSpec]:
        """Yield the spec as each environment of the workspace makes it, the chosen one first.

        Args:
            text: The spec.
            path: Its file, relative to the workspace.
            made_of: Returns what the recorded spec was made of: where there are many environments,
                those come early that are like it.

        Raises:
            TooManyEnvironmentsError: It was not read for each of them.
        """


@frozen
class Context:
    """What every command in a workspace is given."""

    backend: Backend
    settings: Settings
    listener: Listener
    loader: Loader | None = None
    """Reads spec files; None: each counts as it stands there."""

    def lock(self) -> AbstractContextManager[None]:
        """Hold the workspace's lock, after a wait as the settings allow it.

        Raises:
            ConflictError: Another process holds it.
        """
        wait = self.settings.lock_timeout
        return self.backend.journal.lock(wait=wait, waiting=self.listener.waiting)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Report that a step begins, and at the end of the block that it is done."""
        self.listener.step(name, done=False)
        yield
        self.listener.step(name, done=True)
