"""The callbacks of a spec as those of dag-factory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.convert.to_dag_factory.function_module import FunctionModule
    from dagctl.convert.to_dag_factory.values_for_factory import ValuesForFactory
    from dagctl.spec.walk import Path

_CALLBACK = "callback"


class CallbacksForFactory:
    """Turns callbacks into those of dag-factory."""

    def __init__(self, values: ValuesForFactory, module: FunctionModule) -> None:
        """Take what turns values, and where functions are written."""
        self._values = values
        self._module = module

    def made(self, value: Any, path: Path) -> Any:  # noqa: ANN401 - JSON data
        """Return the callbacks of one event."""
        if not isinstance(value, list | tuple):
            return self._callback(value, path)
        made = [self._callback(item, (*path, place)) for place, item in enumerate(value)]
        if len(made) > 1:
            self._values.losses.gap(
                path, "dag-factory up to 1.1 takes one callback, and no list of them"
            )
            return made
        self._values.losses.changed(path, "a list of one callback is that callback")
        return made[0]

    def _callback(self, value: Mapping[str, Any], path: Path) -> Any:  # noqa: ANN401
        if "python_code" in value:
            return self._module.add_callback(value, path)
        given = self._values.value(value.get("with", {}), (*path, "with"))
        if _CALLBACK in given:
            self._values.refuse_key((*path, "with", _CALLBACK))
            del given[_CALLBACK]
        if "callable" in value and not given:
            return value["callable"]
        name = value.get("callable") or self._values.path_of(value["notifier"])
        return {_CALLBACK: name, **given}
