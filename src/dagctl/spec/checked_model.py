"""The base of the spec's models: strict, frozen, and with dagctl's own words for every error."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails

from dagctl.spec.problem import MAX_PROBLEMS
from dagctl.spec.translate import located

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dagctl.spec.problem import Located


class CheckedModel(BaseModel):
    """A strict model; each line of its `ValidationError` has a `Problem` in `ctx["problem"]`."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)

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
            found += located(error, cls.model_fields, data, cls.owner_of)
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
    def owner_of(cls, key: str) -> str | None:
        """Return the kind of task that has a key which is unknown here, or None."""
        del key
        return None


def validation_error(title: str, found: Iterable[Located]) -> ValidationError:
    """Return pydantic's exception for these problems."""
    lines = [
        InitErrorDetails(type=item.problem.error(), loc=item.path, input=None) for item in found
    ]
    return ValidationError.from_exception_data(title, lines)
