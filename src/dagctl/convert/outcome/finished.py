"""The end of every conversion: the spec is checked, and what is wrong with it is a gap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.outcome.ported import ported
from dagctl.convert.outcome.report import ConvertedDag, is_whole
from dagctl.findings.codes import Code
from dagctl.spec.load import check_data
from dagctl.spec.model import DagSpec
from dagctl.spec.yaml_writer import data_to_short_yaml
from dagctl.target import target_of
from dagctl.text.lines import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.convert.outcome.report import Place, Report


def finished(  # noqa: PLR0913 - what a converted DAG is made of
    dag_id: str,
    data: Mapping[str, Any],
    report: Report,
    place: Place,
    places: Mapping[tuple[str, ...], Place],
    *,
    airflow: str,
) -> ConvertedDag:
    """Return a DAG with its report, in which each error of the spec is a gap.

    So is what is certain to fail when a task runs: `dagctl create` refuses it.

    Args:
        dag_id: The id of the DAG.
        data: The spec.
        report: What was reported so far; it gets the errors too.
        place: Where the DAG begins in the foreign file.
        places: Where each task and group stands there, by its ids from the outermost group; by its
            own id alone where ids are unique in the DAG.
        airflow: The Airflow that the spec is for.
    """
    for path in _strange(data):
        where = _place(data, path, places) or place
        report.gap(where, ".".join(map(str, path)), "a spec has no word for such a value")
    data = _plain(data)
    if _size(data) > MAX_BYTES:
        text = f"it is longer than a spec may be ({MAX_BYTES:,} bytes): its tasks are left out"
        report.gap(place, "tasks", text)
        data = {key: data[key] for key in ("dag_name", "dag_id") if key in data} | {"tasks": []}
    target = target_of(airflow)
    findings = check_data(data, airflow=airflow).diagnostics
    now = ported(data, findings, target)
    for path, text in now.changes:
        report.changed(_place(data, path, places) or place, ".".join(map(str, path)), text)
    if now.changes:
        data = now.data
        findings = check_data(data, airflow=airflow).diagnostics
    has_gap = not is_whole(report.remarks)
    for diagnostic in findings:
        follows = has_gap and diagnostic.code == Code.PYTHON_PARAMETER  # of what is missing
        is_certain = target.series in diagnostic.fails_in and not follows
        if diagnostic.severity == "error" or is_certain:
            hint = f" ({diagnostic.hint})" if diagnostic.hint else ""
            subject = ".".join(map(str, diagnostic.path)) or "spec"
            where = _place(data, diagnostic.path, places) or place
            report.gap(where, subject, f"{diagnostic.code}: {diagnostic.message}{hint}")
    return ConvertedDag(dag_id, data, data_to_short_yaml(data), place, report.sorted())


_ORDER = tuple(
    dict.fromkeys(
        ("dag_name", "dag_id", "description", "schedule", "start_date", *DagSpec.key_names())
    )
)


def in_order(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a spec with the keys that a spec may have, in the order of the reference."""
    return {key: spec[key] for key in _ORDER if key in spec}


_DATA = (str, int, float, bool, type(None))


def _strange(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield where something stands that is no data, which no YAML can say."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _strange(item, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _strange(item, (*path, index))
    elif not isinstance(value, _DATA):
        yield path


def _size(data: object) -> int:
    """Return about how many characters data has, written out: what stands at two places, twice."""
    total, stack = 0, [data]
    while stack and total <= MAX_BYTES:
        item = stack.pop()
        total += len(item) if isinstance(item, str) else 2
        if isinstance(item, dict):
            stack += [*item, *item.values()]
        elif isinstance(item, list):
            stack += item
    return total


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON data
    """Return a value with None in the place of what is no data."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, _DATA) else None


def _place(
    data: Mapping[str, Any],
    path: tuple[str | int, ...],
    places: Mapping[tuple[str, ...], Place],
) -> Place | None:
    """Return where the task or group stands in the foreign file that a path leads into."""
    value: Any = data
    ids: tuple[str, ...] = ()
    place = None
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            break
        own = value.get("task_id", value.get("group_id")) if isinstance(value, dict) else None
        if isinstance(own, str):
            ids = (*ids, own)
            place = places.get(ids) or places.get(ids[-1:]) or place
    return place
