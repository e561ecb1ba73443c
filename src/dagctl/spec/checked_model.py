"""The base of the spec's models: strict, frozen, and with dagctl's own words for every error."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)
from pydantic_core import InitErrorDetails

from dagctl.spec.problem import MAX_PROBLEMS
from dagctl.spec.translate import located

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dagctl.spec.problem import Located, Problem


class CheckedModel(BaseModel):
    """A strict model; each line of its `ValidationError` has a `Problem` in `ctx["problem"]`."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)

    form_1: ClassVar[frozenset[str]] = frozenset()
    """The fields that are written at their default too, as dagctl 0.1 recorded them. Never add one.

    Digests, idempotency keys and files depend on this list. A field that is added to the language
    is written only where it says something, so it changes no spec that does not use it.
    """

    @model_serializer(mode="wrap")
    def _canonical(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Return the fields as data; those at their default only if form 1 has them."""
        data: dict[str, Any] = handler(self)
        return {
            name: value
            for name, value in data.items()
            if name in self.form_1 or not self._is_at_default(name)
        }

    def _is_at_default(self, name: str) -> bool:
        field = type(self).model_fields[name]
        if field.is_required() or field.default_factory is not None:
            return False
        value = getattr(self, name)
        return type(value) is type(field.default) and bool(value == field.default)

    @model_validator(mode="wrap")
    @classmethod
    def _check_all(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:  # noqa: ANN401 - raw input
        """Validate, and report the errors of all phases at once: no phase hides another."""
        if isinstance(data, cls):
            return data
        found = list(islice(cls.further_problems(data), MAX_PROBLEMS))
        data = cls.prepared(data)
        try:
            model = handler(data)
        except ValidationError as error:
            found += located(error, cls.key_names(), data, cls.misplaced)
        else:
            if not found:
                return model
        raise validation_error(cls.__name__, found)

    @classmethod
    def prepared(cls, data: Any) -> Any:  # noqa: ANN401 - raw input
        """Return the raw data with other spellings of a key replaced by its name."""
        return data

    @classmethod
    def further_problems(cls, data: object) -> Iterable[Located]:
        """Return what more is wrong with raw data, looking at several fields together."""
        del data
        return ()

    @classmethod
    def key_names(cls) -> tuple[str, ...]:
        """Return the keys that a user may write, in the order of the documentation."""
        return tuple(cls.model_fields)

    @classmethod
    def misplaced(cls, key: str) -> Problem | None:
        """Return the problem of a key that belongs to another part of the spec, or None."""
        del key
        return None


def validation_error(title: str, found: Iterable[Located]) -> ValidationError:
    """Return pydantic's exception for these problems."""
    lines = [
        InitErrorDetails(type=item.problem.error(), loc=item.path, input=None) for item in found
    ]
    return ValidationError.from_exception_data(title, lines)
