"""Objects in a configuration: `_target_` names a class, as Hydra has it.

Those of airflow-pydantic stand for something of Airflow; any other class is built as it stands.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from dagctl.convert.foreign_yaml.reader import Fields, as_list

if TYPE_CHECKING:
    from dagctl.convert.outcome.report import Place, Report

TARGET = "_target_"
OWN = ("airflow_config.", "airflow_pydantic.")
_TIMETABLES = {
    "CronTriggerTimetable": "airflow.timetables.trigger",
    "MultipleCronTriggerTimetable": "airflow.timetables.trigger",
    "DeltaTriggerTimetable": "airflow.timetables.trigger",
    "CronDataIntervalTimetable": "airflow.timetables.interval",
    "DeltaDataIntervalTimetable": "airflow.timetables.interval",
    "EventsTimetable": "airflow.timetables.events",
}
_OF_BASH = frozenset({"commands", "quote", "escape", "login", "cwd", "env"})


def with_objects(fields: Fields, report: Report) -> Fields:
    """Return a DAG, a task or their arguments with each object in dag-factory's form.

    Args:
        fields: What the file says; its own `_target_` and its tasks are left as they are.
        report: Takes each object for which a spec has no word.
    """
    made = fields.copy()
    for key, value in fields.items():
        if key not in {TARGET, "tasks"}:
            made.put(key, _Objects(report, key, fields.at(key)).made(value), fields.at(key))
    return made


class _Objects:
    """Turns the value of one key."""

    def __init__(self, report: Report, key: str, place: Place) -> None:
        self._report, self._key, self._place = report, key, place

    def made(self, value: object) -> Any:  # noqa: ANN401 - what stands in the file
        if isinstance(value, Fields):
            path = value.get(TARGET)
            return self._object(path, value) if isinstance(path, str) else self._inner(value)
        if not isinstance(value, list):
            return value
        if self._key == "bash_command" and all(isinstance(each, str) for each in value):
            return bash_text(value)
        return [self.made(each) for each in value]

    def _object(self, path: str, value: Fields) -> Any:  # noqa: ANN401 - what stands in the file
        word = path.rpartition(".")[2]
        if not path.startswith(OWN):
            return self._typed(path, value)
        if word in _TIMETABLES:
            return self._timetable(f"{_TIMETABLES[word]}.{word}", value)
        if word == "Pool" and isinstance(value.get("pool"), str):
            self._report.changed(self._place, self._key, "the pool itself is made in Airflow")
            return value["pool"]
        if word == "BashCommands" and value.keys() <= {TARGET, *_OF_BASH}:
            return _commands(value)
        self._report.gap(self._place, self._key, f"a spec has no word for {path[:60]}")
        return None

    def _inner(self, value: Fields) -> Fields:
        made = value.copy()
        for key, item in value.items():
            made.put(key, self.made(item), value.at(key))
        return made

    def _typed(self, path: str, value: Fields) -> Fields:
        made = self._inner(value)
        del made[TARGET]
        made.put("__type__", path, value.at(TARGET))
        if "_args_" in made:
            made.put("__args__", as_list(made.pop("_args_")), value.at("_args_"))
        return made

    def _timetable(self, path: str, value: Fields) -> Fields:
        made = self._typed(path, value)
        if "crons" in made:
            made.put("__args__", as_list(made.pop("crons")), value.at("crons"))
        return made


def _commands(value: Fields) -> str:
    """Return what an object of class `BashCommands` gives."""
    given = {key: item for key, item in value.items() if key != TARGET}
    commands = [str(each) for each in as_list(given.pop("commands", None))]
    return bash_text(commands, **given)


def bash_text(  # noqa: PLR0913 - the fields of `BashCommands` in airflow-pydantic
    commands: list[str],
    *,
    quote: Any = "'",  # noqa: ANN401 - what stands in the file
    escape: object = False,
    login: object = True,
    cwd: object = "",
    env: object = None,
) -> str:
    """Return the one command that airflow-pydantic makes of a list of commands."""
    text = "\n".join(["set -ex", *commands])
    if cwd:
        text = f"cd {shlex.quote(str(cwd))}\n{text}"
    if escape:
        text = shlex.quote(text)
    for key, value in env.items() if isinstance(env, dict) else ():
        text = f'export {key}="{value}"\n{text}'
    return f"bash {'-lc' if login else '-c'} {quote or ''}{text}{quote or ''}"
