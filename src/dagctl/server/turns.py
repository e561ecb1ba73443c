"""Whose turn it is: one operation at a time in a project, several projects side by side."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from dagctl.errors import UnavailableError, UnfinishedError
from dagctl.frozen import mutable
from dagctl.next_step import TRY_LATER
from dagctl.server.refusals import BusyError, shutting_down

if TYPE_CHECKING:
    from collections.abc import Callable

    from dagctl.errors import DagctlError

T = TypeVar("T")

_ASK_AGAIN = "ask again with the same Idempotency-Key, or list the DAGs"


@mutable(eq=False)
class _Turn:
    """One operation, in the line of its project."""

    project_id: str
    has_begun: bool = False


class Turns:
    """Runs operations, each in a thread, those of one project one after the other.

    Waiting costs no thread. An operation that has begun is never cancelled: a caller who waited
    in vain gets the answer that it goes on.
    """

    def __init__(
        self,
        *,
        most_waiting: int,
        side_by_side: int,
        seconds: float,
        waited: Callable[[float], None],
    ) -> None:
        """Set the limits.

        Args:
            most_waiting: How many may wait in one project.
            side_by_side: How many may be under way at once.
            seconds: What a request may take in all, for messages.
            waited: Gets the seconds that an operation has waited, when its turn has come.
        """
        self._waited = waited
        self._most_waiting = most_waiting
        self._side_by_side = asyncio.Semaphore(side_by_side)
        self._seconds = seconds
        self._locks: dict[str, asyncio.Lock] = {}
        self._turns: dict[asyncio.Task[Any], _Turn] = {}
        self._at_work: set[_Turn] = set()
        self._is_closing = False

    @property
    def waiting(self) -> int:
        """How many operations wait for their turn."""
        turns = tuple(self._turns.values())  # a copy: metrics are made in a thread
        return sum(not turn.has_begun for turn in turns)

    @property
    def under_way(self) -> int:
        """How many operations have begun and not ended."""
        return len(self._at_work)

    def close(self) -> None:
        """Begin no more operations: those that wait are refused, those under way go on."""
        self._is_closing = True
        for task, turn in self._turns.items():
            if not turn.has_begun:
                task.cancel()

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
        self._check_room(project_id)
        turn = _Turn(project_id)
        task = asyncio.create_task(self._in_turn(turn, work))
        self._turns[task] = turn
        task.add_done_callback(self._ended)
        try:
            await asyncio.wait({task}, timeout=seconds)
        except asyncio.CancelledError:  # the patience of the shutdown is over
            raise _cut_off(turn) from None
        if task.cancelled():
            raise shutting_down()
        if task.done():
            return task.result()
        raise self._too_late(turn, task)

    def _check_room(self, project_id: str) -> None:
        if self._is_closing:
            raise shutting_down()
        waiting = sum(
            turn.project_id == project_id and not turn.has_begun for turn in self._turns.values()
        )
        if waiting >= self._most_waiting:
            raise BusyError(f"{waiting} operations wait in this project already", hint=TRY_LATER)

    async def _in_turn(self, turn: _Turn, work: Callable[[], T]) -> T:
        began = time.perf_counter()
        async with self._locks.setdefault(turn.project_id, asyncio.Lock()), self._side_by_side:
            turn.has_begun = True
            self._waited(time.perf_counter() - began)
            return await in_thread(partial(self._at, turn, work))

    def _at(self, turn: _Turn, work: Callable[[], T]) -> T:
        """Do the work; it counts as under way as long as its thread is at it, awaited or not."""
        self._at_work.add(turn)
        try:
            return work()
        finally:
            self._at_work.discard(turn)

    def _too_late(self, turn: _Turn, task: asyncio.Task[T]) -> Exception:
        if not turn.has_begun:
            task.cancel()
            return UnavailableError(
                f"others were at work in this project for {self._seconds:g} s", hint="try again"
            )
        return UnfinishedError(
            f"the operation takes longer than {self._seconds:g} s",
            state="it goes on; whether it will succeed is not known yet",
            hint=_ASK_AGAIN,
        )

    def _ended(self, task: asyncio.Task[object]) -> None:
        project_id = self._turns.pop(task).project_id
        if all(turn.project_id != project_id for turn in self._turns.values()):
            self._locks.pop(project_id, None)
        if not task.cancelled():
            task.exception()  # the caller who waited has it: it is not to be logged again


def _cut_off(turn: _Turn) -> DagctlError:
    """Return what becomes of an operation for whose end the server does not wait any more."""
    if not turn.has_begun:
        return shutting_down()
    return UnfinishedError(
        "the server stopped before the operation had ended",
        state="it is in the journal: the next operation in this project finishes or undoes it",
        hint=_ASK_AGAIN,
    )


async def in_thread(work: Callable[[], T]) -> T:
    """Return what `work` returns in a thread that dies with the process.

    So that the process can go at the end of a shutdown's patience: what is left is journalled.
    A caller who stops waiting does not stop the thread.
    """
    done: Future[T] = Future()
    done.set_running_or_notify_cancel()  # from here on a caller cannot cancel it

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001 - it belongs to the caller who waits
            done.set_exception(error)

    threading.Thread(target=run, name="work", daemon=True).start()
    return await asyncio.wrap_future(done)
