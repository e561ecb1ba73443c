"""Dataclasses that cost little until they are used."""

from __future__ import annotations

from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from functools import cache, partial
from operator import attrgetter
from reprlib import recursive_repr
from threading import RLock
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, dataclass_transform, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

T = TypeVar("T")


@overload
def frozen(cls: type[T], /) -> type[T]: ...
@overload
def frozen(
    *, eq: bool = True, kw_only: bool = False, slots: bool = False
) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(
    cls: type[T] | None = None, /, *, eq: bool = True, kw_only: bool = False, slots: bool = False
) -> type[T] | Callable[[type[T]], type[T]]:
    """Return the class as `dataclass(frozen=True)` does, for a fraction of the time.

    `dataclass` looks at each field, writes the methods of the class as text, and has Python compile
    five or six of them. That was a sixth of a `create`, which loads 170 such classes and uses a
    third of them. Here the classes share their methods. The fields are looked at with the first
    instance, so a mistake in them is only said then; `__init__` is compiled with the fourth.

    `fields`, `replace`, `asdict`, `copy`, `pickle` and `match` take the instances as they take
    those of a dataclass. `InitVar` and `field(hash=...)` are not known. Such a class and one of
    `dataclass(frozen=True)` do not inherit from each other. Until the first instance, a
    `field(default=...)` stands on the class as a `Field`.

    Args:
        cls: The class, where there are no options.
        eq: Whether two instances with equal fields are equal.
        kw_only: As of `dataclass`.
        slots: As of `dataclass`; the fields are looked at at once. For a class of more than 30
            fields that there are thousands of: Python gives each instance a dict of its own then.
    """
    made = partial(_with_methods, methods=_FROZEN, eq=eq, kw_only=kw_only, slots=slots)
    return made if cls is None else made(cls)


@overload
def mutable(cls: type[T], /) -> type[T]: ...
@overload
def mutable(*, eq: bool = True) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(field_specifiers=(field,))
def mutable(
    cls: type[T] | None = None, /, *, eq: bool = True
) -> type[T] | Callable[[type[T]], type[T]]:
    """Return the class as `dataclass` does, for a fraction of the time: as `frozen`."""
    made = partial(_with_methods, methods=_MUTABLE, eq=eq, kw_only=False)
    return made if cls is None else made(cls)


def _with_methods(
    cls: type[T],
    *,
    methods: Mapping[str, Callable[..., Any] | None],
    eq: bool,
    kw_only: bool,
    slots: bool = False,
) -> type[T]:
    own = {name for name, value in vars(cls).items() if value is not None}
    cls.__doc__ = cls.__doc__ or cls.__name__  # else `dataclass` looks at the signature for it
    if slots:
        cls = dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(cls)
    for name, method in methods.items():
        if name not in own and (eq or name not in {"__eq__", "__hash__"}):
            setattr(cls, name, method)
    for name in () if slots else _LATER:
        setattr(cls, name, _Later(cls, name, kw_only=kw_only))
    if "__init__" in own:
        fields(cls)  # type: ignore[arg-type] # no first instance comes by here
    else:
        _set_init(cls)
    return cls


_LATER = ("__dataclass_fields__", "__match_args__")
_LOOKING = RLock()


class _Later:
    """What `dataclass` says of the fields of a class, said when it is first asked for."""

    def __init__(self, kind: type[Any], name: str, *, kw_only: bool) -> None:
        self._kind = kind
        self._name = name
        self._kw_only = kw_only

    def __get__(self, _value: object, _kind: type[Any]) -> Any:  # noqa: ANN401 - as `dataclass` says it
        with _LOOKING:  # by one thread alone
            if vars(self._kind)[self._name] is self:
                options = {"init": False, "repr": False, "eq": False, "match_args": False}
                dataclass(**options, kw_only=self._kw_only)(self._kind)
                shown = (each.name for each in fields(self._kind) if each.init and not each.kw_only)
                type.__setattr__(self._kind, "__match_args__", tuple(shown))
        return vars(self._kind)[self._name]


_FEW = 3
"""Instances whose fields are set one by one: to compile an `__init__` takes as long as that."""


def _set_init(kind: type[Any]) -> None:
    """Give a class an `__init__` that puts a compiled one in its place when it is called again."""
    made = 0

    def __init__(self: object, /, *values: object, **named: object) -> None:  # noqa: N807
        nonlocal made
        made += 1
        if made > _FEW or not _set_fields(self, fields(kind), values, named):
            kind.__init__ = compiled = _init_of(kind)
            compiled(self, *values, **named)
        elif hasattr(kind, "__post_init__"):
            self.__post_init__()  # type: ignore[attr-defined] # the class has it

    kind.__init__ = __init__


def _set_fields(
    value: object,
    known: Sequence[Field[Any]],
    values: Sequence[object],
    named: Mapping[str, object],
) -> bool:
    """Set each field once; return whether the arguments are those that the fields take."""
    plain = [each.name for each in known if each.init and not each.kw_only]
    given = {**dict(zip(plain, values, strict=False)), **named}
    taken = 0
    for each in known:
        if each.init and each.name in given:
            taken += 1
            of_field = given[each.name]
        elif each.default is not MISSING:
            of_field = each.default
        elif each.default_factory is not MISSING:
            of_field = each.default_factory()
        else:
            return False
        object.__setattr__(value, each.name, of_field)
    return taken == len(values) + len(named)


def _init_of(kind: type[Any]) -> Callable[..., None]:
    """Return the `__init__` that `dataclass` would write: it sets each field once."""
    scope: dict[str, Any] = {"_set_": object.__setattr__, "_absent_": MISSING}
    plain, named, lines = ["_self_"], ["*"], ["pass"]  # a field may be called `self`
    for each in fields(kind):
        name, value, default = each.name, each.name, ""
        if each.default_factory is not MISSING:
            scope[f"_{name}_"] = each.default_factory
            default = "=_absent_"
            value = f"_{name}_() if {name} is _absent_ else {name}" if each.init else f"_{name}_()"
        elif each.default is not MISSING:
            scope[f"_{name}_"] = each.default
            default = f"=_{name}_"
            value = name if each.init else f"_{name}_"
        if each.init:
            (named if each.kw_only else plain).append(name + default)
        if each.init or default:
            lines.append(f"_set_(_self_, {name!r}, {value})")
    if hasattr(kind, "__post_init__"):
        lines.append("_self_.__post_init__()")
    head = ", ".join(plain + (named if len(named) > 1 else []))
    exec(f"def __init__({head}):\n " + "\n ".join(lines), scope)  # noqa: S102 - names of fields only
    made: Callable[..., None] = scope["__init__"]
    made.__qualname__ = f"{kind.__qualname__}.__init__"
    return made


class _Shared:
    """The methods that all these classes have."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @recursive_repr()
    def __repr__(self) -> str:
        shown = (f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        kind: Any = type(self)
        compared = _compared(kind)
        return bool(compared(self) == compared(other))

    def __hash__(self) -> int:
        kind: Any = type(self)
        return hash(_compared(kind)(self))

    def __setattr__(self, name: str, value: object) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __getstate__(self) -> list[Any]:
        return [getattr(self, each.name) for each in fields(self)]

    def __setstate__(self, state: list[Any]) -> None:
        for each, value in zip(fields(self), state, strict=True):
            object.__setattr__(self, each.name, value)


@cache
def _compared(kind: type[Any]) -> Callable[[object], Any]:
    """Return what gives the values that instances of a class are compared by."""
    names = [each.name for each in fields(kind) if each.compare]
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


_FROZEN = {name: method for name, method in vars(_Shared).items() if callable(method)}
_MUTABLE = {name: _FROZEN[name] for name in ("__repr__", "__eq__")} | {"__hash__": None}
