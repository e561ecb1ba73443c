"""A world in memory, and what must be true of it after any failure."""

from __future__ import annotations

import json
import random
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.commands.create import create
from dagctl.operation.backend import Backend, Context, Silence
from dagctl.operation.options import Options
from dagctl.ports import OperationStatus
from dagctl.settings import Settings
from dagctl.spec.model import DagSpec
from tests.twins.backend import MemoryBackend
from tests.twins.registry import MemoryRegistry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dagctl.commands.create import CreateResult
    from dagctl.operation.change import Change
    from dagctl.ports import Listener

PROJECT = "123e4567-e89b-12d3-a456-426614174000"
ADA = "5f0c9c1e-5a56-5d0e-8c64-1c2f7a1d9a01"
SETTINGS = Settings(project_id=PROJECT)
MAIN = "refs/heads/main"
ADAS_NAME = "Ada Lovelace <ada@example.com>"


def spec(name: str = "Orders", command: str = "echo 1", **fields: object) -> DagSpec:
    task = {"task_id": "a", "task_type": "bash", "bash_command": command}
    return DagSpec.model_validate({"dag_name": name, "tasks": [task], **fields})


@dataclass
class Clock:
    """A clock that ticks once a look."""

    at: datetime = datetime(2024, 1, 15, 10, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


@dataclass(eq=False)
class World:
    """The ports in memory, and the commands that a user gives."""

    backend: MemoryBackend = field(
        default_factory=lambda: MemoryBackend(
            registry=MemoryRegistry(PROJECT, ADA, Clock(), user_name=ADAS_NAME)
        )
    )

    listener: Listener = field(default_factory=Silence)

    settings: Settings = SETTINGS
    own: set[str] = field(default_factory=set)
    """Files of the user's in the DAGs folder."""

    @classmethod
    def of(cls, *, is_cache: bool) -> World:
        """Return a world whose registry is a cache of the files, or shared."""
        registry = MemoryRegistry(PROJECT, ADA, Clock(), user_name=ADAS_NAME)
        return cls(MemoryBackend(registry=registry, is_cache=is_cache))

    def copy(self) -> World:
        """Return another world in which the same has happened: to do it again takes far longer."""
        lock = self.backend.journal._lock  # which cannot be copied
        return deepcopy(self, {id(lock): Lock()})

    def place(self, path: str, change: Change) -> None:
        """Write a spec file."""
        data = change.spec.to_data() if change.spec else {}
        self.backend.files.content[path] = json.dumps(data).encode()

    def remove(self, path: str) -> None:
        """Remove a file."""
        del self.backend.files.content[path]

    def context(self, backend: Backend | None = None) -> Context:
        return Context(backend or self.backend, self.settings, self.listener)

    def create(
        self,
        *requests: Change,
        options: Options | None = None,
        backend: Backend | None = None,
        on_result: Callable[[CreateResult], None] | None = None,
    ) -> CreateResult:
        return create(
            self.context(backend),
            requests,
            options or Options(),
            on_result=on_result,
        )

    def ids(self) -> list[str]:
        return sorted(row.dag_id for row in self.backend.registry.rows.values())

    def state(self) -> dict[str, object]:
        """Return all that a user could see, to compare before and after."""
        backend = self.backend
        return {
            "rows": dict(backend.registry.rows),
            "objects": dict(backend.store.objects),
            "files": dict(backend.files.content),
            "commit": backend.repo.tips.get(MAIN),
            "index": dict(backend.repo.index),
        }

    def check_agreement(self) -> None:
        """Check that files, objects, commits and rows say the same, and nothing is under way."""
        backend = self.backend
        rows = backend.registry.rows.values()
        tree = backend.repo.tree(MAIN)
        assert backend.journal.entries() == {}
        assert OperationStatus.RESERVED not in backend.registry.statuses.values()
        assert len({row.dag_id for row in rows}) == len(rows)
        assert sorted(backend.store.objects) == sorted(row.storage_path for row in rows)
        ours = sorted(row.file_path for row in rows)
        standing = {path for path in backend.files.content if path.startswith("dags/")}
        assert sorted(standing - self.own) == ours
        assert sorted(path for path in tree if path.startswith("dags/")) == ours
        for row in rows:
            content = backend.files.content[row.file_path]
            assert backend.store.objects[row.storage_path] == content
            assert tree[row.file_path] == content
            assert backend.repo.index[row.file_path] == content
            assert sha256(content).hexdigest() == row.content_digest
            assert row.commit_id in {commit.id for commit in backend.repo.history(MAIN)}


def clone(world: World, *, shared: bool) -> World:
    """Return another clone of the repository, with the same shared registry, or its own cache."""
    other = World.of(is_cache=not shared)
    if shared:
        other.backend.registry, other.backend.store = world.backend.registry, world.backend.store
    pull(other, world)
    return other


def pull(here: World, there: World) -> None:
    """Let a clone have what another one has committed."""
    repo, theirs = here.backend.repo, there.backend.repo
    repo.commits |= theirs.commits
    repo.tips[MAIN] = theirs.tips[MAIN]
    repo.index = dict(repo.tree(MAIN))
    here.backend.files.content = dict(repo.tree(MAIN))


@pytest.fixture
def world() -> World:
    """Return a world in which the user has work of their own."""
    world = World()
    world.backend.files.content["mine.txt"] = b"mine"
    world.backend.repo.index["mine.txt"] = b"staged"
    return world


class Killed(BaseException):
    """The process is gone; nothing that it still tries has any effect."""


@dataclass
class Fault:
    """What goes wrong at which call of any port, counted from 1."""

    call: int
    error: type[BaseException]
    after: bool
    """Whether the call has its effect first."""
    calls: int = 0
    """How many calls were made."""
    hit: str = ""
    """Which call went wrong."""
    names: list[str] = field(default_factory=list)
    """All calls that were made."""
    dead: bool = False

    def around(self, name: str, act: Callable[[], Any]) -> Any:  # noqa: ANN401 - any port's method
        if self.dead:
            raise Killed
        self.calls += 1
        self.names.append(name)
        if self.calls != self.call:
            return act()
        self.hit = name
        self.dead = self.error is Killed
        if self.after:
            act()
        raise self.error("injected")


class _FaultyPort:
    def __init__(self, port: object, name: str, fault: Fault) -> None:
        self._port, self._name, self._fault = port, name, fault

    def __getattr__(self, method: str) -> Any:  # noqa: ANN401 - any port's method
        act = getattr(self._port, method)
        if method == "lock":  # not an effect; it dies with its process
            return act
        name = f"{self._name}.{method}"
        return lambda *args, **named: self._fault.around(name, lambda: act(*args, **named))


def faulty(backend: MemoryBackend, fault: Fault) -> Any:  # noqa: ANN401 - looks like a Backend
    """Return the backend with a fault in one call."""
    names = ("registry", "store", "files", "repo", "journal")
    ports = {name: _FaultyPort(getattr(backend, name), name, fault) for name in names}
    cache = ports["registry"] if backend.is_cache else None

    def upstream(_: object, remote: str) -> _FaultyPort:
        return _FaultyPort(backend.upstream(remote), "upstream", fault)

    more = {"cache": cache, "author": backend.author, "upstream": upstream}
    return type("FaultyBackend", (), {**ports, **more})()


def call_of(name: str, *changes: Change) -> int:
    """Return which call of a run without faults is the first of that name, counted from 1."""
    world, probe = World(), Fault(0, Killed, after=False)
    world.create(*changes, backend=faulty(world.backend, probe))
    return probe.names.index(name) + 1


def some(values: Sequence[int], count: int) -> list[int]:
    """Return a sample that is the same in every run."""
    return sorted(random.Random(2).sample(values, min(count, len(values))))
