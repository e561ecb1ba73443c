"""Fields whose value one function makes of what is written; what they are in the JSON Schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from pydantic_core import core_schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue


def as_list(value: object) -> object:
    """Return a tuple as the list that it was written as, and everything else as it is."""
    return list(value) if isinstance(value, tuple) else value


def absent(schema: dict[str, Any]) -> None:
    """Take the default out of the schema of a field that is absent unless it is given."""
    schema.pop("default", None)


class ReadBy:
    """An annotation, as pydantic's `PlainValidator` is one: a function returns the value.

    A task has up to ninety such fields. For each, `PlainValidator` makes three schemas and looks at
    the function's signature, which was a twentieth of a `create`. This makes one schema, and that
    of the document (`dagctl schema`) only where it is asked for.
    """

    def __init__(
        self,
        read: Callable[..., object],
        like: Any,  # noqa: ANN401 - a type
        *,
        with_info: bool = False,
        write: Callable[[Any], object] | None = None,
    ) -> None:
        """Note how a field is read.

        Args:
            read: Returns the value, or raises a pydantic error.
            like: The type that the JSON Schema shows.
            with_info: Whether `read` takes pydantic's `ValidationInfo` too.
            write: Returns what is recorded of the value; default: the value itself.
        """
        self.read = read
        self._like = like
        self._with_info = with_info
        self._write = write

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Return the schema of a value that the function reads."""
        del source, handler
        written = None
        if self._write is not None:
            written = core_schema.plain_serializer_function_ser_schema(
                self._write, return_schema=core_schema.any_schema()
            )
        if self._with_info:
            return core_schema.with_info_plain_validator_function(self.read, serialization=written)
        return core_schema.no_info_plain_validator_function(self.read, serialization=written)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the JSON Schema of the type that is written."""
        del schema
        return handler(TypeAdapter(self._like).core_schema)


def fields_read_by(model: type[BaseModel], read: Callable[..., object]) -> frozenset[str]:
    """Return the fields of a model whose values a function returns."""
    return frozenset(
        name
        for name, info in model.model_fields.items()
        if any(isinstance(each, ReadBy) and each.read is read for each in info.metadata)
    )
