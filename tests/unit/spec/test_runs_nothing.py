"""A check and a rendering import nothing that a spec names, and run nothing of it."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from dagctl import render
from dagctl.spec.load import check_spec

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OWN = "a_module_of_the_project"
"""The module that the specs name; there is none, and that is never noticed."""
CODE = f"""\
import {OWN}
from {OWN}.inner import thing
{OWN}.run(__import__("{OWN}"), eval("1 + 1"), 9 ** 9 ** 9)
open("/etc/passwd").read()
return [exec("raise SystemExit"), *thing]
"""
SPEC = f"""\
dag_name: Names much, runs nothing
schedule: {{timetable: {OWN}.Timetable, with: {{at: {{$new: {OWN}.At, with: {{x: 1}}}}}}}}
template_undefined: {{$ref: {OWN}.Undefined}}
user_defined_macros: {{m: {{$ref: {OWN}.macro}}}}
user_defined_filters: {{f: {{$ref: {OWN}.filter}}}}
params: {{p: {{default: 1, pattern: "(a+)+$", type: [string, integer]}}}}
on_failure_callback: [{{callable: {OWN}.call}}, {{notifier: {OWN}.Notifier}}]
tasks:
  - task_id: code
    python_code: |
{"".join(f"      {line}" + chr(10) for line in CODE.splitlines())}
  - {{task_id: callable, python_callable: {OWN}.load, with: {{x: {{$ref: {OWN}.X}}}}}}
  - {{task_id: own, operator: {OWN}.operators.Load, with: {{x: {{$new: {OWN}.Y}}, y: 5}}}}
  - {{task_id: path, operator: airflow.providers.amazon.aws.sensors.s3.S3KeySensor,
     with: {{bucket_key: "s3://a/{{{{ 9 ** 9 ** 9 }}}}"}}}}
  - task_id: shell
    bash_command: "echo $(touch /tmp/never) {{{{ ().__class__.__mro__[1].__subclasses__() }}}}"
    on_success_callback: {{python_code: "import {OWN}"}}
    outlets: [{{$asset: "s3://a/b"}}]
"""
REFUSED = {"exec", "import", "open", "socket.connect", "subprocess.Popen", "os.system", "os.exec"}
"""What Python reports while code is run, a module is sought, or a file is opened."""


class Seeker:
    """The first of Python's finders: notes what is sought, and has nothing."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Note the name of a module."""
        del path, target
        self.names.append(name)


_HEARD: list[tuple[str, str]] | None = None


def _hear(event: str, arguments: Sequence[object]) -> None:
    if _HEARD is not None and event in REFUSED:
        _HEARD.append((event, repr(arguments)[:200]))


sys.addaudithook(_hear)  # it stays for as long as the process; it only listens in the block


@contextmanager
def listening() -> Iterator[tuple[list[tuple[str, str]], Seeker]]:
    """Give what Python reports in the block, and the modules that are sought there."""
    global _HEARD  # noqa: PLW0603 - a hook cannot be taken away, only silenced
    seeker = Seeker()
    sys.meta_path.insert(0, seeker)
    _HEARD = []
    try:
        yield _HEARD, seeker
    finally:
        _HEARD = None
        sys.meta_path.remove(seeker)


@pytest.mark.parametrize("airflow", ["2", "3"])
def test_a_check_and_a_rendering_run_and_import_nothing(airflow: str) -> None:
    once = check_spec(SPEC, format="yaml", airflow=airflow)  # loads what dagctl itself needs late
    assert once.spec is not None, once.diagnostics
    expected = render(once.spec, airflow=airflow)

    text = SPEC.replace("runs nothing", "and runs nothing")
    with listening() as (heard, seeker):
        checked = check_spec(text, format="yaml", airflow=airflow)
        source = render(checked.result(), airflow=airflow)

    assert (heard, seeker.names) == ([], [])
    assert OWN in source
    assert len(source) > len(expected) - 100
    assert OWN not in sys.modules


def test_the_hooks_hear_what_runs() -> None:
    """The test above can fail: what it must not hear is heard."""
    with listening() as (heard, seeker):
        exec("1")
        with pytest.raises(ImportError):
            __import__(OWN)

    assert {event for event, _ in heard} >= {"exec", "import"}
    assert seeker.names == [OWN]
