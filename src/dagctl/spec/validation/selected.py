"""Values that have models of their own: each model is built when the first value needs it.

pydantic builds a tagged union with all of its models. A spec has tasks of a few kinds, and a model
of a task has sixty fields: building all would be a large part of what a command takes to start.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError, core_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

    from dagctl.spec.validation.checked_model import CheckedModel

NO_MODEL = "union_tag_not_found"
"""pydantic's type of error for an entry that no model is for."""


class Selected:
    """An annotation: a value is checked with the model that its tag selects."""

    def __init__(
        self,
        models: Mapping[str, type[CheckedModel]],
        tag_of: Callable[[object], str | None],
    ) -> None:
        """Note how a model is selected.

        Args:
            models: The models by their tags.
            tag_of: Returns the tag of raw data or of a model, or None where nothing shows it.
        """
        self._models = models
        self._tag_of = tag_of
        self._inside = ContextVar("within the schema of the models", default=False)

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Return a schema that knows no model yet; a value is written as its own model does."""
        del source, handler
        return core_schema.no_info_plain_validator_function(self._checked)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the schema of the union; inside of one of its models, with references alone."""
        del schema
        if self._inside.get():
            return _any_of([_reference(model, handler) for model in self._models.values()])
        token = self._inside.set(True)
        try:
            return _any_of([_described(model, handler) for model in self._models.values()])
        finally:
            self._inside.reset(token)

    def _checked(self, value: object) -> Any:  # noqa: ANN401 - one of the models
        tag = self._tag_of(value)
        if tag is None:
            raise PydanticCustomError(NO_MODEL, "no key shows what kind of task this is")
        return self._models[tag].built().model_validate(value)


def later(model: type[CheckedModel]) -> Selected:
    """Return the annotation of a value that has one model, which is built with the first value."""
    return Selected({"": model}, lambda _: "")


def _any_of(schemas: list[JsonSchemaValue]) -> JsonSchemaValue:
    return schemas[0] if len(schemas) == 1 else {"oneOf": schemas}


def _described(model: type[CheckedModel], handler: GetJsonSchemaHandler) -> JsonSchemaValue:
    schema = model.built().__pydantic_core_schema__
    # around a schema with a name, so that it stands under that name in the document
    return handler(core_schema.definitions_schema(schema, []))


def _reference(model: type[CheckedModel], handler: GetJsonSchemaHandler) -> JsonSchemaValue:
    schema: Any = model.built().__pydantic_core_schema__
    name = schema.get("ref") or schema["schema"]["ref"]  # further definitions may be around it
    return handler(core_schema.definition_reference_schema(name))
