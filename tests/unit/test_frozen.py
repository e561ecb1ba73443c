"""`frozen` makes what `dataclass(frozen=True)` makes."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import (
    FrozenInstanceError,
    asdict,
    dataclass,
    field,
    fields,
    is_dataclass,
    replace,
)
from functools import cached_property, partial
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.frozen import frozen, mutable
from dagctl.operation.change import Change

if TYPE_CHECKING:
    from collections.abc import Callable

true = partial(dataclass, frozen=True, slots=True)


def pair(**options: bool) -> tuple[type[Any], type[Any]]:
    """Return the same class as `dataclass` makes it and as `frozen` makes it."""
    made = []
    for decorate in (true, frozen):
        kind: Callable[..., Any] = decorate(**options)

        class Value:
            """A class with each kind of field."""

            first: int
            second: str = "b"
            made: list[int] = field(default_factory=list, repr=False)
            aside: int = field(default=0, compare=False)
            fixed: int = field(default=7, init=False)
            fresh: tuple[int, ...] = field(default_factory=tuple, init=False)

        made.append(kind(Value))
    return made[0], made[1]


CALLS: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((1,), {}),
    ((), {"first": 1}),
    ((1, "x", [3], 4), {}),
    ((1,), {"made": [1], "aside": 2}),
    ((), {}),
    ((1, "x", [3], 4, 5), {}),
    ((1,), {"first": 1}),
    ((1,), {"fixed": 1}),
    ((1,), {"no_such": 1}),
]


def outcome(kind: type[Any], args: tuple[Any, ...], named: dict[str, Any]) -> tuple[str, str]:
    try:
        value = kind(*args, **named)
    except TypeError as error:
        return "TypeError", str(error).replace(" 2 to ", " from 2 to ")
    return repr(value), repr(asdict(value))


@pytest.mark.parametrize("options", [{}, {"kw_only": True}, {"eq": False}, {"slots": True}])
@pytest.mark.parametrize(("args", "named"), CALLS)
def test_each_call_gives_what_the_dataclass_gives(
    options: dict[str, bool], args: tuple[Any, ...], named: dict[str, Any]
) -> None:
    before, after = pair(**options)
    assert outcome(after, args, named) == outcome(before, args, named)


@pytest.mark.parametrize("options", [{}, {"kw_only": True}, {"slots": True}])
def test_it_is_a_dataclass_before_and_after_its_first_use(options: dict[str, bool]) -> None:
    before, after = pair(**options)
    for _ in range(2):
        assert after.__match_args__ == before.__match_args__
        assert [each.name for each in fields(after)] == [each.name for each in fields(before)]
        after(first=1)
    assert is_dataclass(after)


def test_many_threads_may_use_it_first() -> None:
    for _ in range(20):
        _, kind = pair()
        start = Barrier(4)

        def used(kind: type[Any] = kind, start: Barrier = start) -> object:
            start.wait()
            return kind(1).fresh

        with ThreadPoolExecutor(4) as pool:
            assert [each.result() for each in [pool.submit(used) for _ in range(4)]] == [()] * 4


def test_one_with_slots_has_no_dict_and_is_like_the_others() -> None:
    kind = pair(slots=True)[1]
    value = kind(1)
    assert not hasattr(value, "__dict__")
    assert not hasattr(Change(source=None, spec_digest="", base_name=""), "__dict__")
    assert replace(value, first=2).first == 2
    assert copy.deepcopy(value) == value
    for name in ("first", "no_such"):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, 2)


def test_a_mutable_one_can_be_changed_and_has_no_hash() -> None:
    value, other = Count(), Count(1)
    value.number += 1
    assert value == other
    assert value.names is not other.names
    assert repr(value) == "Count(number=1, names=[])"
    with pytest.raises(TypeError, match="unhashable"):
        hash(value)
    for same in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert same == value
    assert Node(1) != Node(1)
    assert {Node(1)}


def test_nothing_of_it_can_be_changed() -> None:
    value = pair()[1](1)
    with pytest.raises(FrozenInstanceError):
        value.first = 2
    with pytest.raises(FrozenInstanceError):
        value.no_such = 2
    with pytest.raises(FrozenInstanceError):
        del value.first
    assert value.first == 1


def test_it_is_equal_by_the_fields_that_are_compared() -> None:
    _, kind = pair()
    assert kind(1, "b", [2], 3) == kind(1, "b", [2], 4)
    assert kind(1) != kind(2)
    assert kind(1) != pair()[1](1)
    assert (kind(1) == 1) is False
    with pytest.raises(TypeError, match="unhashable"):
        hash(kind(1))
    _, by_identity = pair(eq=False)
    assert by_identity(1) != by_identity(1)
    assert {by_identity(1)}


@frozen
class Point:
    x: int
    y: int = 0

    def __post_init__(self) -> None:
        if self.x < 0:
            raise ValueError("left of the line")


@frozen(kw_only=True)
class Named(Point):
    name: str


@mutable
class Count:
    number: int = 0
    names: list[str] = field(default_factory=list)


@mutable(eq=False)
class Node:
    number: int


@frozen
class Single:
    only: float


@frozen
class Empty:
    pass


@frozen
class Counted:
    numbers: tuple[int, ...]

    @cached_property
    def count(self) -> int:
        return len(self.numbers)


@frozen
class Own:
    x: int

    def __repr__(self) -> str:
        return "own"

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 5


@frozen
class Bound:
    self: str
    names: list[str] = field(default_factory=list)


class Under(Point):
    def __init__(self) -> None:
        super().__init__(3)


VALUES = [Point(1), Named(1, name="a"), Single(1.5), Empty(), Counted((1, 2)), Own(1)]


@pytest.mark.parametrize("value", VALUES)
def test_it_can_be_copied_pickled_and_replaced(value: Point) -> None:
    for other in (
        copy.copy(value),
        copy.deepcopy(value),
        pickle.loads(pickle.dumps(value)),
        replace(value),
    ):
        assert other == value
        assert asdict(other) == asdict(value)
        assert hash(other) == hash(value)
        assert repr(other) == repr(value)


def test_a_class_may_extend_another() -> None:
    assert repr(Named(1, 2, name="a")) == "Named(x=1, y=2, name='a')"
    assert Named(1, name="a") != Named(1, name="b")
    assert Named(1, name="a") != Point(1)
    for _ in range(2):
        assert (Under().x, Under().y) == (3, 0)
    assert Point(5).x == 5


def test_a_field_may_be_called_self() -> None:
    for _ in range(2):
        value = Bound(self="ti", names=["x"])
        assert (value.self, value.names) == ("ti", ["x"])


def test_its_own_methods_stay() -> None:
    assert repr(Own(1)) == "own"
    assert Own(1) == Own(2)
    assert hash(Own(1)) == hash(Own(2)) == 5


def test_what_it_checks_is_checked_each_time() -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="left of the line"):
            Point(-1)


def test_a_cached_property_is_kept() -> None:
    value = Counted((1, 2))
    assert (value.count, value.count) == (2, 2)
    assert "count" in vars(value)


def test_a_value_inside_itself_can_be_shown() -> None:
    inside: list[Any] = []
    value = Single(inside)  # type: ignore[arg-type]
    inside.append(value)
    assert repr(value) == "Single(only=[...])"
