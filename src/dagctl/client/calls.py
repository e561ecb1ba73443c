"""What all calls of `Client` share: what they are made in, and what they refuse."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from dagctl.errors import UsageError
from dagctl.operation.options import IfExists
from dagctl.session.redaction import named as named_value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dagctl.bootstrap import WorkspaceBackend
    from dagctl.commands.workspace_specs import WorkspaceSpecs
    from dagctl.operation.backend import Context
    from dagctl.operation.execution.recovery import Unsettled
    from dagctl.operation.execution.settling import Recovered
    from dagctl.workspace import Workspace

C = TypeVar("C")


class Calls:
    """What the calls of a client are made in, and what is done before they read or change."""

    workspace: Workspace
    recovered: tuple[Recovered, ...]
    unsettled: tuple[Unsettled, ...]
    _backend: WorkspaceBackend
    _context: Context
    _settles: bool
    _by_file: bool
    _specs: WorkspaceSpecs

    def _settle_dead(self) -> None:
        from dagctl.commands.recover import recover_if_idle

        if self._settles:
            result = recover_if_idle(self._context)
            self._remember(result.recovered)
            self.unsettled = result.unsettled

    def _bring_up(self, *, whole: bool = False) -> None:
        """Settle what killed runs left, then let the registry follow what git has brought."""
        self._settle_dead()
        self._specs.renew()
        self._follow(whole=whole)

    def _follow(self, *, whole: bool = False) -> None:
        """Let an embedded registry follow the DAG files, unless a killed run has left something."""
        mark = self._backend.followed if self._settles and self._by_file else None
        if mark is not None and not mark.is_current():
            from dagctl.commands.behind import bring_up

            bring_up(self._context, mark, whole=whole)

    def _remember(self, recovered: Sequence[Recovered]) -> None:
        self.recovered += tuple(recovered)


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
    """Return the class; its calls refuse wrong arguments and a closed client, and ask git anew.

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
        self._backend.renew()
        return call(self, *args, **named)

    return refusing


def _is_one_of(value: object, kinds: list[str]) -> bool:
    if value is None or isinstance(value, bool):
        return value is None and "None" in kinds
    if "IfExists" in kinds:
        return value in get_args(IfExists)
    return any(base.__name__ in kinds for base in type(value).__mro__)
