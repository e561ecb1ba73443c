"""The work on many specs, shared by the processors of the machine.

Python runs one thread at a time, and a check is work for the processor alone. So each processor
gets a copy of this process, which checks every nth spec and writes its verdicts into a pipe. What a
copy gives no answer to (it failed, or it was killed), this process checks itself: so errors, their
order and their text are those of one process.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from dagctl.errors import DagctlError, Source
from dagctl.frozen import frozen, mutable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dagctl.commands.files.read_specs import SpecText
    from dagctl.errors import Diagnostic
    from dagctl.spec.model import DagSpec

    Verdict = tuple[DagSpec | None, list[Diagnostic]]
    """A spec, unless it has errors, and what was found."""
    Check = Callable[[SpecText], Verdict]
    Prepare = Callable[[DagSpec], str]
    Prepared = dict[str, str]

_LENGTH = 8
"""Bytes before each answer that say how long it is."""
_ENDING = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
_MOST = 4
"""Copies, each with memory of its own."""


def verdicts(
    documents: Sequence[SpecText], check: Check, *, shared: bool, prepare: Prepare | None = None
) -> tuple[list[Verdict], Prepared]:
    """Return what the check says of each document, in their order, and what copies have prepared.

    Args:
        documents: The specs.
        check: Says what is to be said of one; what it raises is raised here.
        shared: Whether processes may share the work. Only the command line allows it: a program
            that uses the library may have threads, which a copy of a process has not.
        prepare: What a copy makes of a good spec besides, which is found under its digest. If it
            fails, that is nothing: who needs it makes it again.
    """
    count = min(_MOST, processors()) if shared else 1
    prepared: Prepared = {}
    if count < 2 or threading.active_count() > 1:  # noqa: PLR2004
        return [_packed(check(document)) for document in documents], prepared
    first, *others = documents
    done = [_packed(check(first))]  # loads and builds all that the copies need, once
    with _copies(others, _PerSpec(check, prepare), count) as copies:
        for number, document in enumerate(others):
            answer = copies[number % count].next(prepared)
            done.append(_packed(check(document)) if answer is None else answer)
    return done, prepared


def _packed(verdict: Verdict) -> Verdict:
    """Return a verdict whose spec takes little memory, as there are many."""
    spec, findings = verdict
    if spec is None:
        return verdict
    spec.digest()  # made of all parts, and asked for soon
    return spec.packed(), findings


@frozen
class _PerSpec:
    """What is to be done about each document."""

    check: Check
    prepare: Prepare | None

    def of(self, document: SpecText) -> tuple[Verdict, tuple[str, str] | None]:
        """Return the verdict, and what is prepared with the digest of the spec."""
        verdict = self.check(document)
        spec = verdict[0]
        if self.prepare is None or spec is None:
            return verdict, None
        try:
            return verdict, (spec.digest(), self.prepare(spec))
        except (DagctlError, ValueError):
            return verdict, None


def processors() -> int:
    """Return how many processors this process may use; 1 where it cannot be copied safely."""
    is_safe = sys.platform == "linux" and signal.getsignal(signal.SIGCHLD) != signal.SIG_IGN
    return len(os.sched_getaffinity(0)) if is_safe else 1


@contextmanager
def _copies(documents: Sequence[SpecText], work: _PerSpec, count: int) -> Iterator[list[_Copy]]:
    """Start copies of this process; at the end of the block none is left."""
    copies: list[_Copy] = []
    try:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
        try:  # so that no copy goes another way than its own, and each is known
            for number in range(count):
                copies.append(_started(documents[number::count], work, copies))
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        yield copies
    finally:
        for copy in copies:
            copy.end()


@mutable
class _Copy:
    """A copy of this process, and what it says."""

    process: int
    answers: BinaryIO
    sources: list[Source]
    """The texts that it has sent: findings of many specs may be in one file with defaults."""

    def next(self, prepared: Prepared) -> Verdict | None:
        """Return the verdict on its next document, and add what it prepared; None: it has ended."""
        head = self.answers.read(_LENGTH)
        data = self.answers.read(int.from_bytes(head)) if len(head) == _LENGTH else b""
        if not data or len(data) < int.from_bytes(head):
            return None
        loader = _VerdictUnpickler(BytesIO(data))
        loader.sources = self.sources
        spec, findings, more = loader.load()
        prepared.update([more] if more else [])
        return pickle.loads(spec), findings  # noqa: S301 - written by a copy of this process

    def end(self) -> None:
        """End the process, whatever it does."""
        self.answers.close()
        with suppress(ProcessLookupError):
            os.kill(self.process, signal.SIGKILL)
        with suppress(ChildProcessError):  # the system has taken it away already
            os.waitpid(self.process, 0)


def _started(documents: Sequence[SpecText], work: _PerSpec, before: Sequence[_Copy]) -> _Copy:
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        _answer(documents, work, writing, [reading, *(copy.answers.fileno() for copy in before)])
    os.close(writing)
    return _Copy(process, os.fdopen(reading, "rb"), [])


def _answer(
    documents: Sequence[SpecText], work: _PerSpec, writing: int, others: Sequence[int]
) -> NoReturn:
    """Write the verdicts on the documents, up to the first that fails; never return."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that was copied
        for number in _ENDING - {signal.SIGINT}:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
        for descriptor in others:
            os.close(descriptor)
        known: dict[int, tuple[int, Source]] = {}
        with os.fdopen(writing, "wb") as answers:
            for document in documents:
                data = _pickled(*work.of(document), known)
                answers.write(len(data).to_bytes(_LENGTH) + data)
                answers.flush()
    finally:
        os._exit(0)  # nothing of the process that was copied is flushed or ended twice


def _pickled(
    verdict: Verdict, prepared: tuple[str, str] | None, known: dict[int, tuple[int, Source]]
) -> bytes:
    spec, findings = _packed(verdict)
    stream = BytesIO()
    dumper = _VerdictPickler(stream, pickle.HIGHEST_PROTOCOL)
    dumper.known = known
    dumper.dump((pickle.dumps(spec, pickle.HIGHEST_PROTOCOL), findings, prepared))
    return stream.getvalue()


class _VerdictPickler(pickle.Pickler):
    """Writes each text that findings are in once, and then its number."""

    known: dict[int, tuple[int, Source]]

    def persistent_id(self, obj: object) -> object:
        """Return what stands for a text; None for all else."""
        if not isinstance(obj, Source):
            return None
        if id(obj) in self.known:
            return self.known[id(obj)][0]
        self.known[id(obj)] = (len(self.known), obj)  # kept, so that its id is no other's
        return (obj.name, obj.text)


class _VerdictUnpickler(pickle.Unpickler):
    """Reads what a `_VerdictPickler` wrote, in a copy of this very process."""

    sources: list[Source]

    def persistent_load(self, pid: Any) -> Source:  # noqa: ANN401 - as pickle has it
        """Return the text that a number or a text stands for."""
        if isinstance(pid, int):
            return self.sources[pid]
        source = Source(*pid)
        self.sources.append(source)
        return source
