"""Values: a text is taken literally unless it is marked, which is the other way round in a spec."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from dagctl.convert.foreign_yaml.reader import Fields, Tagged
from dagctl.spec.fields.durations import is_duration
from dagctl.text.lines import MAX_BYTES
from dagctl.text.template_signs import is_template
from dagctl.user_code.bash.bash_command import TEMPLATE_FILES

if TYPE_CHECKING:
    from collections.abc import Callable

    from dagctl.convert.outcome.report import Place, Report
    from dagctl.operators.model import Operator

XCOM, TEMPLATE, FILE = ("$x", "$xcom"), ("$t", "$template"), ("$f", "$file")
CONST = "$const"
MARKERS = frozenset({*XCOM, *TEMPLATE, *FILE, CONST})
_RENDERED_MARKERS = frozenset({*XCOM, *TEMPLATE, *FILE})
_FILE_ENDS = (".sql", ".hql", ".sh", ".bash", ".html", ".json", ".yaml", ".yml", ".md", ".txt")
"""Ends of texts that operators take for names of template files; Airflow's YAML never does."""
_OWN_PROVIDERS = ("airflow", "standard")
"""Providers whose only operator with template files is BashOperator."""


class YamlValues:
    """Turns the values of one DAG into those of a spec."""

    def __init__(self, report: Report, read: Callable[[str], str | None]) -> None:
        self._report = report
        self._read = read
        self._ends: tuple[str, ...] = _FILE_ENDS
        self._size = 0

    def argument(self, name: str, value: object, place: Place, operator: Operator | None) -> Any:  # noqa: ANN401 - JSON data
        """Return what a parameter of an operator is given.

        Args:
            name: The parameter.
            value: What the foreign file gives.
            place: Where it stands.
            operator: Whose parameter it is; None: of a class that the catalogue does not know.
        """
        rendered = _is_rendered(operator, name)
        if rendered is False and _marked(value):
            text = "Airflow refuses a marker here, as it does not render this parameter"
            self._report.gap(place, name, text)
        if isinstance(value, date) and operator is not None:
            parameter = operator.parameters.get(name)
            if parameter is not None and parameter.kind.reads_text_as in {"time", "date"}:
                return value.isoformat()
        if operator is None:
            self._maybe_a_time(name, value, place)
        self._ends = _file_ends(operator)
        return self._value(name, value, place, rendered=rendered)

    def plain(self, name: str, value: object, place: Place) -> Any:  # noqa: ANN401 - JSON data
        """Return a value that Airflow takes as it stands: an argument of a task or of the DAG."""
        if _marked(value, {*MARKERS}):
            self._report.gap(place, name, "Airflow refuses a marker here")
        return self._value(name, value, place, rendered=False)

    def _value(self, name: str, value: object, place: Place, *, rendered: bool | None) -> Any:  # noqa: ANN401, PLR0911 - one for each kind
        if isinstance(value, Fields):
            return self._mapping(name, value, rendered=rendered)
        if isinstance(value, list):
            return [self._value(name, item, place, rendered=rendered) for item in value]
        if isinstance(value, str):
            return self._literal(name, value, place, rendered=rendered)
        if isinstance(value, datetime):
            return {"$datetime": value.isoformat()}
        if isinstance(value, date):
            parts = {"year": value.year, "month": value.month, "day": value.day}
            return {"$new": "datetime.date", "with": parts}
        if isinstance(value, Tagged | bytes | set):
            self._report.gap(place, name, "a spec has no word for this kind of value")
            return None
        return value

    def _literal(self, name: str, text: str, place: Place, *, rendered: bool | None) -> Any:  # noqa: ANN401
        """Return a text that Airflow must not render, nor take for the name of a file."""
        template = is_template(text)
        if rendered is False or not (template or text.endswith(("\n", *self._ends))):
            return text
        if rendered is None and template:
            why = "the class is unknown: if it renders this, write `{$const: ...}` around the text"
            self._report.gap(place, name, f"Airflow's YAML does not render it; {why}")
            return text
        return text if rendered is None else {"$const": text}

    def _mapping(self, name: str, value: Fields, *, rendered: bool | None) -> Any:  # noqa: ANN401
        for key in value.not_text:
            text = f"Airflow refuses a key that is no text: write {key[:60]!r} in quotes"
            self._report.gap(value.at(key), name, text)
        marker = next((key for key in value if key.startswith("$")), None)
        if marker is None:
            return {
                key: self._value(name, value[key], value.at(key), rendered=rendered)
                for key in value
            }
        here = value.at(marker)
        if len(value) > 1 or marker not in MARKERS:
            text = f"Airflow refuses the key {marker[:60]!r}; it keeps `$` for its markers"
            self._report.gap(here, name, text)
            return {"$const": plain_data(value)}
        return self._marker(name, marker, value[marker], here, rendered=rendered)

    def _marker(
        self, name: str, marker: str, inner: object, place: Place, *, rendered: bool | None
    ) -> Any:  # noqa: ANN401 - JSON data
        if marker in XCOM:
            return self._xcom(name, inner, place)
        if marker in FILE:
            text = self._file(name, inner, place)
            return None if text is None else self._literal(name, text, place, rendered=rendered)
        if marker in TEMPLATE:
            return self._template(name, inner, place)
        return self._const(name, inner, place, rendered=rendered)

    def _xcom(self, name: str, target: object, place: Place) -> Any:  # noqa: ANN401 - JSON data
        if isinstance(target, str):
            return {"$xcom": target}
        if isinstance(target, Fields) and target.keys() <= {"task", "key"} and "task" in target:
            key = target.get("key")
            return {"$xcom": target["task"]} | ({} if key is None else {"key": key})
        self._report.gap(place, name, "this names no output of a task")
        return None

    def _template(self, name: str, source: object, place: Place) -> Any:  # noqa: ANN401 - JSON data
        if isinstance(source, Fields) and len(source) == 1 and next(iter(source)) in FILE:
            return self._file(name, next(iter(source.values())), place)
        if not isinstance(source, str):
            self._report.gap(place, name, "a template is a text, or the name of a file")
            return None
        if source.endswith(self._ends):
            text = "Airflow may take a text with this end for the name of a file; add a space to it"
            self._report.gap(place, name, text)
        return source

    def _file(self, name: str, path: object, place: Place) -> str | None:
        text = self._read(path) if isinstance(path, str) else None
        if text is None:
            why = "there is no such text file beside the file of the DAG, or below it"
            self._report.gap(place, name, f"{str(path)[:60]!r}: {why}")
            return None
        self._size += len(text)
        if self._size > MAX_BYTES:
            self._report.gap(
                place, name, f"the files of this DAG have more than {MAX_BYTES:,} bytes"
            )
            return None
        self._report.changed(place, name, f"the text of {path} stands in the spec now")
        return text

    def _const(self, name: str, inner: object, place: Place, *, rendered: bool | None) -> Any:  # noqa: ANN401
        """Return a value that stands for itself, whatever keys it has."""
        data = plain_data(inner)
        if not _has_dollar_keys(data):
            return self._value(name, inner, place, rendered=rendered)
        if rendered is not False and any(map(is_template, _texts(data))):
            text = "a spec cannot keep Jinja in a mapping with `$` keys from being rendered"
            self._report.gap(place, name, text)
        return {"$const": data}

    def _maybe_a_time(self, name: str, value: object, place: Place) -> None:
        """Report a text that Airflow reads as a length of time where the class says so."""
        if isinstance(value, str) and is_duration(value):
            why = "the class is unknown: if it takes one there, write `{$duration: ...}`"
            self._report.gap(place, name, f"Airflow may read {value!r} as a length of time; {why}")


def plain_data(value: object) -> Any:  # noqa: ANN401 - JSON data
    """Return a value as JSON data; dates as text."""
    if isinstance(value, dict):
        return {key: plain_data(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain_data(item) for item in value]
    if value is None or isinstance(value, str | int | float):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def _is_rendered(operator: Operator | None, name: str) -> bool | None:
    """Return whether Airflow renders a parameter; None: it is not known."""
    if operator is None or operator.template_fields is None:
        return None
    return name in operator.template_fields


def _marked(value: object, markers: frozenset[str] | set[str] = _RENDERED_MARKERS) -> bool:
    """Return whether one of some markers stands in a value."""
    if isinstance(value, Fields):
        if len(value) == 1 and next(iter(value)) in markers:
            return True
        return CONST not in value and any(_marked(item, markers) for item in value.values())
    return isinstance(value, list) and any(_marked(item, markers) for item in value)


def _has_dollar_keys(data: object) -> bool:
    if isinstance(data, dict):
        return any(key.startswith("$") for key in data) or any(map(_has_dollar_keys, data.values()))
    return isinstance(data, list) and any(map(_has_dollar_keys, data))


def _texts(data: object) -> list[str]:
    if isinstance(data, dict):
        return [text for item in data.values() for text in _texts(item)]
    if isinstance(data, list):
        return [text for item in data for text in _texts(item)]
    return [data] if isinstance(data, str) else []


def _file_ends(operator: Operator | None) -> tuple[str, ...]:
    """Return the ends of texts that an operator may take for names of template files."""
    if operator is None or operator.provider not in _OWN_PROVIDERS:
        return _FILE_ENDS
    return TEMPLATE_FILES if operator.name == "BashOperator" else ()
