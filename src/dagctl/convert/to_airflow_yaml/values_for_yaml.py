"""Values: Airflow's YAML takes a text literally unless it is marked, other than a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.outcome.exported import MISSING, task_id_of, without_missing
from dagctl.spec.catalogue import text_meaning
from dagctl.spec.fields.durations import length_of
from dagctl.spec.fields.markers import marker_of
from dagctl.spec.tasks.function_settings import LENGTHS
from dagctl.text.template_signs import is_template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.convert.outcome.exported import Losses
    from dagctl.operators.model import Operator
    from dagctl.spec.dependencies.outline import Outline
    from dagctl.spec.walk import Path

_TIMES = {"$duration": "duration", "$datetime": "time"}
_NO_WORD = {
    "$asset": "an asset",
    "$ref": "a function or an object of Python",
    "$new": "an object of Python",
    "$python_code": "a function that is written as a value",
    "$arg": "an argument of a mapped group",
    "$zip": "several outputs joined",
    "$concat": "several outputs joined",
    "$map": "a function that is called for each output",
}


class ValuesForYaml:
    """Turns the values of one spec into those of Airflow's YAML."""

    def __init__(self, losses: Losses, outline: Outline) -> None:
        """Take where losses are noted, and the tasks that outputs are of."""
        self._losses = losses
        self._outline = outline

    def argument(self, operator: Operator | None, key: str, value: Any, path: Path) -> Any:  # noqa: ANN401 - JSON data
        """Return what a parameter of an operator is given.

        Args:
            operator: Whose parameter it is; None: of a class that the catalogue does not know.
            key: The parameter.
            value: Its value, as the spec has it.
            path: Where it stands.
        """
        marker = marker_of(value)
        if operator and marker in _TIMES:
            text = value[marker]
            if text_meaning(operator, key, text) == _TIMES[marker]:
                # of all sensors: it reads lengths of time as text only where a class names them
                return self._wait(text, path) if key in LENGTHS else text
        known = operator is not None and operator.template_fields is not None
        rendered = key in operator.template_fields if known else None  # type: ignore[union-attr, operator] # known
        if operator and text_meaning(operator, key, value):
            return self._wait(value, path) if key in LENGTHS else value
        return self._value(value, path, rendered=rendered)

    def _wait(self, value: Any, path: Path) -> Any:  # noqa: ANN401 - JSON data
        if not isinstance(value, str):
            return value
        self._losses.changed(path, "it is a number of seconds there")
        seconds = length_of(value).total_seconds()
        return int(seconds) if seconds.is_integer() else seconds

    def plain(self, value: Any, path: Path) -> Any:  # noqa: ANN401 - JSON data
        """Return an argument of a task or of the DAG, which Airflow does not render."""
        return self._value(value, path, rendered=False)

    def _value(self, value: Any, path: Path, *, rendered: bool | None) -> Any:  # noqa: ANN401
        if isinstance(value, str):
            marked = rendered is not False and (is_template(value) or value.endswith("\n"))
            return {"$t": value} if marked else value
        if isinstance(value, list | tuple):
            items = enumerate(value)
            made = [self._value(item, (*path, place), rendered=rendered) for place, item in items]
            return [item for item in made if item is not MISSING]
        if isinstance(value, dict):
            marker = marker_of(value)
            if marker is not None:
                return self._marked(marker, value, path, rendered=rendered)
            return without_missing(
                {
                    key: self._value(item, (*path, key), rendered=rendered)
                    for key, item in value.items()
                }
            )
        return value

    def _marked(
        self, marker: str, value: Mapping[str, Any], path: Path, *, rendered: bool | None
    ) -> Any:  # noqa: ANN401 - JSON data
        inner = value[marker]
        if marker == "$const":
            return {"$const": inner} if isinstance(inner, dict | list) else inner
        if marker == "$xcom" and rendered is not False:
            task = task_id_of(inner, path, self._outline)
            return {"$x": {"task": task, "key": value["key"]} if "key" in value else task}
        if marker == "$xcom":
            what = "the output of a task where Airflow renders nothing"
        elif marker in _TIMES:
            what = "a time, or a length of time, where the type of the parameter does not say it"
        else:
            what = _NO_WORD.get(marker, marker)
        self._losses.gap(path, f"Airflow's YAML has no word for {what}")
        return MISSING
