"""Callbacks: import paths, notifiers with parameters, functions in files, lists of them."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from dagctl.convert.foreign_yaml.reader import Fields, Tagged
from dagctl.convert.operators.operator_names import notifier_form

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dagctl.convert.dag_factory.factory_values import FactoryValues
    from dagctl.convert.outcome.report import Place


class FactoryCallbacks:
    """Turns callbacks into those of a spec."""

    def __init__(self, values: FactoryValues) -> None:
        self._values = values
        self._report = values.report

    def taken(self, fields: Fields, kinds: Iterable[str]) -> dict[str, Any]:
        """Return the callbacks of some kinds; `fields` loses them."""
        made: dict[str, Any] = {}
        for kind in kinds:
            by_file = fields.get(f"{kind}_name"), fields.get(f"{kind}_file")
            place = fields.at(kind if kind in fields else f"{kind}_name")
            callback = self._callback(fields.pop(kind, None), place, kind)
            for suffix in ("_name", "_file"):
                fields.pop(kind + suffix, None)
            if all(by_file):
                path = self.function(str(by_file[0]), str(by_file[1]), place, kind)
                callback = {"callable": path}
            if callback is not None:
                made[kind] = callback
        return made

    def function(self, name: str, file: str, place: Place, subject: str) -> str:
        """Return the import path of a function in a file."""
        module = PurePosixPath(file).stem
        text = f"imported as {module}.{name}: the folder of {file} must be importable"
        self._report.changed(place, subject, f"{text} (the DAGs folder is)")
        return f"{module}.{name}"

    def _form(self, path: str, place: Place, kind: str) -> tuple[str, str]:
        """Return whether a path means a notifier or a function, and the path to write.

        dag-factory asks the class itself, whether it has `notify`; nothing is imported here.
        Providers keep notifiers in `notifications` modules.
        """
        form, written = notifier_form(path)
        if written != path:
            self._report.changed(place, kind, f"{path} is another name of {written}")
        return form, written

    def _callback(self, value: object, place: Place, kind: str) -> Any:  # noqa: ANN401 - JSON data
        if isinstance(value, list):
            made = [self._callback(item, place, kind) for item in value]
            return [callback for callback in made if callback is not None] or None
        if isinstance(value, str):
            return {"callable": value}
        if isinstance(value, Tagged) and value.tag.startswith("name:"):
            return {"callable": value.tag.removeprefix("name:")}
        if isinstance(value, Fields) and "__type__" in value:
            return self._called(value, place, kind)
        if isinstance(value, Fields) and isinstance(value.get("callback"), str):
            given = {
                key: self._values.value(value[key], value.at(key), key)
                for key in value
                if key != "callback"
            }
            form, path = self._form(value["callback"], place, kind)
            return {form: path} | ({"with": given} if given else {})
        if value is not None:
            self._report.gap(place, kind, "this is no callback that a spec can hold")
        return None

    def _called(self, value: Fields, place: Place, kind: str) -> Any:  # noqa: ANN401 - JSON data
        """Return the notifier that an object of another class is."""
        marker = self._values.value(value, place, kind)
        if not isinstance(marker, dict) or "$new" not in marker:
            self._report.gap(place, kind, "this is no callback that a spec can hold")
            return None
        arguments = marker.get("with")
        return {"notifier": marker["$new"]} | ({"with": arguments} if arguments else {})
