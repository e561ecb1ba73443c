"""DAGs that a file makes with airflow-config: `DAG(dag_id="etl", config=load_config(...))`.

airflow-config lays what a configuration says of the DAG below the arguments of the call.
"""

from __future__ import annotations

import posixpath
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeGuard

from dagctl.convert.configuration import Layers, read_configuration
from dagctl.convert.foreign_yaml.reader import Fields
from dagctl.convert.operators.old_arguments import DURATIONS
from dagctl.convert.outcome.report import Report
from dagctl.convert.python_file.airflow import making
from dagctl.convert.python_file.state.items import Made, Moment, Name
from dagctl.errors import SpecError
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from dagctl.convert.outcome.report import Place
    from dagctl.convert.python_file.state.binding import Call
    from dagctl.convert.python_file.state.items import Dag
    from dagctl.convert.python_file.state.machine import Machine

DAGS = frozenset({"airflow_config.DAG", "airflow_config.dag.DAG"})
LOADERS = frozenset(
    {
        *("airflow_config.load_config", "airflow_config.configuration.load_config"),
        *("airflow_config.Configuration.load", "airflow_config.configuration.Configuration.load"),
    }
)
_POSITIONS = ("config_dir", "config_name")
_HIGHEST = 6
"""Folders above the DAG file in which the folder of configurations is looked for."""
_MOMENTS = frozenset({"start_date", "end_date"})
_OF_NO_DAG = frozenset({"tasks", "timezone"})


@frozen
class HydraConfiguration:
    """A configuration of airflow-config that the file loads."""

    dags: Fields
    """What it says of each DAG."""
    layers: Layers


def load(machine: Machine, _name: Name, made: Call) -> Any:  # noqa: ANN401 - any value of Python
    """Return the configuration that a call loads; why not, if it is not known."""
    given = dict(zip(_POSITIONS, made.args, strict=False)) | made.kwargs
    folder, name = given.get("config_dir", "config"), given.get("config_name")
    are_known = not made.unknown and given.keys() <= {*_POSITIONS}
    if not are_known or not _is_path(folder) or not _is_path(name):
        return machine.only_python(made.node)
    for up in range(_HIGHEST):
        home = posixpath.join(*[".."] * up, folder)
        path = f"{posixpath.join(home, name.removesuffix('.yaml'))}.yaml"
        text = _read(machine, path)
        if text is None:
            continue
        beside = partial(_beside, machine, home)
        try:
            read = read_configuration(text, path, beside, machine.deployment.environment)
        except SpecError as error:
            return machine.opaque(made.node, f"{path}: {error.diagnostics[0].message}")
        document, lacking = read
        dags = document.get("dags")
        dags = dags if isinstance(dags, Fields) else Fields(document.place)
        return HydraConfiguration(dags, Layers(document, lacking, machine.target))
    return machine.opaque(made.node, f"there is no configuration {folder}/{name} beside the file")


def _beside(machine: Machine, home: str, name: str) -> str | None:
    return _read(machine, posixpath.join(home, name))


def _read(machine: Machine, path: str) -> str | None:
    """Return the text of a file; a loop that reads it again and again is stopped."""
    text = machine.text_beside(path)
    machine.charge(len(text or "") // 16)
    return text


def _is_path(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) < 200 and not value.startswith("/")  # noqa: PLR2004 - signs


def dag(machine: Machine, _name: Name, made: Call) -> Dag:
    """Return a DAG of the file, with what its configuration says below its own arguments."""
    kwargs, places, report = dict(made.kwargs), dict(made.places), Report()
    place = machine.place(made.node)
    config = kwargs.pop("config", None)
    if isinstance(config, HydraConfiguration):
        _lay(machine, config, kwargs, places, report)
    elif config is not None:
        report.gap(places["config"], "config", getattr(config, "why", "it is not known"))
    item = making.dag(machine, kwargs, places, place)
    item.report.remarks += report.remarks
    if made.args:
        item.report.gap(place, "DAG", "airflow-config takes arguments by name alone")
    if made.unknown:
        item.report.gap(made.unknown.place, "DAG", made.unknown.why)
    return item


def _lay(
    machine: Machine,
    config: HydraConfiguration,
    kwargs: dict[str, Any],
    places: dict[str, Place],
    report: Report,
) -> None:
    """Put what a configuration says of a DAG below the arguments that the file gives."""
    dag_id = kwargs.get("dag_id")
    own = config.dags.get(dag_id) if isinstance(dag_id, str) else None
    own = own if isinstance(own, Fields) else Fields(config.dags.place)
    said = config.layers.dag(own, report)
    if said.get("tasks"):
        text = "airflow-config makes these tasks too: convert the configuration, and put them in"
        report.gap(said.at("tasks"), "tasks", text)
    zone = said.get("timezone")
    for key, value in said.items():
        if key in _OF_NO_DAG or (key in kwargs and key != "default_args"):
            continue
        known = _argument(machine, key, value, said.at(key), str(zone) if zone else None)
        if key == "default_args":
            given = kwargs.get(key, {})
            if not isinstance(given, dict):
                continue  # as it stands, it is reported where it is not known
            known = {**known, **given}
        kwargs[key] = known
        places.setdefault(key, said.at(key))


def _argument(machine: Machine, key: str, value: object, place: Place, zone: str | None) -> Any:  # noqa: ANN401 - any value of Python
    """Return a value of a configuration as the argument of a call in the file would be."""
    machine.charge()
    if isinstance(value, Fields):
        return _object(machine, value, place, zone)
    if isinstance(value, list):
        return [_argument(machine, "", item, place, zone) for item in value]
    if key in DURATIONS and isinstance(value, int | float):
        return timedelta(seconds=value)
    if key in _MOMENTS and isinstance(value, str | date):
        return _moment(value, zone)
    return Name(value) if key.endswith("_callback") and isinstance(value, str) else value


def _object(machine: Machine, value: Fields, place: Place, zone: str | None) -> Any:  # noqa: ANN401 - as above
    inner = {name: _argument(machine, name, value[name], place, zone) for name in value}
    path = inner.pop("__type__", None)
    if path is None:
        return inner
    args = inner.pop("__args__", [])
    if path == "datetime.timedelta" and not args:
        return timedelta(**inner)
    return Made(Name(str(path)), args, inner, place)


def _moment(value: str | date, zone: str | None) -> Any:  # noqa: ANN401 - as above
    text = value if isinstance(value, str) else value.isoformat()
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
        return Moment(moment, zone, form="aware" if zone or moment.tzinfo else "datetime")
    return value
