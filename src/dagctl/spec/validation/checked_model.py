"""The base of the spec's models: strict, frozen, and with dagctl's own words for every error."""

from __future__ import annotations

from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from functools import cache
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from dagctl.errors import SpecError
from dagctl.findings.codes import Code
from dagctl.findings.problem import MAX_PROBLEMS, Problem
from dagctl.frozen import mutable
from dagctl.spec.validation.family import Family

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core.core_schema import CoreSchema


@mutable
class _Count:
    """How many problems were reported in one spec so far."""

    problems: int = 0


_COUNT: ContextVar[_Count | None] = ContextVar("problems of the spec", default=None)
"""Set while a model is checked: models inside of it share its count."""
_NO_SPEC = Problem(Code.WRONG_TYPE, "the data are no spec", "`dagctl schema` lists all keys")
_BUILDING = Lock()
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
    """A strict model. Building it checks everything, and says all that is wrong at once.

    Raises:
        SpecError: With a diagnostic for each problem.
    """

    # Most classes below this one are parts of others, and no data are checked with them alone: a
    # validator for each would be a large part of what a command takes to start. That of `DagSpec`
    # has the parts inside, and is built at once.
    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        hide_input_in_errors=True,
        serialize_by_alias=True,
        defer_build=True,
    )

    form_1: ClassVar[frozenset[str]] = frozenset()
    """The fields that are written at their default too, as dagctl 0.1 recorded them. Never add one.

    Digests, idempotency keys and files depend on this list. A field that is added to the language
    is written only where it says something, so it changes no spec that does not use it.
    """

    @model_serializer(mode="wrap")
    def _canonical(
        self, handler: SerializerFunctionWrapHandler, info: SerializationInfo
    ) -> dict[str, Any]:
        """Return the fields as data; those at their default only if form 1 has them.

        Under `exclude_none` pydantic writes no field that is null, which is the default of most:
        those that say something by being null are put back at their place.
        """
        data: dict[str, Any] = handler(self.whole())
        values = self.__dict__
        for name, (key, default) in _defaults(type(self)).items():
            if name in values and _is_same(values[name], default):  # a copy may have it
                data.pop(key, None)
        if info.exclude_none:
            nulls = {key for key, name in _may_be_null(type(self)) if values.get(name, ()) is None}
            if nulls:
                order = (each for each in _key_names(type(self)) if each in data or each in nulls)
                data = {key: data.get(key) for key in order}
        return self.recorded_data(data)

    def whole(self) -> Self:
        """Return the same model with all its parts."""
        return self

    @classmethod
    def recorded_data(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Return the data as they are recorded; form 1 may have more than the model."""
        return data

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Yield what `repr` shows: the fields that are not at their default."""
        fields = type(self).model_fields
        return (
            (name, value)
            for name, value in super(CheckedModel, self.whole()).__repr_args__()
            if name not in fields or value != fields[name].default
        )

    @model_validator(mode="wrap")
    @classmethod
    def _check_all(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:  # noqa: ANN401 - raw input
        """Validate; a model inside of another leaves it to that to say what is wrong."""
        if isinstance(data, cls):
            return data
        count = _COUNT.get()
        if count is not None:
            return cls._check_inside(data, handler, count)
        model, problems = cls._checked(data, handler, cls.family())
        if model is None:
            raise spec_error(problems)
        return model

    @classmethod
    def check(cls, data: object, family: Family | None = None) -> tuple[Self | None, list[Problem]]:
        """Return the model of raw data, or None and all that is wrong: no phase hides another.

        Args:
            data: What the model is made from, as it was written.
            family: The kinds of models around this one; default: those inside of it.
        """
        return cls._checked(data, cls.built().model_validate, family or cls.family())

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler, /
    ) -> JsonSchemaValue:
        """Return the schema; a field that is a model has the model's title, and none of its own."""
        schema = handler(core_schema)
        for field_schema in handler.resolve_ref_schema(schema).get("properties", {}).values():
            if "$ref" in field_schema:
                field_schema.pop("title", None)
        return schema

    @classmethod
    def built(cls) -> type[Self]:
        """Return the class, with its validator: most are built when they are first needed."""
        if not cls.__pydantic_complete__:
            with _BUILDING:  # by one thread alone
                cls.model_rebuild()
        return cls

    @classmethod
    def _checked(
        cls,
        data: object,
        validate: Callable[[object], Self],
        family: Family,
    ) -> tuple[Self | None, list[Problem]]:
        limits = list(cls.limit_problems(data))
        if limits:
            return None, limits
        with _counting() as count, cls.surroundings(data):
            problems = list(islice(cls.further_problems(data), MAX_PROBLEMS))
            data = cls.prepared(data)
            try:
                model = validate(data).lean()
            except ValidationError as error:
                from dagctl.spec.validation.translate import translated

                problems += translated(error, cls, data, family)
                model = None
                problems = problems or [_NO_SPEC]
            count.problems += len(problems)
        return (None if problems else model), problems

    @classmethod
    def _check_inside(
        cls,
        data: Any,  # noqa: ANN401 - raw input
        handler: ModelWrapValidatorHandler[Self],
        count: _Count,
    ) -> Self:
        if count.problems >= MAX_PROBLEMS:
            raise _NOT_LOOKED_AT.error()
        try:
            return handler(cls.prepared(data)).lean()
        except ValidationError as error:
            count.problems += error.error_count()
            raise

    def lean(self) -> Self:
        """Forget the values of fields that are at their default; return this model.

        A task has about 90 fields, and most are not set: kept in each task, they would be two
        thirds of the memory of a spec.
        """
        values, defaults = self.__dict__, _defaults_of_class(type(self))
        given = {
            name: value
            for name, value in values.items()
            if name not in defaults or not _is_same(value, defaults[name][1])
        }
        object.__setattr__(self, "__dict__", given)  # a frozen model takes nothing else
        return self

    if not TYPE_CHECKING:  # mypy knows the fields, and would take any name

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any field
            """Return the default of a field that is not set."""
            defaults = _defaults(type(self))
            return defaults[name][1] if name in defaults else super().__getattr__(name)

    @classmethod
    def prepared(cls, data: Any) -> Any:  # noqa: ANN401 - raw input
        """Return the raw data with other spellings of a key replaced by its name."""
        return data

    @classmethod
    def surroundings(cls, data: object) -> AbstractContextManager[None]:
        """Return the context in which raw data, and what stands in them, are checked."""
        del data
        return nullcontext()

    @classmethod
    def limit_problems(cls, data: object) -> Iterable[Problem]:
        """Return why raw data are too large for all other checks, which are left out then."""
        del data
        return ()

    @classmethod
    def further_problems(cls, data: object) -> Iterable[Problem]:
        """Return what more is wrong with raw data, looking at several fields together."""
        del data
        return ()

    @classmethod
    def key_names(cls) -> tuple[str, ...]:
        """Return the keys that a user may write, in the order of the documentation."""
        return _key_names(cls)

    @classmethod
    def family(cls) -> Family:
        """Return the models that this one can have inside."""
        return Family()

    @classmethod
    def misplaced(cls, key: str, family: Family) -> Problem | None:
        """Return the problem of a key that belongs to another part of the spec, or None.

        Args:
            key: A key that this model does not know.
            family: The models around it and inside of it.
        """
        del key, family
        return None


@cache
def _key_names(model: type[CheckedModel]) -> tuple[str, ...]:
    return tuple(info.alias or name for name, info in model.model_fields.items())


@cache
def _defaults(model: type[CheckedModel]) -> dict[str, tuple[str, Any]]:
    """Return the fields that are left out at their default: key and default of each, by name."""
    return {
        name: (info.alias or name, info.default)
        for name, info in model.model_fields.items()
        if (info.alias or name) not in model.form_1
        and not info.is_required()
        and info.default_factory is None
    }


@cache
def _defaults_of_class(model: type[CheckedModel]) -> dict[str, tuple[str, Any]]:
    """Let the class have the defaults too, where Python looks first; return them."""
    defaults = _defaults(model)
    for name, (_, default) in defaults.items():
        type.__setattr__(model, name, default)
    return defaults


def _is_same(value: object, default: object) -> bool:
    return value is default or (type(value) is type(default) and value == default)


@cache
def _may_be_null(model: type[CheckedModel]) -> tuple[tuple[str, str], ...]:
    """Return the fields that are written even if they are null: key and name of each."""
    left_out = {key for key, default in _defaults(model).values() if default is None}
    named = ((info.alias or name, name) for name, info in model.model_fields.items())
    return tuple((key, name) for key, name in named if key not in left_out)


def spec_error(problems: Iterable[Problem]) -> SpecError:
    """Return the exception for problems of data that no text is known of."""
    return SpecError([item.diagnostic() for item in problems])
