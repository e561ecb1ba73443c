"""A DAG file as people write it, as specs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.outcome.finished import finished
from dagctl.convert.outcome.report import Conversion, ConvertedDag, Outcome
from dagctl.convert.python_file.as_spec import search_path
from dagctl.convert.python_file.as_spec.dag import DagConversion
from dagctl.convert.python_file.as_spec.functions import Functions
from dagctl.convert.python_file.certainty import unknown
from dagctl.convert.python_file.interpreter import interpreter
from dagctl.convert.python_file.state.scope import SourceFile
from dagctl.convert.python_file.state.source import read_python, refused
from dagctl.convert.python_file.values.reads import report_used
from dagctl.findings.codes import Code

if TYPE_CHECKING:
    from datetime import date

    from dagctl.convert.outcome.report import Remark
    from dagctl.convert.python_file.calls.modules import Modules
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
    machine = interpreter(SourceFile(file, text), airflow, today, project)
    functions = Functions(machine)
    try:
        doc = tree.body[0] if tree.body else None
        machine.scope.put("__doc__", _documentation(doc))
        machine.run(tree.body, machine.scope)
        _report_orphans(machine)
        report_used(machine)
        for dag in machine.dags:
            search_path.resolve(dag, machine.text_beside, airflow)
        conversions = [DagConversion(dag, functions, airflow) for dag in machine.dags]
        made = [(conversion, conversion.spec()) for conversion in conversions]
        unknown.report_lost(machine, functions.copied)
        about_all = machine.file_report.sorted()
        unclear = {Outcome.GAP, Outcome.ASSUMED}
        gaps = tuple(remark for remark in about_all if remark.outcome in unclear)
        dags = tuple(_finished(conversion, data, airflow, gaps) for conversion, data in made)
    except RecursionError as error:
        raise refused(file, 1, Code.TOO_DEEP, "its values are nested too deeply") from error
    others = tuple(each for each in about_all if each.outcome not in unclear or not dags)
    return Conversion(dags, others)


def _documentation(statement: Any) -> str | None:  # noqa: ANN401 - a statement or None
    value = getattr(getattr(statement, "value", None), "value", None)
    return value if isinstance(value, str) and type(statement).__name__ == "Expr" else None


def _report_orphans(machine: Machine) -> None:
    for orphan in machine.orphans:
        name = getattr(orphan, "task_id", None) or getattr(orphan, "group_id", "")
        machine.file_report.gap(orphan.place, str(name), "it belongs to no DAG that is known")


def _finished(
    conversion: DagConversion, data: dict[str, Any], airflow: str, about_all: tuple[Remark, ...]
) -> ConvertedDag:
    dag = conversion.dag
    dag.report.remarks += about_all
    return finished(dag.dag_id, data, dag.report, dag.place, conversion.places, airflow=airflow)
