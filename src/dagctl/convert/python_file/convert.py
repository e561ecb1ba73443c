"""A DAG file as people write it, as specs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from dagctl.convert.outcome.finished import finished
from dagctl.convert.outcome.report import Conversion, ConvertedDag, Outcome
from dagctl.convert.python_file.as_spec import search_path
from dagctl.convert.python_file.as_spec.code_module import CodeModule
from dagctl.convert.python_file.as_spec.dag_as_spec import DagAsSpec
from dagctl.convert.python_file.as_spec.functions import Functions
from dagctl.convert.python_file.calls.project_modules import Modules
from dagctl.convert.python_file.certainty import unknown
from dagctl.convert.python_file.interpreter import interpreter
from dagctl.convert.python_file.state.scope import SourceFile
from dagctl.convert.python_file.state.source_tree import read_python, refused
from dagctl.convert.python_file.values.parse_reads import report_used
from dagctl.findings.codes import Code

if TYPE_CHECKING:
    import ast
    from collections.abc import Collection, Sequence
    from datetime import date

    from dagctl.convert.outcome.report import Remark
    from dagctl.convert.python_file.state.kept_call import KeptCall
    from dagctl.convert.python_file.state.machine import Machine


def convert_python(
    text: str, file: str, *, airflow: str, today: date, project: Modules | None = None
) -> Conversion:
    """Return the DAGs of a Python file as specs, with what became of each line.

    The file is read as a tree. Nothing of it is run or imported.

    Args:
        text: The file.
        file: Its name, for the report.
        airflow: The Airflow that the specs are for, as `3` or `2`.
        today: What dates such as `days_ago(2)` count from.
        project: What may be read beside the file; None: nothing.

    Raises:
        SpecError: It is no Python, or asks for more than can be followed.
    """
    tree = read_python(text, file)
    read = partial(_read, tree, SourceFile(file, text), airflow, today)
    first, calls = read(project or Modules(), ())
    if not calls:
        return first
    second, _ = read((project or Modules()).anew(), calls)
    return second if _missing(second) < _missing(first) else first


def _missing(made: Conversion) -> int:
    """Return how much of a file is not in its specs; more than all where it has no DAG."""
    remarks = [*made.remarks, *(remark for dag in made.dags for remark in dag.remarks)]
    return sum(each.outcome is Outcome.GAP for each in remarks)


def _read(  # noqa: PLR0913, PLR0917 - the file, and what it depends on
    tree: ast.Module,
    origin: SourceFile,
    airflow: str,
    today: date,
    project: Modules,
    kept: Collection[KeptCall],
) -> tuple[Conversion, set[KeptCall]]:
    """Return the DAGs of a file, and the calls that may stay calls, as what they make is unclear.

    Args:
        tree: The file.
        origin: The same as text.
        airflow: The Airflow that the specs are for.
        today: What relative dates count from.
        project: What may be read beside the file.
        kept: The calls that stay calls.
    """
    machine = interpreter(origin, airflow, today, project, kept)
    module = CodeModule(machine, tree.body)
    functions = Functions(machine, module)
    try:
        doc = tree.body[0] if tree.body else None
        machine.scope.put("__doc__", _documentation(doc))
        machine.run(tree.body, machine.scope)
        _report_orphans(machine)
        report_used(machine)
        for dag in machine.dags:
            search_path.resolve(dag, machine.text_beside, airflow)
        conversions = [DagAsSpec(dag, functions, airflow) for dag in machine.dags]
        made = [(conversion, conversion.spec()) for conversion in conversions]
        module.take_classes()
        beside = module.finish()
        calls = unknown.report_lost(machine, functions.copied)
        about_all = machine.file_report.sorted()
        unclear = {Outcome.GAP, Outcome.ASSUMED}
        gaps = tuple(remark for remark in about_all if remark.outcome in unclear)
        dags = tuple(_finished(conversion, data, airflow, gaps) for conversion, data in made)
    except RecursionError as error:
        raise refused(origin.file, 1, Code.TOO_DEEP, "its values are nested too deeply") from error
    others = tuple(each for each in about_all if each.outcome not in unclear or not dags)
    return Conversion(dags, others, beside), calls | _unclear(machine, dags)


def _unclear(machine: Machine, dags: Sequence[ConvertedDag]) -> set[KeptCall]:
    """Return the calls that led to functions of other modules of which not all was followed."""
    gaps = {each.place for dag in dags for each in dag.remarks if each.outcome is Outcome.GAP}
    machine.charge(len(gaps))
    lines: dict[str, list[int]] = {}
    for place in gaps:
        lines.setdefault(place.file, []).append(place.line)
    return {
        call
        for call, origin, node in machine.followed
        if any(_stands_in(line, node) for line in lines.get(origin.file, ()))
    }


def _stands_in(line: int, node: ast.AST) -> bool:
    first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", None)
    return first <= line <= (last or 0)


def _documentation(statement: Any) -> str | None:  # noqa: ANN401 - a statement or None
    value = getattr(getattr(statement, "value", None), "value", None)
    return value if isinstance(value, str) and type(statement).__name__ == "Expr" else None


def _report_orphans(machine: Machine) -> None:
    for orphan in machine.orphans:
        name = getattr(orphan, "task_id", None) or getattr(orphan, "group_id", "")
        machine.file_report.gap(orphan.place, str(name), "it belongs to no DAG that is known")


def _finished(
    conversion: DagAsSpec, data: dict[str, Any], airflow: str, about_all: tuple[Remark, ...]
) -> ConvertedDag:
    dag = conversion.dag
    dag.report.remarks += about_all
    return finished(dag.dag_id, data, dag.report, dag.place, conversion.places, airflow=airflow)
