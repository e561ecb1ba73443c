"""A hostile spec ends with a finding on the command line, too."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

import pytest

from dagctl.cli.deadline import TimeIsUpError, limited
from dagctl.commands.files.read_specs import ReadSpecs, SpecText
from dagctl.commands.validate import Limit, validate
from dagctl.spec.strictness import Checks

if TYPE_CHECKING:
    from dagctl.commands.specs.surroundings import Surroundings


def busy() -> None:
    try:
        while True:
            sum(range(1000))
    except Exception as error:  # the limit is none of these
        raise AssertionError from error


def test_what_takes_too_much_processor_time_is_ended() -> None:
    before = signal.getsignal(signal.SIGPROF)
    with pytest.raises(TimeIsUpError), limited(0.05):
        busy()
    assert signal.getsignal(signal.SIGPROF) == before
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)


def test_another_thread_has_no_limit() -> None:
    seen: list[str] = []

    def work() -> None:
        with limited(0.001):
            seen.append("done")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == ["done"]


def test_a_spec_that_takes_too_long_is_a_finding_and_the_others_are_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from dagctl.commands import validate as module  # noqa: PLC0415

    check = module.verdict

    def slow(document: SpecText, checks: Checks, surroundings: Surroundings) -> object:
        if document.origin == "slow.yaml":
            busy()
        return check(document, checks, surroundings)

    monkeypatch.setattr(module, "verdict", slow)
    good = b"dag_name: x\ntasks:\n- {task_id: a, task_type: bash, bash_command: 'true'}\n"
    reading = ReadSpecs((SpecText("slow.yaml", good), SpecText("good.yaml", good)), ())
    limit = Limit("0.05 s of processor time", lambda: limited(0.05), TimeIsUpError)
    validation = validate(reading, Checks(), limit)

    assert [spec.origin for spec in validation.specs] == ["good.yaml"]
    (finding,) = validation.diagnostics
    assert (finding.code, finding.file) == ("DAG113", "slow.yaml")
    assert "0.05 s of processor time" in finding.message
