"""Whose turn it is: one operation at a time in a project, several projects side by side."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from dagctl.errors import UnavailableError, UnfinishedError
from dagctl.server.refusals import BusyError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


@dataclass(slots=True)
class _Queue:
    """The operations of one project."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


@dataclass(slots=True)
class _Turn:
    """One operation's place in a queue."""

    has_begun: bool = False


class Turns:
    """Runs operations, each in a thread, those of one project one after the other.

    Waiting costs no thread. An operation that has begun is never cancelled: whoever waited for it
    in vain is told that it goes on.
    """

    def __init__(self, *, most_waiting: int, side_by_side: int, seconds: float) -> None:
        """Set the limits.

        Args:
            most_waiting: How many may wait in one project.
            side_by_side: How many may be under way at once.
            seconds: What a request may take in all, for messages.
        """
        self._most_waiting = most_waiting
        self._side_by_side = asyncio.Semaphore(side_by_side)
        self._seconds = seconds
        self._queues: dict[str, _Queue] = {}
        self._tasks: set[asyncio.Task[object]] = set()
        self._is_closing = False

    @property
    def waiting(self) -> int:
        """How many operations wait for their turn."""
        return sum(queue.waiting for queue in tuple(self._queues.values()))

    @property
    def under_way(self) -> int:
        """How many operations have begun and not ended."""
        return len(self._tasks) - self.waiting

    def close(self) -> None:
        """Begin no more operations; those under way go on."""
        self._is_closing = True

    async def run(self, project_id: str, work: Callable[[], T], seconds: float) -> T:
        """Return what `work` returns when its turn has come, or raise what it raises.

        Args:
            project_id: Whose turn it is.
            work: The operation.
            seconds: How long it is waited for, its time in the queue included.

        Raises:
            BusyError: Too many are waiting in this project.
            UnavailableError: Its turn did not come in time, or the server shuts down; not begun.
            UnfinishedError: It has begun and takes longer; it goes on.
        """
        queue = self._queues.setdefault(project_id, _Queue())
        if queue.waiting >= self._most_waiting:
            raise BusyError(
                f"{queue.waiting} operations wait in this project already", hint="try again later"
            )
        queue.waiting += 1
        turn = _Turn()
        task = asyncio.create_task(self._in_turn(project_id, queue, turn, work))
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        done, _ = await asyncio.wait({task}, timeout=seconds)
        if done:
            return task.result()
        raise self._too_late(turn, task)

    async def _in_turn(
        self, project_id: str, queue: _Queue, turn: _Turn, work: Callable[[], T]
    ) -> T:
        try:
            async with queue.lock, self._side_by_side:
                queue.waiting -= 1
                turn.has_begun = True
                self._check_open()
                return await in_thread(work)
        finally:
            if not turn.has_begun:
                queue.waiting -= 1
            if not queue.waiting and not queue.lock.locked():
                self._queues.pop(project_id, None)

    def _check_open(self) -> None:
        if self._is_closing:
            raise UnavailableError("the server is shutting down", hint="try again in a moment")

    def _too_late(self, turn: _Turn, task: asyncio.Task[T]) -> Exception:
        if not turn.has_begun:
            task.cancel()
            return UnavailableError(
                f"others were at work in this project for {self._seconds:g} s", hint="try again"
            )
        return UnfinishedError(
            f"the operation takes longer than {self._seconds:g} s",
            state="it goes on; whether it will succeed is not known yet",
            hint="ask again with the same Idempotency-Key, or list the DAGs",
        )

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waited was told; nobody else has to be


async def in_thread(work: Callable[[], T]) -> T:
    """Return what `work` returns in a thread that dies with the process.

    So that the process can go at the end of a shutdown's patience: what is left is journalled.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def deliver(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is None:
            future.set_result(result)  # type: ignore[arg-type] # what `work` returned
        else:
            future.set_exception(error)

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as caught:  # noqa: BLE001 - it belongs to whoever waits
            error = caught
        with suppress(RuntimeError):  # the loop is gone, and with it whoever waited
            loop.call_soon_threadsafe(deliver, result, error)

    threading.Thread(target=run, name="operation", daemon=True).start()
    return await future
