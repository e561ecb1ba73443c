"""What every call of `Client` refuses: arguments of a wrong kind, and a client that is closed."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from dagctl.errors import UsageError
from dagctl.operation.options import IfExists
from dagctl.session.redaction import named as named_value

if TYPE_CHECKING:
    from collections.abc import Callable

C = TypeVar("C")

_KINDS = {
    "str": "a text",
    "int": "a whole number",
    "bytes": "bytes",
    "Draft": "what `draft` returns",
    "DagRecord": "what `get` or `list` returns",
    "Comparison": "what `compare` returns",
    "Repairs": "what `repairs` returns",
    "IfExists": " or ".join(get_args(IfExists)),
    "None": "None",
}
"""Kinds of arguments that are checked, by the names that annotations give them."""
_FREE = frozenset({"close"})


def guarded(kind: type[C]) -> type[C]:
    """Return the class; each of its calls refuses wrong arguments, and works for an open one only.

    What an annotation says with other words than `_KINDS` is checked where it is used.
    """
    for base in reversed(kind.__mro__):
        for name, call in vars(base).items():
            if base is not object and callable(call) and not name.startswith("_"):
                setattr(kind, name, call if name in _FREE else _guarded(call))
    return kind


def _guarded(call: Callable[..., Any]) -> Callable[..., Any]:
    code = call.__code__
    positional = code.co_varnames[1 : code.co_argcount]
    kinds = {name: str(text).split(" | ") for name, text in call.__annotations__.items()}
    checked = {name: each for name, each in kinds.items() if _KINDS.keys() >= set(each)}

    @wraps(call)
    def refusing(self: Any, *args: object, **named: object) -> object:  # noqa: ANN401 - any client
        if self.is_closed:
            raise UsageError("the client is closed", hint="open another one: Client.open()")
        for name, value in (*zip(positional, args, strict=False), *named.items()):
            if name in checked and not _is_one_of(value, checked[name]):
                words = " or ".join(_KINDS[each] for each in checked[name])
                raise UsageError(f"{name} is {named_value(value)}, and not {words}")
        return call(self, *args, **named)

    return refusing


def _is_one_of(value: object, kinds: list[str]) -> bool:
    if value is None or isinstance(value, bool):
        return value is None and "None" in kinds
    if "IfExists" in kinds:
        return value in get_args(IfExists)
    return any(base.__name__ in kinds for base in type(value).__mro__)
