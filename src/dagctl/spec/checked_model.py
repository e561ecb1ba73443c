"""The base of the spec's models: strict, frozen, and with dagctl's own words for every error."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

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

from dagctl.spec.codes import Code
from dagctl.spec.problem import MAX_PROBLEMS, Problem
from dagctl.spec.translate import located

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dagctl.spec.problem import Located


@dataclass
class _Count:
    """How many problems were reported in one spec so far."""

    problems: int = 0


_COUNT: ContextVar[_Count | None] = ContextVar("problems of the spec", default=None)
_NOT_LOOKED_AT = Problem(Code.LEFT_OUT, "not looked at: there are many errors before")


@contextmanager
def _counting() -> Iterator[_Count]:
    """Give the count of the spec that is checked: models inside of a model share its count."""
    outer = _COUNT.get()
    if outer is not None:
        yield outer
        return
    token = _COUNT.set(_Count())
    try:
        yield cast("_Count", _COUNT.get())
    finally:
        _COUNT.reset(token)


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
        with _counting() as count:
            return cls._checked(data, handler, count)

    @classmethod
    def _checked(
        cls,
        data: Any,  # noqa: ANN401 - raw input
        handler: ModelWrapValidatorHandler[Self],
        count: _Count,
    ) -> Self:
        if count.problems >= MAX_PROBLEMS:
            raise _NOT_LOOKED_AT.error()
        limits = list(cls.limit_problems(data))
        if limits:
            raise validation_error(cls.__name__, limits)
        problems = list(islice(cls.further_problems(data), MAX_PROBLEMS))
        data = cls.prepared(data)
        try:
            model = handler(data)
        except ValidationError as error:
            problems += located(error, cls.key_names(), data, cls.misplaced)
        else:
            if not problems:
                return model
        count.problems += len(problems)
        raise validation_error(cls.__name__, problems)

    @classmethod
    def prepared(cls, data: Any) -> Any:  # noqa: ANN401 - raw input
        """Return the raw data with other spellings of a key replaced by its name."""
        return data

    @classmethod
    def limit_problems(cls, data: object) -> Iterable[Located]:
        """Return why raw data are too large for all other checks, which are left out then."""
        del data
        return ()

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


def validation_error(title: str, problems: Iterable[Located]) -> ValidationError:
    """Return pydantic's exception for these problems."""
    lines = [
        InitErrorDetails(type=item.problem.error(), loc=item.path, input=None) for item in problems
    ]
    return ValidationError.from_exception_data(title, lines)
