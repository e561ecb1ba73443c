"""Callbacks of a DAG file: functions of the file, imported ones, notifiers, lists of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.operators.operator_names import notifier_form, renamed_operator
from dagctl.convert.python_file.as_spec.function_needs import Calling
from dagctl.convert.python_file.as_spec.values_as_spec import CHANGED_LATER, MISSING
from dagctl.convert.python_file.state.items import Function, Made, Name, Opaque
from dagctl.operators.model import Operator

if TYPE_CHECKING:
    from dagctl.convert.outcome.report import Place
    from dagctl.convert.python_file.as_spec.functions import Functions
    from dagctl.convert.python_file.as_spec.values_as_spec import ValuesAsSpec


class CallbacksAsSpec:
    """Turns callbacks into those of a spec."""

    def __init__(self, values: ValuesAsSpec, functions: Functions) -> None:
        self._values = values
        self._functions = functions

    def callback(self, value: object, place: Place, kind: str) -> Any:  # noqa: ANN401, PLR0911 - one for each form
        """Return what a spec calls; `MISSING`, which is reported, where it has no word for it."""
        match value:
            case list() | tuple():
                made = [self.callback(item, place, kind) for item in value]
                kept = [item for item in made if item is not MISSING and item is not None]
                return kept or None
            case None:
                return None
            case Name(path=path):
                return {"callable": path}
            case Made(is_old=True):
                return self._values.missing(place, kind, CHANGED_LATER)
            case Function():
                use = Calling(is_callback=True)
                written = self._functions.written(value, self._values.report, kind, use)
                return written.under("python_code", "callable")
            case Made(target=Name(path="functools.partial"), args=[Name(path=path)]):
                return self._with({"callable": path}, value, place)
            case Made():
                return self._notifier(value, place, kind)
            case Opaque(why=why):
                return self._values.missing(place, kind, why)
            case _:
                return self._values.missing(place, kind, "it is no callback that a spec can hold")

    def _notifier(self, value: Made, place: Place, kind: str) -> Any:  # noqa: ANN401 - as above
        path = value.target.path
        if path == "functools.partial":
            why = "`partial` gives arguments to a function of the file: give them as defaults"
            return self._values.missing(place, kind, why)
        form, named = notifier_form(path)
        if form == "notifier":
            known = renamed_operator(named, self._values.target.name)
            if isinstance(known, Operator) and known.path != named:
                self._values.report.changed(place, kind, f"{named} is {known.path} now")
                named = known.path
            return self._with({"notifier": named}, value, place)
        text = f"{path} makes it: it is called with its arguments as a notifier is"
        self._values.report.changed(place, kind, text)
        return self._with({"notifier": path}, value, place)

    def _with(self, form: dict[str, Any], value: Made, place: Place) -> dict[str, Any]:
        value.is_used = True
        if len(value.args) > (1 if "callable" in form else 0):
            text = "a spec has arguments of callbacks by name alone"
            self._values.report.gap(place, "callback", text)
        given = {key: self._values.value(item, place, key) for key, item in value.kwargs.items()}
        kept = {key: item for key, item in given.items() if item is not MISSING}
        return form | ({"with": kept} if kept else {})
