"""Calls that nothing follows: each may have made a task, which a spec would lack."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dagctl.convert.outcome.report import Outcome
from dagctl.convert.python_file.state.bound_names import only_says
from dagctl.convert.python_file.state.items import (
    Bound,
    Dag,
    Function,
    LocalClass,
    Made,
    Name,
    Opaque,
    TaskGroup,
    dag_of,
)
from dagctl.convert.python_file.state.kept_call import Unknown
from dagctl.convert.python_file.state.source_tree import words
from dagctl.convert.python_file.values.file_paths import written
from dagctl.convert.python_file.values.instances import only_holds

if TYPE_CHECKING:
    import ast
    from collections.abc import Collection

    from dagctl.convert.outcome.report import Place
    from dagctl.convert.python_file.state.binding import Call
    from dagctl.convert.python_file.state.kept_call import KeptCall
    from dagctl.convert.python_file.state.machine import Machine

_HARMLESS = sys.stdlib_module_names | {"airflow", "builtins"}
"""Packages whose functions make no task that is not followed."""
_OF_DATA = ("builtins.", "operator.", "os.path.")
_MAKERS = ("TaskGroup", "Dag", "DAG", "Operator", "Sensor")
"""How the names of classes end that make tasks."""
_LOST = "whether it makes a task is known only when Python runs"


def note(machine: Machine, callee: object, made: Call, value: object, known: int) -> None:
    """Note a call of which only Python knows whether it makes a task, or a DAG.

    Args:
        machine: Reads the file.
        callee: What is called.
        made: The call.
        value: What it gives.
        known: How many were noted before its own parts: it stands for them.
    """
    if not isinstance(value, Made | Opaque) or not _may_make(callee):
        return
    if only_says(made.node.func) or written(value) is not None or _is_of_data(value):
        return
    given = [
        item for item in (*made.args, *made.kwargs.values()) if isinstance(item, Dag | TaskGroup)
    ]
    owner = dag_of(given[0]) if given else None
    makes_dag = _last_word(made.node).lower().endswith("dag")
    if not (machine.around or given or makes_dag):
        return
    del machine.unknown[known:]
    report = owner.report if owner else machine.report
    place = machine.place(made.node)
    machine.unknown.append(
        Unknown(value, place, words(made.node)[:60], report, machine.key(made.node))
    )


def _is_of_data(value: Made | Opaque) -> bool:
    """Return whether a function of Python gives a value, which makes data of data."""
    return isinstance(value, Made) and value.target.path.startswith(_OF_DATA)


def _may_make(callee: object) -> bool:
    """Return whether a call of a value may make a task."""
    if isinstance(callee, Name):
        package, word = callee.path.partition(".")[0], callee.path.rpartition(".")[2]
        is_class = word[:1].isupper()
        return package not in _HARMLESS and (not is_class or word.endswith(_MAKERS))
    if isinstance(callee, Bound):
        return isinstance(callee.owner, Made | Name)
    is_strange = isinstance(callee, Function) and callee.strange is not None
    if isinstance(callee, LocalClass):
        return not only_holds(callee.node)
    return is_strange or isinstance(callee, Opaque)


def _last_word(node: ast.Call) -> str:
    function = node.func
    return getattr(function, "attr", getattr(function, "id", ""))


def report_lost(machine: Machine, copied: Collection[Place]) -> set[KeptCall]:
    """Report the calls that may have made tasks, if nothing else of the spec has their values.

    Returns them.

    Args:
        machine: Has read the file, and its DAGs are specs.
        copied: The lines that stand in functions of tasks.
    """
    known: dict[int, set[Place]] = {}
    lost: set[KeptCall] = set()
    for each in machine.unknown:
        is_used = isinstance(each.value, Made) and each.value.is_used
        gaps = known.get(id(each.report))
        if gaps is None:
            remarks = each.report.remarks
            gaps = {item.place for item in remarks if item.outcome is Outcome.GAP}
            known[id(each.report)] = gaps
        if id(each.value) in machine.edge_values:
            lost.add(each.call)
        if is_used or each.place in copied:
            continue
        lost.add(each.call)
        if each.place not in gaps:
            each.report.gap(each.place, each.subject, _LOST)
            gaps.add(each.place)
    return lost
